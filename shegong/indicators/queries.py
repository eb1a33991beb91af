"""Readings: the value of an indicator for a station's subtree and a period, its parts, and its course over time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import Field, PopulationGroup, ServiceItem
from shegong.indicators.flows import NOTHING, Flow, flow, flows_by_facet, flows_by_period, flows_by_station
from shegong.indicators.rules import CHILD, Indicator, Name, Unit, indicator_of
from shegong.indicators.stocks import Snapshot
from shegong.kernel import clock
from shegong.kernel.cells import FEW_WORDS, coarse, is_few
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.prepared import prepared
from shegong.kernel.problems import Problem
from shegong.kernel.wording import NOTHING as NOTHING_TO_SHOW
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role


@dataclass(frozen=True, slots=True)
class Reading:
    """A number and what it is made of. `value` is None where there is nothing to measure, or where `suppressed`:
    so few are behind it (0 to 5) that this viewer is not told. A `rounded` value is to the nearest multiple of five.
    """

    code: str
    station: str
    period: Period
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    unit: Unit
    as_of: datetime
    suppressed: bool = False
    rounded: bool = False

    def as_json(self) -> dict[str, object]:
        """The form of `shegong reading --json` and of the API."""
        content: dict[str, object] = {
            "code": self.code,
            "station": self.station,
            "period": str(self.period),
            "value": None if self.value is None else plain(self.value),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "unit": self.unit.value,
            "as_of": self.as_of.isoformat(timespec="seconds"),
        }
        if self.suppressed:
            content["suppressed"] = True
        if self.rounded:
            content["rounded"] = True
        return content

    def words(self) -> str:
        """The value for readers, without its unit: 1,234.5, "0–5", a tilde before a rounded one, a dash for none, and
        for a suppressed ratio: "0–5 points" would be read as a rating.
        """
        if self.suppressed:
            return FEW_WORDS if indicator_of(self.code).denominator is None else NOTHING_TO_SHOW
        if self.value is None:
            return NOTHING_TO_SHOW
        return f"≈ {number(self.value)}" if self.rounded else number(self.value)


@dataclass(frozen=True, slots=True)
class Part:
    """A reading's part: by child station, group, field, service or method."""

    key: str
    name: Name
    reading: Reading
    station: Station | None = None  # of a part by child

    def as_json(self) -> dict[str, object]:
        """The reading with the part's key and name."""
        return {"key": self.key, "name": str(self.name)} | self.reading.as_json()


def plain(value: Decimal) -> int | float:
    """The value as JSON and charts take it."""
    return int(value) if value == value.to_integral_value() else float(value)


def station_by_key(key: str | None) -> Station:
    """A station by its key; without one the support centre, which stands for the city. Raises Problem (404)."""
    named = Station.objects.filter(key=key).select_related("division") if key else _centre()
    found = next(iter(named), None)
    if found is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station", 404)
    return found


@prepared
def _centre() -> QuerySet[Station]:
    return Station.objects.filter(tier=Tier.CENTRE).select_related("division")


def reading(code: str, station: Station, period: Period | None = None) -> Reading:
    """An indicator's value, exact (one query, two for a ratio of stocks or for a room). The period is the current year
    unless given.

    Raises Problem `indicator_unknown`.
    """
    return board([code], station, period)[code]


def board(
    codes: Iterable[str], station: Station, period: Period | None = None, held: Snapshot | None = None
) -> dict[str, Reading]:
    """Several readings of one station: one query for all flows together, one for each family of stocks (none for those
    that `held`, of the same station and day, has read already).
    """
    period = period or Period.current(PeriodKind.YEAR, clock.today())
    indicators = [indicator_of(code) for code in codes]
    happened = flow(station, period) if any(each.flow for each in indicators) else NOTHING
    held = held or Snapshot(station, last_day(period))
    return {
        each.code: _made(each, station.key, period, *(_of_flow(each, happened) if each.flow else _of(each, held.total)))
        for each in indicators
    }


