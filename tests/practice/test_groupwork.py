"""A group from proposal to summary: no step skipped, no session without plan and people, each session one record."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import groupwork as actions
from shegong.practice.actions import groupwork_session as sessions
from shegong.practice.actions.groupwork import Rating, Summary
from shegong.practice.actions.merge import merge_clients, undo_merge
from shegong.practice.models import GroupMember, GroupSession, ServiceRecord, SessionAttendance, SocialGroup
from shegong.practice.rules import groupwork as rules
from tests.practice.county import County
from tests.practice.gatherings import (
    approved,
    group_draft,
    held,
    joined,
    plan,
    planned_session,
    proposed,
    sheet,
)


def codes(problem: Problem) -> set[str]:
    return {each.code for each in problem}


def test_stages_never_go_back() -> None:
    def gate(stage: str, number: int, *others: tuple[int, str]) -> str:
        problem = rules.stage_problem(stage, number, others)
        return problem.code if problem else ""

    assert gate("formation", 1) == gate("mature", 2, (1, "formation")) == gate("mature", 2, (1, "mature")) == ""
    assert gate("formation", 2, (1, "mature")) == "stage_goes_back"
    assert gate("ending", 1, (2, "mature")) == "stage_goes_back"
    assert gate("storming", 1) == "stage_unknown"
    for count in range(1, 13):
        stages = rules.stages_for(count)
        assert len(stages) == count
        assert sorted(stages, key=rules.STAGES.index) == stages


def test_what_two_scores_say() -> None:
    assert rules.change_of(Decimal(3), Decimal(7), up=True) == "improved"
    assert rules.change_of(Decimal(3), Decimal(7), up=False) == "worse"
    assert rules.change_of(Decimal(3), Decimal(3), up=True) == "steady"
    assert rules.change_of(None, Decimal(3), up=True) == "unknown"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "therapy"}, "kind"),
        ({"size_min": 1}, "size_min"),
        ({"size_max": 1}, "size_max"),
        ({"sessions_planned": 0}, "sessions_planned"),
        ({"measure_low": 5, "measure_high": 5}, "measure_high"),
        ({"title": " "}, "title"),
        ({"aim": "字" * 10_000}, "aim"),
        ({"risk": "\0"}, "risk"),
        ({"helper_ids": (999_999,)}, "helper_ids"),
        ({"service_id": 999_999}, "service_id"),
        ({"contract_id": 999_999}, "contract_id"),
        ({"budget": (rules.BudgetDraft("茶点", Decimal(-1)),)}, "budget"),
    ],
)
def test_a_bad_proposal_is_refused_at_its_field(county: County, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        proposed(county, **changes)
    assert {each.field for each in caught.value} == {field}
    assert SocialGroup.objects.count() == 0


def test_a_group_goes_from_proposal_to_summary(county: County) -> None:
    clients = [county.client(f"孩子{number}") for number in range(4)]
    group = approved(county)
    assert (group.state, group.approved_by_id) == ("recruiting", county.head.pk)
    members = joined(county, group, clients[:3])
    first = planned_session(county, group)
    assert held(county, first, came=clients[:2], absent=clients[2:3]).record_id == first.pk
    record = ServiceRecord.objects.get(pk=first.pk)
    assert (record.method, record.clients_count, record.minutes) == ("G", 2, 90)
    assert SocialGroup.objects.get(pk=group.pk).state == "running"
    last = planned_session(county, group, "ending")
    held(county, last, came=clients[:3])
    with viewing(county.worker.pk) as viewer:
        ratings = {each.pk: Rating(Decimal(3), Decimal(8 - n)) for n, each in enumerate(members)}
        actions.rate_members(group, ratings, by=viewer, at=clock.now())
        summary = Summary("孩子更愿意说话了。", satisfaction=Decimal("4.6"), spent=(Decimal(100), None))
        closed = actions.close_group(group, summary, by=viewer, at=clock.now())
    assert (closed.state, closed.closed_by_id) == ("closed", county.worker.pk)
    assert list(closed.budget.values_list("spent", flat=True)) == [Decimal(100), None]
    assert set(closed.members.values_list("outcome", flat=True)) == {"improved"}
    assert drift() == []
    assert ServiceRecord.objects.count() == 2
    verbs = set(Event.objects.filter(kind="socialgroup").values_list("verb", flat=True))
    assert {"propose_group", "submit_group", "approve_group", "screen_member", "hold_session", "close_group"} <= verbs


def test_nobody_approves_the_own_proposal_nor_without_the_role(county: County) -> None:
    head_row = county.world.worker(county.town, county.head)
    group = proposed(county, by=county.head, station_id=county.room.pk)
    assert group.worker_id == head_row.pk
    with viewing(county.head.pk) as viewer:
        actions.submit_group(group, by=viewer, at=clock.now())
    for account in (county.head, county.worker, county.stranger):
        with pytest.raises(Problem) as caught, viewing(account.pk) as viewer:
            actions.decide_group(group, approve=True, note="", by=viewer, at=clock.now())
        assert caught.value.status in (403, 404)
    with pytest.raises(Problem) as caught, viewing(county.officer.pk) as viewer:
        actions.decide_group(group, approve=False, note=" ", by=viewer, at=clock.now())
    assert caught.value.field == "note"
    with viewing(county.officer.pk) as viewer:
        assert (
            actions.decide_group(group, approve=False, note="缺预算说明", by=viewer, at=clock.now()).state == "returned"
        )
    with viewing(county.head.pk) as viewer:
        actions.change_proposal(group, group_draft(county, aim="更清楚的目标"), by=viewer, at=clock.now())
        actions.submit_group(group, by=viewer, at=clock.now())
    with viewing(county.officer.pk) as viewer:
        assert actions.decide_group(group, approve=True, note="", by=viewer, at=clock.now()).state == "recruiting"


def test_the_same_key_is_the_same_proposal(county: County) -> None:
    key = uuid7()
    assert proposed(county, key=key).pk == proposed(county, key=key).pk == key
    with pytest.raises(Problem) as caught:
        proposed(county, key=key, title="另一个小组")
    assert caught.value.status == 409


def test_nothing_happens_before_its_time(county: County) -> None:
    client, group = county.client(), proposed(county)
    with viewing(county.worker.pk) as viewer:
        for work in (
            lambda: actions.sign_up(group, [client.pk], by=viewer, at=clock.now()),
            lambda: sessions.plan_session(group, uuid7(), plan(), by=viewer, at=clock.now()),
            lambda: actions.close_group(group, Summary("好"), by=viewer, at=clock.now()),
        ):
            with pytest.raises(Problem) as caught:
                work()
            assert (caught.value.code, caught.value.status) == ("group_step", 409)


def test_a_full_group_has_a_waiting_list_and_declining_needs_a_reason(county: County) -> None:
    group = approved(county, size_max=2)
    clients = [county.client(f"人{number}") for number in range(3)]
    joined(county, group, clients[:2])
    with viewing(county.worker.pk) as viewer:
        (third,) = actions.sign_up(group, [clients[2].pk], by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            actions.screen(third, "accepted", "", by=viewer, at=clock.now())
        assert caught.value.code == "group_full"
        with pytest.raises(Problem) as caught:
            actions.screen(third, "waitlisted", "", by=viewer, at=clock.now())
        assert caught.value.field == "reason"
        assert actions.screen(third, "waitlisted", "已满", by=viewer, at=clock.now()).state == "waitlisted"
        (again,) = actions.sign_up(group, [clients[2].pk], by=viewer, at=clock.now())
        assert again.pk == third.pk and GroupMember.objects.count() == 3


def test_a_session_needs_a_plan_and_somebody_who_came(county: County) -> None:
    group, client, other = approved(county), county.client(), county.client("李国强")
    joined(county, group, [client])
    session = planned_session(county, group, aims="", flow="")
    with pytest.raises(Problem) as caught:
        held(county, session, came=[client])
    assert codes(caught.value) == {"session_unplanned"}
    session = planned_session(county, group)
    with pytest.raises(Problem) as caught:
        held(county, session, came=[], absent=[client])
    assert codes(caught.value) == {"nobody_came"}
    with pytest.raises(Problem) as caught:
        held(county, session, came=[client, other])
    assert codes(caught.value) == {"not_a_member"}
    with pytest.raises(Problem) as caught:
        held(county, session, came=[client], worker_ids=())
    assert {each.field for each in caught.value} == {"worker_ids"}
    assert ServiceRecord.objects.count() == SessionAttendance.objects.count() == 0


def test_attendance_and_record_stay_the_same_people(county: County) -> None:
    clients = [county.client(f"人{number}") for number in range(3)]
    group = approved(county)
    joined(county, group, clients)
    session = planned_session(county, group)
    held(county, session, came=clients[:2], absent=clients[2:])
    held(county, session, came=clients[:2], absent=clients[2:], dynamics="气氛好")
    record = ServiceRecord.objects.get(pk=session.pk)
    assert record.revision == 0  # only notes changed
    with pytest.raises(Problem) as caught:
        held(county, session, came=clients)
    assert caught.value.field == "reason"
    held(county, session, came=clients[1:], absent=clients[:1], reason="签到表看错了")
    came = SessionAttendance.objects.filter(session=session, presence="present").values_list("client_id", flat=True)
    assert set(came) == set(record.participants.values_list("client_id", flat=True)) == {c.pk for c in clients[1:]}
    assert ServiceRecord.objects.get(pk=session.pk).revision == 1
    assert drift() == []


def test_the_database_holds_the_rules_by_itself(county: County) -> None:
    client = county.client()
    group = approved(county)
    joined(county, group, [client])
    first, second = planned_session(county, group, "transition"), planned_session(county, group, "mature")
    other = proposed(county)

    def refused(statement: str, *values: object) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
        return str(caught.value.__cause__.diag.constraint_name)

    record = county.record([client])
    hold = "UPDATE practice_groupsession SET state = 'held', record_id = %s WHERE id = %s"
    assert refused(hold, record.pk, first.pk) == "practice_groupsession_attended"
    assert refused("UPDATE practice_groupsession SET state = 'held' WHERE id = %s", first.pk) in {
        "practice_groupsession_held_has_plan_and_record",
        "practice_groupsession_attended",
    }
    back = "UPDATE practice_groupsession SET stage = 'formation' WHERE id = %s"
    assert refused(back, second.pk) == "practice_groupsession_stages_in_order"
    held(county, first, came=[client])
    gone = "UPDATE practice_sessionattendance SET presence = 'absent' WHERE session_id = %s"
    assert refused(gone, first.pk) == "practice_groupsession_attended"
    approve = "UPDATE practice_socialgroup SET state = 'recruiting' WHERE id = %s"
    assert refused(approve, other.pk) == "practice_socialgroup_approved_before_it_meets"
    own = (
        "UPDATE practice_socialgroup SET state = 'recruiting', approved_at = now(), approved_by_id = proposed_by_id "
        "WHERE id = %s"
    )
    assert refused(own, other.pk) == "practice_socialgroup_approved_by_another"


def test_a_restricted_members_session_is_hidden_from_who_may_not_see_it(county: County) -> None:
    client, hidden = county.client(), county.client("赵敏")
    group = approved(county)
    joined(county, group, [client, hidden])
    session = planned_session(county, group)
    held(county, session, came=[client, hidden])
    hidden.restricted_classes = ["drugs"]
    hidden.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE practice_recordclient SET restricted = true WHERE client_id = %s", [hidden.pk])
        cursor.execute("UPDATE practice_servicerecord SET restricted = true WHERE id = %s", [session.pk])
    with viewing(county.colleague.pk):
        assert GroupMember.objects.count() == 1
        assert SessionAttendance.objects.count() == 1
        assert GroupSession.objects.count() == 0
    for account in (county.neighbour, county.stranger, county.city):
        with viewing(account.pk):
            assert SocialGroup.objects.count() == GroupMember.objects.count() == 0


def test_joined_files_take_their_groups_along_and_back(county: County) -> None:
    kept, merged = county.client("王秀英"), county.client("王秀英")
    group = approved(county)
    joined(county, group, [merged])
    session = planned_session(county, group)
    held(county, session, came=[merged])
    with viewing(county.worker.pk) as viewer:
        merge = merge_clients(kept, merged, by=viewer, at=clock.now())
    assert [each.client_id for each in GroupMember.objects.all()] == [kept.pk]
    assert [each.client_id for each in SessionAttendance.objects.all()] == [kept.pk]
    with viewing(county.worker.pk) as viewer:
        undo_merge(merge, by=viewer, at=clock.now())
    assert [each.client_id for each in GroupMember.objects.all()] == [merged.pk]
    assert [each.client_id for each in SessionAttendance.objects.all()] == [merged.pk]
    assert drift() == []


def test_a_group_is_not_summed_up_while_something_waits(county: County) -> None:
    client, group = county.client(), approved(county)
    joined(county, group, [client])
    first, second = planned_session(county, group), planned_session(county, group, "ending")
    held(county, first, came=[client])

    def closing(**changes: Any) -> set[str]:
        with pytest.raises(Problem) as caught, viewing(county.worker.pk) as viewer:
            actions.close_group(group, replace(Summary("好"), **changes), by=viewer, at=clock.now())
        return codes(caught.value)

    assert closing() == {"sessions_waiting", "outcome_missing"}
    with viewing(county.worker.pk) as viewer:
        sessions.cancel_session(second, "下雨", by=viewer, at=clock.now())
    assert closing(outcome=" ", satisfaction=Decimal(6)) == {
        "outcome_missing",
        "summary_missing",
        "satisfaction_range",
    }
    assert sheet(county, [client]).minutes == 90


def test_an_erased_file_leaves_no_words_in_its_groups(county: County) -> None:
    client, other = county.client(), county.client("李国强")
    group = approved(county)
    joined(county, group, [client, other])
    session = planned_session(county, group)
    held(county, session, came=[other], absent=[client])
    client.state = "erased"
    client.save(update_fields=["state"])
    kept = SessionAttendance.objects.get(client=client)
    assert (kept.presence, kept.reason) == ("absent", "")
