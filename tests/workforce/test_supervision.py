"""Supervision: agreements, sessions within their hours, advice until it is done, and what each may see of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from shegong.indicators.actions import drift
from shegong.indicators.queries import reading
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.actions import supervision as actions
from shegong.workforce.enums import AdviceStepKind
from shegong.workforce.models import (
    SupervisionAdvice,
    SupervisionAgreement,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    Worker,
)
from shegong.workforce.queries import supervision as queries
from shegong.workforce.rules.supervision import AdviceDraft, AgreementDraft, SessionDraft, SessionSheet
from tests.factories import World
from tests.workforce.supervising import HOUR, make_advice, make_agreement, make_session, make_supervisor


class Desk:
    """A supervisor of hub A, a room worker and the head of town A."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.head = world.account("head", world.towns["A"])
        self.account = world.account("worker", world.rooms["A1"])
        self.worker = world.worker(world.rooms["A1"], self.account)
        self.supervisor = make_supervisor(world, world.hubs["A"])
        boss = self.supervisor.worker.account
        assert boss is not None
        self.boss: Account = boss

    def draft(self, **more: Any) -> AgreementDraft:
        today = clock.today()
        values: dict[str, Any] = {
            "supervisor_id": self.supervisor.pk, "station_id": self.world.towns["A"].pk, "kind": "internal",
            "since": today - timedelta(days=10), "until": today + timedelta(days=100), "hours": Decimal(10),
            "goals": "提升个案能力", **more,
        }  # fmt: skip
        return AgreementDraft(**values)

    def sheet(self, *, hours: float = 1, ago: float = 3, **more: Any) -> SessionSheet:
        start = clock.now().replace(microsecond=0) - timedelta(hours=ago)
        session = SessionDraft(start, start + timedelta(hours=hours), worker_ids=(self.worker.pk,))
        values: dict[str, Any] = {
            "session": session, "functions": ("education",), "topics": ("casework",), "record": "讨论预估", **more,
        }  # fmt: skip
        return SessionSheet(**values)

    def hold(self, agreement: SupervisionAgreement, sheet: SessionSheet, key: UUID | None = None) -> SupervisionSession:
        with viewing(self.boss.pk) as viewer:
            return actions.hold_supervision(key or uuid7(), agreement, sheet, by=viewer, at=clock.now())


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def codes(caught: pytest.ExceptionInfo[Problem]) -> set[tuple[str, str | None]]:
    return {(each.code, each.field) for each in caught.value}


def test_an_agreement_goes_from_draft_over_force_to_its_end(desk: Desk) -> None:
    key, now = uuid7(), clock.now()
    with viewing(desk.head.pk) as viewer:
        made = actions.draft_agreement(key, desk.draft(), by=viewer, at=now)
        assert actions.draft_agreement(key, desk.draft(), by=viewer, at=now) == made
        actions.draft_agreement(key, desk.draft(hours=Decimal(12)), by=viewer, at=now)
        started = actions.start_agreement(made, by=viewer, at=now)
        assert (started.state, started.hours) == ("running", Decimal(12))
        with pytest.raises(Problem, match="条款") as caught:
            actions.draft_agreement(key, desk.draft(), by=viewer, at=now)
        assert caught.value.status == 409
        ended = actions.end_agreement(made, "督导调岗", by=viewer, at=now)
        assert ended.state == "ended"
        with pytest.raises(Problem):
            actions.start_agreement(made, by=viewer, at=now)


def test_what_is_wrong_with_an_agreement_is_said_at_its_field(desk: Desk) -> None:
    today = clock.today()
    wrong = desk.draft(until=today - timedelta(days=20), hours=Decimal(0), supervisee_ids=(desk.supervisor.pk,))
    with viewing(desk.head.pk) as viewer, pytest.raises(Problem) as caught:
        actions.draft_agreement(uuid7(), wrong, by=viewer, at=clock.now())
    assert codes(caught) == {
        ("period_ends_before_start", "until"), ("hours_range", "hours"), ("supervises_oneself", "supervisee_ids"),
    }  # fmt: skip
    room = desk.draft(station_id=desk.world.rooms["A1"].pk)
    with viewing(desk.head.pk) as viewer, pytest.raises(Problem) as caught:
        actions.draft_agreement(uuid7(), room, by=viewer, at=clock.now())
    assert codes(caught) == {("station_unknown", "station_id")}
    with viewing(desk.account.pk) as viewer, pytest.raises(Problem) as caught:
        actions.draft_agreement(uuid7(), desk.draft(), by=viewer, at=clock.now())
    assert caught.value.status == 403


