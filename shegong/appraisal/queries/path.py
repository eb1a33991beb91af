"""The way to the target: who is standardised and who will be, what each county lacks most, and each station's plan."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shegong.appraisal.enums import CheckState, Dimension, Step
from shegong.appraisal.models import Milestone, SelfCheck, Standard, Standardisation, StandardItem
from shegong.appraisal.queries.self_check import running_since
from shegong.appraisal.queries.standard import Measured, measured, standards_in_force, standings
from shegong.appraisal.readings import SHARES
from shegong.appraisal.rules.path import Expected, counted_by, needed, valid_at
from shegong.appraisal.rules.standard import Standing
from shegong.indicators.models import Target
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

OFFICERS: Final = (Role.CITY, Role.COUNTY)
DEFAULT_SHARES: Final[Mapping[str, int]] = {Tier.HUB: 80, Tier.STATION: 60}
UNDER_WAY: Final = (CheckState.SUBMITTED, CheckState.REVIEWED, CheckState.APPEALED)
EXPIRES_SOON: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Goal:
    """A tier's target in numbers, and where it stands."""

    tier: str
    stations: int
    standardised: int
    share: int
    expected: Expected

    @property
    def needed(self) -> int:
        """How many make up the share."""
        return needed(self.stations, self.share)

    @property
    def missing(self) -> int:
        """How many are missing still."""
        return max(self.needed - self.standardised, 0)

    @property
    def percent(self) -> float:
        """The share reached."""
        return round(self.standardised * 100 / self.stations, 1) if self.stations else 0.0


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county: how many of its hub and town stations are standardised, under way, up to it by the data; and what the
    others lack most.
    """

    hub: Station
    stations: int
    standardised: int
    under_way: int
    ready: int
    lacks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """By month: planned, reached, and (from now on) expected."""

    labels: tuple[str, ...]
    planned: tuple[int, ...]
    reached: tuple[int | None, ...]
    expected: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of the city or of a county."""

    goals: tuple[Goal, ...]
    counties: tuple[CountyRow, ...]
    course: Course
    states: Mapping[str, int]
    expiring: int
    late: int


@dataclass(frozen=True, slots=True)
class Here:
    """Everything read once for an overview: stations of the two tiers, their standings, spans and self-checks."""

    stations: Sequence[Station]
    standards: Mapping[str, Standard]
    stands: Mapping[int, Standing]
    spans: Mapping[int, Sequence[tuple[date, date]]]
    checks: Mapping[int, SelfCheck]
    due: Mapping[int, date]
    day: date

    def is_standardised(self, station: Station) -> bool:
        """Whether it holds today."""
        return any(since <= self.day < until for since, until in self.spans.get(station.pk, ()))

    def is_under_way(self, station: Station) -> bool:
        """Handed in, and up to it by what the system knows."""
        check = self.checks.get(station.pk)
        return check is not None and check.state in UNDER_WAY and self.may_pass(station)

    def may_pass(self, station: Station) -> bool:
        """Up to it by what the system knows."""
        standing = self.stands.get(station.pk)
        return standing is not None and standing.may_pass


def _under_way(
    stations: Sequence[int], standards: Mapping[str, Standard]
) -> tuple[dict[int, SelfCheck], dict[int, date]]:
    """{station: its self-check against today's standard} and {station: by when it is to be confirmed} (two queries)."""
    found = SelfCheck.objects.filter(
        station__in=stations, standard__in=[standard.pk for standard in standards.values()]
    ).exclude(state=CheckState.REJECTED)
    due = Milestone.objects.filter(station__in=stations, step=Step.CONFIRMED).values_list("station_id", "due_on")
    return {check.station_id: check for check in found}, dict(due)


