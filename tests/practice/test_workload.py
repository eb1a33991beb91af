"""Workload from the records, leave with a stand-in, and what is fair: who sees whose, what the database holds."""

import doctest
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import become_unprivileged, enter, viewing
from shegong.people.models import Account
from shegong.practice.models import ServiceRecord
from shegong.practice.queries.client import worker_of
from shegong.practice.queries.workload import Load, loads_of, loads_page, overloaded, stand_ins, workers_shown
from shegong.workforce.actions.leave import cancel_leave, note_leave, set_fair_range
from shegong.workforce.models import FairRange, Leave, Posting
from shegong.workforce.rules import workload as rules
from shegong.workforce.rules.leave import Away
from shegong.workforce.rules.workload import PROPOSED, Fair
from tests.practice.casework import Casework
from tests.practice.county import County
from tests.practice.test_client_pages import SEE_OTHER, WRONG, signed_in


def monday(weeks_ago: int = 0) -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday(), weeks=weeks_ago)


def noted(county: County, by: Account, **changes: Any) -> Leave:
    today = clock.today()
    away = replace(Away(county.worker_row.pk, today, today + timedelta(days=2)), **changes)
    with viewing(by.pk) as viewer:
        return note_leave(away, by=viewer, at=clock.now())


def problem_of(action: Any) -> tuple[str, str | None, int]:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code, caught.value.field, caught.value.status


def load_of(by: Account, worker_id: int) -> Load:
    with viewing(by.pk) as viewer:
        found = loads_of(list(workers_shown(viewer, clock.today())), clock.today())
    return next(load for load in found if load.worker.pk == worker_id)


def test_the_rules_examples() -> None:
    results = doctest.testmod(rules)
    assert results.attempted > 2 and results.failed == 0


def test_hours_come_from_the_records_by_week_and_kind(county: County) -> None:
    client = county.client()
    for weeks_ago in (1, 1, 2):
        county.record([client], on=monday(weeks_ago))
    county.record([client], on=monday(1), service="T02")
    county.record([client], on=monday(9))  # too long ago
    voided = county.record([client], on=monday(1))
    ServiceRecord.objects.filter(pk=voided.pk).update(
        voided_at=clock.now(), voided_by=county.worker, void_reason="记错了"
    )
    load = load_of(county.worker, county.worker_row.pk)
    weeks = {week.monday: (dict(week.by_method), week.records) for week in load.weeks}
    assert len(weeks) == 8 and min(weeks) == monday(7)
    assert weeks[monday(1)] == ({"C": 60, "G": 30, "M": 0}, 3)
    assert weeks[monday(2)] == ({"C": 30, "G": 0, "M": 0}, 1)
    assert load.hours == Decimal(120) / 60 / 4 and load.hours_judged == "under"
    assert load.weeks[-1].running and not load.weeks[-2].running


def test_restricted_files_count_but_are_not_told_apart(county: County) -> None:
    hidden = county.client("李国强", groups=("drug",))
    county.record([hidden], on=monday(1))
    assert load_of(county.head, county.worker_row.pk).weeks[-2].minutes == 30


def test_everybody_sees_the_own_and_heads_and_officers_their_peoples(county: County) -> None:
    def seen(account: Account) -> set[int]:
        with viewing(account.pk) as viewer:
            return {worker.pk for worker in workers_shown(viewer, clock.today())}

    own, neighbour, supervisor = (each.pk for each in (county.worker_row, county.neighbour_row, county.supervisor_row))
    assert seen(county.worker) == {own}
    assert seen(county.supervisor) == {supervisor}
    assert seen(county.head) == {own, neighbour}
    assert seen(county.officer) == {own, neighbour, supervisor}
    assert seen(county.city) == set()


def test_the_database_counts_nobody_out_of_reach(county: County) -> None:
    Casework(county).opened()
    county.record([county.client()], on=monday(1))
    for account, expected in ((county.head, 1), (county.worker, 1), (county.stranger, 0), (county.city, 0)):
        with transaction.atomic(), connection.cursor() as cursor:
            become_unprivileged()
            enter(account.pk)
            keys = [county.worker_row.pk]
            cursor.execute("SELECT count(*) FROM practice_caseload(%s)", [keys])
            assert cursor.fetchone() == (expected,)
            cursor.execute("SELECT count(*) FROM practice_work_by_week(%s, %s, %s)", [keys, monday(8), monday()])
            assert cursor.fetchone() == (expected,)
            cursor.execute("RESET ROLE")


