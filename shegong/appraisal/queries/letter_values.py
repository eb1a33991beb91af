"""What the items of target letters come to by a day: live readings for all counties at once, entries by hand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from shegong.appraisal.enums import Collection as By
from shegong.appraisal.models import LetterEntry, LetterItem, LetterMilestone
from shegong.appraisal.rules import letter as rules
from shegong.appraisal.rules.letter import NOT_FOUND, Found, Terms
from shegong.indicators.flows import NOTHING, flows_through
from shegong.indicators.rules import INDICATORS, Indicator
from shegong.indicators.stocks import Snapshot
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.enums import Tier
from shegong.network.models import Station


def terms_of(item: LetterItem) -> Terms:
    """An item's terms, as the rules want them."""
    return Terms(item.weight, item.formula, item.direction, item.target, item.zero, item.cap)


def quarter_of(day: date) -> Period:
    """The day's quarter."""
    return Period.current(PeriodKind.QUARTER, day)


def read_day(quarter: Period, read_on: date, today: date) -> date:
    """The day by which a quarter's progress is read: its last, today while it lasts, never after the reading date."""
    return min(quarter.end - timedelta(days=1), read_on, today)


def live_values(stations: Sequence[Station], codes: Collection[str], day: date) -> dict[tuple[int, str], Found]:
    """{(hub's or the centre's id, indicator): its value} by a day of a year (one query for all flows, one for
    all stocks that aren't at hand, and one for their stamp). Several stations are hubs, or the centre and hubs.
    """
    known = [INDICATORS[code] for code in sorted(set(codes)) if code in INDICATORS]
    found: dict[tuple[int, str], Found] = {}
    hubs = [station for station in stations if station.tier != Tier.CENTRE]
    for centre in (station for station in stations if station.tier == Tier.CENTRE):
        found |= _values([centre], known, day)
    return found | _values(hubs, known, day)


def _values(stations: Sequence[Station], known: Iterable[Indicator], day: date) -> dict[tuple[int, str], Found]:
    if not stations:
        return {}
    flows = flows_through(stations, day) if any(each.flow for each in known) else {}
    alone = stations[0] if len(stations) == 1 else None
    held = Snapshot(alone or Station.objects.get(tier=Tier.CENTRE), day)
    stocks = [each for each in known if not each.flow]
    held.read(name for each in stocks for name in (each.numerator, each.denominator) if name)
    found = {}
    for each in known:
        for station in stations:
            if each.flow:
                flow = flows.get(station.pk, NOTHING)
                above = getattr(flow, each.numerator)
                below = getattr(flow, each.denominator) if each.denominator else None
            else:
                above = _counted(held, each.numerator, alone, station)
                below = _counted(held, each.denominator, alone, station) if each.denominator else None
            found[station.pk, each.code] = Found(each.value(above, below), above, below)
    return found


def _counted(held: Snapshot, name: str, alone: Station | None, station: Station) -> int:
    return held.total(name) if alone else held.of_children(name).get(station.pk, 0)


@dataclass(frozen=True, slots=True)
class Given:
    """What was entered by hand for some items, and their milestones, in order."""

    entries: Mapping[int, Sequence[LetterEntry]]  # by item, the latest first
    milestones: Mapping[int, Sequence[LetterMilestone]]

    def of(self, item: LetterItem, day: date) -> tuple[Found, LetterEntry | None]:
        """An item's number by the end of a day, and the entry that it is from."""
        known = [each for each in self.entries.get(item.pk, ()) if _day(each) <= day]
        if item.collection == By.MILESTONES:
            proven = self.proven(item, day)
            return rules.done_share(len(proven), len(self.milestones.get(item.pk, ()))), known[0] if known else None
        return (Found(known[0].value), known[0]) if known else (NOT_FOUND, None)

    def proven(self, item: LetterItem, day: date) -> dict[int, LetterEntry]:
        """{milestone: the entry that proves it} by the end of a day; the latest word on each counts."""
        latest: dict[int, LetterEntry] = {}
        for each in self.entries.get(item.pk, ()):
            if each.milestone_id is not None and _day(each) <= day:
                latest.setdefault(each.milestone_id, each)
        return {key: each for key, each in latest.items() if each.value > 0}

    def on_pace(self, item: LetterItem, found: Found, day: date) -> bool | None:
        """Whether an item is on pace by the end of a day."""
        if item.collection == By.MILESTONES:
            done = self.proven(item, day)
            return rules.milestones_on_pace(
                ((each.due_on, each.pk in done) for each in self.milestones.get(item.pk, ())), day
            )
        course = rules.course_of(item.collection, INDICATORS.get(item.indicator))
        return rules.on_pace(terms_of(item), course, found.value, day)


def _day(entry: LetterEntry) -> date:
    return timezone.localtime(entry.entered_at).date()


def given(items: Iterable[LetterItem]) -> Given:
    """What was entered for items (one query for the entries and one for the milestones, where there can be any)."""
    by_hand = [item.pk for item in items if item.collection != By.READING]
    stepped = [item.pk for item in items if item.collection == By.MILESTONES]
    entries: dict[int, list[LetterEntry]] = defaultdict(list)
    milestones: dict[int, list[LetterMilestone]] = defaultdict(list)
    if by_hand:
        rows = LetterEntry.objects.filter(item__in=by_hand).select_related("proof")
        for entry in rows.order_by("-entered_at", "-id"):
            entries[entry.item_id].append(entry)
    if stepped:
        for milestone in LetterMilestone.objects.filter(item__in=stepped).order_by("number"):
            milestones[milestone.item_id].append(milestone)
    return Given(entries, milestones)


def item_value(
    item: LetterItem, hub_id: int, live: Mapping[tuple[int, str], Found], by_hand: Given, day: date
) -> tuple[Found, LetterEntry | None]:
    """An item's number by a day, and the entry that it is from, if any."""
    if item.collection == By.READING:
        return live.get((hub_id, item.indicator), NOT_FOUND), None
    return by_hand.of(item, day)