def here(day: date, hub_ids: Sequence[int] | None) -> Here:
    """Seven queries, whatever the number of stations."""
    seen = Station.objects.filter(tier__in=list(DEFAULT_SHARES), stage=Stage.RUNNING)
    if hub_ids is not None:
        seen = seen.filter(hub_id__in=hub_ids)
    stations = list(seen.only("id", "key", "name", "tier", "hub_id", "path").order_by("path"))
    ids = [station.pk for station in stations]
    rows = measured(day, station_ids=ids)
    standards = standards_in_force(day)
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for key, since, until in Standardisation.objects.filter(station__in=ids).values_list(
        "station_id", "since", "until"
    ):
        spans[key].append((since, until))
    checks, due = _under_way(ids, standards)
    return Here(stations, standards, standings(rows, standards), spans, checks, due, day)


def overview(viewer: Viewer, day: date) -> Overview:
    """How far the viewer's county, or the city, has come (nine queries)."""
    hub_ids = None if viewer.has(Role.CITY) else list(viewer.hubs)
    known = here(day, hub_ids)
    shares = _shares(day.year)
    goals = tuple(_goal(known, tier, share) for tier, share in shares.items())
    states = Counter(known.checks[station.pk].state if station.pk in known.checks else "" for station in known.stations)
    return Overview(
        goals=goals,
        counties=_counties(known),
        course=_course(known),
        states=states,
        expiring=sum(
            any(day < until <= day + EXPIRES_SOON for _since, until in spans) for spans in known.spans.values()
        ),
        late=sum(
            due < day and not known.is_standardised(each) for each in known.stations if (due := known.due.get(each.pk))
        ),
    )


def _shares(year: int) -> dict[str, int]:
    """The city's targets for the two tiers, in percent: those set for the year, else 80 and 60 (one query)."""
    found = Target.objects.filter(station__tier=Tier.CENTRE, code__in=SHARES, year=year)
    by_code = {target.code: int(target.value) for target in found}
    return {
        tier: by_code.get(code, DEFAULT_SHARES[tier])
        for tier, code in zip((Tier.HUB, Tier.STATION), SHARES, strict=True)
    }


def _goal(known: Here, tier: str, share: int) -> Goal:
    mine = [station for station in known.stations if station.tier == tier]
    confirmed = [station for station in mine if known.is_standardised(station)]
    others = [station for station in mine if not known.is_standardised(station)]
    under_way = [station for station in others if known.is_under_way(station)]
    ready = [station for station in others if known.may_pass(station) and not known.is_under_way(station)]
    expected = Expected(len(confirmed), len(under_way), len(ready))
    return Goal(tier, len(mine), len(confirmed), share, expected)


def _counties(known: Here) -> tuple[CountyRow, ...]:
    by_hub: dict[int, list[Station]] = defaultdict(list)
    for station in known.stations:
        by_hub[station.hub_id].append(station)
    hubs = Station.objects.filter(pk__in=by_hub).only("id", "key", "name", "tier", "path").order_by("path")
    # Items of several tiers that go by one title are one to the county.
    titles = {(tier, each.code): each.title for tier, held in known.standards.items() for each in held.items.all()}
    rows = []
    for hub in hubs:
        mine = by_hub[hub.pk]
        others = [station for station in mine if not known.is_standardised(station)]
        missed = Counter(
            titles[station.tier, code] for station in others for code in known.stands[station.pk].missed
            if station.pk in known.stands
        )  # fmt: skip
        rows.append(
            CountyRow(
                hub=hub,
                stations=len(mine),
                standardised=len(mine) - len(others),
                under_way=sum(known.is_under_way(station) for station in others),
                ready=sum(known.may_pass(station) and not known.is_under_way(station) for station in others),
                lacks=tuple(missed.most_common(3)),
            )
        )
    return tuple(rows)