def test_too_much_is_told_to_the_head_and_depends_on_the_share_of_full_time(county: County) -> None:
    with viewing(county.officer.pk) as viewer:
        set_fair_range(county.hub, Fair(0, 1, 0, 10), by=viewer, at=clock.now())
    Casework(county).opened()

    def over() -> list[int]:
        with viewing(county.head.pk) as viewer:
            return [load.worker.pk for load in overloaded(viewer, clock.today())]

    assert over() == []
    Posting.objects.filter(worker=county.worker_row).update(share=50)
    assert over() == [county.worker_row.pk]
    with viewing(county.worker.pk) as viewer:
        assert overloaded(viewer, clock.today()) == []
    head = signed_in(county.head)
    assert "/workload/over/" in head.get("/").content.decode()
    card = head.get("/workload/over/").content.decode()
    assert "工作量偏多" in card and county.worker_row.name in card
    assert "/workload/over/" not in signed_in(county.worker).get("/").content.decode()
    assert signed_in(county.worker).get("/workload/over/").status_code == 403
    FairRange.objects.all().delete()
    assert head.get("/workload/over/").content.decode().strip() == ""


def test_weeks_of_leave_are_not_judged(county: County) -> None:
    county.record([county.client()], on=monday(2))
    Leave.objects.create(
        worker=county.worker_row, hub=county.hub, station=county.room, first_on=monday(1),
        last_on=monday() - timedelta(days=1),
        entered_at=clock.now(), entered_by=county.worker,
    )  # fmt: skip
    load = load_of(county.worker, county.worker_row.pk)
    assert [week.away for week in load.weeks[-3:]] == [False, True, False]
    assert load.hours == Decimal(30) / 60 / 3


def test_leave_is_noted_by_oneself_the_head_or_the_county_and_never_twice(county: County) -> None:
    leave = noted(county, county.worker, stand_in_id=county.neighbour_row.pk)
    assert (leave.hub_id, leave.station_id) == (county.hub.pk, county.room.pk)
    assert problem_of(lambda: noted(county, county.head)) == ("leave_overlaps", "first_on", 422)
    for stranger in (county.colleague, county.neighbour, county.stranger, county.city):
        assert problem_of(lambda by=stranger: noted(county, by))[2] == 403
    later = clock.today() + timedelta(days=30)
    noted(county, county.head, first_on=later, last_on=later)
    with viewing(county.officer.pk) as viewer:
        cancel_leave(leave, by=viewer, at=clock.now())
        assert problem_of(lambda: cancel_leave(leave, by=viewer, at=clock.now()))[0] == "leave_cancelled"
    noted(county, county.worker)  # the days are free again
    verbs = list(Event.objects.filter(kind="leave").order_by("at").values_list("verb", flat=True))
    assert verbs == ["note_leave", "note_leave", "cancel_leave", "note_leave"]


def test_a_leave_sent_twice_is_one(county: County) -> None:
    key, today = uuid7(), clock.today()
    away = Away(county.worker_row.pk, today, today)
    with viewing(county.worker.pk) as viewer:
        first = note_leave(away, by=viewer, at=clock.now(), key=key)
        assert note_leave(away, by=viewer, at=clock.now(), key=key) == first
        other = Away(county.worker_row.pk, today, today + timedelta(days=1))
        assert problem_of(lambda: note_leave(other, by=viewer, at=clock.now(), key=key))[2] == 409
    assert Leave.objects.count() == 1


def test_what_a_leave_must_not_be(county: County) -> None:
    today = clock.today()
    noted(county, county.neighbour, worker_id=county.neighbour_row.pk)
    for changes, expected in (
        ({"last_on": today - timedelta(days=1)}, ("leave_ends_before_start", "last_on")),
        ({"last_on": today + timedelta(days=400)}, ("leave_too_long", "last_on")),
        ({"first_on": today - timedelta(days=60)}, ("leave_long_ago", "first_on")),
        ({"stand_in_id": county.worker_row.pk}, ("stand_in_oneself", "stand_in")),
        ({"stand_in_id": county.neighbour_row.pk}, ("stand_in_away", "stand_in")),
        ({"stand_in_id": 999_999}, ("stand_in_unknown", "stand_in")),
    ):
        assert problem_of(lambda more=changes: noted(county, county.worker, **more))[:2] == expected


def test_the_database_holds_the_days_apart(county: County) -> None:
    leave = noted(county, county.worker)

    def refused(sql: str, *values: str) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return str(caught.value)

    again = """INSERT INTO workforce_leave
            (id, worker_id, hub_id, station_id, first_on, last_on, entered_at, entered_by_id)
        SELECT %s, worker_id, hub_id, station_id, last_on, last_on, entered_at, entered_by_id FROM workforce_leave"""
    assert "workforce_leave_once_at_a_time" in refused(again, str(uuid7()))
    assert "workforce_leave_ends_after_start" in refused("UPDATE workforce_leave SET last_on = first_on - 1")
    assert "workforce_leave_by_another" in refused("UPDATE workforce_leave SET stand_in_id = worker_id")
    assert leave.cancelled_at is None


