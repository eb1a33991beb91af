"""Decisions about sign-in: values in, answer out."""

import secrets
import string
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

BEARER_MARK = "sg_"  # by which a leaked token is recognised
BEARER_LENGTH = 40
BEARER_LETTERS = string.ascii_letters + string.digits
BEARER_DAYS = 366
BEARER_COUNT = 20
TOTP_DIGITS = 6
RECOVERY_DIGITS = 10
RECOVERY_CODES = 10
# Without letters and digits that are taken for one another when read out or copied by hand.
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_token() -> str:
    """`sg_` and 40 random letters and digits (238 bits)."""
    return BEARER_MARK + "".join(secrets.choice(BEARER_LETTERS) for _ in range(BEARER_LENGTH))


def token_digest(token: str) -> bytes:
    """What is kept of a token: its SHA-256. A token is random, so no salt is needed."""
    return sha256(token.encode()).digest()


def new_recovery_code() -> str:
    """Ten digits (33 bits; guessing is slowed down): one field and a numeric keypad serve both kinds of code."""
    return f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}"


def new_one_time_password() -> str:
    """Twelve letters and digits in groups of four (59 bits), to be told to somebody and changed at the next sign-in."""
    letters = [secrets.choice(ONE_TIME_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 12, 4))


def grouped(code: str, size: int) -> str:
    """A code in groups, for reading and copying."""
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def typed_code(text: str) -> str:
    """A code as it was meant: full-width digits narrowed, spaces and dashes dropped."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in "-‐‑–—")


def lock_end(failures: Iterable[tuple[datetime, int]], limit: int, period: timedelta, now: datetime) -> datetime | None:
    """When sign-in is possible again; None if it is already.

    `failures` are moments and how many there were; each is forgotten a `period` after its moment, and sign-in is closed
    while `limit` or more are remembered.
    """
    remembered = sorted((at, count) for at, count in failures if at > now - period)
    total = sum(count for _, count in remembered)
    for at, count in remembered:
        if total < limit:
            return None
        total -= count
        if total < limit:
            return at + period
    return None
