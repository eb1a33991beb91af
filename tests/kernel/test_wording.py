"""Times, amounts and numbers as people say them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel import wording

# 14:30 on 3 July 2025 in Chengdu.
NOW = datetime(2025, 7, 3, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(), "今天 14:30"),
        (timedelta(hours=14, minutes=30), "今天 00:00"),
        (timedelta(hours=14, minutes=31), "昨天 23:59"),
        (timedelta(days=2), "2 天前"),
        (timedelta(days=6), "6 天前"),
        (timedelta(days=7), "6月26日"),
        (timedelta(days=300), "2024年9月"),
        (timedelta(days=-1), "明天 14:30"),
        (timedelta(days=-3), "7月6日 14:30"),
        (timedelta(days=-10), "7月13日"),
    ],
)
def test_a_moment_reads_as_people_say_it(ago: timedelta, words: str) -> None:
    assert wording.spoken_time(NOW - ago, NOW) == words


def test_a_moment_late_in_utc_belongs_to_the_citys_day() -> None:
    assert wording.spoken_time(datetime(2025, 7, 2, 16, 5, tzinfo=UTC), NOW) == "今天 00:05"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 7, 3), "今天"),
        (date(2025, 7, 2), "昨天"),
        (date(2025, 7, 4), "明天"),
        (date(2025, 6, 30), "3 天前"),
        (date(2025, 1, 1), "1月1日"),
        (date(2022, 7, 1), "2022年7月"),
    ],
)
def test_a_date_reads_as_people_say_it(day: date, words: str) -> None:
    assert wording.spoken_date(day, date(2025, 7, 3)) == words


def test_last_december_is_a_day_and_not_a_month_in_january() -> None:
    assert wording.spoken_date(date(2024, 12, 20), date(2025, 1, 5)) == "12月20日"


def test_exact_times() -> None:
    assert wording.exact_time(NOW) == "2025年7月3日 14:30"
    assert wording.exact_time(date(2022, 7, 1)) == "2022年7月1日"
    assert wording.month_name(date(2022, 7, 1)) == "2022年7月"


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (0, None, "0"),
        (1234567, None, "1,234,567"),
        (0.1 + 0.2, None, "0.3"),
        (95.345, None, "95.35"),
        (1000.0, None, "1,000"),
        (Decimal("2.50"), None, "2.5"),
        (Decimal("2.5"), 2, "2.50"),
        (-3, None, "−3"),
        (-0.001, None, "0"),
        (1_000_000, 0, "1,000,000"),
    ],
)
def test_numbers(value: wording.Amount, digits: int | None, words: str) -> None:
    assert wording.number(value, digits) == words


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_number_loses_nothing(value: int) -> None:
    assert int(wording.number(value).replace(",", "").replace("−", "-")) == value


def test_money() -> None:
    assert wording.money(1234567) == "¥1,234,567.00"
    assert wording.money(Decimal("0.005")) == "¥0.01"
    assert wording.money(-12.5) == "−¥12.50"


@pytest.mark.parametrize(
    ("yuan", "chinese", "english"),
    [
        (96, "96 元", "¥96"),
        (9_999, "9,999 元", "¥9,999"),
        (1_234_567, "123.5 万元", "¥1.23 million"),
        (49_870_000, "4,987 万元", "¥49.87 million"),
        (125_000_000, "1.25 亿元", "¥125 million"),
        (-20_000, "−2 万元", "¥−20 thousand"),
    ],
)
def test_money_in_the_unit_people_speak_in(yuan: int, chinese: str, english: str) -> None:
    assert wording.money_short(yuan) == chinese
    with translation.override("en"):
        assert wording.money_short(yuan) == english


def test_shares_and_durations() -> None:
    assert wording.percent(Decimal(2904) / 3047) == "95.3%"
    assert wording.percent(1, 0) == "100%"
    assert [wording.duration(minutes) for minutes in (0, 45, 60, 90, 6000)] == [
        "0 分钟",
        "45 分钟",
        "1 小时",
        "1 小时 30 分钟",
        "100 小时",
    ]


def test_english() -> None:
    with translation.override("en"):
        assert wording.spoken_time(NOW, NOW) == "today 14:30"
        assert wording.spoken_date(date(2025, 6, 30), date(2025, 7, 3)) == "3 days ago"
        assert wording.month_name(date(2022, 7, 1)) == "July 2022"
        assert wording.exact_time(NOW) == "3 July 2025, 14:30"
        assert wording.duration(61) == "1 hour 1 minute"