def _course(known: Here) -> Course:
    """From the plan's first month (at most a year back) to its last (at most a year ahead)."""
    ends = month_ends(known.day, back=11, ahead=12)
    planned = counted_by(known.due.values(), ends)
    reached = valid_at([span for spans in known.spans.values() for span in spans], ends)
    coming = [
        check.due_on
        for station in known.stations
        if not known.is_standardised(station) and known.is_under_way(station)
        and (check := known.checks[station.pk]).due_on is not None
    ]  # fmt: skip
    expected = counted_by([day for day in coming if day is not None], ends)
    present = next(place for place, end in enumerate(ends) if end >= known.day)
    return Course(
        labels=tuple(f"{end.year}-{end.month:02d}" for end in ends),
        planned=tuple(planned),
        reached=tuple(count if place <= present else None for place, count in enumerate(reached)),
        expected=tuple(reached[place] + expected[place] if place >= present else None for place in range(len(ends))),
    )


def month_ends(day: date, *, back: int, ahead: int) -> list[date]:
    """The last days of the months around a day."""
    found = []
    for shift in range(-back, ahead + 1):
        month = day.year * 12 + day.month + shift
        found.append(date(month // 12, month % 12 + 1, 1) - timedelta(days=1))
    return found


@dataclass(frozen=True, slots=True)
class Stop:
    """A step of a station's way: by when, and whether the data say it is done (since when, where that is known)."""

    step: Step
    due_on: date | None
    is_done: bool
    done_on: date | None
    is_late: bool


def stops(
    station: Station, standard: Standard, row: Measured | None, standing: Standing | None, day: date
) -> list[Stop]:
    """A station's way from built to standardised (four queries). `row` and `standing`: what the system knows of it."""
    due = {each.step: each.due_on for each in Milestone.objects.filter(station=station)}
    check = SelfCheck.objects.filter(station=station, standard=standard).order_by("-began_at").first()
    outcome = Standardisation.objects.filter(station=station, since__lte=day, until__gt=day).first()
    since = running_since(station)
    missed = set(standing.missed) if standing else set()
    sides = {
        side: row is not None
        and not any(item.code in missed for item in standard.items.all() if item.dimension == side)
        for side in Dimension.values
    }
    submitted = check.submitted_at.date() if check and check.submitted_at else None
    done: dict[str, tuple[bool, date | None]] = {
        Step.BUILT: (since is not None, since),
        **{str(Step(side)): (met, None) for side, met in sides.items()},
        Step.SUBMITTED: (submitted is not None or outcome is not None, submitted),
        Step.CONFIRMED: (outcome is not None, outcome.since if outcome else None),
    }
    return [
        Stop(step, due.get(step), done[step][0], done[step][1], not done[step][0] and due.get(step, day) < day)
        for step in Step
    ]


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station in a list: its self-check, its validity, by when it is to be standardised, what it lacks."""

    station: Station
    check: SelfCheck | None
    until: date | None
    due_on: date | None
    points: int | None
    may_pass: bool
    lacks: tuple[StandardItem, ...]

    @property
    def check_word(self) -> str:
        """Where its self-check is."""
        return str(CheckState(self.check.state).label) if self.check else ""


def station_rows(stations: Sequence[Station], day: date) -> list[StationRow]:
    """A page of stations with how each stands (seven queries)."""
    ids = [station.pk for station in stations]
    rows = measured(day, station_ids=ids)
    standards = standards_in_force(day)
    stands = standings(rows, standards)
    valid = dict(
        Standardisation.objects.filter(station__in=ids, since__lte=day, until__gt=day).values_list(
            "station_id", "until"
        )
    )
    checks, due = _under_way(ids, standards)
    items = {(tier, item.code): item for tier, each in standards.items() for item in each.items.all()}
    found = []
    for station in stations:
        standing = stands.get(station.pk)
        lacks = [items[station.tier, code] for code in standing.missed] if standing else []
        lacks.sort(key=lambda item: (not item.is_veto, -item.weight))
        found.append(
            StationRow(
                station=station,
                check=checks.get(station.pk),
                until=valid.get(station.pk),
                due_on=due.get(station.pk),
                points=standing.points if standing else None,
                may_pass=bool(standing and standing.may_pass),
                lacks=tuple(lacks[:3]),
            )
        )
    return found
