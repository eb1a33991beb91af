"""Cases under review: the supervisor's scope is exactly the supervised cases while the agreement runs, for raw SQL too;
read only, journalled, restricted files behind their door.
"""

from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import case_review as actions
from shegong.practice.actions.case_approval import may_decide
from shegong.practice.actions.client import open_restricted
from shegong.practice.models import Case, CaseReview
from shegong.practice.queries.case import cases_read
from shegong.workforce.actions.supervision import end_agreement
from shegong.workforce.models import SupervisionAgreement, SupervisionSession, SupervisorProfile, Worker
from shegong.workforce.queries.supervision import is_supervisee
from tests.factories import START, World
from tests.workforce.supervising import make_agreement, make_session, make_supervisor

DAY = timedelta(days=1)


def account_of(supervisor: SupervisorProfile) -> Account:
    account = supervisor.worker.account
    assert account is not None
    return account


def make_case(world: World, worker: Worker, number: str, *, restricted: tuple[str, ...] = ()) -> Case:
    client = world.client(worker.station, restricted=restricted)
    opener = Account.objects.get_or_create(username="opener", defaults={"display_name": "接案"})[0]
    return Case.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, number=number, group=world.groups["older"],
        worker=worker, problem="孤独", opened_on=START, opened_by=opener,
    )  # fmt: skip


def raw(sql: str) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall()}


