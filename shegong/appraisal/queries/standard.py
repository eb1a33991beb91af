"""Standards, and how all stations stand by what the system knows of them, from the live rows."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Prefetch, QuerySet

from shegong.appraisal.models import Standard, StandardItem
from shegong.appraisal.rules.standard import Standing, sieve_of, sifted
from shegong.network.enums import Stage
from shegong.network.models import Station

SQL = "SELECT * FROM appraisal_measures(%s, %s::int[], %s::int[])"


@dataclass(frozen=True, slots=True)
class Measured:
    """A running station with all that the system measures of it; None where there is nothing to measure."""

    station_id: int
    hub_id: int
    tier: str
    values: Mapping[str, float | None]


def measured(
    day: date, *, hub_ids: Collection[int] | None = None, station_ids: Collection[int] | None = None
) -> list[Measured]:
    """The measures of all running stations, or of some hubs' or some stations (one query). It counts beyond the
    viewer's scope, too, and names nobody.
    """
    hubs = None if hub_ids is None else list(hub_ids)
    stations = None if station_ids is None else list(station_ids)
    with connection.cursor() as cursor:
        cursor.execute(SQL, [day, hubs, stations])
        names = [column.name for column in cursor.description[3:]]
        return [Measured(row[0], row[1], row[2], dict(zip(names, row[3:], strict=True))) for row in cursor.fetchall()]


def with_items() -> QuerySet[Standard]:
    """Standards with their items and the items' documents (three queries)."""
    items = StandardItem.objects.select_related("document").order_by("position", "code")
    return Standard.objects.prefetch_related(Prefetch("items", items))


def standards_in_force(day: date) -> dict[str, Standard]:
    """{tier: the standard of the day}: the latest published one of the year or of a year before (three queries)."""
    found = with_items().filter(published_at__isnull=False, year__lte=day.year).order_by("tier", "-year")
    return {standard.tier: standard for standard in found.distinct("tier")}


def standings(rows: Sequence[Measured], standards: Mapping[str, Standard]) -> dict[int, Standing]:
    """{station id: how it stands} of those whose tier has a standard (no query)."""
    sieves = {tier: sieve_of(standard.items.all(), standard.pass_score) for tier, standard in standards.items()}
    return {row.station_id: sifted(sieves[row.tier], row.values) for row in rows if row.tier in sieves}


@dataclass(frozen=True, slots=True)
class ItemPreview:
    """How many stations miss an item now: of a draft, and of the standard in force (None where it isn't there)."""

    item: StandardItem
    missed: int | None
    missed_before: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A standard against today's data: of so many stations how many could pass, and could by the one in force."""

    stations: int
    may_pass: int
    may_pass_before: int | None
    items: tuple[ItemPreview, ...]
    lost: tuple[int, ...]  # stations that pass now and wouldn't any more


def preview(standard: Standard, present: Standard | None, day: date) -> Preview:
    """What a standard would mean for the stations of its tier today, beside the one in force (two queries)."""
    ids = Station.objects.filter(tier=standard.tier, stage=Stage.RUNNING).values_list("pk", flat=True)
    rows = measured(day, station_ids=list(ids))
    after = standings(rows, {standard.tier: standard})
    before = standings(rows, {standard.tier: present}) if present else {}
    missed = Counter(code for each in after.values() for code in each.missed)
    missed_before = Counter(code for each in before.values() for code in each.missed)
    was = {item.code: item for item in present.items.all()} if present else {}
    items = tuple(
        ItemPreview(
            item,
            missed[item.code] if item.measure else None,
            missed_before[item.code] if item.code in was and was[item.code].measure else None,
        )
        for item in standard.items.all()
    )
    return Preview(
        stations=len(rows),
        may_pass=sum(each.may_pass for each in after.values()),
        may_pass_before=sum(each.may_pass for each in before.values()) if present else None,
        items=items,
        lost=tuple(key for key, each in before.items() if each.may_pass and not after[key].may_pass),
    )
