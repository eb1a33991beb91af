"""What the board shows of a station and a period: numbers with base, past, target and gap; map, trend and parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shegong.indicators.flows import funnel
from shegong.indicators.models import Target
from shegong.indicators.queries import (
    Part,
    Reading,
    board,
    breakdown,
    course,
    last_day,
    plain,
    shown,
    shown_count,
    shown_parts,
)
from shegong.indicators.rules import CHILD, INDICATORS, UNIT_NAMES, Indicator, Unit
from shegong.indicators.stocks import Snapshot
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.prepared import prepared
from shegong.kernel.wording import number
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.queries import place_name
from shegong.network.scope import Viewer

COVERAGE: Final = "network.room_coverage"
AGENCY: Final = "network.agency_operation"
CERTIFIED: Final = "workforce.certified_workers"
PERSONS: Final = "practice.persons_served"
TIMES: Final = "practice.person_times"
HOURS: Final = "practice.service_hours"
RATING: Final = "practice.satisfaction"
RECORDS: Final = "practice.records"
CLOSED: Final = "practice.cases_closed"
OPENED: Final = "practice.cases_opened"
WORKERS: Final = "workforce.workers"
ENQUIRIES: Final = "practice.enquiries"
ACCEPTED: Final = "practice.enquiries_accepted"
IMPROVED: Final = "practice.cases_improved"
GOALS: Final = "practice.goal_score"

MEASURES: Final = (COVERAGE, AGENCY, CERTIFIED, PERSONS, HOURS, RATING, IMPROVED, GOALS)
ROOM_MEASURES: Final = (PERSONS, TIMES, HOURS, RATING, CLOSED, IMPROVED, GOALS, WORKERS)
AVERAGES: Final = (RATING, GOALS)
EXACT_BELOW: Final = 1000
FACET_CHOICES: Final = ("group", "field", "method", "service")


@dataclass(frozen=True, slots=True)
class View:
    """What the address bar holds."""

    station: Station
    period: Period
    measure: str
    by: str

    @property
    def place(self) -> str:
        """What the numbers are about; the centre's are the city's."""
        return place_name(self.station)

    def address(self, name: str = "indicators:board", **changes: str) -> str:
        """The address of a page with this view, changed in parts."""
        query = {
            "station": self.station.key,
            "period": str(self.period),
            "measure": self.measure,
            "by": self.by,
        } | changes
        return f"{_page(name)}?{urlencode(query)}"

    def behind(self, code: str, **changes: str) -> str:
        """Where a number opens to what is behind it."""
        query = {"code": code, "station": self.station.key, "period": str(self.period)} | changes
        return f"{_page('indicators:behind')}?{urlencode(query)}"


@cache
def _page(name: str) -> str:
    """A page's address; a board writes a hundred of them."""
    return reverse(name)


@dataclass(frozen=True, slots=True)
class Card:
    """A number that matters, ready for the card."""

    label: str
    value: Decimal | str | None
    unit: str
    href: str
    base: str = ""
    change: Decimal | None = None
    change_label: str = ""
    target: Decimal | None = None
    note: str = ""
    gap: str = ""
    gap_href: str = ""


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A station below, beside its own past and its own target."""

    name: str
    href: str
    value: str
    behind: str
    base: str
    past: str
    change: Decimal | None
    target: Decimal | None


def measures_of(station: Station) -> tuple[str, ...]:
    """The numbers that matter at this tier."""
    return ROOM_MEASURES if station.tier == Tier.ROOM else MEASURES


def targets_of(stations: Iterable[Station], year: int, code: str | None = None) -> dict[tuple[int, str], Decimal]:
    """{(station id, code): what the station means to reach in the year} (one query)."""
    return {
        (target.station_id, target.code): target.value
        for target in _targets(tuple(station.id for station in stations), year)
        if target.code == code or code is None
    }


@prepared
def _targets(stations: tuple[int, ...], year: int) -> QuerySet[Target]:
    return Target.objects.filter(station_id__in=stations, year=year)


def is_running(period: Period) -> bool:
    """Whether the period has not ended."""
    return period.contains(clock.today())


def unit_of(indicator: Indicator) -> str:
    """The unit's name."""
    return str(UNIT_NAMES[indicator.unit])


class Held:
    """The headcounts of the view's day and of the year before, read once for all that a page shows."""

    def __init__(self, view: View) -> None:
        self.now = Snapshot(view.station, last_day(view.period))
        self.past = Snapshot(view.station, last_day(view.period.year_before()))


