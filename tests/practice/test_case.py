"""A case from intake to follow-up: six stages, no gate skipped, whoever writes."""

import doctest
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import case as actions
from shegong.practice.actions.case import name_supervisor
from shegong.practice.actions.case_approval import withdraw_approval
from shegong.practice.actions.case_follow_up import note_follow_up, plan_follow_up
from shegong.practice.enums import CaseStage
from shegong.practice.models import (
    Case,
    CaseApproval,
    CaseGoal,
    CaseSheet,
    CaseStep,
    Consent,
    Contact,
    EmergencyService,
    FollowUp,
    ServiceRecord,
)
from shegong.practice.queries import case as queries
from shegong.practice.rules import case as rules
from shegong.practice.rules import case_sheet, goal, plan
from shegong.practice.rules.case import CaseState
from shegong.workforce.models import Worker
from tests.practice.casework import Casework, goal_fact, sheet_for
from tests.practice.county import County, years_ago

TODAY = date(2026, 7, 1)
BEFORE, AFTER = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
STAGES = [stage.value for stage in CaseStage]


@pytest.fixture
def casework(county: County) -> Casework:
    """The county's cases (see tests/practice/casework.py)."""
    return Casework(county)


def code_of(problem: Problem | None) -> str:
    return problem.code if problem else ""


def refused(work: Any, *args: Any, **more: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        work(*args, **more)
    problems = list(caught.value)
    return problems[0] if len(problems) == 1 else caught.value


@pytest.mark.parametrize("module", [rules, goal, plan])
def test_the_rules_examples(module: Any) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 3 and results.failed == 0


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("to", STAGES)
def test_a_worker_goes_on_one_stage_at_a_time(stage: str, to: str) -> None:
    state = CaseState(stage, frozenset(STAGES), 1, 1, 1, 1, 1, True, True, True, True)
    allowed = STAGES.index(to) == STAGES.index(stage) + 1
    assert (rules.going_on_problem(state, to) is None) == allowed


def test_what_each_stage_wants() -> None:
    def lacking(stage: str, **more: Any) -> list[str]:
        return [need.code for need in rules.missing(CaseState(stage, **more))]

    assert lacking("intake") == ["sheet-intake"]
    assert lacking("assessment", sheets=frozenset({"intake"})) == ["sheet-assessment"]
    assert lacking("planning", goals=2, goals_rated=1, services=1) == [
        "rating",
        "sheet-planning",
        "ask-plan",
        "approve-plan",
    ]
    assert lacking("intervention") == ["record"]
    assert lacking("evaluation", goals=1, goals_rated=1, sheets=frozenset({"evaluation"}), closure_asked=True) == [
        "rating",
        "approve-closure",
    ]
    assert "rating" not in lacking("evaluation", goals=1, early=True)
    assert lacking("closed") == []


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


def test_a_case_goes_through_its_stages(county: County, casework: Casework) -> None:
    case = casework.opened(supervisor=county.supervisor_row)
    assert (case.number, case.stage, case.worker_id) == (
        f"A-{clock.today().year}-C00001",
        "intake",
        county.worker_row.pk,
    )
    case = casework.at("intervention", case)
    assert (case.planned_on, case.risk) == (clock.today(), 2)
    case = casework.at("closed", case)
    assert (case.close_reason, case.closed_by_id, case.closed_on) == ("met", county.head.pk, clock.today())
    assert (case.goal_score, case.improved, case.outcome) == (600, True, "已参加合唱队")
    assert list(CaseStep.objects.order_by("entered_at", "id").values_list("stage", flat=True)) == STAGES
    assert FollowUp.objects.filter(case=case).count() == 3
    assert drift() == []
    verbs = Event.objects.filter(kind="case").order_by("id").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb in ("open_case", "approve_plan", "approve_closure")] == [
        "open_case",
        "approve_plan",
        "approve_closure",
    ]


def test_no_stage_is_skipped_and_nothing_is_missing(casework: Casework) -> None:
    case = casework.opened()
    assert refused(casework.on, case, "planning").code == "stage_skipped"
    assert refused(casework.on, case, "assessment").code == "stage_incomplete"
    case = casework.at("planning", case)
    assert refused(casework.asked, case).code == "stage_incomplete"
    assert refused(casework.on, case, "intervention").code == "stage_incomplete"
    case = casework.at("closed", case)
    for work in (casework.asked, casework.closure_asked):
        assert refused(work, case).code == "case_closed"
    assert refused(casework.written, case, "evaluation").code == "case_closed"


