"""Drives, gifts, goods and their use, as each side may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field
from shegong.kernel.problems import Problem
from shegong.linkage.enums import IN_USE, DriveState, RecipientKind, StockMoveKind
from shegong.linkage.models import (
    CharityCertificate,
    Donation,
    Drive,
    GiftLot,
    GiftRecipient,
    GiftUse,
    Stock,
    StockMove,
)
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Activity, Client, SocialGroup

STAFF: Final = (Role.COUNTY, Role.HEAD, Role.WORKER)
OFFICERS: Final = (Role.CITY, Role.COUNTY)
KEEPERS: Final = (Role.CITY, *STAFF)
READERS: Final = (*KEEPERS, Role.DONOR)
NOTHING: Final = Decimal("0.00")


def charities_of(viewer: Viewer) -> frozenset[int]:
    """The charities for which the viewer acts (one query; none for who isn't a donor or a charity's)."""
    if not viewer.has(Role.DONOR):
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_charities()")
        return frozenset(cursor.fetchone()[0])


def may_lead(viewer: Viewer, drive: Drive, charities: frozenset[int] | None = None) -> bool:
    """Whether a viewer leads a drive: its charity, or the city."""
    own = charities_of(viewer) if charities is None else charities
    return viewer.has(Role.CITY) or drive.organisation_id in own


def may_keep(viewer: Viewer, station: Station) -> bool:
    """Whether a viewer keeps a station's goods and gives them out: its people, and its county's officers."""
    return viewer.has(*STAFF) and viewer.reaches(station.hub_id, station.pk)


def charities() -> QuerySet[Organisation]:
    """All charities, with their certificates."""
    found = Organisation.objects.filter(kinds__contains=[OrganisationKind.CHARITY])
    return found.prefetch_related("charity_certificates").order_by("name", "id")


def may_raise(organisation_id: int, since: date, until: date) -> bool:
    """Whether a charity's certificate covers each day of [since, until) (one query)."""
    found = CharityCertificate.objects.filter(organisation_id=organisation_id, kind="fundraising", since__lte=since)
    return found.filter(Q(until__isnull=True) | Q(until__gte=until)).exists()


def certificate_on(organisation_id: int, kind: str, day: date) -> str:
    """The number of a charity's certificate on a day; empty for none (one query)."""
    found = CharityCertificate.objects.filter(organisation_id=organisation_id, kind=kind, since__lte=day)
    number = found.filter(Q(until__isnull=True) | Q(until__gt=day)).values_list("number", flat=True).first()
    return number or ""


def published() -> QuerySet[Drive]:
    """What everybody may see."""
    found = Drive.objects.exclude(state__in=(DriveState.DRAFT, DriveState.CALLED_OFF))
    return found.select_related("organisation", "hub", "station", "field")


def drives_seen(viewer: Viewer | None, own: frozenset[int] = frozenset()) -> QuerySet[Drive]:
    """The published drives, and the drafts of the viewer's own charity (the city sees all)."""
    found = Drive.objects.select_related("organisation", "hub", "station", "field")
    if viewer is not None and viewer.has(Role.CITY):
        return found
    open_ones = ~Q(state__in=(DriveState.DRAFT, DriveState.CALLED_OFF))
    return found.filter(open_ones | Q(organisation_id__in=own))


def drives_in_use(organisation_id: int | None = None, *states: str) -> QuerySet[Drive]:
    """Drives that take gifts or use them, by title."""
    found = Drive.objects.filter(state__in=states or IN_USE).select_related("hub", "field")
    return (found.filter(organisation_id=organisation_id) if organisation_id else found).order_by("title", "id")


@dataclass(frozen=True, slots=True)
class Sums:
    """What came into a drive and where it is, in yuan; `people` is None for few, else to the nearest five."""

    gifts: int = 0
    received: Decimal = NOTHING
    used: Decimal = NOTHING
    cost: Decimal = NOTHING
    returned: Decimal = NOTHING
    moved_in: Decimal = NOTHING
    moved_out: Decimal = NOTHING
    remaining: Decimal = NOTHING
    lots: int = 0
    people: int | None = None

    @property
    def income(self) -> Decimal:
        """What was given, and what came from other drives."""
        return self.received + self.moved_in

    @property
    def share(self) -> Decimal | None:
        """How much of it was used, 0 to 1."""
        return (self.used + self.cost) / self.income if self.income else None


