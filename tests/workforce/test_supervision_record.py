"""The record of supervision, received and given: as PDF, with what each reader may know."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pikepdf
import pytest

from shegong.kernel import clock
from shegong.kernel.typesetting import typeset
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.models import PrintJob
from shegong.practice.papers.maker import Values, maker_of, stamp_of
from shegong.practice.tasks import make_next_paper
from shegong.workforce.models import SupervisionNote, SupervisionSession, Worker
from shegong.workforce.queries.supervision_record import SupervisionRecord, supervision_glance, supervision_record
from tests.practice.test_client_pages import signed_in
from tests.workforce.conftest import Staff
from tests.workforce.supervising import make_advice, make_agreement, make_session, make_supervisor

NOTE = "讨论独居老人个案的介入节奏"


class Supervised:
    """Two held sessions of a supervisor from the other county with the worker (one with a colleague, too), and more."""

    def __init__(self, staff: Staff) -> None:
        world, town = staff.world, staff.world.towns["A"]
        self.staff = staff
        self.profile = make_supervisor(world, world.hubs["B"], world.hubs["A"])
        self.agreement = make_agreement(self.profile, town)
        self.alone = self.session([staff.worker], days=9)
        self.together = self.session([staff.worker, staff.colleagues_worker], days=3, hours=2)
        self.session([staff.colleagues_worker], days=2)
        make_advice(self.alone, staff.worker)
        make_advice(self.together, staff.colleagues_worker)
        SupervisionNote.objects.create(session=self.alone, record=NOTE)

    @property
    def boss(self) -> Account:
        account = self.profile.worker.account
        assert account is not None
        return account

    def session(self, workers: list[Worker], *, days: int, hours: int = 1) -> SupervisionSession:
        at = clock.now() - timedelta(days=days)
        return make_session(self.agreement, workers, starts_at=at, length=timedelta(hours=hours))

    def record(self, account: Account, *, given: bool = False) -> SupervisionRecord:
        worker = self.profile.worker if given else self.staff.worker
        with viewing(account.pk) as viewer:
            return supervision_record(viewer, worker, clock.today(), given=given)

    def values(self, account: Account, kind: str, worker_id: int) -> Values | None:
        with viewing(account.pk) as viewer:
            key = UUID(int=worker_id)
            return maker_of(kind).values(viewer, key, stamp_of(viewer, clock.now(), reveals=False))


@pytest.fixture
def supervised(staff: Staff) -> Supervised:
    return Supervised(staff)


def test_the_worker_reads_the_own_sessions_and_the_own_advice(supervised: Supervised) -> None:
    record = supervised.record(supervised.staff.account)
    assert [each.pk for each in record.sessions] == [supervised.together.pk, supervised.alone.pk]
    assert (record.hours, record.by_function) == (Decimal("3.00"), [("education", Decimal("3.00"))])
    assert record.notes == {supervised.alone.pk: NOTE} and record.is_whole
    assert list(record.advice) == [supervised.alone.pk]  # not what the colleague was advised
    assert len(record.sessions[0].people) == 2


def test_the_supervisor_has_a_record_of_what_was_given(supervised: Supervised) -> None:
    record = supervised.record(supervised.boss, given=True)
    assert (len(record.sessions), record.hours) == (3, Decimal("4.00"))
    assert len(record.advice) == 2


def test_it_is_printed_for_who_may_read_it(supervised: Supervised) -> None:
    staff = supervised.staff
    received = supervised.values(staff.account, "supervision-received", staff.worker.pk)
    assert received is not None and NOTE in str(received) and "下次家访前先做一次预估面谈" in str(received)
    with pikepdf.open(io.BytesIO(typeset(maker_of("supervision-received").template, received))) as pdf:
        assert len(pdf.pages) >= 1
    assert supervised.values(staff.head, "supervision-received", staff.worker.pk) is not None
    for stranger in (staff.colleague, staff.far_county, supervised.boss):
        assert supervised.values(stranger, "supervision-received", staff.worker.pk) is None
    given = supervised.values(supervised.boss, "supervision-given", supervised.profile.pk)
    assert given is not None and NOTE in str(given)
    # The supervisor's own county keeps the record of hours; what was said in another county isn't in it.
    theirs = supervised.values(staff.far_county, "supervision-given", supervised.profile.pk)
    assert theirs is not None and NOTE not in str(theirs)
    with viewing(staff.account.pk) as viewer:
        assert maker_of("supervision-given").subject(viewer, UUID(int=staff.worker.pk)) is None
        job = ask_for_paper("supervision-received", UUID(int=staff.worker.pk), by=viewer, at=clock.now())
    assert make_next_paper()
    assert PrintJob.objects.get(pk=job.pk).state == "done"


def test_a_record_is_read_in_a_few_queries(
    supervised: Supervised, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(2):
        with viewing(supervised.staff.account.pk) as viewer, django_assert_num_queries(4):
            supervision_record(viewer, supervised.staff.worker, clock.today(), given=False)
        supervised.session([supervised.staff.worker], days=20 + number)


def test_a_workers_page_has_supervision_and_workload_for_whom_it_concerns(supervised: Supervised) -> None:
    staff = supervised.staff
    ahead = clock.now() + timedelta(days=1)
    make_session(supervised.agreement, [staff.worker], starts_at=ahead, state="planned")
    address = f"/workers/{staff.worker.pk}/"
    for account in (staff.account, staff.head, staff.county):
        page = signed_in(account).get(address).content.decode()
        assert "今年接受督导" in page and supervised.profile.worker.name in page and "没有督导" not in page
        assert f"/workload/workers/{staff.worker.pk}/" in page
        card = signed_in(account).get(f"/workload/workers/{staff.worker.pk}/").content.decode()
        assert "本周至今" in card
    colleagues = signed_in(staff.colleague).get(address).content.decode()
    assert "今年接受督导" not in colleagues and "/workload/workers/" not in colleagues
    assert signed_in(staff.colleague).get(f"/workload/workers/{staff.worker.pk}/").content.decode().strip() == ""
    with viewing(staff.head.pk):
        glance = supervision_glance(staff.worker, clock.now())
    assert (glance.hours.received, glance.is_late) == (3.0, False)
    assert glance.planned is not None and glance.planned.starts_at == ahead
