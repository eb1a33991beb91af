"""How the whole city is staffed: every station against its rule, since when and until when."""

from functools import partial

from django.db import transaction

from bench.measure import Measure, milliseconds, percentile
from shegong.kernel import clock
from shegong.network.scope import become_unprivileged
from shegong.purchase.queries.contract import service_ends
from shegong.workforce.queries.staffing import staffing

ROUNDS, LIMIT = 20, 100


def run() -> list[Measure]:
    """p95 and median of all stations at once, contracts that end among what is known, beside 100 ms."""
    day, took, count = clock.today(), [], 0
    for number in range(ROUNDS + 3):
        with transaction.atomic():
            become_unprivileged()
            ends = service_ends(day)
            spent = milliseconds(partial(staffing, day, ends))
            count = len(staffing(day, ends)) if not number else count
        if number >= 3:  # the first ones warm caches up
            took.append(spent)
    return [
        Measure(f"staffing_of_{count}_stations_p95", percentile(took, 0.95), "ms", LIMIT),
        Measure(f"staffing_of_{count}_stations_median", percentile(took, 0.5), "ms", LIMIT),
    ]