def sums_of(drives: Iterable[Drive]) -> dict[UUID, Sums]:
    """{drive: its sums} (one query)."""
    keys = [each.pk for each in drives]
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM linkage_drive_sums(%s)", [keys])  # in the order of the fields of Sums
        found = {row[0]: Sums(*row[1:]) for row in cursor.fetchall()}
    return {key: found.get(key, Sums()) for key in keys}


@dataclass(frozen=True, slots=True)
class UsedFor:
    """What gifts were used for: a kind of need at a place (empty: the city). `people` is None for few."""

    field: str
    place: str
    times: int
    people: int | None
    amount: Decimal


def uses_told(drive_id: UUID) -> list[UsedFor]:
    """What everybody is told of a drive's use, the largest first (three queries)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT field_id, hub_id, town_id, times, people, amount FROM linkage_drive_uses(%s)", [drive_id]
        )
        rows = cursor.fetchall()
    places = Station.objects.filter(pk__in={place for row in rows for place in row[1:3] if place}).in_bulk()
    needs = Field.objects.in_bulk({row[0] for row in rows})
    found = [
        UsedFor(needs[field].name, "，".join(str(places[each]) for each in (hub, town) if each), times, people, amount)
        for field, hub, town, times, people, amount in rows
    ]
    return sorted(found, key=lambda each: (-each.amount, -each.times, each.field, each.place))


def outcomes_told(drive_id: UUID) -> Mapping[str, int | None]:
    """How many clients were helped, had goals rated again, and came further; None for few (one query)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT helped, rated, improved FROM linkage_drive_outcomes(%s)", [drive_id])
        row = cursor.fetchone() or (None, None, None)
    return dict(zip(("helped", "rated", "improved"), row, strict=True))


def named_gifts(drive_id: UUID, most: int) -> list[tuple[str, str, Decimal | None, date]]:
    """(name, money or goods, amount, day) of who gave and agreed to be named, the latest first (one query)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM linkage_named_gifts(%s, %s)", [drive_id, most])
        return [(name, form, amount, on) for name, form, amount, on in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class GoodsTold:
    """What became of goods that were given."""

    item: str
    unit: str
    quantity: int
    given: int
    disposed: int
    remaining: int


def goods_told(donation_id: UUID) -> list[GoodsTold]:
    """What became of a gift's goods (one query)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM linkage_gift_goods(%s)", [donation_id])
        return [GoodsTold(*row) for row in cursor.fetchall()]


def donations_seen(viewer: Viewer, own: frozenset[int]) -> QuerySet[Donation]:
    """The gifts in the viewer's sight: of the own charity, of the own county, the own ones."""
    found = Donation.objects.select_related("drive", "donor")
    if viewer.has(Role.CITY):
        return found
    mine = Q(made_by_id=viewer.account_id) | Q(donor__account_id=viewer.account_id) | Q(charity_id__in=own)
    return found.filter(mine | Q(hub_id__in=viewer.hubs) if viewer.has(Role.COUNTY) else mine)


def donation_of(viewer: Viewer, key: UUID) -> Donation | None:
    """A gift that the viewer may see (two queries)."""
    found = donations_seen(viewer, charities_of(viewer)).select_related("drive__organisation", "receipt")
    return found.filter(pk=key).first()


def stocks_seen(viewer: Viewer, own: frozenset[int]) -> QuerySet[Stock]:
    """What lies where, of the viewer's reach or the own charity."""
    found = Stock.objects.filter(quantity__gt=0).select_related("lot", "lot__drive", "station")
    if viewer.has(Role.CITY):
        return found
    reach = Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations) if viewer.has(*STAFF) else Q(pk__in=[])
    return found.filter(reach | Q(lot__charity_id__in=own))


def stock_of(viewer: Viewer, lot_id: UUID, station_id: int) -> Stock | None:
    """What lies of a lot at a station (two queries)."""
    found = stocks_seen(viewer, charities_of(viewer))
    return found.filter(lot_id=lot_id, station_id=station_id).first()


def moves_seen(viewer: Viewer, own: frozenset[int]) -> QuerySet[StockMove]:
    """The movements in the viewer's reach; a charity sees its goods' but not what was given out where."""
    found = StockMove.objects.select_related("station", "to_station")
    if viewer.has(Role.CITY):
        return found
    reach = Q(pk__in=[])
    if viewer.has(*STAFF):
        for end in ("station", "to_station"):
            reach |= Q(**{f"{end}__hub_id__in": viewer.hubs}) | Q(**{f"{end}_id__in": viewer.stations})
    return found.filter(reach | Q(lot__charity_id__in=own) & ~Q(kind=StockMoveKind.DISTRIBUTED))


