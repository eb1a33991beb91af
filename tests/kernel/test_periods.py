"""Months, quarters, years: written, read, counted."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.problems import Problem

YEAR, QUARTER, MONTH = Period.parse("2022"), Period.parse("2022Q3"), Period.parse("2022-07")


def test_parsed() -> None:
    assert Period(PeriodKind.YEAR, date(2022, 1, 1)) == YEAR
    assert Period(PeriodKind.QUARTER, date(2022, 7, 1)) == QUARTER
    assert Period(PeriodKind.MONTH, date(2022, 7, 1)) == MONTH
    assert Period.parse(" 2022q3 ") == QUARTER
    assert PeriodKind.values == [1, 2, 3]


@pytest.mark.parametrize(
    "text", ["", "22", "2022Q0", "2022Q5", "2022-13", "2022-7", "2022-00", "2022-07-01", "1822", "0000"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(Problem, match="2022Q3") as caught:
        Period.parse(text)
    assert (caught.value.code, caught.value.status) == ("period_form", 400)


def test_digits_of_other_scripts_are_no_period() -> None:
    with pytest.raises(Problem):
        Period.parse("２０２２")


@pytest.mark.parametrize(
    ("kind", "start"),
    [(PeriodKind.MONTH, date(2022, 7, 2)), (PeriodKind.QUARTER, date(2022, 8, 1)), (PeriodKind.YEAR, date(2022, 4, 1))],
)
def test_a_period_starts_where_it_must(kind: PeriodKind, start: date) -> None:
    with pytest.raises(ValueError, match="starts on"):
        Period(kind, start)


def test_neighbours() -> None:
    assert [str(period.previous()) for period in (YEAR, QUARTER, MONTH)] == ["2021", "2022Q2", "2022-06"]
    assert [str(period.next()) for period in (YEAR, QUARTER, MONTH)] == ["2023", "2022Q4", "2022-08"]
    assert [str(period.year_before()) for period in (YEAR, QUARTER, MONTH)] == ["2021", "2021Q3", "2021-07"]
    assert str(Period.parse("2022-01").previous()) == "2021-12"
    assert str(Period.parse("2022Q1").previous()) == "2021Q4"
    assert Period.parse("2022-12").end == date(2023, 1, 1)


def test_months() -> None:
    assert [str(month) for month in QUARTER.months()] == ["2022-07", "2022-08", "2022-09"]
    assert len(list(YEAR.months())) == 12
    assert list(MONTH.months()) == [MONTH]


days = st.dates(date(1901, 1, 1), date(2198, 12, 31))


@given(days, st.sampled_from(PeriodKind))
def test_every_day_lies_in_exactly_one_period_of_each_kind(day: date, kind: PeriodKind) -> None:
    period = Period.current(kind, day)
    assert period.contains(day)
    assert not period.previous().contains(day)
    assert not period.next().contains(day)
    assert period.next().previous() == period.previous().next() == period == Period.parse(str(period))
    assert period.contains(period.start)
    assert period.contains(period.end - timedelta(1))
    assert not period.contains(period.end)
    assert sum(month.contains(day) for month in period.months()) == 1


def test_labels() -> None:
    assert [period.label("zh-hans") for period in (YEAR, QUARTER, MONTH)] == ["2022年", "2022年第3季度", "2022年7月"]
    with translation.override("zh-hans"):
        assert MONTH.label() == "2022年7月"