def test_the_database_holds_the_order_of_stages(county: County, casework: Casework) -> None:
    def raw(case: Case, **values: Any) -> None:
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**values)

    case = casework.opened()
    for values in (
        {"stage": "planning"},
        {"stage": "intervention", "planned_on": clock.today()},
        {"stage": "evaluation", "planned_on": clock.today()},
        {"stage": "closed", "closed_on": clock.today(), "closed_by": county.head, "close_reason": "met"},
        {"round": 2},
    ):
        with pytest.raises(IntegrityError):
            raw(case, **values)
    case = casework.at("planning", case)
    with pytest.raises(IntegrityError, match="approved plan"):
        raw(case, stage="intervention", planned_on=clock.today())
    case = casework.at("evaluation", case)
    with pytest.raises(IntegrityError, match="approval"):
        raw(case, stage="closed", closed_on=clock.today(), closed_by=county.head, close_reason="met")
    with pytest.raises(IntegrityError, match="way back"):
        raw(case, stage="intervention")
    values = {name: getattr(case, name) for name in ("hub_id", "station_id", "client_id", "group_id", "worker_id")}
    late = Case(**values, number="X", stage="planning", problem="x", opened_on=clock.today(), opened_by=county.head)
    with pytest.raises(IntegrityError, match="begins with its intake"), transaction.atomic():
        late.save(force_insert=True)


def test_history_is_only_added_to(county: County, casework: Casework) -> None:
    casework.at("evaluation")
    with viewing(county.worker.pk), connection.cursor() as cursor:
        for table in ("practice_casestep", "practice_casesheet", "practice_goalrating"):
            for statement in (f"UPDATE {table} SET station_id = station_id", f"DELETE FROM {table}"):
                with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                    cursor.execute(statement)


def test_back_with_a_reason_and_a_new_approval(casework: Casework) -> None:
    case = casework.at("intervention")
    assert refused(casework.back, case, "assessment").code == "stage_skipped"
    assert refused(casework.back, case, "planning", " ").field == "reason"
    assert refused(casework.goal, case).code == "plan_approved"
    case = casework.back(case, "planning", "住院后目标要改")
    assert (case.stage, case.round, case.planned_on) == ("planning", 2, clock.today())
    casework.rated(casework.goal(case), 0)
    approval = casework.asked(case)
    assert refused(casework.goal, case).code == "already_asked"
    case = casework.decided(approval)
    assert case.stage == "intervention"
    step = CaseStep.objects.filter(case=case).order_by("-entered_at")[1]
    assert (step.stage, step.reason) == ("planning", "住院后目标要改")


def test_a_closed_case_is_reopened_and_closed_anew(casework: Casework) -> None:
    case = casework.at("closed")
    case = casework.back(case, "intervention", "又不出门了")
    assert (case.closed_on, case.close_reason, case.goal_score) == (None, "", None)
    casework.recorded(case)
    case = casework.on(case, "evaluation")
    # The former evaluation, ratings and approval don't count.
    assert refused(casework.closure_asked, case).code == "stage_incomplete"
    case = casework.at("closed", case)
    assert CaseSheet.objects.filter(case=case, stage="evaluation").count() == 2
    assert drift() == []


def test_nobody_approves_their_own(county: County, casework: Casework) -> None:
    case = casework.at("planning", casework.opened(supervisor=county.supervisor_row))
    casework.rated(casework.goal(case), -1)
    casework.service(case)
    casework.written(case, "planning")
    approval = casework.asked(case, by=county.head)
    assert refused(casework.decided, approval, by=county.head).code == "approval_by_oneself"
    assert refused(casework.decided, approval, by=county.worker).code == "not_an_approver"
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseApproval.objects.filter(pk=approval.pk).update(
            decision="approve", decided_by=county.head, decided_at=clock.now()
        )
    assert refused(casework.decided, approval, "return", by=county.supervisor).field == "comment"
    case = casework.decided(approval, "return", "目标太大", by=county.supervisor)
    assert case.stage == "planning"
    assert refused(casework.decided, approval, by=county.supervisor).code == "already_decided"
    again = casework.asked(case)
    with viewing(county.worker.pk) as viewer:
        withdraw_approval(again, by=viewer, at=clock.now())
    case = casework.decided(casework.asked(case), by=county.supervisor)
    assert case.stage == "intervention"


