"""Names of people: how they sort, how they are found, and when two of them sound alike.

A name is read as a row of syllables: one per Chinese character, one per word in Latin letters. Names without a
separator are read with their surname first, and many surnames are read otherwise than the same character elsewhere.
Readings can't be right for everyone, so a sort key is stored where it can be edited.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin

TOKEN_LENGTH: Final = 40
LATIN_MARKS: Final = re.compile("[\u0300-\u036f]")
HAN: Final = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
U_WITH_DOTS: Final = re.compile("u([\u0300\u0301\u0304\u030c]?)\u0308[\u0300\u0301\u0304\u030c]?")

# Between the parts of names from other languages, which have no Chinese surname.
DOTS: Final = frozenset("\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65.")

# By reading: characters that are read otherwise when they are a surname.
SURNAMES_BY_READING: Final = {
    "bi": "秘",
    "chong": "种",
    "du": "都",
    "ge": "盖蓋",
    "gou": "句",
    "he": "黑",
    "hua": "华華",
    "kan": "阚闞",
    "miao": "缪繆",
    "nai": "能佴",
    "ou": "区區",
    "piao": "朴",
    "po": "繁",
    "qin": "覃",
    "qiu": "仇",
    "ren": "任",
    "shan": "单單",
    "shao": "召",
    "she": "折",
    "wei": "隗",
    "xian": "洗",
    "xie": "解",
    "xun": "郇",
    "yao": "么",
    "yue": "乐樂",
    "yun": "员員贠",
    "zeng": "曾",
    "zha": "查",
    "zhai": "翟祭",
}
SURNAMES: Final[Mapping[str, str]] = {sign: reading for reading, signs in SURNAMES_BY_READING.items() for sign in signs}
# 单于 is not among them: today it is far more often 单 with a given name.
COMPOUND_SURNAMES: Final = frozenset(
    re.findall(
        "..",
        "欧阳歐陽上官司马司徒司空诸葛東方东方皇甫尉迟尉遲公孙公羊公冶慕容夏侯独孤南宫闻人轩辕令狐钟离宇文长孙鲜于端木濮阳"
        "申屠太史宗政淳于太叔赫连澹台亓官百里东郭西门呼延拓跋万俟闾丘左丘第五梁丘纳兰耶律完颜",
    )
)
COMPOUND_READINGS: Final[Mapping[str, tuple[str, str]]] = {
    "尉迟": ("yu", "chi"),
    "尉遲": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
}
# Beginnings of Tibetan names that look like a surname with a reading of its own.
NO_SURNAMES: Final = frozenset({"单增", "单珍", "单曲"})
# Readings in names where pypinyin has none, or one that names don't use.
IN_NAMES: Final[Mapping[str, str]] = {"𠮷": "ji", "卜": "bu", "晟": "sheng", "藏": "zang"}


def surname_length(name: str) -> int:
    """How many characters of a Chinese name are its surname, 1 or 2; 0 for names with dots or in other scripts."""
    if not all(map(_is_han, name)):
        return 0
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return 2
    return 1 if len(name) > 1 else 0


def sort_key(name: str) -> str:
    """Lower-case syllables with spaces between, for an index in the "C" collation: 曾国藩 is `zeng guo fan`."""
    return " ".join(_syllables(name, _pieces(name)))


def search_tokens(name: str) -> set[str]:
    """The words under which a name is found by their beginning: from each character on, its characters, pinyin, and
    initials.

    At most 40 characters each, lower case. A surname with a reading of its own is found under the character's usual
    one, too.
    """
    pieces = _pieces(name)
    syllables = _syllables(name, pieces)
    usual = [_syllable(piece) for piece in pieces]
    readings = [syllables] if usual == syllables else [syllables, usual]
    tokens: set[str] = set()
    for start in range(len(pieces)):
        tokens.add("".join(pieces[start:])[:TOKEN_LENGTH])
        for reading in readings:
            rest = reading[start:]
            tokens.add("".join(rest)[:TOKEN_LENGTH])
            tokens.add("".join([syllable[0] for syllable in rest])[:TOKEN_LENGTH])
    return tokens


def query_token(text: str) -> str:
    """What a user typed, in the form of a token: search for tokens that begin with it. Empty when nothing searchable
    was typed.
    """
    token = "".join(sign for sign in _lower(text) if not is_separator(sign))
    return re.sub(r"([ln])yu", r"\1v", token)[:TOKEN_LENGTH]  # passports write lü as LYU


def sounds_alike_key(name: str) -> str:
    """Equal for names that many people here don't tell apart by ear: flat and curled tongue, n and ng, n and l, hu
    and f.
    """
    return " ".join(map(_folded, _syllables(name, _pieces(name))))


def _pieces(name: str) -> list[str]:
    """Chinese characters one by one, other scripts by the word; separators and blanks fall away."""
    if len(name) < 5 and all(map(_is_han, name)):
        return list(unicodedata.normalize("NFKC", name))
    pieces: list[str] = []
    in_word = False
    for sign in _lower(name):
        joins = not _is_han(sign) and unicodedata.category(sign)[0] in "LMN"
        if joins and in_word:
            pieces[-1] += sign
        elif not is_separator(sign):
            pieces.append(sign)
        in_word = joins
    return pieces


@lru_cache(maxsize=65536)
def is_separator(sign: str) -> bool:
    """Whether a sign only stands between the parts of a name: blanks, dots of any kind, hyphens, brackets and other
    punctuation.
    """
    return unicodedata.category(sign)[0] in "PZC" or sign in DOTS


def _lower(text: str) -> str:
    """Lower case without accents and tone marks, with ü as v, as on a keyboard; full-width forms as ASCII."""
    text = unicodedata.normalize("NFKC", text).lower()
    if text.isascii():
        return text
    marked = U_WITH_DOTS.sub("v", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFKC", LATIN_MARKS.sub("", marked))


@lru_cache(maxsize=65536)
def _is_han(sign: str) -> bool:
    return HAN.fullmatch(sign) is not None


@lru_cache(maxsize=65536)
def _syllable(piece: str) -> str:
    """The usual reading of a character; anything without a reading stands for itself."""
    if piece in IN_NAMES or not HAN.fullmatch(piece):
        return IN_NAMES.get(piece, piece)
    return _lower("".join(lazy_pinyin(piece, style=Style.NORMAL))) or piece


def _syllables(name: str, pieces: list[str]) -> list[str]:
    syllables = [_syllable(piece) for piece in pieces]
    if len(pieces) < 2 or not _is_han(pieces[0]) or not DOTS.isdisjoint(name):
        return syllables
    beginning = pieces[0] + pieces[1]
    if len(pieces) > 2 and beginning in COMPOUND_SURNAMES:
        syllables[:2] = COMPOUND_READINGS.get(beginning, syllables[:2])
    elif pieces[0] in SURNAMES and beginning not in NO_SURNAMES:
        syllables[0] = SURNAMES[pieces[0]]
    return syllables


@lru_cache(maxsize=4096)
def _folded(syllable: str) -> str:
    """One syllable without what is often confused. `hu` with a vowel is heard as `f`: huang/fang, hui/fei, hun/fen,
    huo/fo.
    """
    folded = re.sub(r"^([zcs])h", r"\1", syllable)
    folded = re.sub(r"^n(?=.)", "l", folded)
    if folded.startswith("hu"):
        rest = folded[2:]
        folded = "f" + {"": "u", "i": "ei", "n": "en"}.get(rest, rest)
    return re.sub(r"(?<=[aei])ng$", "n", folded)
