"""Where a room is missing: sites nearby that could take one in, and what was planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Max, Q, Sum

from shegong.network.enums import Condition, PlanNeed, Tier
from shegong.network.models import Area, CoveragePlan, Division, Equipment, OpeningHours, Site, Station
from shegong.network.premises.queries.booking import WEEKS, booked_minutes
from shegong.network.premises.queries.site import in_use, kilometres, nearest, sites
from shegong.network.premises.rules.plan import Host, needs

NEARBY = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site that could take a room in: how far from the town's station (km), how many rooms and places, hours idle in
    a week, who shares it, and what it needs.
    """

    site: Site
    same_community: bool
    kilometres: float | None
    rooms: int
    places: int
    idle_hours: int
    stations: int
    needs: Sequence[PlanNeed]


def candidates(community: Division, town: Station, day: date) -> list[Candidate]:
    """Sites that could take a community's room in: its own first, then the town's by free capacity, then the nearest
    others of the county (seven queries).
    """
    of_hub = sites().filter(in_use(day), hub_id=town.hub_id)
    near = list(of_hub.filter(Q(town=town) | Q(division=community)))
    if len(near) < NEARBY:
        others = of_hub.exclude(pk__in=[site.pk for site in near])
        near += nearest(town, others)[: NEARBY - len(near)]
    found = _facts(near, community, town, day)
    return sorted(found, key=lambda each: (not each.same_community, each.site.town_id != town.id, -each.idle_hours))


def _facts(found: Sequence[Site], community: Division, town: Station, day: date) -> list[Candidate]:
    keys = [site.pk for site in found]
    rooms = {
        row[0]: row[1:]
        for row in Area.objects.filter(site_id__in=keys)
        .values("site_id")
        .annotate(rooms=Count("id", filter=Q(is_bookable=True)), places=Sum("capacity"), largest=Max("capacity"))
        .values_list("site_id", "rooms", "places", "largest")
    }
    opening: dict[UUID, dict[int, int]] = {}
    for site_id, weekday, opens, closes in OpeningHours.objects.filter(site_id__in=keys).values_list(
        "site_id", "weekday", "opens", "closes"
    ):
        week = opening.setdefault(site_id, {})
        week[weekday] = week.get(weekday, 0) + closes - opens
    pieces = dict(
        Equipment.objects.filter(site_id__in=keys)
        .values("site_id")
        .annotate(pieces=Sum("number", filter=~Q(condition=Condition.BROKEN)))
        .values_list("site_id", "pieces")
    )
    booked = booked_minutes(keys, day)
    sharing = _sharing(keys, day)
    made = []
    for site in found:
        count, places, largest = rooms.get(site.pk, (0, 0, 0))
        week = opening.get(site.pk, {})
        idle = max(0, sum(week.values()) * count - booked.get(site.pk, 0) // WEEKS) // 60
        host = Host(largest or 0, len(week), pieces.get(site.pk) or 0, site.access)
        made.append(
            Candidate(
                site, site.division_id == community.pk, kilometres(town, site), count, places or 0, idle,
                sharing.get(site.pk, 0), needs(host),
            )
        )  # fmt: skip
    return made


def _sharing(keys: Iterable[UUID], day: date) -> dict[UUID, int]:
    rows = Site.objects.filter(pk__in=list(keys)).values("pk")
    shared = rows.annotate(count=Count("agreements", filter=in_use(day, "agreements__")))
    return dict(shared.values_list("pk", "count"))


def _beside() -> list[str]:
    """The columns that a plan's page needs beside its own."""
    return ["hub", "town__hub", "community", "site", "room"]


def plan_by_id(key: UUID) -> CoveragePlan | None:
    """A plan with its community, town, site and room (one query)."""
    return CoveragePlan.objects.select_related(*_beside()).filter(pk=key).first()


def plans_of(communities: Iterable[int]) -> dict[int, CoveragePlan]:
    """{community: its plan that isn't given up}, the latest (one query)."""
    found = CoveragePlan.objects.filter(community_id__in=list(communities)).exclude(state="dropped")
    return {plan.community_id: plan for plan in found.select_related("site").order_by("planned_on", "pk")}


def history_of(community: Division) -> list[CoveragePlan]:
    """All plans for a community, the latest first (one query)."""
    found = CoveragePlan.objects.filter(community=community).select_related(*_beside())
    return list(found.order_by("-planned_on", "-pk"))


def opened_plans(station: Station, since: date, until: date) -> int:
    """How many rooms opened by plans below a station in a period, its end excluded (one query)."""
    found = CoveragePlan.objects.filter(state="opened", ended_on__gte=since, ended_on__lt=until)
    columns = {Tier.HUB: "hub_id", Tier.STATION: "town_id", Tier.ROOM: "room_id"}
    if station.tier != Tier.CENTRE:
        found = found.filter(**{columns[Tier(station.tier)]: station.id})
    return found.count()