def test_a_supervisor_closes_a_case_and_loses_sight_of_it(county: County, casework: Casework) -> None:
    case = casework.at("evaluation", casework.opened(supervisor=county.supervisor_row))
    casework.rated(CaseGoal.objects.get(), 2)
    casework.written(case, "evaluation")
    case = casework.decided(casework.closure_asked(case), by=county.supervisor)
    assert (case.stage, case.closed_by_id) == ("closed", county.supervisor.pk)
    with viewing(county.supervisor.pk) as viewer:
        assert queries.case_file(viewer, case.pk) is None


def test_a_case_ends_early_with_a_reason(county: County, casework: Casework) -> None:
    case = casework.at("assessment")

    def end(reason: str, note: str = "随子女回老家") -> None:
        with viewing(county.worker.pk) as viewer:
            actions.end_early(case, reason, note, by=viewer, at=clock.now())

    assert refused(end, "met").field == "reason"
    assert refused(end, "moved", "").field == "note"
    end("moved")
    case = casework.fresh(case)
    assert (case.stage, case.early_reason, case.planned_on) == ("evaluation", "moved", None)
    casework.written(case, "evaluation")
    assert refused(casework.closure_asked, case, "met").field == "close_reason"
    case = casework.decided(casework.closure_asked(case, "moved", follow_ups=[]))
    assert (case.stage, case.goal_score, case.improved, FollowUp.objects.count()) == ("closed", None, None, 0)
    assert casework.back(case, "planning", "又搬回来了").early_reason == ""


def test_a_closed_case_takes_only_follow_ups(county: County, casework: Casework) -> None:
    case = casework.at("closed")
    key = uuid7()
    record = casework.recorded(case, key=key).record
    assert not casework.recorded(case, key=key, started_at=record.started_at).created
    first = FollowUp.objects.order_by("due_on")[0]
    assert (first.record_id, first.done_on) == (record.pk, record.served_on)
    assert FollowUp.objects.filter(done_on__isnull=True).count() == 2
    with viewing(county.worker.pk) as viewer:
        for each in FollowUp.objects.filter(done_on__isnull=True).select_related("case"):
            note_follow_up(each, "电话无人接听", by=viewer, at=clock.now())
    problem = refused(casework.recorded, case)
    assert {each.field for each in problem} == {"case_id"} and "case_closed" in {each.code for each in problem}
    with viewing(county.worker.pk) as viewer:
        plan_follow_up(case, clock.today(), by=viewer, at=clock.now())
    assert casework.recorded(case).created
    with pytest.raises(IntegrityError, match="follow-ups"), transaction.atomic():
        county.record([case.client], case=case)
    assert drift() == []


def test_refined_services_wait_for_the_plan_but_in_an_emergency(county: County, casework: Casework) -> None:
    refined = county.world.services["T01"]
    type(refined).objects.filter(pk=refined.pk).update(kind="refined")
    case = casework.at("assessment")
    assert refused(casework.recorded, case).code == "plan_not_approved"
    with pytest.raises(IntegrityError, match="approved plan"), transaction.atomic():
        county.record([case.client], case=case)
    casework.recorded(case, emergency_reason="夜里被打，当场陪同就医")
    mark = EmergencyService.objects.get()
    assert mark.review_by - mark.marked_at == timedelta(hours=72)
    with viewing(county.head.pk) as viewer:
        assert [each.pk for each in queries.waiting(viewer).emergencies] == [mark.pk]
        assert list(queries.emergencies_overdue(viewer, clock.now() + timedelta(hours=73))) == [mark]
        assert not queries.emergencies_overdue(viewer, clock.now()).exists()
    case = casework.at("intervention", case)
    assert casework.recorded(case).created
    assert ServiceRecord.objects.filter(case=case).count() == 2


def test_consent_withdrawn_stops_all_but_what_the_law_requires(county: County, casework: Casework) -> None:
    case = casework.at("intervention")
    place = {"hub_id": case.hub_id, "station_id": case.station_id, "client_id": case.client_id}
    given = {**place, "purpose": "service", "recorded_by": county.worker, "given_on": clock.today()}
    Consent.objects.create(**given, basis="consent", withdrawn_on=clock.today())
    assert refused(casework.recorded, case).code == "consent_withdrawn"
    assert refused(casework.on, case, "evaluation").code == "consent_withdrawn"
    assert refused(casework.opened, case.client).code == "consent_withdrawn"
    with viewing(county.worker.pk) as viewer:
        file = queries.case_file(viewer, case.pk)
        assert file is not None and file.is_stopped
    Consent.objects.create(**given, basis="duty")
    assert casework.recorded(case).created


