"""Who of the demonstration city's people is away about now, and who stands in."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from django.utils import timezone

from shegong.config.demo.staff import Person
from shegong.kernel.ids import uuid7_from
from shegong.workforce.models import Leave

SHARE: Final = 0.08
# The first day of leave to today, and how many days it lasts.
AROUND: Final = 40
LENGTHS: Final = (1, 1, 2, 3, 5, 5, 7, 10)
STANDS_IN: Final = 0.8


def make_leaves(people: Sequence[Person], rng: Random, today: date, recorder: int, without: int) -> int:
    """Leaves of a share of those in service, but of nobody at the station `without`; returns how many. At most one
    each; whoever stands in is of the same station and not away.
    """
    serving = [each for each in people if each.until is None and each.site.id != without]
    away = {each.id for each in serving if rng.random() < SHARE}
    present: dict[int, list[int]] = defaultdict(list)
    for each in serving:
        if each.id not in away:
            present[each.site.id].append(each.id)
    rows = []
    for each in serving:
        if each.id not in away:
            continue
        first = today + timedelta(days=rng.randrange(-AROUND, AROUND // 2))
        colleagues = present[each.site.id]
        day = min(first - timedelta(days=3), today - timedelta(days=1))
        noted = datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone())
        rows.append(
            Leave(
                id=uuid7_from(f"leave-{each.id}", noted, rng),
                worker_id=each.id,
                hub_id=each.site.hub_id,
                station_id=each.site.id,
                first_on=first,
                last_on=first + timedelta(days=rng.choice(LENGTHS) - 1),
                stand_in_id=rng.choice(colleagues) if colleagues and rng.random() < STANDS_IN else None,
                entered_at=noted,
                entered_by_id=recorder,
            )
        )
    Leave.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
