"""All stations against the rule of their tier; and two of them before and after a transfer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from shegong.kernel.pages import Page, page_of
from shegong.network.enums import Level, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.purchase.queries.contract import service_ends
from shegong.workforce.actions.worker import planned_transfer
from shegong.workforce.models import StaffingRule, Worker
from shegong.workforce.queries.staffing import (
    Manned,
    certification_of,
    manned,
    rules_in_force,
    staffing,
    stations_watched,
)
from shegong.workforce.rules.posting import PostingDraft
from shegong.workforce.rules.staffing import Post, Standing, standing

SOON: Final = timedelta(days=90)
STATES: Final = ("gap", "ending", "met")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some stations meet their rule."""

    met: int
    of: int

    @property
    def share(self) -> float | None:
        """In percent, to one decimal; None of none."""
        return round(self.met * 100 / self.of, 1) if self.of else None


@dataclass(frozen=True, slots=True)
class Row:
    """A station in the list. `rule` is what its tier's stations need."""

    station: Station
    standing: Standing
    rule: StaffingRule | None
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a viewer follows, counted: by tier, and by hub."""

    tiers: Mapping[str, Tally]
    hubs: Mapping[int, Tally]
    found: Mapping[int, Standing]
    chosen: tuple[int, ...]
    counts: Mapping[str, int]


def ends_soon(one: Standing, day: date) -> bool:
    """Whether a rule is met that won't be any more within three months, as far as is known."""
    return one.met and one.until is not None and one.until <= day + SOON


def is_in(one: Standing, state: str, day: date) -> bool:
    """Whether a station belongs to a state of the list."""
    if state == "gap":
        return not one.met
    return ends_soon(one, day) if state == "ending" else one.met


def followed(viewer: Viewer, day: date) -> dict[int, Standing]:
    """{station id: its standing} of the stations that a viewer follows, with contracts that end (three queries)."""
    hubs, stations = stations_watched(viewer)
    return staffing(day, service_ends(day), hub_ids=hubs, station_ids=stations)


def outlook(viewer: Viewer, day: date, *, hub_id: int | None = None, tier: str = "", state: str = "gap") -> Outlook:
    """All stations that a viewer follows against their rules (four queries at most), and those of them that belong to a
    state, a hub and a tier where these are given.
    """
    found = followed(viewer, day)
    places = Station.objects.filter(id__in=list(found)) if len(found) < 1000 else Station.objects.all()
    where = {row[0]: (row[1], row[2]) for row in places.values_list("id", "hub_id", "tier") if row[0] in found}
    by_hub: dict[int, list[int]] = {}
    for key, (hub, _tier) in where.items():
        by_hub.setdefault(hub, []).append(key)
    near = [key for key, (hub, its_tier) in where.items() if hub_id in (None, hub) and tier in ("", its_tier)]
    return Outlook(
        tiers={
            each: tally
            for each in Tier.values
            if (tally := _tally(found, (k for k in where if where[k][1] == each and hub_id in (None, where[k][0])))).of
        },
        hubs={hub: _tally(found, keys) for hub, keys in by_hub.items()},
        found=found,
        chosen=tuple(key for key in near if is_in(found[key], state, day)),
        counts={each: sum(is_in(found[key], each, day) for key in near) for each in STATES},
    )


def _tally(found: Mapping[int, Standing], keys: Iterable[int]) -> Tally:
    standings = [found[key] for key in keys]
    return Tally(sum(one.met for one in standings), len(standings))


def rows_page(seen: Outlook, day: date, cursor: str | None = None) -> tuple[Page[Station], list[Row]]:
    """The chosen stations, 25 a page in the order of their keys (two queries). Raises Problem `cursor_invalid`."""
    page = page_of(stations_of(seen.chosen), ["key"], cursor)
    return page, rows_of(page.items, seen.found, day)


def stations_of(ids: Collection[int]) -> QuerySet[Station]:
    """These stations, with those above."""
    return Station.objects.filter(id__in=list(ids)).select_related("hub", "town")


def rows_of(stations: Iterable[Station], found: Mapping[int, Standing], day: date) -> list[Row]:
    """Stations with their standings and rules (one query)."""
    rules = rules_in_force(day)
    return [Row(each, found[each.pk], rules.get(each.tier), ends_soon(found[each.pk], day)) for each in stations]


def map_data(seen: Outlook, hubs: Iterable[Station], words: Any) -> dict[str, Any]:
    """The share of stations that meet their rule by county: shapes by division code, functional areas as points.
    `words(tally)` is what stands beside a share.
    """
    shapes, points = [], []
    for hub in hubs:
        tally = seen.hubs.get(hub.pk)
        if tally is None or hub.tier != Tier.HUB:
            continue
        entry: dict[str, Any] = {
            "name": _short(hub),
            "value": tally.share,
            "note": words(tally),
            "href": f"?hub={hub.key}",
        }
        division = hub.division
        if division is not None and division.level == Level.COUNTY:
            shapes.append(entry | {"code": division.code[:6]})
        elif hub.longitude is not None and hub.latitude is not None:
            points.append(entry | {"lon": float(hub.longitude), "lat": float(hub.latitude)})
        else:
            shapes.append(entry | {"code": ""})
    return {"unit": "%", "rows": shapes, "points": points}


def _short(hub: Station) -> str:
    """A hub's name without the word for its tier, which all beside it share."""
    with translation.override(settings.LANGUAGE_CODE):
        return hub.name.removesuffix(str(Tier.HUB.label)) or hub.name


@dataclass(frozen=True, slots=True)
class Change:
    """A station before and after a transfer; None where no rule asks anything of it."""

    station: Station
    before: Standing | None
    after: Standing | None


def what_if(worker: Worker, station: Station, draft: PostingDraft, *, by: Viewer, today: date) -> tuple[Change, Change]:
    """(the station that the worker leaves, the one that the worker comes to), as they are and as they would be today;
    changes nothing. Raises as `workforce.actions.worker.transfer`.
    """
    planned_transfer(worker, station, draft, by=by, today=today)
    ends = [end for end in service_ends(today) if end.station_id in (worker.station_id, station.pk)]
    people = manned([worker.station, station], ends)
    left, reached = people[worker.station_id], people[station.pk]
    certified = certification_of(worker.pk)
    own_ends = tuple(
        end.day for end in ends if (end.station_id, end.organisation_id) == (station.pk, worker.employer_id)
    )
    newcomer = Post(worker.pk, draft.share, draft.since, draft.until, *certified, leaves=own_ends)
    return _changed(left, _without(left.posts, worker.pk, draft.since), today), _changed(
        reached, [*_without(reached.posts, worker.pk, draft.since), newcomer], today
    )


def _without(posts: Iterable[Post], worker_id: int, since: date) -> list[Post]:
    """The posts, those of a worker ended on a day."""
    return [
        replace(post, until=since)
        if post.worker_id == worker_id and (post.until is None or post.until > since)
        else post
        for post in posts
        if post.worker_id != worker_id or post.since < since
    ]


def _changed(place: Manned, posts: Collection[Post], day: date) -> Change:
    if place.running_since is None:
        return Change(place.station, None, None)
    return Change(
        place.station,
        standing(place.posts, place.rules, place.running_since, day),
        standing(posts, place.rules, place.running_since, day),
    )
