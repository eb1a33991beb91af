"""A case from opening over plan to closure, no gate skipped."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import case as actions
from shegong.practice.models import Case, Client, Contact
from shegong.practice.queries import case as queries
from shegong.practice.rules import case as rules
from tests.practice.county import County, years_ago

TODAY = date(2026, 7, 1)
BEFORE, AFTER = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def opened(county: County, client: Client, by: Account | None = None, **more: Any) -> Case:
    wanted = {"group": county.group("older"), "problem": "独居，情绪低落", **more}
    with viewing((by or county.worker).pk) as viewer:
        return actions.open_case(client, by=viewer, at=clock.now(), **wanted)


def planned(county: County, case: Case, by: Account | None = None, **more: Any) -> Case:
    wanted = {"goals": "每周有人说话", "plan": "每周探访一次", **more}
    with viewing((by or county.worker).pk) as viewer:
        return actions.plan_case(case, by=viewer, at=clock.now(), **wanted)


def closed(county: County, case: Case, by: Account | None = None, **more: Any) -> Case:
    wanted = {"reason": "met", "outcome": "已参加合唱队", **more}
    with viewing((by or county.worker).pk) as viewer:
        return actions.close_case(case, by=viewer, at=clock.now(), **wanted)


def code_of(problem: Problem | None) -> str:
    return problem.code if problem else ""


def test_the_gate_of_the_plan() -> None:
    def gate(stage: str = "open", planned_on: date = TODAY) -> str:
        return code_of(
            rules.planning_problem(stage=stage, opened_on=TODAY - timedelta(days=1), planned_on=planned_on, today=TODAY)
        )

    assert gate() == ""
    assert gate("planned") == "case_planned"
    assert gate("closed") == "case_closed"
    assert gate(planned_on=TODAY - timedelta(days=2)) == "plan_before_opening"
    assert gate(planned_on=AFTER) == "date_future"


def test_the_gate_of_closure() -> None:
    def gate(stage: str = "planned", on: date | None = BEFORE, closed_on: date = TODAY, reason: str = "met") -> str:
        return code_of(
            rules.closing_problem(stage=stage, planned_on=on, closed_on=closed_on, today=TODAY, reason=reason)
        )

    assert gate() == ""
    assert gate("open", None) == "case_unplanned"
    assert gate("closed") == "case_closed"
    assert gate(reason="") == gate(reason="bored") == "close_reason_missing"
    assert gate(closed_on=BEFORE - timedelta(days=1)) == "close_before_plan"
    assert gate(closed_on=AFTER) == "date_future"


def test_a_minor_needs_a_guardian_or_a_reason() -> None:
    def gate(born_on: date | None, has_guardian: bool = False, reason: str = "") -> str:
        return code_of(
            rules.guardian_problem(born_on=born_on, opened_on=TODAY, has_guardian=has_guardian, reason=reason)
        )

    child = date(2014, 1, 1)
    assert gate(child) == "guardian_missing"
    assert (
        gate(child, has_guardian=True) == gate(child, reason="父母失联") == gate(date(1960, 1, 1)) == gate(None) == ""
    )


def test_a_case_goes_through_its_stages(county: County) -> None:
    client = county.client()
    case = opened(county, client, supervisor=county.supervisor_row)
    assert (case.number, case.stage, case.worker_id) == (f"A-{clock.today().year}-C00001", "open", county.worker_row.pk)
    assert planned(county, case).stage == "planned"
    assert closed(county, case, by=county.head).stage == "closed"
    case.refresh_from_db()
    assert (case.close_reason, case.closed_by_id, case.closed_on) == ("met", county.head.pk, clock.today())
    assert drift() == []
    verbs = Event.objects.filter(kind="case").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["open_case", "plan_case", "close_case"]


def test_a_closed_case_takes_nothing_and_no_stage_is_skipped(county: County) -> None:
    case = opened(county, county.client())
    for work, code in ((closed, "case_unplanned"), (planned, ""), (planned, "case_planned"), (closed, "")):
        if not code:
            work(county, case)
            continue
        with pytest.raises(Problem) as caught:
            work(county, case)
        assert (caught.value.code, caught.value.status) == (code, 409)
    for work in (planned, closed):
        with pytest.raises(Problem) as caught:
            work(county, case)
        assert caught.value.code == "case_closed"


@pytest.mark.parametrize(
    ("work", "more", "field"),
    [
        (opened, {"problem": " "}, "problem"),
        (opened, {"problem": "字" * 10_000_000}, "problem"),
        (opened, {"opened_on": date(2200, 1, 1)}, "opened_on"),
        (planned, {"goals": ""}, "goals"),
        (planned, {"plan": "\0"}, "plan"),
        (closed, {"outcome": ""}, "outcome"),
        (closed, {"reason": ""}, "close_reason"),
    ],
)
def test_bad_input_is_refused_at_its_field(county: County, work: Any, more: dict[str, Any], field: str) -> None:
    client = county.client()
    case = opened(county, client)
    if work is closed:
        planned(county, case)
    before = list(Case.objects.values())
    with pytest.raises(Problem) as caught:
        work(county, client if work is opened else case, **more)
    assert {each.field for each in caught.value} == {field}
    assert list(Case.objects.values()) == before


def test_a_minors_case_asks_for_the_guardian(county: County) -> None:
    child = county.client("王小明", born_on=years_ago(9))
    with pytest.raises(Problem) as caught:
        opened(county, child)
    assert caught.value.field == "no_guardian_reason"
    assert opened(county, child, no_guardian_reason="父母失联，街道已报告").no_guardian_reason
    Contact.objects.create(
        hub_id=child.hub_id, station_id=child.station_id, client=child, name="王强", relation="父亲", is_guardian=True
    )
    assert opened(county, child).no_guardian_reason == ""


def test_the_same_key_is_the_same_case(county: County) -> None:
    client, key = county.client(), uuid7()
    assert opened(county, client, key=key).pk == opened(county, client, key=key).pk
    with pytest.raises(Problem) as caught:
        opened(county, client, key=key, problem="别的问题")
    assert (caught.value.code, caught.value.status) == ("key_taken", 409)
    assert Case.objects.count() == 1


def test_who_may_not_open_or_change_a_case(county: County) -> None:
    client = county.client()
    case = opened(county, client, supervisor=county.supervisor_row)
    for account in (county.neighbour, county.stranger, county.city):
        with pytest.raises(Problem) as caught:
            planned(county, case, by=account)
        assert caught.value.code == "case_missing"
    for account in (county.officer, county.supervisor):
        with pytest.raises(Problem) as caught:
            planned(county, case, by=account)
        assert caught.value.status == 403
    with pytest.raises(Problem) as caught:
        opened(county, county.client("李国强", state="moved"))
    assert caught.value.code == "client_not_active"
    with pytest.raises(Problem) as caught:
        opened(county, client, supervisor=county.worker_row)
    assert caught.value.field == "supervisor"


def test_each_sees_the_cases_that_concern_them(county: County) -> None:
    first = opened(county, county.client("甲"), supervisor=county.supervisor_row)
    second = opened(county, county.client("乙"))
    closed(county, planned(county, second))

    def seen(account: Account) -> set[str]:
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT number FROM practice_case")
            return {row[0] for row in cursor.fetchall()}

    both = {first.number, second.number}
    assert seen(county.worker) == seen(county.head) == seen(county.officer) == both
    assert seen(county.supervisor) == {first.number}
    with viewing(county.supervisor.pk) as viewer:
        assert [each.number for each in queries.cases_page(viewer).items] == [first.number]
    assert seen(county.neighbour) == seen(county.stranger) == seen(county.city) == set()
    with viewing(county.worker.pk) as viewer:
        assert [each.pk for each in queries.own_cases(viewer).items] == [first.pk]
        assert [each.pk for each in queries.own_cases(viewer, "closed").items] == [second.pk]
        assert list(queries.supervisors_in_reach(viewer, county.hub.pk)) == [county.supervisor_row]
    with viewing(county.head.pk) as viewer:
        assert queries.own_cases(viewer).items == []
        assert [each.pk for each in queries.cases_page(viewer).items] == [first.pk]
    with viewing(county.supervisor.pk) as viewer:
        assert [each.pk for each in queries.own_cases(viewer).items] == [first.pk]


def test_a_cases_page_shows_its_records_in_few_queries(county: County, django_assert_max_num_queries: Any) -> None:
    client = county.client("王小明", born_on=years_ago(9))
    case = opened(county, client, supervisor=county.supervisor_row, no_guardian_reason="父母失联")
    for number in range(30):
        county.record([client], on=clock.today() - timedelta(days=number), case=case)
    with viewing(county.worker.pk) as viewer, django_assert_max_num_queries(6):
        file = queries.case_file(viewer, case.pk)
        assert file and len(file.records) == 25 and file.needs_guardian
        assert file.supervisor_name == county.supervisor_row.name
    with viewing(county.neighbour.pk) as viewer:
        assert queries.case_file(viewer, case.pk) is None
