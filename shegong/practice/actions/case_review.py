"""Cases put to review in supervision, and looked at there.

Who puts a case to review keeps the case; the supervisor may read it for as long as the agreement runs, and each look is
in the journal.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.case import journal
from shegong.practice.models import Case, CaseReview
from shegong.practice.queries.case import cases_seen, supervises
from shegong.practice.rules.case import closed_problem, required_text
from shegong.workforce.enums import SupervisionState
from shegong.workforce.models import SupervisionSession

QUESTION_LENGTH = 300


@transaction.atomic
def put_to_review(
    session: SupervisionSession, case: Case, question: str, *, by: Viewer, at: datetime, key: UUID | None = None
) -> CaseReview:
    """Put a case to a session of supervision: from now on its supervisor may read it. Put twice it is put once.

    Raises Problem at case_id, question; 403, 404, 409.
    """
    present = cases_seen(by).select_for_update(of=("self",)).select_related("station").filter(pk=case.pk).first()
    seen = SupervisionSession.objects.select_related("agreement").filter(pk=session.pk).first()
    if present is None or seen is None:
        raise Problem("case_missing", _("找不到这个个案，或您不能查看。"), status=404)
    if not (by.has(Role.WORKER, Role.HEAD) and by.reaches(present.hub_id, present.station_id)):
        raise Problem("not_the_station", _("个案由承担个案的站点提交督导讨论。"), status=403)
    if present.closed_on is not None:
        raise closed_problem()
    if seen.state == SupervisionState.CANCELLED:
        raise Problem("session_cancelled", _("这次督导已经取消。"), status=409)
    comes = seen.attendees.filter(worker_id=present.worker_id).exists()
    if not comes and seen.station_id not in (present.station_id, present.station.town_id):
        raise Problem("case_of_others", _("只能提交本站点的个案，或参加这次督导的社工的个案。"), "case_id")
    known = CaseReview.objects.filter(session=seen, case_id=present.pk, withdrawn_at__isnull=True).first()
    if known is not None:
        return known
    review = CaseReview(
        pk=key or uuid7(),
        hub_id=present.hub_id,
        station_id=present.station_id,
        session=seen,
        case=present,
        question=required_text(question, "question", QUESTION_LENGTH),
        put_at=at,
        put_by_id=by.account_id,
    )
    CaseReview.objects.bulk_create([review])
    journal("put_to_review", present, by, at, session=str(seen.pk))
    return review


@transaction.atomic
def withdraw_review(review: CaseReview, *, by: Viewer, at: datetime) -> CaseReview:
    """Take a case back from review: closed to the supervisor at once. Raises Problem 403, 404."""
    present = CaseReview.objects.select_for_update(of=("self",)).filter(pk=review.pk, hub_id=review.hub_id).first()
    if present is None:
        raise Problem("review_missing", _("找不到这条督导讨论，或您不能查看。"), status=404)
    if not (by.has(Role.WORKER, Role.HEAD) and by.reaches(present.hub_id, present.station_id)):
        raise Problem("not_the_station", _("个案由承担个案的站点提交督导讨论。"), status=403)
    if present.withdrawn_at is None:
        present.withdrawn_at = at
        present.save(update_fields=["withdrawn_at"])
        case = Case.objects.get(pk=present.case_id, hub_id=present.hub_id)
        journal("withdraw_review", case, by, at, session=str(present.session_id))
    return present


def is_in_review(case: Case, by: Viewer) -> bool:
    """Whether the viewer sees a case for no other reason than that it is under review."""
    if not by.has(Role.SUPERVISOR) or by.reaches(case.hub_id, case.station_id):
        return False
    return case.worker.account_id != by.account_id and not supervises(by, case)


def note_look(case: Case, *, by: Viewer, at: datetime) -> bool:
    """Write down that a supervisor reads a case because it is under review; returns whether that is why."""
    if not is_in_review(case, by):
        return False
    journal("read_in_review", case, by, at)
    return True