def test_who_stands_in_sees_what_is_open(county: County) -> None:
    client = county.client("欧阳静")
    case = Casework(county).opened(client)
    county.record([client], on=clock.today() - timedelta(days=3), next_on=clock.today(), next_step="陪同复诊")
    noted(county, county.worker, stand_in_id=county.neighbour_row.pk)
    with viewing(county.neighbour.pk) as viewer:
        # The neighbour's reach is another room's: the wall holds for a stand-in as well.
        assert [each.cases for each in stand_ins(viewer, worker_of(viewer), clock.today())] == [()]
    Leave.objects.update(cancelled_at=clock.now())
    colleague = county.world.worker(county.room, county.colleague)
    noted(county, county.worker, stand_in_id=colleague.pk)
    with viewing(county.colleague.pk) as viewer:
        found = stand_ins(viewer, worker_of(viewer), clock.today())
        # The room's visits are the colleague's already.
        assert [each.cases for each in found] == [(case,)] and found[0].visits == ()
        assert stand_ins(viewer, colleague, clock.today() + timedelta(days=3)) == []
    Leave.objects.update(cancelled_at=clock.now())
    head = county.world.worker(county.town, county.head)
    noted(county, county.worker, stand_in_id=head.pk)
    with viewing(county.head.pk) as viewer:
        assert [len(each.visits) for each in stand_ins(viewer, worker_of(viewer), clock.today())] == [1]
    page = signed_in(county.head).get("/day/beside/").content.decode()
    assert f"替 {county.worker_row.name} 的岗" in page and "陪同复诊" in page and "欧阳静" in page


def test_what_is_fair_is_the_countys_to_say(county: County) -> None:
    with viewing(county.head.pk) as viewer:
        said = problem_of(lambda: set_fair_range(county.hub, PROPOSED, by=viewer, at=clock.now()))
        assert said[0] == "range_not_yours"
    with viewing(county.officer.pk) as viewer:
        far = county.world.hubs["B"]
        assert problem_of(lambda: set_fair_range(far, PROPOSED, by=viewer, at=clock.now()))[2] == 403
    browser = signed_in(county.officer)
    good = {"cases_low": "3", "cases_high": "12", "hours_low": "6", "hours_high": "20"}
    wrong = browser.post("/workload/fair/", good | {"cases_high": "2", "hours_high": "99"})
    text = wrong.content.decode()
    assert (
        wrong.status_code == WRONG
        and "上限不能小于下限。" in text
        and "请填 0 到 80。" in text
        and 'value="99"' in text
    )
    assert browser.post("/workload/fair/", good).status_code == SEE_OTHER
    row = FairRange.objects.get()
    assert (row.hub_id, row.cases_low, row.cases_high, row.hours_low, row.hours_high) == (county.hub.pk, 3, 12, 6, 20)
    assert signed_in(county.head).get("/workload/fair/").status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        FairRange.objects.update(hours_low=21)


def test_the_pages(county: County) -> None:
    browser = signed_in(county.worker)
    page = browser.get("/workload/").content.decode()
    assert county.worker_row.name in page and county.neighbour_row.name not in page and "不含路程" in page
    today = clock.today().isoformat()
    said = {"key": str(uuid7()), "worker": county.worker_row.pk, "first_on": today, "last_on": today, "stand_in": ""}
    assert browser.post("/workload/leave/new/", said | {"worker": county.neighbour_row.pk}).status_code == WRONG
    assert browser.post("/workload/leave/new/", said).status_code == SEE_OTHER
    twice = browser.post("/workload/leave/new/", said | {"key": str(uuid7())})
    assert twice.status_code == WRONG and "这几天已经登记过休假。" in twice.content.decode()
    shown = browser.get("/workload/").content.decode()
    assert "休假中" in shown
    leave = Leave.objects.get()
    assert signed_in(county.neighbour).post(f"/workload/leave/{leave.pk}/cancel/").status_code == 403
    assert signed_in(county.stranger).post(f"/workload/leave/{leave.pk}/cancel/").status_code == 404
    assert browser.post(f"/workload/leave/{leave.pk}/cancel/").status_code == SEE_OTHER
    head = signed_in(county.head)
    assert county.neighbour_row.name in head.get("/workload/").content.decode()
    narrowed = head.get(f"/workload/?station={county.next_room.key}").content.decode()
    assert county.neighbour_row.name in narrowed and county.worker_row.name not in narrowed
    assert head.get(f"/workload/?station={county.world.hubs['B'].key}").status_code == 404
    assert signed_in(county.city).get("/workload/").status_code == 403
    assert "合理工作量" in signed_in(county.officer).get("/workload/").content.decode()


def test_queries_do_not_grow_with_workers(county: County) -> None:
    def asked() -> int:
        with viewing(county.officer.pk) as viewer, CaptureQueriesContext(connection) as made:
            loads_page(viewer, clock.today(), None, None)
        return len(made)

    before = asked()
    for _each in range(5):
        worker = county.world.worker(county.room)
        county.record([county.client()], on=monday(1))
        Leave.objects.create(
            worker=worker, hub=county.hub, station=county.room, first_on=monday(1), last_on=monday(1),
            entered_at=clock.now(), entered_by=county.head,
        )  # fmt: skip
    assert asked() == before <= 6