def cards(viewer: Viewer, view: View, held: Held) -> list[Card]:
    """The numbers that matter now, each with its base, own past, own target and gap (a fixed number of queries)."""
    codes = measures_of(view.station)
    extra = {CERTIFIED: WORKERS, PERSONS: TIMES, HOURS: RECORDS, CLOSED: OPENED}
    wanted = [*codes, *(extra[code] for code in codes if code in extra)]
    now = _seen(board(wanted, view.station, view.period, held.now), viewer, view.station)
    past = _seen(board(codes, view.station, view.period.year_before(), held.past), viewer, view.station)
    targets = targets_of([view.station], view.period.start.year)
    return [
        _card(view, now[code], past[code], now.get(extra.get(code, "")), targets.get((view.station.id, code)))
        for code in codes
    ]


def _seen(readings: Mapping[str, Reading], viewer: Viewer, station: Station) -> dict[str, Reading]:
    return {code: shown(found, viewer, station) for code, found in readings.items()}


def _card(view: View, now: Reading, past: Reading, beside: Reading | None, target: Decimal | None) -> Card:
    indicator = INDICATORS[now.code]
    exact = not (now.suppressed or now.rounded)
    # A year's target says nothing about one of its months.
    target = target if view.period.kind == PeriodKind.YEAR or not indicator.flow else None
    card = Card(
        label=str(indicator.name),
        value=_large(now.value) if exact else now.words(),
        unit=unit_of(indicator),
        href=view.behind(now.code),
        base=base_words(now) if now.code not in AVERAGES else "",
        target=target if exact else None,
    )
    notes = [base_words(now)] if now.code in AVERAGES else []
    if beside is not None:
        notes.append(f"{INDICATORS[beside.code].name} {beside.words()}")
    if indicator.flow and is_running(view.period):
        # Part of a year isn't the less for being compared with a whole one.
        if past.value is not None:
            words = _large(past.value) if not (past.suppressed or past.rounded) else None
            value = past.words() if words is None else number(words)
            notes.append(_("%(period)s全期 %(value)s") % {"period": past.period.label(), "value": value})
    elif exact and now.value is not None and past.value is not None:
        label = _("比%(period)s") % {"period": past.period.label()}
        card = replace(card, change=now.value - past.value, change_label=label)
    gap, gap_href = _gap(view, now, target if exact else None)
    return replace(card, note=" · ".join(filter(None, notes)), gap=gap, gap_href=gap_href)


def _large(value: Decimal | None) -> Decimal | None:
    """A value of a thousand or more without decimals, which nobody reads there."""
    return value if value is None or value < EXACT_BELOW else value.quantize(Decimal(1), ROUND_HALF_UP)


def base_words(now: Reading) -> str:
    """What a number is measured against, in words; empty where it stands alone."""
    if now.denominator is None:
        return ""
    if now.code == GOALS:
        return _("%(count)s 个评过目标的个案") % {"count": number(now.denominator)}
    if now.code == RATING:
        return _("%(count)s 份评价") % {"count": number(now.denominator)}
    return f"{number(now.numerator or 0)} / {number(now.denominator)}"


def _gap(view: View, now: Reading, target: Decimal | None) -> tuple[str, str]:
    missing = (now.denominator or 0) - (now.numerator or 0)
    if now.code == COVERAGE and missing > 0:
        words = _("还差 %(count)s 个村（社区）") % {"count": number(missing)}
        return words, view.address("indicators:gap")
    if now.code == AGENCY and missing > 0:
        return _("%(count)s 个站（室）未由专业机构运营") % {"count": number(missing)}, view.behind(AGENCY)
    if target is not None and now.value is not None and now.value < target:
        words = _("距目标差 %(count)s") % {"count": number(target - now.value)}
        return words, view.behind(now.code)
    return "", ""


def children(viewer: Viewer, view: View, held: Held) -> tuple[list[Part], list[ChildRow]]:
    """The stations below by the view's measure, in the order of their keys: never by who is ahead."""
    if view.station.tier == Tier.ROOM:
        return [], []

    def by_child(period: Period, snapshot: Snapshot) -> list[Part]:
        return shown_parts(breakdown(view.measure, view.station, period, CHILD, snapshot), viewer, view.station, CHILD)

    parts = by_child(view.period, held.now)
    before = {part.key: part.reading for part in by_child(view.period.year_before(), held.past)}
    stations = [part.station for part in parts if part.station is not None]
    targets = targets_of(stations, view.period.start.year, view.measure)
    return parts, [_child_row(view, part, before[part.key], targets) for part in parts]


