"""The growth record and the certificate of attendance as PDF."""

import io
from datetime import timedelta
from uuid import UUID

import pikepdf
import pytest

from shegong.kernel import clock
from shegong.kernel.typesetting import typeset
from shegong.network.scope import viewing
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.models import PrintJob
from shegong.practice.papers.maker import maker_of, stamp_of
from shegong.practice.tasks import make_next_paper
from shegong.workforce.models import Enrolment
from shegong.workforce.queries.credential import growth_page
from shegong.workforce.queries.supervision import hours_in_a_year
from shegong.workforce.rules.career import SupervisionHours
from shegong.workforce.rules.credential import years_after
from tests.workforce.conftest import Staff
from tests.workforce.qualifications import certify, learn, make_course, register
from tests.workforce.supervising import make_agreement, make_session, make_supervisor


def test_the_growth_record_says_what_is_met(staff: Staff) -> None:
    today = clock.today()
    register(certify(staff.worker, on=years_after(today, -2)), years_after(today, -1))
    learn(staff.worker, 80, today, staff.head)
    key = UUID(int=staff.worker.pk)
    with viewing(staff.account.pk) as viewer:
        maker = maker_of("growth")
        values = maker.values(viewer, key, stamp_of(viewer, clock.now(), reveals=False))
    assert values is not None
    assert "助理社工" in str(values["sections"][0]) and "80" in str(values["sections"][2])
    with pikepdf.open(io.BytesIO(typeset(maker.template, values))) as pdf:
        assert len(pdf.pages) >= 1
    with viewing(staff.colleague.pk) as viewer:
        assert maker.subject(viewer, key) is None
    with viewing(staff.county.pk) as viewer:
        assert maker.subject(viewer, UUID(int=2**100)) is None


def test_supervision_joins_the_ladder(staff: Staff) -> None:
    today = clock.today()
    register(certify(staff.worker, on=years_after(today, -2), level="worker"), years_after(today, -1))
    learn(staff.worker, 80, today, staff.head)
    with viewing(staff.account.pk) as viewer:
        without = growth_page(viewer, staff.worker, today)
    town = staff.world.towns["A"]
    agreement = make_agreement(make_supervisor(staff.world, town), town)
    for days in (5, 4):
        at = clock.now() - timedelta(days=days)
        make_session(agreement, [staff.worker], starts_at=at, length=timedelta(hours=7))
    with viewing(staff.account.pk) as viewer:
        known = growth_page(viewer, staff.worker, today)
    assert hours_in_a_year(staff.worker.pk, today) == SupervisionHours(received=14, given=0)
    assert hours_in_a_year(agreement.supervisor_id, today) == SupervisionHours(received=0, given=14)
    assert (without.step, known.step) == ("assistant", "worker")
    assert known.following is not None and known.following.step == "senior"


@pytest.mark.django_db
def test_a_certificate_of_attendance_is_made_for_who_attended(staff: Staff) -> None:
    course = make_course(staff.world, staff.county)
    place = Enrolment.objects.create(
        worker=staff.worker, hub_id=1, station_id=1, course=course, name=staff.worker.name, state="enrolled",
        enrolled_at=clock.now(), enrolled_by=staff.head,
    )  # fmt: skip
    with viewing(staff.account.pk) as viewer:
        assert maker_of("attendance").subject(viewer, place.pk) is None
    Enrolment.objects.filter(pk=place.pk).update(state="attended")
    with viewing(staff.account.pk) as viewer:
        job = ask_for_paper("attendance", place.pk, by=viewer, at=clock.now())
    assert make_next_paper()
    made = PrintJob.objects.get(pk=job.pk)
    assert (made.state, made.pages) == ("done", 1)
