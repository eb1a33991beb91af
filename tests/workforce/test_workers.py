"""Workers: hired, described, corrected, gone; and who may do it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.actions import correction as corrections
from shegong.workforce.actions.worker import change_profile, hire, leave, profile_of
from shegong.workforce.models import ProfileCorrection, Worker
from shegong.workforce.queries.worker import (
    WorkerQuestion,
    corrections_waiting,
    own_worker,
    stations_led,
    worker_file,
    workers_page,
)
from shegong.workforce.rules.posting import PostingDraft
from shegong.workforce.rules.profile import Profile
from tests.factories import START, World

DAY = date(2023, 5, 1)
DRAFT = PostingDraft(role="worker", share=100, since=DAY)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def county(world: World) -> Account:
    return world.account("county", world.hubs["A"])


def profile(**changes: Any) -> Profile:
    known: dict[str, Any] = {
        "name": "曾晓燕", "source": "purchased", "sex": "2", "phone": "139 0000 0001", "education": "bachelor",
        "major": "社会工作", "specialities": ("youth", "medical"), "languages": ("sichuan", "mandarin"),
        "is_psychological": True,
    }  # fmt: skip
    return Profile(**known | changes)


def hired(world: World, by: Account, **changes: Any) -> Worker:
    with viewing(by.pk) as viewer:
        return hire(profile(**changes), world.rooms["A1"], DRAFT, by=viewer)


def test_hiring(world: World, county: Account) -> None:
    worker = hired(world, county)
    worker.refresh_from_db()
    assert (worker.sort_key, worker.phone, worker.hub) == ("zeng xiao yan", "13900000001", world.hubs["A"])
    assert (worker.specialities, worker.languages) == (["medical", "youth"], ["mandarin", "sichuan"])
    assert (worker.postings.get().since, worker.since) == (DAY, DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM workforce_worker WHERE id = %s", [worker.pk])
        assert b"13900000001" not in bytes(cursor.fetchone()[0])
    assert "1390000" not in str(Event.objects.get(verb="hire_worker").detail)


def test_everything_wrong_is_said_at_once(world: World, county: Account) -> None:
    bad = profile(name=" ", phone="12", source="x", education="y", specialities=("z",), languages=("z",), sex="7")
    with pytest.raises(Problems) as raised, viewing(county.pk) as viewer:
        hire(bad, world.rooms["A1"], DRAFT, by=viewer)
    assert {each.field for each in raised.value} == {
        "name", "phone", "source", "education", "specialities", "languages", "sex",
    }  # fmt: skip
    with pytest.raises(Problem, match="用人单位"):
        hired(world, county, employer_id=999_999)
    assert not Worker.objects.exists()


def test_the_same_key_hires_once(world: World, county: Account) -> None:
    worker = hired(world, county)
    with viewing(county.pk) as viewer:
        again = hire(profile(), world.rooms["A1"], DRAFT, by=viewer, key=worker.key)
        assert again.pk == worker.pk
        with pytest.raises(Problem, match="编号"):
            hire(profile(name="别人"), world.rooms["A1"], DRAFT, by=viewer, key=worker.key)


@pytest.mark.parametrize("role", ["worker", "supervisor", "agency", "dpo"])
def test_who_does_not_lead_hires_nobody(world: World, role: str) -> None:
    agency = Organisation.objects.create(name="机构", kinds=["agency"], since=START)
    account = Account.objects.create(username="x", display_name="x")
    account.grants.create(role=role, station=world.rooms["A1"], organisation=agency, since=START)
    with pytest.raises(Problem, match="不能为这个站点"):
        hired(world, account)


def test_a_changed_profile_leaves_the_old_values_in_the_journal(world: World, county: Account) -> None:
    worker = hired(world, county)
    with viewing(county.pk) as viewer:
        change_profile(worker, profile(name="曾小燕", phone="13900000002"), by=viewer)
        change_profile(worker, profile(name="曾小燕", phone="13900000002"), by=viewer)
    worker.refresh_from_db()
    assert (worker.name, worker.sort_key) == ("曾小燕", "zeng xiao yan")
    event = Event.objects.get(verb="change_worker")  # the second time changed nothing
    assert event.detail == {"before": {"name": "曾晓燕", "phone": "***"}}


def test_finding_people(world: World, county: Account) -> None:
    worker = hired(world, county)
    other = world.worker(world.rooms["A2"])
    worker.credentials.create(level="assistant", number="N1", issued_on=START, hub_id=worker.hub_id)
    with viewing(county.pk) as viewer:
        for text in ("晓燕", "zengxiao", "zxy", "xy"):
            assert [w.pk for w in workers_page(viewer, WorkerQuestion(text=text), clock.today()).items] == [worker.pk]
        for asked in (
            WorkerQuestion(category="certified"),
            WorkerQuestion(category="psychological"),
            WorkerQuestion(speciality="youth"),
            WorkerQuestion(language="sichuan", station="A11"),
        ):
            assert [w.pk for w in workers_page(viewer, asked, clock.today()).items] == [worker.pk], asked
        assert workers_page(viewer, WorkerQuestion(state="left"), clock.today()).items == []
        everybody = workers_page(viewer, WorkerQuestion(hub="A"), clock.today()).items
        assert {w.pk for w in everybody} == {worker.pk, other.pk}
        assert workers_page(viewer, WorkerQuestion(source="other"), clock.today()).items == []
    with viewing(world.account("county", world.hubs["B"]).pk) as viewer:
        assert workers_page(viewer, WorkerQuestion(), clock.today()).items == []
        assert worker_file(viewer, worker.pk, clock.today()) is None


def test_lists_ask_as_often_for_many_as_for_few(world: World, county: Account, django_assert_num_queries: Any) -> None:
    first = world.worker(world.rooms["A1"])
    for count in (1, 12):
        for _number in range(count):
            world.worker(world.rooms["A1"])
        with viewing(county.pk) as viewer:
            with django_assert_num_queries(2):
                [w.station.name for w in workers_page(viewer, WorkerQuestion(), clock.today()).items]
            with django_assert_num_queries(4):
                assert worker_file(viewer, first.pk, clock.today()) is not None


def test_leaving_ends_postings_and_keeps_history(world: World, county: Account) -> None:
    worker = hired(world, county)
    on = clock.today() - timedelta(days=3)
    with viewing(county.pk) as viewer:
        for day, code in ((DAY, "leaves_before_hired"), (clock.today() + timedelta(days=1), "day_future")):
            with pytest.raises(Problem) as raised:
                leave(worker, day, "辞职", by=viewer, today=clock.today())
            assert (raised.value.code, raised.value.field) == (code, "on")
        with pytest.raises(Problem, match="原因"):
            leave(worker, on, " ", by=viewer, today=clock.today())
        leave(worker, on, "辞职", by=viewer, today=clock.today())
        with pytest.raises(Problem, match="已于"):
            leave(worker, on, "辞职", by=viewer, today=clock.today())
        found = worker_file(viewer, worker.pk, clock.today())
        assert found is not None and found.load == 0
        assert [(p.since, p.until) for p in found.postings] == [(DAY, on)]
        assert workers_page(viewer, WorkerQuestion(), clock.today()).items == []
        assert [w.pk for w in workers_page(viewer, WorkerQuestion(state="left"), clock.today()).items] == [worker.pk]


# Corrections


def with_account(world: World, worker: Worker) -> Account:
    worker.account = world.account("worker", world.rooms["A1"])
    worker.save()
    return worker.account


def proposed(by: Account, worker: Worker, **values: Any) -> ProfileCorrection:
    with viewing(by.pk) as viewer:
        return corrections.propose_correction(worker, values, "写错了", by=viewer, at=clock.now())


def test_a_correction_goes_from_the_worker_to_the_head_and_into_the_profile(world: World, county: Account) -> None:
    worker = hired(world, county)
    own = with_account(world, worker)
    asked = proposed(own, worker, name="曾小燕", phone="13900000009", languages=["sign"], sex="2")
    assert corrections.content(asked) == {"name": "曾小燕", "phone": "13900000009", "languages": ["sign"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT proposed, before FROM workforce_profilecorrection")
        assert b"139000" not in b"".join(map(bytes, cursor.fetchone()))
    head = world.account("head", world.towns["A"])
    with viewing(head.pk) as viewer:
        assert [each.pk for each in corrections_waiting(viewer)] == [asked.pk]
        corrections.accept_correction(asked, "", by=viewer, at=clock.now())
        assert corrections_waiting(viewer) == []
        with pytest.raises(Problem, match="已经处理"):
            corrections.decline_correction(asked, "不", by=viewer, at=clock.now())
    worker.refresh_from_db()
    assert (worker.name, worker.phone, worker.languages, worker.sex) == ("曾小燕", "13900000009", ["sign"], "2")
    detail = Event.objects.get(verb="accept_correction").detail
    assert detail["before"] == {"name": "曾晓燕", "phone": "***", "languages": ["mandarin", "sichuan"]}
    assert "139000" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_declined_with_a_reason_or_withdrawn(world: World, county: Account) -> None:
    worker = hired(world, county)
    own = with_account(world, worker)
    first = proposed(own, worker, major="心理学")
    with pytest.raises(Problem, match="还在等待"):
        proposed(own, worker, major="法学")
    with viewing(county.pk) as viewer:
        with pytest.raises(Problem, match="原因"):
            corrections.decline_correction(first, "", by=viewer, at=clock.now())
        corrections.decline_correction(first, "请附毕业证", by=viewer, at=clock.now())
    second = proposed(own, worker, major="法学")
    with viewing(own.pk) as viewer:
        corrections.withdraw_correction(second, by=viewer, at=clock.now())
    worker.refresh_from_db()
    assert worker.major == "社会工作"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "没有要更正"),
        ({"major": "社会工作"}, "没有要更正"),
        ({"is_supervisor": True}, "不能由本人更正"),
        ({"phone": "12"}, "手机号"),
        ({"languages": ["klingon"]}, "列表"),
    ],
)
def test_what_can_not_be_proposed(world: World, county: Account, values: dict[str, Any], message: str) -> None:
    worker = hired(world, county)
    with pytest.raises(Problem, match=message):
        proposed(with_account(world, worker), worker, **values)


def test_nobody_decides_about_oneself(world: World, county: Account) -> None:
    """A head is a worker, too; and the database knows who asked."""
    worker = hired(world, county)
    head = world.account("head", world.towns["A"])
    worker.account = head
    worker.save()
    asked = proposed(head, worker, major="法学")
    with viewing(head.pk) as viewer:
        assert corrections_waiting(viewer) == []
        with pytest.raises(Problem, match="其他人"):
            corrections.accept_correction(asked, "", by=viewer, at=clock.now())
    with pytest.raises(IntegrityError, match="by_somebody_else"), transaction.atomic():
        ProfileCorrection.objects.filter(pk=asked.pk).update(state="accepted", decided_at=clock.now(), decided_by=head)


def test_an_agency_proposes_for_its_people_and_reads_no_others(world: World, county: Account) -> None:
    agency = Organisation.objects.create(name="机构", kinds=["agency"], since=START)
    worker, other = hired(world, county, employer_id=agency.pk), world.worker(world.rooms["A2"])
    account = Account.objects.create(username="agency", display_name="机构")
    account.grants.create(role="agency", station=world.hubs["A"], organisation=agency, since=START)
    with viewing(account.pk) as viewer:
        assert [w.pk for w in workers_page(viewer, WorkerQuestion(), clock.today()).items] == [worker.pk]
        assert list(stations_led(viewer)) == []
        with pytest.raises(Problem, match="本人和用人单位"):
            corrections.propose_correction(other, {"major": "x"}, "错", by=viewer, at=clock.now())
        with pytest.raises(Problem, match="不能更改"):
            change_profile(worker, profile_of(worker), by=viewer)
    proposed(account, worker, major="护理")
    colleague = world.account("worker", world.rooms["A2"])
    with viewing(colleague.pk):
        assert not ProfileCorrection.objects.exists()  # a colleague sees the worker, not what the worker asks


def test_the_own_worker(world: World, county: Account) -> None:
    worker = hired(world, county)
    own = with_account(world, worker)
    with viewing(own.pk) as viewer:
        found = own_worker(viewer)
        assert found is not None and found.pk == worker.pk
    with viewing(county.pk) as viewer:
        assert own_worker(viewer) is None
