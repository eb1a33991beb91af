"""A month of bookings in a town's sites, as a room's worker sees it; and how busy the city's rooms are."""

from django.db.models import Count

from bench.measure import Measure, milliseconds, percentile
from bench.million import writers
from shegong.indicators.queries import reading
from shegong.kernel import clock
from shegong.network.models import Site, Station
from shegong.network.premises.queries.booking import month_calendar
from shegong.network.scope import viewing
from shegong.workforce.models import Worker

ROUNDS, LIMIT = 40, 50


def run() -> list[Measure]:
    """p95 of the month of the town with most sites, and of the reading of the whole city."""
    worker = Worker.objects.get(id=writers()[0].worker_id)
    assert worker.account_id is not None
    towns = Site.objects.filter(hub_id=worker.hub_id, town__isnull=False).values("town_id")
    fullest = towns.annotate(rooms=Count("areas")).order_by("-rooms").values_list("town_id", flat=True)[0]
    town, first = Station.objects.get(pk=fullest), clock.today().replace(day=1)
    city = Station.objects.get(tier="centre")
    with viewing(worker.account_id) as viewer:
        months = [milliseconds(lambda: month_calendar(viewer, town, first)) for _round in range(ROUNDS)]
        shares = [milliseconds(lambda: reading("network.premises_utilisation", city)) for _round in range(ROUNDS)]
    return [
        Measure("month_of_a_town_p95", percentile(months, 0.95), "ms", LIMIT),
        Measure("utilisation_of_the_city_p95", percentile(shares, 0.95), "ms", 20),
    ]
