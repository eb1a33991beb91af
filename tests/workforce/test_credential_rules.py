"""Certificates, registrations and reminders: the rules alone."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.problems import Problem
from shegong.workforce.rules import credential as rules
from shegong.workforce.rules import register
from shegong.workforce.rules.career import Asked, Growth, SupervisionHours, ladder, next_rung, reached
from shegong.workforce.rules.credential import Certificate, Registered, ReminderKind, Standing

ASSISTANT = Certificate("assistant", date(2020, 10, 31))
WORKER = Certificate("worker", date(2023, 10, 31))
RUNNING = Registered("assistant", date(2022, 5, 1), date(2025, 5, 1))


def codes(problems: Iterable[Problem]) -> list[tuple[str, str | None]]:
    return [(each.code, each.field) for each in problems]


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.integers(1, 24))
def test_months_go_back_and_forth(day: date, months: int) -> None:
    earlier = rules.months_before(day, months)
    assert earlier < day and (day - earlier).days <= 31 * months
    later = rules.months_after(day, months)
    assert rules.months_before(later, months) <= day < rules.months_before(later + timedelta(days=1), months)


def test_a_renewal_opens_three_months_before_the_end() -> None:
    assert rules.renewal_opens(date(2025, 5, 1)) == date(2025, 2, 1)
    assert rules.renewal_opens(date(2025, 5, 31)) == date(2025, 2, 28)
    assert rules.years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("since", "today", "hours", "note", "expected"),
    [
        (date(2025, 5, 1), date(2025, 1, 31), 72, "", [("renewal_early", "since")]),
        (date(2025, 5, 1), date(2025, 2, 1), 72, "", []),
        (date(2025, 5, 1), date(2025, 2, 1), 71, "", [("hours_missing", "kind")]),
        (date(2025, 4, 30), date(2025, 2, 1), 72, "", [("renewal_overlaps", "since")]),
        (date(2025, 5, 2), date(2025, 2, 1), 72, "", [("date_future", "since")]),
        (date(2025, 6, 1), date(2025, 6, 1), 72, "", [("late_without_reason", "note")]),
        (date(2025, 6, 1), date(2025, 6, 1), 72, "出国", []),
    ],
)
def test_when_a_registration_can_be_renewed(
    since: date, today: date, hours: int, note: str, expected: list[tuple[str, str]]
) -> None:
    standing = Standing([ASSISTANT], [RUNNING], hours)
    assert codes(rules.renewal_problems(standing, since, note, today)) == expected


def test_nobody_renews_what_never_was() -> None:
    assert codes(rules.renewal_problems(Standing([ASSISTANT], []), date(2025, 5, 1), "", date(2025, 5, 1))) == [
        ("never_registered", "kind")
    ]


@pytest.mark.parametrize(
    ("level", "since", "note", "expected"),
    [
        ("worker", date(2023, 12, 1), "", []),
        ("worker", date(2023, 10, 30), "", [("before_certificate", "since")]),
        ("worker", date(2024, 11, 1), "", [("late_without_reason", "note")]),
        ("worker", date(2024, 11, 1), "生育", []),
        ("senior", date(2024, 1, 1), "", [("certificate_missing", "level")]),
        ("assistant", date(2024, 1, 1), "晚", [("registered_before", "level")]),
        ("worker", date(2025, 3, 2), "晚", [("date_future", "since")]),
    ],
)
def test_the_first_registration(level: str, since: date, note: str, expected: list[tuple[str, str]]) -> None:
    standing = Standing([ASSISTANT, WORKER], [RUNNING])
    assert codes(rules.first_registration_problems(standing, level, since, note, date(2025, 3, 1))) == expected


@pytest.mark.parametrize(
    ("today", "hours", "expected"),
    [
        (date(2024, 4, 30), 0, []),
        (date(2024, 5, 1), 0, [ReminderKind.HOURS]),
        (date(2024, 5, 1), 72, []),
        (date(2025, 2, 1), 72, [ReminderKind.WINDOW]),
        (date(2025, 4, 30), 60, [ReminderKind.WINDOW, ReminderKind.HOURS]),
        (date(2025, 5, 1), 72, [ReminderKind.LAPSED]),
    ],
)
def test_reminders(today: date, hours: int, expected: list[ReminderKind]) -> None:
    found = rules.reminders(Standing([ASSISTANT], [RUNNING], hours), today)
    assert [each.kind for each in found] == expected
    assert all(not each.waits for each in found)


def test_a_higher_certificate_has_to_be_registered_within_a_year() -> None:
    found = rules.reminders(Standing([ASSISTANT, WORKER], [RUNNING], 72, {"first"}), date(2024, 1, 1))
    assert [(each.kind, each.due_on, each.waits) for each in found] == [
        (ReminderKind.UNREGISTERED, date(2024, 10, 31), True)
    ]


@pytest.mark.parametrize("text", ["", "12", "甲乙丙丁戊", "D" * 41, "D20;DROP"])
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(Problem) as caught:
        rules.checked_number(text)
    assert (caught.value.code, caught.value.field) == ("number_form", "number")


def test_a_number_in_its_plain_form() -> None:
    assert rules.checked_number(" ｄ2020 5100 01 ") == "D2020510001"


ASKED = [
    Asked("assistant", "certificate", 1, "甲"),
    Asked("assistant", "registration", 1, "甲"),
    Asked("worker", "certificate", 2, "甲"),
    Asked("worker", "learning", 72, "乙"),
    Asked("worker", "supervised", 12, "丙"),
]


@pytest.mark.parametrize(
    ("hours", "supervision", "step", "missing"),
    [
        (72, SupervisionHours(12, 0), "worker", []),
        (72, SupervisionHours(11.5, 0), "assistant", [("supervised", 0.5)]),
        (70, SupervisionHours(0, 30), "assistant", [("learning", 2), ("supervised", 12)]),
    ],
)
def test_the_ladder(hours: int, supervision: SupervisionHours, step: str, missing: list[tuple[str, float]]) -> None:
    standing = Standing([WORKER], [Registered("worker", date(2024, 1, 1), date(2027, 1, 1))])
    rungs = ladder(Growth(date(2020, 1, 1), standing, hours, supervision), ASKED, date(2025, 1, 1))
    assert reached(rungs) == step
    rung = rungs[1]
    assert [(each.asked.measure, each.missing) for each in rung.conditions if not each.is_met] == missing
    following = next_rung(rungs)
    assert following is not None and following.step == ("senior" if not missing else "worker")


def test_nobody_stands_on_the_ladder_without_a_registration() -> None:
    rungs = ladder(
        Growth(date(2020, 1, 1), Standing([WORKER], []), 90, SupervisionHours(0, 0)), ASKED, date(2025, 1, 1)
    )
    assert reached(rungs) is None


CELLS = {
    "name": "王 小雨",
    "number": "D2020510001",
    "level": "助理社会工作师",
    "since": "2022年5月1日",
    "until": "20250430",
}


def test_a_row_of_the_register() -> None:
    row = register.row_of(3, CELLS)
    assert (row.name, row.number, row.level) == ("王小雨", "D2020510001", "assistant")
    assert (row.since, row.until) == (date(2022, 5, 1), date(2025, 4, 30))


@pytest.mark.parametrize(
    ("changes", "code", "member"),
    [
        ({"name": None}, "cell_missing", "name"),
        ({"level": "社工"}, "level_unknown", "level"),
        ({"number": "1"}, "number_form", "number"),
        ({"since": "昨天"}, "day_form", "since"),
        ({"since": "2022-02-30"}, "day_form", "since"),
        ({"until": None}, "cell_missing", "until"),
        ({"until": "2026-05-01"}, "period_wrong", "until"),
        ({"until": "2022-05-01"}, "period_wrong", "until"),
    ],
)
def test_rows_that_can_not_be_used(changes: dict[str, object], code: str, member: str) -> None:
    with pytest.raises(Problem) as caught:
        register.row_of(3, CELLS | changes)
    assert (caught.value.code, caught.value.field) == (code, member)


def test_comparing_says_what_differs_and_never_changes_a_name() -> None:
    row = register.row_of(3, CELLS)
    kept = register.Kept(1, 1, "王小雨", "assistant", date(2020, 10, 31), date(2022, 5, 1), date(2025, 5, 1))
    assert register.compare(row, kept).found == register.Found.MATCHED
    assert register.compare(row, None).found == register.Found.UNKNOWN
    other = register.Kept(1, 1, "王大雨", "assistant", date(2020, 10, 31), None, None)
    assert register.compare(row, other).found == register.Found.WRONG
    older = register.Kept(1, 1, "王小雨", "worker", date(2020, 10, 31), date(2019, 5, 1), date(2022, 5, 1))
    found = register.compare(row, older)
    assert [each.member for each in found.differences] == ["level", "since", "until"]