def test_a_case_can_be_ended_after_consent_was_withdrawn(county: County, casework: Casework) -> None:
    case = casework.at("intervention")
    Consent.objects.create(
        hub_id=case.hub_id, station_id=case.station_id, client_id=case.client_id, purpose="service", basis="consent",
        given_on=clock.today(), withdrawn_on=clock.today(), recorded_by=county.worker,
    )  # fmt: skip
    with viewing(county.worker.pk) as viewer:
        actions.end_early(case, "declined", "本人不愿继续", by=viewer, at=clock.now())
    casework.written(case, "evaluation")
    assert casework.decided(casework.closure_asked(casework.fresh(case), "declined")).stage == "closed"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"problem": " "}, "problem"),
        ({"problem": "字" * 10_000_000}, "problem"),
        ({"opened_on": date(2200, 1, 1)}, "opened_on"),
    ],
)
def test_bad_input_opens_no_case(casework: Casework, more: dict[str, Any], field: str) -> None:
    problem = refused(casework.opened, **more)
    assert {each.field for each in problem} == {field}
    assert not Case.objects.exists() and not CaseStep.objects.exists()


@pytest.mark.parametrize(
    ("stage", "more", "field"),
    [
        ("intake", {"limits_told": False}, "limits_told"),
        ("intake", {"witness": ""}, "witness"),
        ("intake", {"signature": "M1 1<script>", "witness": ""}, "signature"),
        ("intake", {"content": {}}, "agreement"),
        ("assessment", {"risk": None}, "risk"),
        ("assessment", {"content": {"person": "\0"}}, "person"),
        ("planning", {"witness": "", "signature": "M1 1"}, "signature"),
        ("evaluation", {"satisfaction": 6}, "satisfaction"),
        ("evaluation", {"content": {"change": "字" * 5000}}, "change"),
    ],
)
def test_a_sheets_minimum_fields(stage: str, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        case_sheet.checked_sheet(stage, sheet_for(stage, **more))
    assert field in {each.field for each in caught.value}
    assert case_sheet.checked_sheet(stage, sheet_for(stage)).content


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"statement": ""}, "statement"),
        ({"measure": "字" * 201}, "measure"),
        ({"levels": ["一", "二"]}, "levels"),
        ({"levels": ["一", "二", "", "四", "五"]}, "level_3"),
        ({"weight": 0}, "weight"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
    ],
)
def test_a_goal_is_measurable(casework: Casework, more: dict[str, Any], field: str) -> None:
    case = casework.at("planning")
    assert field in {each.field for each in refused(casework.goal, case, **more)}
    assert goal_fact().levels[2] and not CaseGoal.objects.exists()


def test_the_plan_is_compared_with_what_was_done(county: County, casework: Casework) -> None:
    case = casework.at("intervention")
    for _number in range(2):
        casework.recorded(case)
    voided = casework.recorded(case).record
    ServiceRecord.objects.filter(pk=voided.pk).update(voided_at=clock.now(), voided_by=county.worker, void_reason="错")
    (line,) = queries.plan_progress(case, clock.today())
    assert (line.planned, line.due, line.done, line.remaining, line.minutes) == (4, 1, 2, 2, 120)


def test_a_minors_case_asks_for_the_guardian(county: County, casework: Casework) -> None:
    child = county.client("王小明", born_on=years_ago(9))
    assert refused(casework.opened, child).field == "no_guardian_reason"
    assert casework.opened(child, no_guardian_reason="父母失联，街道已报告").no_guardian_reason
    Contact.objects.create(
        hub_id=child.hub_id, station_id=child.station_id, client=child, name="王强", relation="父亲", is_guardian=True
    )
    assert casework.opened(child).no_guardian_reason == ""


def test_the_same_key_is_the_same_case(county: County, casework: Casework) -> None:
    client, key = county.client(), uuid7()
    assert casework.opened(client, key=key).pk == casework.opened(client, key=key).pk
    problem = refused(casework.opened, client, key=key, problem="别的问题")
    assert (problem.code, problem.status) == ("key_taken", 409)
    assert Case.objects.count() == 1


def test_who_may_not_open_or_change_a_case(county: County, casework: Casework) -> None:
    client = county.client()
    case = casework.opened(client, supervisor=county.supervisor_row)
    for account in (county.neighbour, county.stranger, county.city):
        assert refused(casework.written, case, "intake", by=account).code == "case_missing"
    for account in (county.officer, county.supervisor):
        assert refused(casework.written, case, "intake", by=account).status == 403
    assert refused(casework.opened, county.client("李国强", state="moved")).code == "client_not_active"
    assert refused(casework.opened, client, supervisor=county.worker_row).field == "supervisor"


