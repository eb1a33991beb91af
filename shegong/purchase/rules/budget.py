"""What a budget's workbook says, row by row. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.purchase.enums import FundKind


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A fund's sum for a county (by the code of the fund and the key of the hub; of the support centre: kept there
    to be given out later). `place` is the row's number in the workbook.
    """

    place: int
    fund: str
    hub: str
    amount: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a budget is held against: funds with their kind, hubs, which of them is the support centre, and whose funds
    and hubs the reader may book (`own`: the hub of a county's officer, empty for the city).
    """

    kinds: Mapping[str, str]
    hubs: Collection[str]
    centre: str
    own: str = ""


def row_problem(row: BudgetRow, known: Known) -> Problem | None:
    """What is wrong with a row, if anything."""
    kind = known.kinds.get(row.fund)
    if kind is None:
        return Problem("fund_unknown", _("没有资金代码 %(code)s。"), params={"code": row.fund or "—"})
    if row.hub not in known.hubs:
        return Problem("hub_unknown", _("没有区(市)县编号 %(key)s。"), params={"key": row.hub or "—"})
    if kind == FundKind.COUNTY and row.hub == known.centre:
        return Problem("county_fund_at_centre", _("区(市)县预算要写到区(市)县，不能写到市级。"))
    if known.own and (kind != FundKind.COUNTY or row.hub != known.own):
        return Problem("ledger_not_yours", _("您只能导入本区(市)县自己的预算。"))
    return None


def twice(rows: Sequence[BudgetRow]) -> list[tuple[int, Problem]]:
    """Rows that say again what another one has said: their places, and the problem."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        first = seen.setdefault((row.fund, row.hub), row.place)
        if first != row.place:
            params = {"row": first}
            found.append(
                (row.place, Problem("row_twice", _("与第 %(row)s 行是同一项资金、同一个地方。"), params=params))
            )
    return found
