"""A group driven through steps at random: whatever is tried, no illegal stage, attendance and record are the same
people, and tallies equal a recount.
"""

from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shegong.indicators.actions import drift
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import groupwork as actions
from shegong.practice.actions import groupwork_session as sessions
from shegong.practice.actions.groupwork import Rating, Summary
from shegong.practice.enums import GroupStage, Presence
from shegong.practice.models import GroupMember, GroupSession, ServiceRecord, SessionAttendance, SocialGroup
from shegong.practice.rules.groupwork import CAME, STAGES, Attended
from tests.practice.county import County
from tests.practice.gatherings import group_draft, plan, sheet

reached: set[str] = set()
ORDER = ("draft", "returned", "submitted", "recruiting", "running", "closed", "cancelled")


def test_a_group_stays_lawful_whatever_is_tried(county: County) -> None:
    run_state_machine_as_test(
        lambda: Groups(county),
        settings=settings(
            max_examples=12,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert reached >= {"draft", "submitted", "recruiting", "running", "closed"}


class _Undone(Exception):
    """Ends an example, so that nothing of it stays."""


class Groups(RuleBasedStateMachine):
    """One group, three clients, a worker and a head."""

    def __init__(self, county: County) -> None:
        super().__init__()
        self.county = county
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clients = [county.client(f"人{number}") for number in range(3)]
        self.refusals = 0

    def teardown(self) -> None:
        self.savepoint.__exit__(_Undone, _Undone(), None)

    def attempt(self, account: Any, work: Any) -> None:
        """Do it, or be refused with a problem; nothing else may come out."""
        with viewing(account.pk) as viewer:
            try:
                work(viewer)
            except Problem:
                self.refusals += 1

    @initialize(ready=st.sampled_from([True, True, False]))
    def propose(self, ready: bool) -> None:
        with viewing(self.county.worker.pk) as viewer:
            self.group = actions.propose_group(uuid7(), group_draft(self.county), by=viewer, at=clock.now())
        if ready:
            # Chance alone seldom gets through the first gates.
            self.submit()
            self.decide(approve=True, own=False)
            self.take(0, "accepted")
            self.plan_one("formation", planned=True)

    @rule()
    def submit(self) -> None:
        self.attempt(self.county.worker, lambda by: actions.submit_group(self.group, by=by, at=clock.now()))

    @rule(approve=st.booleans(), own=st.booleans())
    def decide(self, approve: bool, own: bool) -> None:
        who = self.county.worker if own else self.county.head
        self.attempt(
            who, lambda by: actions.decide_group(self.group, approve=approve, note="请补充", by=by, at=clock.now())
        )

    @rule(which=st.integers(0, 2), decision=st.sampled_from(["accepted", "accepted", "declined", "left"]))
    def take(self, which: int, decision: str) -> None:
        def work(by: Any) -> None:
            (member,) = actions.sign_up(self.group, [self.clients[which].pk], by=by, at=clock.now())
            actions.screen(member, decision, "理由充分", by=by, at=clock.now())

        self.attempt(self.county.worker, work)

    @rule(stage=st.sampled_from(list(GroupStage.values)), planned=st.booleans())
    def plan_one(self, stage: str, planned: bool) -> None:
        draft = plan(stage) if planned else plan(stage, aims="", flow="")
        self.attempt(
            self.county.worker,
            lambda by: sessions.plan_session(self.group, uuid7(), draft, by=by, at=clock.now()),
        )

    @rule(which=st.integers(0, 3), presences=st.lists(st.sampled_from(list(Presence.values)), min_size=3, max_size=3))
    def hold(self, which: int, presences: list[str]) -> None:
        found = list(self.group.sessions.order_by("number"))
        if not found:
            return
        members = set(self.group.members.filter(state="accepted").values_list("client_id", flat=True))
        attended = tuple(
            Attended(client.pk, presence)
            for client, presence in zip(self.clients, presences, strict=True)
            if client.pk in members
        )
        wanted = sheet(self.county, [], attended=attended, reason="核对后更正")
        self.attempt(
            self.county.worker,
            lambda by: sessions.hold_session(found[which % len(found)], wanted, by=by, at=clock.now()),
        )

    @rule(which=st.integers(0, 3))
    def drop(self, which: int) -> None:
        found = list(self.group.sessions.order_by("number"))
        if found:
            self.attempt(
                self.county.worker,
                lambda by: sessions.cancel_session(found[which % len(found)], "下雨", by=by, at=clock.now()),
            )

    @rule()
    def close(self) -> None:
        def work(by: Any) -> None:
            ratings = {each.pk: Rating(outcome="improved") for each in self.group.members.filter(state="accepted")}
            actions.rate_members(self.group, ratings, by=by, at=clock.now())
            actions.close_group(self.group, Summary("有改善"), by=by, at=clock.now())

        self.attempt(self.county.worker, work)

    @invariant()
    def lawful(self) -> None:
        if not hasattr(self, "group"):
            return
        group = SocialGroup.objects.get(pk=self.group.pk)
        assert group.state in ORDER
        reached.add(group.state)
        held = list(GroupSession.objects.filter(social_group=group, state="held"))
        if held:
            assert group.state in ("running", "closed") and group.approved_by_id == self.county.head.pk
        if group.state == "closed":
            assert held and not GroupSession.objects.filter(social_group=group, state="planned").exists()
        going = GroupSession.objects.filter(social_group=group).exclude(state="cancelled").order_by("number")
        places = [STAGES.index(each.stage) for each in going]
        assert places == sorted(places)
        self.same_people(held)

    def same_people(self, held: list[GroupSession]) -> None:
        """Attendance exactly where there is a record, and the same people in both."""
        records = ServiceRecord.objects.filter(method="G")
        assert set(records.values_list("pk", flat=True)) == {each.record_id for each in held}
        for session in held:
            came = set(
                SessionAttendance.objects.filter(session=session, presence__in=CAME).values_list("client_id", flat=True)
            )
            served = set(session.record.participants.values_list("client_id", flat=True))
            assert came == served and len(came) == session.record.clients_count > 0
        assert GroupMember.objects.count() <= len(self.clients)
        assert drift() == []
