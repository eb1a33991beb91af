"""Opening and closing fiscal years."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.actions.ledger import lines_of
from shegong.purchase.enums import EntryKind, MoneyStage, TransferState
from shegong.purchase.models import Balance, FiscalYear, LedgerEntry, LedgerLine, SubjectBalance, Transfer

CARRIED = (MoneyStage.APPROPRIATED, MoneyStage.ALLOCATED, MoneyStage.RESERVED, MoneyStage.COMMITTED)
HELD = (MoneyStage.RESERVED, MoneyStage.COMMITTED)


@transaction.atomic
def open_year(year: int, *, by: Viewer, at: datetime) -> FiscalYear:
    """Open the ledger of a year, or find it open. Raises Problem at `year` for one more than a year ahead; 403."""
    _city(by)
    if not 2015 <= year <= clock.today().year + 1:
        raise Problem("year_range", _("只能建立到明年为止的年度。"), "year")
    found, is_new = FiscalYear.objects.get_or_create(year=year)
    if is_new:
        log("open_year", "fiscal_year", year, by=by.account_id, at=at)
    return found


@transaction.atomic
def close_year(year: int, *, by: Viewer, at: datetime) -> int:
    """Close a year: what isn't spent goes to the next one, each sum in its stage and for its subject; then nothing is
    booked in it any more. Returns how many sums were carried over.

    Whoever books at the same moment comes before or is refused. Raises Problem at `year` for a year that isn't over,
    whose year before is open, that is closed or unknown, or with transfers undecided; 403.
    """
    _city(by)
    closing = FiscalYear.objects.select_for_update().filter(year=year).first()
    if closing is None or closing.closed_at is not None:
        raise Problem("year_closed", _("%(year)s 年度没有建账或已经结账。"), "year", params={"year": year})
    if clock.today() < date(year, 12, 31):
        raise Problem("year_running", _("年度还没有结束，12 月 31 日起才能结账。"), "year")
    if FiscalYear.objects.filter(year__lt=year, closed_at__isnull=True).exists():
        raise Problem("year_before_open", _("请先给更早的年度结账。"), "year")
    if Transfer.objects.filter(year_id=year, state=TransferState.ASKED).exists():
        raise Problem("transfers_waiting", _("还有调剂申请没有审批。"), "year")
    FiscalYear.objects.get_or_create(year=year + 1)
    carried = _carry(year, by, at)
    closing.closed_at, closing.closed_by_id = at, by.account_id
    closing.save()
    log("close_year", "fiscal_year", year, by=by.account_id, at=at, detail={"carried": carried})
    return carried


def _carry(year: int, by: Viewer, at: datetime) -> int:
    """One entry for each sum that is left, all written at once."""
    free = Balance.objects.filter(year=year, stage__in=set(CARRIED) - set(HELD), amount__gt=0)
    held = SubjectBalance.objects.filter(year=year, stage__in=HELD, amount__gt=0)
    sums = [(row.fund_id, row.hub_id, row.stage, "", row.amount) for row in free]
    sums += [(row.fund_id, row.hub_id, row.stage, row.subject, row.amount) for row in held]
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            key=uuid7(), kind=EntryKind.CARRY, fund_id=fund_id, year_id=year, hub_id=hub_id, amount=amount,
            subject=subject, booked_on=clock.today(), made_at=at, made_by_id=by.account_id,
        )
        for fund_id, hub_id, _stage, subject, amount in sorted(sums)
    )  # fmt: skip
    LedgerLine.objects.bulk_create(
        line
        for entry, (_fund, hub_id, stage, subject, amount) in zip(entries, sorted(sums), strict=True)
        for line in lines_of(
            entry,
            [
                (hub_id, year, MoneyStage(stage), subject, -amount),
                (hub_id, year, MoneyStage.CARRIED_OUT, "", amount),
                (hub_id, year + 1, MoneyStage.CARRIED_IN, "", -amount),
                (hub_id, year + 1, MoneyStage(stage), subject, amount),
            ],
        )
    )
    return len(sums)


def _city(by: Viewer) -> None:
    if not by.has(Role.CITY):
        raise Problem("ledger_not_yours", _("您不能记这笔账。"), status=403)
