"""Comparing the register's list with what is kept: row by row, what matches, what differs, what is unknown. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.workforce.enums import CertificateLevel
from shegong.workforce.rules.credential import LONGEST, checked_number

# What a column may be called in the register's spreadsheet, without blanks and in half width.
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("姓名", "Name"),
    "number": ("证书编号", "职业资格证书编号", "证书管理号", "管理号", "Certificate number"),
    "level": ("级别", "证书级别", "资格级别", "Level"),
    "since": ("登记日期", "登记起始日期", "有效期起", "Registered from"),
    "until": ("有效期至", "登记有效期至", "有效期止", "Valid until"),
}
LEVELS: Final[Mapping[str, CertificateLevel]] = {
    "助理社会工作师": CertificateLevel.ASSISTANT,
    "社会工作师": CertificateLevel.SOCIAL_WORKER,
    "高级社会工作师": CertificateLevel.SENIOR,
    **{level.value: level for level in CertificateLevel},
}
DAY: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


class Found(StrEnum):
    """How a row compares with what is kept."""

    MATCHED = "matched"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row of the register's list. `until` is the last valid day, as certificates print it."""

    number_of_row: int
    name: str
    number: str
    level: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate and its latest registration as they are kept; `until` is the first day without validity."""

    worker_id: int
    credential_id: int
    name: str
    level: str
    issued_on: date
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A member that differs: what is kept, and what the register says."""

    member: str
    kept: str | date | None
    register: str | date | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A row, how it compares, and what differs or is wrong."""

    row: RegisterRow
    found: Found
    kept: Kept | None = None
    differences: tuple[Difference, ...] = ()
    problem: Problem | None = None


@dataclass(slots=True)
class Heads:
    """Where each column stands."""

    places: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """The Chinese names of columns that aren't there."""
        return [names[0] for key, names in HEADS.items() if key not in self.places]


def heads_of(cells: Sequence[Any]) -> Heads:
    """The columns that a row names, if it is the head."""
    named = {folded(name): key for key, names in HEADS.items() for name in names}
    heads = Heads()
    for place, cell in enumerate(cells):
        key = named.get(folded(cell)) if isinstance(cell, str) else None
        if key is not None:
            heads.places.setdefault(key, place)
    return heads


def folded(text: str) -> str:
    """A text for comparing: half width, without blanks, lower case."""
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text)).lower()


def row_of(number: int, cells: Mapping[str, Any]) -> RegisterRow:
    """A row's values. Raises Problem at name, number, level, since or until."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(cells.get("name") or "")))
    if not name:
        raise Problem("cell_missing", _("姓名不能为空。"), "name")
    level = LEVELS.get(folded(str(cells.get("level") or "")))
    if level is None:
        raise Problem("level_unknown", _("级别应为助理社会工作师、社会工作师或高级社会工作师。"), "level")
    certificate = checked_number(_plain(cells.get("number")), "number")
    since, until = day_of(cells.get("since"), "since"), day_of(cells.get("until"), "until")
    if (since is None) != (until is None):
        raise Problem("cell_missing", _("登记日期和有效期至应同时填写。"), "until" if until is None else "since")
    if since is not None and until is not None and not timedelta(0) < until - since <= LONGEST:
        raise Problem("period_wrong", _("有效期应在登记日期之后，最长 3 年。"), "until")
    return RegisterRow(number, name, certificate, level, since, until)


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "")


def day_of(value: Any, member: str) -> date | None:
    """A day from a date cell or from text such as 2023-05-01, 2023年5月1日 or 20230501. Raises Problem there."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = DAY.fullmatch(folded(_plain(value)))
    try:
        return date(*map(int, match.groups())) if match else _no_day(member)
    except ValueError:
        return _no_day(member)


def _no_day(member: str) -> date:
    raise Problem("day_form", _("日期应写成 2023-05-01 的样子。"), member)


def compare(row: RegisterRow, kept: Kept | None) -> Compared:
    """A row beside what is kept under the same number. A differing name is never changed: it may be somebody else."""
    if kept is None:
        return Compared(row, Found.UNKNOWN)
    if folded(kept.name) != folded(row.name):
        return Compared(row, Found.WRONG, kept, problem=name_differs())
    until = None if row.until is None else row.until + timedelta(days=1)
    pairs: tuple[tuple[str, str | date | None, str | date | None], ...] = (
        ("level", kept.level, row.level),
        ("since", kept.since, row.since),
        ("until", kept.until, until),
    )
    differing = tuple(
        Difference(member, mine, theirs) for member, mine, theirs in pairs if mine != theirs and theirs is not None
    )
    if row.since is not None and row.since < kept.issued_on:
        return Compared(row, Found.WRONG, kept, problem=before_certificate(kept.issued_on))
    return Compared(row, Found.DIFFERS if differing else Found.MATCHED, kept, differing)


def name_differs() -> Problem:
    """The number is kept for somebody of another name."""
    return Problem("name_differs", _("编号相同而姓名不同，请先核实是谁的证书。"), "name")


def before_certificate(issued_on: date) -> Problem:
    """A registration before its certificate."""
    return Problem("before_certificate", _("登记不能早于发证日期（%(day)s）。"), "since", params={"day": issued_on})


def twice(number: str) -> Problem:
    """A list that names a certificate in two rows."""
    return Problem("number_twice", _("编号 %(number)s 在表中出现了两次。"), "number", params={"number": number})