def moves_of(lot: GiftLot, viewer: Viewer) -> list[StockMove]:
    """A lot's movements, as far as the viewer sees them, the latest first (two queries)."""
    rows = moves_seen(viewer, charities_of(viewer)).filter(lot=lot)
    return list(rows.order_by("-moved_on", "-made_at", "-id")[:100])


def uses_seen(viewer: Viewer) -> QuerySet[GiftUse]:
    """What was given out in the viewer's reach."""
    found = GiftUse.objects.exclude(recipient="cost").select_related("drive", "station", "field", "lot")
    if viewer.has(Role.CITY):
        return found
    return found.filter(Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations))


def places_for(viewer: Viewer, drive: Drive | None = None) -> QuerySet[Station]:
    """The stations at which the viewer may take and give out goods, and which the drive's purpose allows."""
    found = Station.objects.exclude(stage="closed").order_by("path")
    if not viewer.has(Role.CITY) and not viewer.has(Role.DONOR):
        found = found.filter(Q(hub_id__in=viewer.hubs) | Q(pk__in=viewer.stations))
    if drive is None:
        return found
    if drive.station_id is not None:
        return found.filter(Q(pk=drive.station_id) | Q(town_id=drive.station_id))
    return found.filter(hub_id=drive.hub_id) if drive.hub.tier == Tier.HUB else found


DRIFT: Final = """
SELECT m.lot_id, m.station_id, coalesce(k.quantity, 0), coalesce(m.quantity, 0) FROM linkage_stock k
FULL JOIN (
    SELECT lot_id, station_id, sum(quantity)::int AS quantity FROM (
        SELECT lot_id, station_id, CASE WHEN kind = 'received' THEN quantity ELSE -quantity END AS quantity
        FROM linkage_stockmove
        UNION ALL SELECT lot_id, to_station_id, quantity FROM linkage_stockmove WHERE kind = 'moved') AS x
    GROUP BY 1, 2) AS m USING (lot_id, station_id)
WHERE coalesce(k.quantity, 0) <> coalesce(m.quantity, 0)"""


def stock_drift() -> list[tuple[Any, ...]]:
    """Every stock that isn't the sum of its movements, recounted. For the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        return list(cursor.fetchall())


def recipient_called(kind: str, words: str, station: Station, viewer: Viewer) -> UUID | None:
    """Whom people mean by a file number, name or title in the county, as far as the viewer sees; None for none. Raises
    Problem at who for more than one.
    """
    words = words.strip().replace("\0", "")
    if kind == RecipientKind.STATION or not words:
        return None
    if kind in (RecipientKind.CLIENT, RecipientKind.HOUSEHOLD):
        column = "id" if kind == RecipientKind.CLIENT else "household_id"
        reach = Q(hub_id__in=viewer.hubs) | Q(station_id__in=viewer.stations)
        rows = Client.objects.filter(reach, Q(number=words) | Q(name=words), hub_id=station.hub_id)
        keys = set(rows.values_list(column, flat=True)[:10])
    else:
        model = SocialGroup if kind == RecipientKind.GROUP else Activity
        keys = set(model._default_manager.filter(title=words, hub_id=station.hub_id).values_list("id", flat=True)[:10])
    keys.discard(None)
    if len(keys) > 1:
        raise Problem("recipient_several", _("有几个同名的，请写档案编号。"), "who")
    return next(iter(keys), None)


@dataclass(frozen=True, slots=True)
class GivenTo:
    """To whom a gift went, for who may see the file: what to call it, and where it is."""

    words: str
    url: str


def given_to(use: GiftUse, viewer: Viewer) -> GivenTo | None:
    """Who exactly got a gift; None where the viewer may not know, or where it was a station (two queries)."""
    if not (viewer.has(*STAFF) and viewer.reaches(use.hub_id, use.station_id)):
        return None
    row = GiftRecipient.objects.filter(pk=use.pk).first()
    if row is None:
        return None
    if row.client_id:
        client = Client.objects.filter(pk=row.client_id).only("id", "name", "number").first()
        return (
            GivenTo(f"{client.name} {client.number}", reverse("practice:client", args=[client.pk])) if client else None
        )
    if row.group_id:
        return GivenTo(str(row.group.title), reverse("practice:group", args=[row.group_id])) if row.group else None
    if row.activity_id and row.activity:
        return GivenTo(str(row.activity.title), reverse("practice:activity", args=[row.activity_id]))
    if row.household_id is None:
        return None
    members = Client.objects.filter(household_id=row.household_id).order_by("sort_key").values_list("name", flat=True)
    return GivenTo("、".join(members[:4]), "")
