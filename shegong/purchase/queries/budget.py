"""A year's budget as the ledger has it, and who hands one in."""

from decimal import Decimal

from django.db.models import QuerySet, Sum

from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import EntryKind, FundKind
from shegong.purchase.models import BudgetSheet, Fund
from shegong.purchase.queries.ledger import entries, hubs_of
from shegong.purchase.rules.budget import Known

Row = tuple[str, str, str, str, Decimal | None]


def centre_id() -> int:
    """The support centre, which keeps what isn't given out yet."""
    return Station.objects.values_list("id", flat=True).get(tier=Tier.CENTRE)


def loader(viewer: Viewer) -> int | None:
    """For whom a viewer hands budgets in: the city for the support centre, a county's officer for the own hub; nobody
    else.
    """
    if viewer.has(Role.CITY):
        return centre_id()
    return viewer.hubs[0] if viewer.has(Role.COUNTY) and viewer.hubs else None


def places(viewer: Viewer) -> list[Station]:
    """The support centre and the hubs that a budget of this viewer may name (one query)."""
    return hubs_of(viewer)


def known(viewer: Viewer) -> Known:
    """What a budget is held against (three queries)."""
    hubs = places(viewer)
    own = "" if viewer.has(Role.CITY) else next((hub.key for hub in hubs if hub.pk == viewer.hubs[0]), "")
    return Known(
        kinds=dict(Fund.objects.values_list("code", "kind")),
        hubs={hub.key for hub in hubs},
        centre=Station.objects.values_list("key", flat=True).get(tier=Tier.CENTRE),
        own=own,
    )


def budget_rows(viewer: Viewer, year: int, *, empty: bool = False) -> list[Row]:
    """A year's budget: what each hub was given of each fund, and what of it stays with the support centre; as a form to
    fill in, `empty`, every fund of every place (four queries).
    """
    hubs, funds = places(viewer), list(Fund.objects.order_by("code"))
    if not viewer.has(Role.CITY):
        funds = [fund for fund in funds if fund.kind == FundKind.COUNTY]
    given: dict[tuple[int, int], Decimal] = {}
    if not empty:
        standing = entries(viewer).filter(year_id=year, reversed_by__isnull=True).order_by()
        for fund_id, kind, hub_id, to_hub_id, amount in (
            standing.filter(kind__in=(EntryKind.APPROPRIATE, EntryKind.ALLOCATE))
            .values_list("fund_id", "kind", "hub_id", "to_hub_id")
            .annotate(total=Sum("amount"))
        ):
            place = (fund_id, hub_id)
            if kind == EntryKind.APPROPRIATE:
                given[place] = given.get(place, Decimal(0)) + amount
            elif to_hub_id is not None:
                given[place] = given.get(place, Decimal(0)) - amount
                given[fund_id, to_hub_id] = given.get((fund_id, to_hub_id), Decimal(0)) + amount
    rows: list[Row] = []
    for fund in funds:
        for hub in hubs:
            amount = given.get((fund.pk, hub.pk))
            fits = fund.kind != FundKind.COUNTY or hub.tier != Tier.CENTRE
            if amount or (empty and fits):
                rows.append((fund.code, fund.name, hub.key, hub.name, amount or None))
    return rows


def sheets(viewer: Viewer) -> QuerySet[BudgetSheet]:
    """The budgets that were handed in, the latest first, as far as the viewer sees them."""
    found = BudgetSheet.objects.select_related("hub")
    if viewer.has(Role.CITY):
        return found
    return found.filter(hub_id__in=viewer.hubs if viewer.has(Role.COUNTY) else ())
