"""Numbers and codes as people write them down and type them."""

from typing import Final

CODE_DIGITS: Final = 8


def spaced(digits: str) -> str:
    """Digits in fours, to be read out."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def spoken(number: str) -> str:
    """A number with its letter apart and its digits in fours."""
    return f"{number[:1]} {spaced(number[1:])}"


def typed_number(text: str, letter: str) -> str:
    """What was typed as a number: its first eight digits behind the letter."""
    return letter + _digits(text)[:8]


def typed_code(text: str) -> str:
    """What was typed as a code: its first eight digits."""
    return _digits(text)[:CODE_DIGITS]


def _digits(text: str) -> str:
    return "".join(sign for sign in text[:40] if sign.isascii() and sign.isdigit())