def _child_row(view: View, part: Part, past: Reading, targets: Mapping[tuple[int, str], Decimal]) -> ChildRow:
    now, indicator = part.reading, INDICATORS[part.reading.code]
    exact = not (now.suppressed or now.rounded or past.suppressed or past.rounded)
    comparable = exact and not (indicator.flow and is_running(view.period))
    change = None
    if comparable and now.value is not None and past.value is not None:
        change = now.value - past.value
    station_id = part.station.id if part.station else 0
    yearly = view.period.kind == PeriodKind.YEAR or not indicator.flow
    return ChildRow(
        name=str(part.name),
        href=view.address(station=part.key),
        value=now.words(),
        behind=view.behind(now.code, station=part.key),
        base=base_words(now),
        past=past.words(),
        change=change,
        target=targets.get((station_id, view.measure)) if yearly else None,
    )


def chart_number(found: Reading) -> int | float | None:
    """A reading's value for a chart; None leaves a gap."""
    return None if found.value is None else plain(found.value)


def map_data(view: View, parts: Sequence[Part], rows: Sequence[ChildRow]) -> dict[str, Any]:
    """The counties as shapes by division code; functional areas, which have no boundary, as points at their hubs."""
    shapes, points = [], []
    for part, row in zip(parts, rows, strict=True):
        station = part.station
        entry: dict[str, Any] = {
            "name": _short(part.station, row.name),
            "value": chart_number(part.reading),
            "href": row.href,
        }
        if row.target is not None:
            entry["target"] = plain(row.target)
        if row.base:
            entry["note"] = row.base
        if station is not None and station.division is not None and not _is_area(station):
            shapes.append(entry | {"code": station.division.code[:6]})
        elif station is not None and station.longitude is not None and station.latitude is not None:
            points.append(entry | {"lon": float(station.longitude), "lat": float(station.latitude)})
        else:
            shapes.append(entry | {"code": ""})
    return {"unit": unit_of(INDICATORS[view.measure]), "rows": shapes, "points": points}


def _is_area(station: Station) -> bool:
    return station.division is None or station.division.level != "county"


def _short(station: Station | None, name: str) -> str:
    """A station's name without the word for its tier, which all beside it share."""
    if station is None:
        return name
    with translation.override(settings.LANGUAGE_CODE):
        return name.removesuffix(str(Tier(station.tier).label)) or name


def bars_data(view: View, parts: Sequence[Part], rows: Sequence[ChildRow]) -> dict[str, Any]:
    """The stations below as bars, in the order of their keys."""
    bars = []
    for part, row in zip(parts, rows, strict=True):
        bar: dict[str, Any] = {
            "name": _short(part.station, row.name),
            "value": chart_number(part.reading),
            "href": row.href,
        }
        if row.target is not None:
            bar["target"] = plain(row.target)
        bars.append(bar)
    return {"unit": unit_of(INDICATORS[view.measure]), "rows": bars}


def children_title(view: View, parts: Sequence[Part]) -> str:
    """What the map says, in a sentence; it names nobody as first or last."""
    indicator = INDICATORS[view.measure]
    values = [part.reading.value for part in parts if part.reading.value is not None]
    if not values:
        return _("%(name)s：还没有数据") % {"name": indicator.name}
    low, high = _with_unit(min(values), indicator), _with_unit(max(values), indicator)
    if low == high:
        return _("%(name)s：各处均为 %(value)s") % {"name": indicator.name, "value": low}
    return _("%(name)s：各处在 %(low)s 到 %(high)s 之间") % {"name": indicator.name, "low": low, "high": high}


def _with_unit(value: Decimal, indicator: Indicator) -> str:
    words = number(_large(value) or value)
    return f"{words}%" if indicator.unit is Unit.PERCENT else f"{words} {unit_of(indicator)}"


def flow_measure(view: View) -> Indicator:
    """The view's measure where it happens over time; else how many were served."""
    chosen = INDICATORS[view.measure]
    return chosen if chosen.flow else INDICATORS[TIMES]