def test_another_supervisor_is_named_where_an_agreement_covers_the_worker(county: County, casework: Casework) -> None:
    case = casework.opened()

    def name(supervisor: Worker | None, by: Account = county.worker) -> Case:
        with viewing(by.pk) as viewer:
            return name_supervisor(case, supervisor, by=viewer, at=clock.now())

    assert refused(name, county.supervisor_row).field == "supervisor"  # nothing was agreed
    county.agree()
    assert name(county.supervisor_row, county.head).supervisor_id == county.supervisor.pk
    with viewing(county.supervisor.pk) as viewer:
        assert queries.case_file(viewer, case.pk) is not None
    assert refused(name, None, county.supervisor).status == 403
    assert name(None).supervisor_id is None
    assert Event.objects.filter(verb="name_supervisor").count() == 2
    with viewing(county.supervisor.pk) as viewer:
        assert queries.case_file(viewer, case.pk) is None
    closed = casework.at("closed", case)
    assert refused(name, county.supervisor_row).code == "case_closed" and closed.supervisor_id is None


def test_each_sees_the_cases_that_concern_them(county: County, casework: Casework) -> None:
    first = casework.opened(county.client("甲"), supervisor=county.supervisor_row)
    second = casework.at("closed", casework.opened(county.client("乙")))

    def seen(account: Account) -> set[str]:
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT number FROM practice_case")
            found = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT count(*) FROM practice_casestep")
            assert (cursor.fetchone()[0] > 0) == bool(found)
        return found

    both = {first.number, second.number}
    assert seen(county.worker) == seen(county.head) == seen(county.officer) == both
    assert seen(county.supervisor) == {first.number}
    with viewing(county.supervisor.pk) as viewer:
        assert [each.number for each in queries.cases_page(viewer).items] == [first.number]
    assert seen(county.neighbour) == seen(county.stranger) == seen(county.city) == set()
    with viewing(county.worker.pk) as viewer:
        assert [each.pk for each in queries.own_cases(viewer).items] == [first.pk]
        assert [each.pk for each in queries.own_cases(viewer, "closed").items] == [second.pk]
        assert list(queries.supervisors_for(county.worker_row)) == [county.supervisor_row]
        assert [(each.pk, each.open_cases) for each in queries.carriers(viewer)] == [(county.worker_row.pk, 1)]
    with viewing(county.head.pk) as viewer:
        assert queries.own_cases(viewer).items == []
        assert [each.pk for each in queries.cases_page(viewer).items] == [first.pk]
        assert queries.caseload(viewer, queries.CaseFilter(everybody=True, high_risk=True)).items == []
    with viewing(county.supervisor.pk) as viewer:
        assert [each.pk for each in queries.own_cases(viewer).items] == [first.pk]


def test_a_caseload_is_one_query(county: County, casework: Casework, django_assert_num_queries: Any) -> None:
    for number in range(3):
        casework.opened(county.client(f"甲{number}"))
    case = casework.at("intervention")
    casework.recorded(case, next_on=clock.today() + timedelta(days=7))
    with viewing(county.worker.pk) as viewer, django_assert_num_queries(1):
        page = queries.caseload(viewer, queries.CaseFilter())
    known: Any = next(each for each in page.items if each.pk == case.pk)
    assert (known.last_on, known.next_on) == (clock.today(), clock.today() + timedelta(days=7))


@pytest.mark.parametrize("records", [1, 60])
def test_a_cases_page_costs_the_same_however_long(
    county: County, casework: Casework, django_assert_num_queries: Any, records: int
) -> None:
    client = county.client("王小明", born_on=years_ago(9))
    case = casework.opened(client, supervisor=county.supervisor_row, no_guardian_reason="父母失联")
    case = casework.at("evaluation", case)
    for number in range(records):
        county.record([client], on=clock.today() - timedelta(days=number), case=case)
    for number in range(records // 20):
        casework.rated(CaseGoal.objects.get(), number % 3)
    with viewing(county.worker.pk) as viewer, django_assert_num_queries(16):
        file = queries.case_file(viewer, case.pk)
    assert file and len(file.records.items) == min(queries.LATEST, records + 1) and file.needs_guardian
    assert file.names[county.supervisor.pk] == county.supervisor_row.name
    with viewing(county.neighbour.pk) as viewer:
        assert queries.case_file(viewer, case.pk) is None