def breakdown(code: str, station: Station, period: Period | None, by: str, held: Snapshot | None = None) -> list[Part]:
    """An indicator's parts by child station, group, field, service or method, those that are empty left out.

    Persons of the parts don't add up to the whole: somebody served by two methods counts in both.
    Raises Problem `dimension_unknown` (400) where the indicator can't be broken down so.
    """
    indicator = indicator_of(code)
    period = period or Period.current(PeriodKind.YEAR, clock.today())
    if by not in indicator.dimensions:
        raise Problem("dimension_unknown", _("这个指标不能这样分组。"), "by", 400)
    if by == CHILD:
        return _by_child(indicator, station, period, held or Snapshot(station, last_day(period)))
    names = names_of(by)
    parts = [
        Part(names[key][0], names[key][1], _made(indicator, station.key, period, *_of_flow(indicator, value)))
        for key, value in flows_by_facet(station, period, by).items()
        if key in names
    ]
    return sorted((p for p in parts if p.reading.numerator), key=lambda p: -(p.reading.numerator or 0))


def part_of(code: str, station: Station, period: Period, by: str, key: str) -> Reading:
    """One part of a reading by its key; a reading of nothing where there is none. Raises as `breakdown`."""
    for part in breakdown(code, station, period, by):
        if part.key == key:
            return part.reading
    indicator = indicator_of(code)
    return _made(indicator, station.key, period, 0, 0 if indicator.denominator else None)


def course(code: str, station: Station, last: Period, count: int) -> list[Reading]:
    """A flow's readings over `count` periods up to `last`, oldest first (one query, whatever the count)."""
    indicator = indicator_of(code)
    periods = [last]
    for _unused in range(count - 1):
        periods.insert(0, periods[0].previous())
    if not indicator.flow:
        return [reading(code, station, period) for period in periods]
    found = flows_by_period(station, periods[0], last)
    return [
        _made(indicator, station.key, period, *_of_flow(indicator, found.get(period, NOTHING))) for period in periods
    ]


def children_of(station: Station) -> list[Station]:
    """The stations just below, with their divisions, in the order of their keys (one query)."""
    return _below(station.pk)


@prepared
def _below(station_id: int) -> QuerySet[Station]:
    return Station.objects.filter(parent_id=station_id).select_related("division").order_by("path")


def last_day(period: Period) -> date:
    """The day on which a stock is read: the period's last, or today while it lasts."""
    return min(period.end - timedelta(days=1), clock.today())


def may_read(viewer: Viewer, station: Station) -> bool:
    """Whether a viewer may read the numbers of this station: it lies in the subtree of one of the viewer's units."""
    above = {station.id, station.town_id, station.hub_id}
    if above & set(viewer.units):
        return True
    return Station.objects.filter(id__in=viewer.units, tier=Tier.CENTRE).exists()


def plans_for(viewer: Viewer, station: Station) -> bool:
    """Whether a viewer sets this station's targets: city officers the city's, county officers their county's."""
    if station.tier == Tier.CENTRE:
        return viewer.has(Role.CITY)
    return station.tier == Tier.HUB and viewer.has(Role.COUNTY) and station.id in viewer.hubs


def shown(found: Reading, viewer: Viewer, station: Station, *, faceted: bool = False) -> Reading:
    """A reading as this viewer may see it.

    Who may see the people by name sees exact numbers; so does everybody for a whole county or the city. Below that,
    and in parts by group, field, service or method, 0 to 5 is suppressed and the others are rounded to multiples of
    five, so that no difference between a number and its parts gives a small one away (docs/adr/0004-small-cells.md).
    """
    indicator = indicator_of(found.code)
    broad = station.tier in (Tier.CENTRE, Tier.HUB) and not faceted
    if not indicator.flow or broad or viewer.reaches(station.hub_id, station.id):
        return found
    counted = _least_behind(indicator, found)
    if found.value is None or counted is None or is_few(counted):
        return replace(found, value=None, numerator=None, denominator=None, suppressed=True)
    # An average is of at least six ratings here; one decimal less doesn't tell how many.
    value = found.value.quantize(Decimal("0.1"), ROUND_HALF_UP) if indicator.denominator else coarse(found.value)
    return replace(found, value=value, numerator=None, denominator=None, rounded=not indicator.denominator)


