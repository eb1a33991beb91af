"""A gift's number and look-up code, which follow from its key."""

from typing import Final
from uuid import UUID

from shegong.kernel import tickets

TABLE: Final = "linkage_donation"
LETTER: Final = "J"


def number_of(key: UUID, draw: int) -> str:
    """A gift's number, in a draw: another where a gift has it already."""
    return f"{LETTER}{tickets.digits(key, f'number {draw}', TABLE)}"


def code_of(key: UUID) -> str:
    """A gift's look-up code."""
    return tickets.digits(key, "code", TABLE)


def code_digest(number: str, code: str) -> bytes:
    """Keyed digest of a gift's look-up code."""
    return tickets.code_digest(number, code, TABLE)
