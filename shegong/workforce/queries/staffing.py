"""How stations are staffed: all of them in one statement, single ones with the people behind the numbers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from shegong.network.enums import Tier
from shegong.network.models import Station, StationStage
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import Posting, StaffingRule
from shegong.workforce.rules.staffing import Post, Rule, Standing

# Whose business staffing is.
STAFFING_READERS = (Role.CITY, Role.COUNTY, Role.HEAD, Role.AGENCY, Role.ADMIN, Role.DPO)


class ServiceEnd(NamedTuple):
    """From this day on an organisation's people no longer serve at a station (the day after a contract's last)."""

    station_id: int
    organisation_id: int
    day: date


def staffing(
    day: date,
    ends: Iterable[ServiceEnd] = (),
    *,
    hub_ids: Collection[int] | None = None,
    station_ids: Collection[int] | None = None,
) -> dict[int, Standing]:
    """{station id: its standing} of all running stations that a rule is in force for, or of those of some hubs, or of
    some stations (one query). It counts people beyond the viewer's scope, too, and names nobody.
    """
    known = list(ends)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM workforce_staffing(%s, %s::int[], %s::int[], %s::int[], %s::bigint[], %s::date[])",
            [
                day,
                None if hub_ids is None else list(hub_ids),
                None if station_ids is None else list(station_ids),
                [end.station_id for end in known],
                [end.organisation_id for end in known],
                [end.day for end in known],
            ],
        )
        return {row[0]: Standing(*row[1:]) for row in cursor.fetchall()}


def rules_of(tier: str) -> list[Rule]:
    """A tier's rules of all times (one query)."""
    rows = StaffingRule.objects.filter(tier=tier).order_by("since")
    return [Rule(row.least, row.certified_only, row.counts_from, row.since, row.until) for row in rows]


def rules_in_force(day: date) -> dict[str, StaffingRule]:
    """{tier: the rule of a day} (one query)."""
    found = StaffingRule.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return {rule.tier: rule for rule in found}


def rule_history() -> dict[str, list[StaffingRule]]:
    """{tier: its rules, the latest first}, from the centre down (one query)."""
    found: dict[str, list[StaffingRule]] = {tier: [] for tier in Tier.values}
    for rule in StaffingRule.objects.order_by("-since"):
        found[rule.tier].append(rule)
    return found


@dataclass(frozen=True, slots=True)
class Manned:
    """A station with those posted there, as the rules see them, its rules, and since when it runs (None: not now)."""

    station: Station
    posts: tuple[Post, ...]
    rules: tuple[Rule, ...]
    running_since: date | None


def manned(stations: Sequence[Station], ends: Iterable[ServiceEnd] = ()) -> dict[int, Manned]:
    """{station id: who is posted there} (three queries and one for each tier), as far as the viewer may see them."""
    ids = [station.pk for station in stations]
    leaving = {(end.station_id, end.organisation_id): end.day for end in ends}
    rows = list(Posting.objects.filter(station_id__in=ids).select_related("worker"))
    certified = _certified({row.worker_id for row in rows})
    posts: dict[int, list[Post]] = {key: [] for key in ids}
    for row in rows:
        since, until = certified.get(row.worker_id, (None, None))
        end = leaving.get((row.station_id, row.worker.employer_id or 0))
        days = tuple(day for day in (row.worker.until, end) if day is not None)
        posts[row.station_id].append(Post(row.worker_id, row.share, row.since, row.until, since, until, days))
    running = dict(
        StationStage.objects.filter(station_id__in=ids, stage="running", until__isnull=True).values_list(
            "station_id", "since"
        )
    )
    rules = {tier: tuple(rules_of(tier)) for tier in {station.tier for station in stations}}
    return {
        station.pk: Manned(station, tuple(posts[station.pk]), rules[station.tier], running.get(station.pk))
        for station in stations
    }


def certification_of(worker_id: int) -> tuple[date | None, date | None]:
    """From when to when somebody counts as certified (one query)."""
    return _certified({worker_id}).get(worker_id, (None, None))


def _certified(worker_ids: Collection[int]) -> dict[int, tuple[date | None, date | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id, since, until FROM workforce_certification WHERE worker_id = ANY (%s)",
            [list(worker_ids)],
        )
        return {worker_id: (since, until) for worker_id, since, until in cursor.fetchall()}


def stations_watched(viewer: Viewer) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """(hubs, stations) whose staffing a viewer follows; None and None for the whole city. An agency follows the
    stations that it runs.
    """
    if viewer.has(Role.CITY, Role.ADMIN, Role.DPO):
        return None, None
    if viewer.has(Role.COUNTY):
        return viewer.hubs, None
    if viewer.has(Role.HEAD, Role.AGENCY):
        own = Station.objects.filter(Q(id__in=viewer.stations) | Q(hub_id__in=viewer.hubs))
        return None, tuple(own.values_list("id", flat=True))
    return (), None