def trend(viewer: Viewer, view: View) -> tuple[str, dict[str, Any]]:
    """(answer, chart): twelve months up to the period's last, beside the twelve before them."""
    indicator = flow_measure(view)
    end = Period.current(PeriodKind.MONTH, last_day(view.period))
    months = [shown(one, viewer, view.station) for one in course(indicator.code, view.station, end, 24)]
    before, now = months[:12], months[12:]
    chart = {
        "unit": unit_of(indicator),
        "labels": [format_date(one.period.start, _("n月")) for one in now],
        "series": [
            {"name": _("近 12 个月"), "values": [chart_number(one) for one in now]},
            {"name": _("再前 12 个月"), "values": [chart_number(one) for one in before], "dashed": True},
        ],
        "hrefs": [view.behind(indicator.code, period=str(one.period)) for one in now],
    }
    return _trend_title(indicator, before, now), chart


def _trend_title(indicator: Indicator, before: Sequence[Reading], now: Sequence[Reading]) -> str:
    # The last month may still be running: eleven whole months are compared with the same eleven.
    late, early = (sum((one.value or Decimal(0) for one in part[:-1]), Decimal(0)) for part in (now, before))
    if indicator.denominator is not None or not early or not late:
        return _("%(name)s，按月") % {"name": indicator.name}
    share = (late - early) * 100 / early
    words = _("按月，近一年比上一年增加 %(share)s%%") if share >= 0 else _("按月，近一年比上一年减少 %(share)s%%")
    return f"{indicator.name}{_('，')}{words % {'share': number(abs(share), 1)}}"


def facet_names() -> dict[str, str]:
    """{facet: its name}."""
    return {"group": _("人群"), "field": _("领域"), "method": _("方法"), "service": _("服务项目")}


def facet_parts(viewer: Viewer, view: View) -> tuple[str, dict[str, Any]]:
    """(answer, chart): the view's measure by group, field, method or service."""
    indicator = flow_measure(view)
    if view.by not in indicator.facets:
        indicator = INDICATORS[TIMES]
    parts = shown_parts(breakdown(indicator.code, view.station, view.period, view.by), viewer, view.station, view.by)
    chart = {
        "unit": unit_of(indicator),
        "rows": [
            {
                "name": str(part.name),
                "value": chart_number(part.reading),
                "href": view.behind(indicator.code, by=view.by, key=part.key),
            }
            for part in parts[:12]
        ],
    }
    if not parts:
        return _("%(name)s：还没有可以显示的分组") % {"name": indicator.name}, chart
    if indicator.denominator is not None:
        return _("%(name)s，按%(facet)s") % {"name": indicator.name, "facet": facet_names()[view.by]}, chart
    return _("%(name)s最多的是%(first)s：%(value)s %(unit)s") % {
        "name": indicator.name,
        "first": parts[0].name,
        "value": parts[0].reading.words(),
        "unit": unit_of(indicator),
    }, chart


def funnel_data(viewer: Viewer, view: View) -> tuple[str, dict[str, Any]]:
    """(answer, chart): those who asked for help in the period, and how far they have come. Few are not told."""
    found = funnel(view.station, view.period)
    steps = (
        (_("求助"), found.asked, ENQUIRIES),
        (_("受理"), found.accepted, ACCEPTED),
        (_("得到服务"), found.served, ""),
        (_("有改善"), found.improved, IMPROVED),
    )
    rows: list[dict[str, Any]] = []
    for name, count, code in steps:
        row: dict[str, Any] = {"name": name, "value": shown_count(count, viewer, view.station)}
        rows.append(row | {"href": view.behind(code)} if code else row)
    chart = {"unit": _("人次"), "rows": rows}
    asked, improved = rows[0]["value"], rows[-1]["value"]
    if not asked or improved is None:
        return _("从求助到改善"), chart
    return _("%(asked)s 次求助中，%(improved)s 次已有改善") % {
        "asked": number(asked), "improved": number(improved),
    }, chart  # fmt: skip


def is_coarse(viewer: Viewer, station: Station) -> bool:
    """Whether this viewer sees this station's own numbers in ranges, so that the page should say why."""
    return station.tier not in (Tier.CENTRE, Tier.HUB) and not viewer.reaches(station.hub_id, station.id)


def parts_are_coarse(viewer: Viewer, station: Station) -> bool:
    """Whether this viewer sees the parts of this station's numbers in ranges."""
    return not viewer.reaches(station.hub_id, station.id)