def test_a_session_held_twice_is_one_and_its_advice_goes_on_until_it_is_done(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    key = uuid7()
    advice = (AdviceDraft("先做预估面谈", desk.worker.pk, clock.today() + timedelta(days=7)),)
    sheet = desk.sheet(advice=advice)
    held = desk.hold(agreement, sheet, key)
    assert desk.hold(agreement, sheet, key).pk == held.pk
    with pytest.raises(Problem) as caught:
        desk.hold(agreement, desk.sheet(ago=9), key)
    assert caught.value.code == "key_taken"
    assert SupervisionNote.objects.get().record == "讨论预估"
    one = SupervisionAdvice.objects.get()
    steps = (
        (desk.account, AdviceStepKind.ACTED, "acted"), (desk.boss, AdviceStepKind.RETURNED, "open"),
        (desk.account, AdviceStepKind.ACTED, "acted"), (desk.boss, AdviceStepKind.DONE, "done"),
    )  # fmt: skip
    for account, step, state in steps:
        with viewing(account.pk) as viewer:
            assert actions.step_advice(one, step, "做了两次面谈", by=viewer, at=clock.now()).state == state
    with viewing(desk.account.pk) as viewer, pytest.raises(Problem) as caught:
        actions.step_advice(one, AdviceStepKind.ACTED, "再做一次", by=viewer, at=clock.now())
    assert caught.value.code == "advice_state"


def test_only_the_right_person_takes_each_step(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    session = make_session(agreement, [desk.worker])
    advice = make_advice(session, desk.worker)
    with viewing(desk.boss.pk) as viewer, pytest.raises(Problem) as caught:
        actions.step_advice(advice, AdviceStepKind.ACTED, "替他做了", by=viewer, at=clock.now())
    assert caught.value.status == 403
    with viewing(desk.head.pk) as viewer, pytest.raises(Problem) as caught:
        actions.hold_supervision(uuid7(), agreement, desk.sheet(), by=viewer, at=clock.now())
    assert caught.value.code == "not_the_supervisor"


def test_hours_beyond_the_agreement_are_refused_with_the_rule(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"], hours="2")
    desk.hold(agreement, desk.sheet(hours=1.5, ago=5))
    with pytest.raises(Problem, match="超出约定时数：协议 2") as caught:
        desk.hold(agreement, desk.sheet(hours=1, ago=2))
    assert (caught.value.code, caught.value.field) == ("beyond_agreed_hours", "ends_at")
    with pytest.raises(IntegrityError, match="beyond the agreed hours"), transaction.atomic():
        make_session(agreement, [desk.worker], starts_at=clock.now() - timedelta(days=3))


def test_a_supervisor_is_never_in_two_places_nor_supervises_himself(desk: Desk) -> None:
    here = make_agreement(desk.supervisor, desk.world.towns["A"])
    there = make_agreement(desk.supervisor, desk.world.hubs["A"])
    colleague = desk.world.worker(desk.world.hubs["A"])
    make_session(there, [colleague], starts_at=clock.now() - 3 * HOUR)
    with pytest.raises(Problem) as caught:
        desk.hold(here, desk.sheet())
    assert codes(caught) == {("two_places", "starts_at")}
    oneself = SessionDraft(clock.now() - 9 * HOUR, clock.now() - 8 * HOUR, worker_ids=(desk.supervisor.pk,))
    with pytest.raises(Problem) as caught:
        desk.hold(there, desk.sheet(session=oneself))
    assert codes(caught) == {("supervises_oneself", "worker_ids")}
    with pytest.raises(IntegrityError, match="workforce_attendee_not_the_supervisor"), transaction.atomic():
        make_session(there, [desk.supervisor.worker], starts_at=clock.now() - 20 * HOUR)
    with pytest.raises(IntegrityError, match="workforce_agreement_not_of_oneself"), transaction.atomic():
        make_agreement(desk.supervisor, desk.world.hubs["A"], supervisee_ids=[desk.supervisor.pk])
    with pytest.raises(IntegrityError, match="one_place_at_a_time"), transaction.atomic():
        make_session(here, [desk.worker], starts_at=clock.now() - 3 * HOUR)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE workforce_supervisionagreement SET hours = hours + 100", "terms stand"),
        ("UPDATE workforce_supervisionagreement SET state = 'draft'", "not a step of an agreement"),
        ("UPDATE workforce_supervisionagreement SET until = until + 1", "not a step of an agreement"),
        ("UPDATE workforce_supervisionsession SET state = 'planned'", "stays so"),
        ("UPDATE workforce_supervisionsession SET ends_at = ends_at + interval '1 hour'", "stays so"),
        ("UPDATE workforce_supervisionadvice SET state = 'done'", "not a step of an advice"),
        ("UPDATE workforce_supervisionadvice SET text = 'anders'", "not a step of an advice"),
    ],
)
def test_the_database_itself_refuses(desk: Desk, sql: str, constraint: str) -> None:
    session = make_session(make_agreement(desk.supervisor, desk.world.towns["A"]), [desk.worker])
    make_advice(session, desk.worker)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_session_lies_within_its_agreement(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    with pytest.raises(Problem) as caught:
        desk.hold(agreement, desk.sheet(ago=24 * 40))
    assert ("outside_agreement", "starts_at") in codes(caught)
    with pytest.raises(IntegrityError, match="outside the agreement"), transaction.atomic():
        make_session(agreement, [desk.worker], starts_at=clock.now() - timedelta(days=40))
    with pytest.raises(IntegrityError, match="outside the agreement"), transaction.atomic():
        make_session(make_agreement(desk.supervisor, desk.world.towns["A"], state="draft"), [desk.worker])


def test_ratings_reach_the_head_and_the_supervisor_as_averages_of_three(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    others = [desk.world.account("worker", desk.world.rooms["A1"]) for _ in range(2)]
    workers = [desk.worker, *(desk.world.worker(desk.world.rooms["A1"], each) for each in others)]
    session = make_session(agreement, workers)
    scores = {"helpful": 5, "respected": 4, "clear": 3}
    for number, account in enumerate([desk.account, *others], start=1):
        with viewing(account.pk) as viewer:
            actions.rate_supervision(session, scores, "谢谢", by=viewer, at=clock.now())
        with viewing(desk.boss.pk) as viewer:
            found = queries.supervisor_desk(viewer, clock.now())
            assert found is not None
            assert (found.rating is not None) == (number == 3)
            assert not SupervisionRating.objects.exists()
    with viewing(desk.head.pk):
        assert SupervisionRating.objects.count() == 3
    with viewing(desk.account.pk) as viewer:
        assert SupervisionRating.objects.count() == 1
        with pytest.raises(Problem) as caught:
            actions.rate_supervision(session, scores, "", by=viewer, at=clock.now())
    assert caught.value.code == "rated_already"


def test_what_was_said_is_for_those_concerned(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    session = make_session(agreement, [desk.worker])
    SupervisionNote.objects.create(session=session, record="情绪耗竭")
    make_advice(session, desk.worker)
    colleague = desk.world.account("worker", desk.world.rooms["A1"])
    desk.world.worker(desk.world.rooms["A1"], colleague)
    county = desk.world.account("county", desk.world.hubs["A"])
    abroad = desk.world.account("head", desk.world.towns["B"])
    city = desk.world.account("city", desk.world.centre)
    seen = {}
    people = {
        "boss": desk.boss, "worker": desk.account, "head": desk.head, "county": county, "colleague": colleague,
        "abroad": abroad, "city": city,
    }  # fmt: skip
    for name, account in people.items():
        with viewing(account.pk):
            seen[name] = (
                SupervisionSession.objects.count(), SupervisionNote.objects.count(), SupervisionAdvice.objects.count(),
            )  # fmt: skip
    assert seen == {
        "boss": (1, 1, 1), "worker": (1, 1, 1), "head": (1, 1, 1), "county": (1, 1, 1), "colleague": (1, 0, 0),
        "abroad": (0, 0, 0), "city": (1, 0, 0),
    }  # fmt: skip


def test_an_external_supervisor_sees_the_own_supervisees_and_no_other_worker(desk: Desk) -> None:
    external = make_supervisor(desk.world, desk.world.hubs["B"], desk.world.hubs["A"])
    agreement = make_agreement(external, desk.world.towns["A"])
    stranger = desk.world.worker(desk.world.hubs["A"])
    account = external.worker.account
    assert account is not None
    with viewing(account.pk) as viewer:
        found = queries.supervisor_desk(viewer, clock.now())
        assert found is not None and [each.worker.pk for each in found.supervisees] == [desk.worker.pk]
        assert not Worker.objects.filter(pk=stranger.pk).exists()
    with viewing(desk.head.pk) as viewer:
        assert Worker.objects.filter(pk=external.pk).exists()
        actions.end_agreement(agreement, "到期", by=viewer, at=clock.now())
    with viewing(account.pk):
        assert not Worker.objects.filter(pk=desk.worker.pk).exists()


def test_ending_an_agreement_cancels_what_was_planned(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    start = clock.now() + timedelta(days=2)
    draft = SessionDraft(start, start + HOUR, worker_ids=(desk.worker.pk,))
    with viewing(desk.boss.pk) as viewer:
        planned = actions.plan_supervision(uuid7(), agreement, draft, by=viewer, at=clock.now())
    with viewing(desk.head.pk) as viewer:
        actions.end_agreement(agreement, "项目结束", by=viewer, at=clock.now())
    planned.refresh_from_db()
    assert (planned.state, planned.cancel_reason) == ("cancelled", "项目结束")


def test_a_handover_is_acknowledged_by_its_taker(desk: Desk) -> None:
    external = make_supervisor(desk.world, desk.world.hubs["B"], desk.world.hubs["A"])
    mine = make_agreement(desk.supervisor, desk.world.towns["A"])
    make_agreement(external, desk.world.towns["A"])
    with viewing(desk.boss.pk) as viewer:
        made = actions.hand_over_supervision(mine, external, "小李的结案评估请您跟进", by=viewer, at=clock.now())
        with pytest.raises(Problem):
            actions.acknowledge_handover(made, by=viewer, at=clock.now())
    account = external.worker.account
    assert account is not None
    with viewing(account.pk) as viewer:
        desk_of_taker = queries.supervisor_desk(viewer, clock.now())
        assert desk_of_taker is not None and [each.pk for each in desk_of_taker.handovers] == [made.pk]
        assert actions.acknowledge_handover(made, by=viewer, at=clock.now()).acknowledged_at is not None


def test_the_ledger_is_the_sum_of_the_held_sessions(desk: Desk) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"], price=Decimal("120.50"))
    lengths = [timedelta(minutes=minutes) for minutes in (30, 45, 90, 200)]
    for number, length in enumerate(lengths, start=1):
        make_session(agreement, [desk.worker], starts_at=clock.now() - timedelta(days=number), length=length)
    make_session(agreement, [], starts_at=clock.now() - timedelta(days=9), state="cancelled")
    ledger = queries.ledgers([agreement])[0]
    held = [each for each in agreement.sessions.all() if each.state == "held"]
    assert ledger.sessions == len(held) == 4
    assert (
        ledger.held == sum((each.ends_at - each.starts_at for each in held), timedelta(0)) == sum(lengths, timedelta(0))
    )
    assert (ledger.hours, ledger.cost) == (Decimal("6.08"), Decimal("732.64"))


def test_pairings_name_both_supervisors_and_count_who_has_nobody(desk: Desk) -> None:
    external = make_supervisor(desk.world, desk.world.hubs["B"], desk.world.hubs["A"])
    inside = make_agreement(desk.supervisor, desk.world.towns["A"])
    make_agreement(external, desk.world.towns["A"])
    desk.world.worker(desk.world.rooms["A2"])
    make_session(inside, [desk.worker], starts_at=clock.now() - timedelta(days=5))
    county = desk.world.account("county", desk.world.hubs["A"])
    with viewing(county.pk) as viewer:
        rows = {each.station.key: each for each in queries.pairings(viewer, desk.world.hubs["A"], clock.today())}
        late = queries.unsupervised_of(viewer, desk.world.hubs["A"], clock.today())
    town = rows["A1"]
    assert [each.supervisor_id for each in town.internal] == [desk.supervisor.pk]
    assert [each.supervisor_id for each in town.external] == [external.pk]
    assert (town.workers, town.unsupervised) == (2, 1)
    assert {each.worker.station.key for each in late} == {"A", "A12"}


def test_the_readings_follow_each_session_and_equal_a_recount(desk: Desk) -> None:
    before = reading("workforce.unsupervised_workers", desk.world.towns["A"]).value
    desk.hold(make_agreement(desk.supervisor, desk.world.towns["A"]), desk.sheet(hours=1.5, ago=2))
    other = make_agreement(desk.supervisor, desk.world.hubs["A"])
    planned = make_session(other, [], starts_at=clock.now() - timedelta(hours=30), state="planned")
    assert drift() == []
    values = {"state": "held", "functions": ["admin"], "topics": ["team"]}
    SupervisionSession.objects.filter(pk=planned.pk).update(**values)
    assert drift() == []
    held = [each.ends_at - each.starts_at for each in SupervisionSession.objects.filter(state="held")]
    hub = reading("workforce.supervision_hours", desk.world.hubs["A"])
    town = reading("workforce.supervision_hours", desk.world.towns["A"])
    assert (hub.value, town.value) == (Decimal("2.5"), Decimal("1.5"))
    assert sum(held, timedelta(0)) == timedelta(hours=2.5)
    after = reading("workforce.unsupervised_workers", desk.world.towns["A"]).value
    assert (before, after) == (Decimal(1), Decimal(0))