def _least_behind(indicator: Indicator, found: Reading) -> Decimal | int | None:
    """How many a number could point at: of a share those it holds for, or those it doesn't, whoever are fewer."""
    if found.value is None or found.denominator is None or found.numerator is None:
        return found.value
    if indicator.unit is Unit.PERCENT:
        return min(found.numerator, found.denominator - found.numerator)
    return found.denominator


def shown_parts(parts: Iterable[Part], viewer: Viewer, station: Station, by: str) -> list[Part]:
    """The parts of a station's reading as this viewer may see them. Children are all there; of the parts by group,
    field, service or method those with few behind them are left out, as are the empty ones.
    """
    if by == CHILD:
        return [
            replace(part, reading=shown(part.reading, viewer, part.station))
            for part in parts
            if part.station is not None
        ]
    seen = [replace(part, reading=shown(part.reading, viewer, station, faceted=True)) for part in parts]
    return [part for part in seen if not part.reading.suppressed]


def shown_count(count: int, viewer: Viewer, station: Station) -> int | None:
    """A count of people below a station as this viewer may see it: exact, to a multiple of five, or not at all."""
    if station.tier in (Tier.CENTRE, Tier.HUB) or viewer.reaches(station.hub_id, station.id):
        return count
    return None if is_few(count) else int(coarse(Decimal(count)))


def _of_flow(indicator: Indicator, value: Flow) -> tuple[int, int | None]:
    denominator = getattr(value, indicator.denominator) if indicator.denominator else None
    return getattr(value, indicator.numerator), denominator


def _of(indicator: Indicator, count: Callable[[str], int]) -> tuple[int, int | None]:
    return count(indicator.numerator), count(indicator.denominator) if indicator.denominator else None


def _made(indicator: Indicator, station: str, period: Period, numerator: int, denominator: int | None) -> Reading:
    return Reading(
        code=indicator.code,
        station=station,
        period=period,
        value=indicator.value(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        unit=indicator.unit,
        as_of=clock.now(),
    )


def _by_child(indicator: Indicator, station: Station, period: Period, held: Snapshot) -> list[Part]:
    children = children_of(station)
    if not children:
        return []
    values: dict[int, tuple[int, int | None]]
    if indicator.flow:
        found = flows_by_station(children, period)
        values = {child.id: _of_flow(indicator, found.get(child.id, NOTHING)) for child in children}
    else:
        above = held.of_children(indicator.numerator)
        below = held.of_children(indicator.denominator) if indicator.denominator else None
        values = {
            child.id: (above.get(child.id, 0), None if below is None else below.get(child.id, 0)) for child in children
        }
    return [
        Part(child.key, child.name, _made(indicator, child.key, period, *values[child.id]), child) for child in children
    ]


def names_of(by: str) -> dict[int, tuple[str, Name]]:
    """{facet id: (code, name)} of what numbers can be broken down by (one query; none for the method)."""
    if by == "method":
        return {ord(method.value): (method.value, method.label) for method in Method}
    if by == "service":
        # The newest wording of a service, under the id of its first version.
        return {item.first_id or item.id: (item.code, item.name) for item in _services_by_version()}
    rows: Sequence[Field | PopulationGroup] = _fields() if by == "field" else _groups()
    return {row.id: (row.code, row.name) for row in rows}


@prepared
def _fields() -> QuerySet[Field]:
    return Field.objects.all()


@prepared
def _groups() -> QuerySet[PopulationGroup]:
    return PopulationGroup.objects.all()


@prepared
def _services_by_version() -> QuerySet[ServiceItem]:
    return ServiceItem.objects.order_by("version").only("code", "name_zh", "name_en", "first")