def review(session: SupervisionSession, case: Case, **more: object) -> CaseReview:
    return CaseReview.objects.create(
        hub_id=case.hub_id, station_id=case.station_id, session=session, case=case, question="下一步怎么办",
        put_at=clock.now(), put_by=case.opened_by, **more,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_scope_is_exactly_the_cases_under_review_while_the_agreement_runs(world: World, seed: int) -> None:
    """Random agreements, dates, sessions and reviews against the rule, kept beside; each supervisor by raw SQL."""
    rng, today = Random(seed), clock.today()
    supervisors = [make_supervisor(world, world.hubs["B"], world.hubs["A"]) for _ in range(2)]
    workers = [world.worker(world.rooms[key]) for key in ("A1", "A2", "A1")]
    cases = [make_case(world, rng.choice(workers), f"C-{number}") for number in range(6)]
    expected: dict[int, set[UUID]] = {each.pk: set() for each in supervisors}
    for hour in range(12):
        supervisor = rng.choice(supervisors)
        since = today + rng.choice((-60, -30, -1, 0, 1, 20)) * DAY
        until = since + rng.choice((1, 5, 30, 31, 90)) * DAY
        agreement = make_agreement(supervisor, world.towns["A"], since=since, until=until)
        start = datetime.combine(since, time(hour), tzinfo=timezone.get_default_timezone())
        session = make_session(agreement, workers, starts_at=start, state="planned")
        seen = set()
        for case in rng.sample(cases, 2):
            back = clock.now() if rng.random() < 0.25 else None
            review(session, case, withdrawn_at=back)
            seen |= set() if back else {case.pk}
        is_off, is_ended = rng.random() < 0.2, rng.random() < 0.2
        if is_off:
            SupervisionSession.objects.filter(pk=session.pk).update(state="cancelled", cancel_reason="有事")
        if is_ended:
            SupervisionAgreement.objects.filter(pk=agreement.pk).update(state="ended")
        if since <= today < until and not is_off and not is_ended:
            expected[supervisor.pk] |= seen
    assert any(expected.values())
    for supervisor in supervisors:
        wanted = expected[supervisor.pk]
        with viewing(account_of(supervisor).pk) as viewer:
            assert raw("SELECT id FROM practice_case") == wanted
            assert set(cases_read(viewer).values_list("pk", flat=True)) == wanted
            assert raw("SELECT DISTINCT client_id FROM practice_case") == raw("SELECT id FROM practice_client")


@pytest.mark.parametrize("seed", range(5))
def test_a_named_supervisor_sees_exactly_the_cases_of_those_supervised_today(world: World, seed: int) -> None:
    """Random agreements of towns and of named workers against the rule, by raw SQL; writing goes as far as sight."""
    rng, today = Random(seed), clock.today()
    supervisors = [make_supervisor(world, world.hubs["A"]) for _ in range(2)]
    stations = (world.rooms["A1"], world.rooms["A2"], world.towns["A"], world.hubs["A"])
    workers = [world.worker(rng.choice(stations)) for _ in range(6)]
    Worker.objects.filter(pk=workers[0].pk).update(is_professional=False)
    workers[1].postings.all().delete()
    Worker.objects.filter(pk=workers[1].pk).update(until=today)
    covered: dict[int, set[int]] = {each.pk: set() for each in supervisors}
    for _number in range(5):
        supervisor, station = rng.choice(supervisors), world.towns["A"]
        since = today + rng.choice((-60, -1, 0, 1)) * DAY
        until = since + rng.choice((1, 61, 90)) * DAY
        named = sorted(each.pk for each in rng.sample(workers, 2)) if rng.random() < 0.5 else []
        state = rng.choice(("running", "running", "running", "draft", "ended"))
        make_agreement(supervisor, station, since=since, until=until, state=state, supervisee_ids=named)
        if state == "running" and since <= today < until:
            there = [each for each in workers[1:] if station.pk in (each.station_id, each.station.town_id)]
            covered[supervisor.pk] |= ({*named} or {each.pk for each in there}) - {workers[1].pk}
    cases = [make_case(world, rng.choice(workers), f"C-{number}") for number in range(8)]
    for case in cases:
        Case.objects.filter(pk=case.pk).update(supervisor=account_of(rng.choice(supervisors)))
    for supervisor in supervisors:
        own, account = covered[supervisor.pk], account_of(supervisor)
        wanted = {k.pk for k in Case.objects.filter(supervisor=account) if k.worker_id in own}
        with viewing(account.pk) as viewer:
            assert raw("SELECT id FROM practice_case") == wanted
            assert set(cases_read(viewer).values_list("pk", flat=True)) == wanted
            assert raw("SELECT id FROM practice_client") == raw("SELECT client_id FROM practice_case")
            assert raw("UPDATE practice_case SET risk = 2 RETURNING id") == wanted
            assert {each.pk for each in workers if is_supervisee(each.pk)} == own


def test_a_supervisor_without_an_agreement_decides_nothing(world: World) -> None:
    account = world.account("supervisor", world.hubs["A"])
    account.grants.create(role="worker", station=world.rooms["A1"], since=START)
    worker = world.worker(world.rooms["A1"])
    supervisor = make_supervisor(world, world.hubs["A"])
    Worker.objects.filter(pk=supervisor.pk).update(account=account)
    case = make_case(world, worker, "C-1")
    Case.objects.update(supervisor=account)
    agreement = make_agreement(supervisor, world.towns["A"])
    case.refresh_from_db()
    with viewing(account.pk) as viewer:
        may_decide(case, viewer)
    SupervisionAgreement.objects.filter(pk=agreement.pk).update(state="ended")
    with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
        may_decide(case, viewer)
    assert caught.value.code == "not_an_approver"


class Reviewing:
    """An external supervisor from hub B with a session for town A, and a room worker's case."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = world.account("worker", world.rooms["A1"])
        self.worker = world.worker(world.rooms["A1"], self.account)
        self.supervisor = make_supervisor(world, world.hubs["B"], world.hubs["A"])
        self.boss = account_of(self.supervisor)
        self.agreement = make_agreement(self.supervisor, world.towns["A"])
        self.session = make_session(self.agreement, [self.worker])
        self.case = make_case(world, self.worker, "C-1")

    def put(self, case: Case | None = None) -> CaseReview:
        with viewing(self.account.pk) as viewer:
            return actions.put_to_review(self.session, case or self.case, "下一步怎么办", by=viewer, at=clock.now())


@pytest.fixture
def reviewing(world: World) -> Reviewing:
    return Reviewing(world)


def test_a_case_is_open_from_its_review_to_its_withdrawal(reviewing: Reviewing) -> None:
    with viewing(reviewing.boss.pk):
        assert raw("SELECT id FROM practice_case") == set()
    put = reviewing.put()
    assert reviewing.put().pk == put.pk
    with viewing(reviewing.boss.pk):
        assert raw("SELECT id FROM practice_case") == {reviewing.case.pk}
    with viewing(reviewing.account.pk) as viewer:
        actions.withdraw_review(put, by=viewer, at=clock.now())
    with viewing(reviewing.boss.pk):
        assert raw("SELECT id FROM practice_case") == set()
    again = reviewing.put()
    head = reviewing.world.account("head", reviewing.world.towns["A"])
    with viewing(head.pk) as viewer:
        end_agreement(reviewing.agreement, "到期", by=viewer, at=clock.now())
    with viewing(reviewing.boss.pk):
        assert raw("SELECT id FROM practice_case") == set()
        assert not CaseReview.objects.filter(pk=again.pk).exists()


def test_a_reviewer_reads_and_writes_nothing(reviewing: Reviewing) -> None:
    reviewing.put()
    other = make_case(reviewing.world, reviewing.worker, "C-2")
    with viewing(reviewing.boss.pk):
        for sql in (
            "UPDATE practice_case SET problem = 'x'",
            "UPDATE practice_client SET name = 'x'",
            f"INSERT INTO practice_casereview (id, hub_id, station_id, session_id, case_id, question, put_at, "
            f"put_by_id) "
            f"VALUES (gen_random_uuid(), {other.hub_id}, {other.station_id}, '{reviewing.session.pk}', '{other.pk}', "
            f"'x', now(), {reviewing.boss.pk})",
        ):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(sql)
                    assert cursor.rowcount == 0
            except DatabaseError as error:
                assert "row-level security" in str(error)
    reviewing.case.refresh_from_db()
    assert reviewing.case.problem == "孤独"
    with viewing(reviewing.boss.pk) as viewer, pytest.raises(Problem) as caught:
        actions.put_to_review(reviewing.session, reviewing.case, "自己来看", by=viewer, at=clock.now())
    assert caught.value.status in (403, 404)


def test_only_a_case_of_the_session_can_be_put(reviewing: Reviewing) -> None:
    world = reviewing.world
    elsewhere = make_case(world, world.worker(world.hubs["A"]), "C-9")
    with pytest.raises(IntegrityError, match="not a case of this session"), transaction.atomic():
        review(reviewing.session, elsewhere)
    county = make_case(world, world.worker(world.towns["B"]), "C-10")
    with pytest.raises(IntegrityError, match="not a case of this session"), transaction.atomic():
        review(reviewing.session, county)
    put = reviewing.put()
    with pytest.raises(IntegrityError, match="stays what it was"), transaction.atomic():
        CaseReview.objects.filter(pk=put.pk).update(case=elsewhere)


def test_each_look_is_in_the_journal(reviewing: Reviewing, client: Browser) -> None:
    reviewing.put()
    client.force_login(reviewing.boss)
    response = client.get(f"/cases/{reviewing.case.pk}/")
    assert response.status_code == 200
    assert reviewing.case.number in response.content.decode()
    looks = Event.objects.filter(verb="read_in_review", account_id=reviewing.boss.pk)
    assert [each.object_id for each in looks] == [str(reviewing.case.pk)]
    assert client.get(f"/clients/{reviewing.case.client_id}/").status_code == 404
    page = client.get(f"/supervision/sessions/{reviewing.session.pk}/cases/")
    assert reviewing.case.number in page.content.decode()


def test_a_restricted_case_stays_behind_its_door(reviewing: Reviewing, client: Browser) -> None:
    hidden = make_case(reviewing.world, reviewing.worker, "C-3", restricted=("drugs",))
    reviewing.put(hidden)
    with viewing(reviewing.boss.pk):
        assert raw("SELECT id FROM practice_case") == set()
    client.force_login(reviewing.boss)
    response = client.get(f"/cases/{hidden.pk}/")
    assert response.status_code == 302 and "/clients/restricted/" in response.headers["Location"]
    assert client.get(response.headers["Location"]).status_code == 200
    opened = client.post("/clients/restricted/", {"id": hidden.client_id, "case": hidden.pk, "reason": "准备督导讨论"})
    assert (opened.status_code, opened.headers["Location"]) == (302, f"/cases/{hidden.pk}/")
    assert client.get(f"/cases/{hidden.pk}/").status_code == 200
    stranger = reviewing.world.client(reviewing.world.rooms["A2"], restricted=("drugs",))
    with viewing(reviewing.boss.pk) as viewer:
        assert raw("SELECT id FROM practice_case") == {hidden.pk}
        with pytest.raises(Problem):
            open_restricted(stranger.number, "想看看", by=viewer, at=clock.now())
