"""Checking a workbook, and importing it: all of it in one transaction, or nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.config.workbook.changes import Changes
from shegong.config.workbook.findings import Finding, Row, WorkbookProblem, whole_file
from shegong.config.workbook.places import Organisations, Stations
from shegong.config.workbook.reading import read_workbook
from shegong.config.workbook.sheets import SHEETS, Sheet
from shegong.config.workbook.staff import Accounts, Workers
from shegong.config.workbook.template import NewAccount
from shegong.indicators.actions import recount_towns
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.models import City
from shegong.network.scope import Viewer, enter
from shegong.people.enums import Role

LOCK: Final = 0x62_6F_6F_6B  # any number that nobody else takes as an advisory lock


@dataclass(frozen=True, slots=True)
class Count:
    """What becomes of the rows of a sheet."""

    sheet: Sheet
    rows: int
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do: warnings, counts by sheet, and the passwords of new accounts."""

    counts: list[Count]
    warnings: list[Finding]
    passwords: list[NewAccount] = field(default_factory=list)


class _Plan:
    """All sheets taken in, against what is there."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self._rows = {sheet.name: rows.get(sheet.name, []) for sheet in SHEETS}
        self.organisations = Organisations()
        for row in self._rows["organisations"]:
            self.organisations.plan(row)
        self.stations = Stations(self._rows["stations"], self.organisations, clock.today())
        self.stations.plan(self._rows["stations"])
        named = {row.text("username") for name in ("accounts", "workers") for row in self._rows[name]} - {""}
        self.accounts = Accounts(self._rows["accounts"], named, self.organisations, self.stations)
        for row in self._rows["accounts"]:
            self.accounts.plan(row)
        self.workers = Workers(self._rows["workers"], self.organisations, self.stations, self.accounts)
        for row in self._rows["workers"]:
            self.workers.plan(row)
        self.workers.check_loads()

    def findings(self) -> list[Finding]:
        """Everything found, sheet by sheet and row by row."""
        return [finding for rows in self._rows.values() for row in rows for finding in row.findings]

    def counts(self) -> list[Count]:
        """How many rows of each sheet are new and how many change what is there."""
        changes: dict[str, Changes[Any]] = {
            "stations": self.stations.changes,
            "organisations": self.organisations.changes,
            "accounts": self.accounts.changes,
            "workers": self.workers.changes,
        }
        return [
            Count(sheet, len(self._rows[sheet.name]), len(made.added), len(made.changed))
            for sheet in SHEETS
            for made in [changes[sheet.name]]
        ]

    def write(self, by: Viewer | None) -> None:
        """Write all that is new or changed."""
        self.organisations.changes.write()
        self.stations.write()
        if by is not None:
            # New hubs are in nobody's scope yet: it is worked out anew, or their staff could not be written.
            enter(by.account_id)
        if self.stations.moved:
            recount_towns(self.stations.moved)
        self.accounts.write()
        self.workers.write()


def check_workbook(file: IO[bytes], by: Viewer | None) -> Outcome:
    """What an import of this file would do; changes nothing. Raises WorkbookProblem with all that is wrong."""
    return _import(file, by, write=False)


def import_workbook(file: IO[bytes], by: Viewer | None) -> Outcome:
    """Import a workbook: what is new is added, what is there is brought up to date, the same again changes nothing.

    In one transaction, one at a time, with one journal row. `by` is an administrator, or None for the command, which
    runs as the tables' owner. Raises WorkbookProblem with all that is wrong, and then nothing is changed; Problem
    (403) for other viewers.
    """
    return _import(file, by, write=True)


def _import(file: IO[bytes], by: Viewer | None, *, write: bool) -> Outcome:
    if by is not None and not by.has(Role.ADMIN):
        raise Problem("may_not_import", _("只有系统管理员可以导入工作簿。"), status=403)
    try:
        with _nothing_collected():
            rows = read_workbook(file)
            with transaction.atomic():
                return _imported(file, rows, by, write=write)
    except IntegrityError as error:
        # What a constraint refuses that no row's check foresaw: a period that overlaps one long past.
        reason = _("与系统中已有的历史数据冲突，没有导入。请到后台核对这些站点和人员的起止日期。")
        raise whole_file(Problem("conflict", reason, status=409)) from error


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Makes millions of small objects that stay until the end of the import: looking through them for cycles again and
    again would take a third of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _imported(file: IO[bytes], rows: dict[str, list[Row]], by: Viewer | None, *, write: bool) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not City.objects.exists():
        raise whole_file(Problem("no_city", _("还没有建立城市，请先运行 shegong init。"), status=409))
    plan = _Plan(rows)
    findings = plan.findings()
    if any(not finding.is_warning for finding in findings):
        raise WorkbookProblem(findings)
    counts = plan.counts()
    if write:
        plan.write(by)
        file.seek(0)
        digest = sha256(file.read()).hexdigest()
        detail = {count.sheet.name: [count.added, count.changed] for count in counts}
        log("import_workbook", "workbook", digest[:16], by=by.account_id if by else None, detail=detail)
        # References and periods are checked here, where they can still be told, and not at the end of the request.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return Outcome(counts, findings, plan.accounts.passwords)
