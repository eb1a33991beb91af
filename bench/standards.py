"""Standards against live data: every computed item of every station, of one station, and a draft's preview."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from bench.measure import Measure, milliseconds, percentile
from shegong.appraisal.actions.library import load_library, load_standards
from shegong.appraisal.models import Standard, StandardItem
from shegong.appraisal.queries.standard import measured, preview, standards_in_force, standings, with_items
from shegong.kernel import clock
from shegong.network.models import Station
from shegong.network.scope import become_unprivileged

ROUNDS, ALL_LIMIT, ONE_LIMIT, PREVIEW_LIMIT = 15, 300, 20, 2000


def run() -> list[Measure]:
    """p95 and median of all stations' status and of one's (p95) beside 300 and 20 ms; of a preview beside 2 s."""
    day = clock.today()
    load_library("—", timezone.now())
    load_standards(day.year, timezone.now())
    draft = _draft(day.year + 1)
    stations = list(Station.objects.order_by("?").values_list("pk", flat=True)[: ROUNDS * 4])
    count, every, single, tried = 0, [], [], []
    for number in range(ROUNDS + 3):
        with transaction.atomic():
            become_unprivileged()
            standards = standards_in_force(day)
            spent = milliseconds(lambda: standings(measured(day), standards_in_force(day)))
            ones = [milliseconds(partial(_one, key, standards)) for key in stations[number * 3 : number * 3 + 3]]
            took = milliseconds(partial(preview, draft, standards[draft.tier], day))
            count = count or len(measured(day))
        if number >= 3:  # the first ones warm caches up
            every.append(spent)
            single += ones
            tried.append(took)
    return [
        Measure(f"standards_of_{count}_stations_p95", percentile(every, 0.95), "ms", ALL_LIMIT),
        Measure(f"standards_of_{count}_stations_median", percentile(every, 0.5), "ms", ALL_LIMIT),
        Measure("standards_of_one_station_p95", percentile(single, 0.95), "ms", ONE_LIMIT),
        Measure("standard_preview_p95", percentile(tried, 0.95), "ms", PREVIEW_LIMIT),
    ]


def _one(key: int, standards: dict[str, Standard]) -> None:
    standings(measured(clock.today(), station_ids=[key]), standards)


def _draft(year: int) -> Standard:
    """A draft of next year's standard for town stations, like this year's."""
    known = with_items().filter(tier="station", year=year).first()
    if known is not None:
        return known
    source = with_items().get(tier="station", year=year - 1)
    days = {"opens_on": source.opens_on, "closes_on": source.closes_on}
    made = Standard.objects.create(tier="station", year=year, **days)
    items = list(source.items.all())
    for item in items:
        item.pk, item.standard = None, made
    StandardItem.objects.bulk_create(items)
    return with_items().get(pk=made.pk)
