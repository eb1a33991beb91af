"""Decisions about sign-in: values in, answer out."""

import re
import secrets
import string
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

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


USERNAME = re.compile(r"[\w.@+-]{1,60}")


def username_problem(username: str) -> Problem | None:
    """Why nobody can have this user name, or None. Letters of all scripts will do, but no two that look alike."""
    if not USERNAME.fullmatch(username):
        return Problem("username", _("用户名只能由文字、数字和 . _ - @ + 组成，最多 60 个字。"), "username")
    if unicodedata.normalize("NFKC", username) != username:
        return Problem("username_width", _("用户名中有全角字符，请改用半角。"), "username")
    return None


def new_token() -> str:
    """`sg_` and 40 random letters and digits (238 bits)."""
    return BEARER_MARK + "".join(secrets.choice(BEARER_LETTERS) for _n in range(BEARER_LENGTH))


def token_digest(token: str) -> bytes:
    """What is kept of a token: its SHA-256. A token is random, so no salt is needed."""
    return sha256(token.encode()).digest()


def new_recovery_code() -> str:
    """Ten digits (33 bits; guessing is slowed down): one field and a numeric keypad serve both kinds of code."""
    return f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}"


def new_one_time_password(groups: int = 3) -> str:
    """Letters and digits in groups of four (20 bits each), to be told to somebody and changed at the next sign-in."""
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _n in range(4)) for _g in range(groups))


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
    total = sum(count for _at, count in remembered)
    for at, count in remembered:
        if total < limit:
            return None
        total -= count
        if total < limit:
            return at + period
    return None
