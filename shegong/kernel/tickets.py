"""Numbers and look-up codes of what people without an account leave: how they follow from a key, how they are typed."""

from hashlib import blake2b
from typing import Final
from uuid import UUID

from django.conf import settings

CODE_DIGITS: Final = 8


def digits(key: UUID, what: str, table: str) -> str:
    """Eight digits that follow from the key for us, and from nothing for anybody else. `table` keeps those of different
    things apart.
    """
    keyed: bytes = settings.KEYRING.blind_index(f"{key} {what}", f"{table}.digits")
    return f"{int.from_bytes(blake2b(keyed, digest_size=8).digest(), 'big') % 10**CODE_DIGITS:08d}"


def code_digest(number: str, code: str, table: str) -> bytes:
    """Keyed digest of a look-up code, 16 bytes."""
    digest: bytes = settings.KEYRING.blind_index(f"{number} {code}", f"{table}.code")
    return digest


def spaced(digits: str) -> str:
    """Digits in fours, to be read out."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def spoken(number: str) -> str:
    """A number with its letter apart and its digits in fours."""
    return f"{number[:1]} {spaced(number[1:])}"


def typed_number(text: str, letter: str) -> str:
    """What was typed as a number: its first eight digits behind the letter."""
    return letter + typed_code(text)


def typed_code(text: str) -> str:
    """What was typed as a code: its first eight digits."""
    return "".join(sign for sign in text[:40] if sign.isascii() and sign.isdigit())[:CODE_DIGITS]
