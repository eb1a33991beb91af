"""How Chinese text is found: by pairs of neighbouring characters. Pure."""

import re
import unicodedata
from typing import Final

WORDS: Final = re.compile(r"[^\W_]+")


def terms_of(text: str) -> list[str]:
    """The pairs of neighbouring characters of each run of letters, without width and case; sorted, each once."""
    found = set()
    for word in WORDS.findall(unicodedata.normalize("NFKC", text).lower()):
        found |= {word[place : place + 2] for place in range(len(word) - 1)}
    return sorted(found)
