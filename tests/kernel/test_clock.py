"""The present, where the city is."""

from datetime import UTC, date, datetime

import time_machine
from django.utils import timezone

from shegong.kernel import clock


def test_now_is_aware_and_can_be_held() -> None:
    with time_machine.travel(datetime(2022, 7, 1, 1, 2, 3, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2022, 7, 1, 1, 2, 3, tzinfo=UTC)


def test_today_is_the_citys_date_whatever_zone_is_active() -> None:
    evening = datetime(2022, 6, 30, 16, 30, tzinfo=UTC)
    with time_machine.travel(evening, tick=False), timezone.override("America/New_York"):
        assert clock.today() == date(2022, 7, 1)
