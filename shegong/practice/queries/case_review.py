"""Cases under review in supervision."""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Case, CaseReview
from shegong.practice.queries.client import within_reach
from shegong.workforce.models import SupervisionSession


def reviews_of(session: SupervisionSession) -> list[CaseReview]:
    """The cases that stand under review in a session, as far as the viewer may see them. One query."""
    found = CaseReview.objects.filter(session=session, withdrawn_at__isnull=True)
    return list(found.select_related("case", "case__worker", "station").order_by("put_at"))


def hidden_reviews(session: SupervisionSession) -> list[tuple[UUID, UUID]]:
    """(case, client) of restricted cases under review in a session that its supervisor hasn't opened. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.case_id, v.client_id FROM wall_reviews(%s) v "
            "WHERE v.case_id <> ALL (wall_reviewed_cases()) ORDER BY 1",
            [session.pk],
        )
        return list(cursor.fetchall())


def client_under_review(case_id: UUID) -> UUID | None:
    """The client of a case under review by the viewer, restricted or not. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_id FROM wall_reviews(NULL) WHERE case_id = %s LIMIT 1", [case_id])
        found = cursor.fetchone()
    return found[0] if found else None


def cases_to_put(viewer: Viewer, session: SupervisionSession) -> QuerySet[Case]:
    """Open cases in the viewer's reach that may be put to a session and aren't yet: the station's, or an attendee's.
    One query.
    """
    if not viewer.has(Role.WORKER, Role.HEAD):
        return Case.objects.none()
    attendees = session.attendees.values("worker_id")
    put = CaseReview.objects.filter(session=session, withdrawn_at__isnull=True).values("case_id")
    found = Case.objects.filter(within_reach(viewer), worker__in=attendees, hub_id=session.hub_id)
    return (
        found.filter(closed_on__isnull=True).exclude(pk__in=put).select_related("client", "worker").order_by("number")
    )
