"""Cases under review in a supervision session: put, seen, taken back."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.network.middleware import Request, requires
from shegong.practice.actions import case_review as actions
from shegong.practice.forms.case_review import ReviewForm
from shegong.practice.models import CaseReview
from shegong.practice.queries import case_review as queries
from shegong.practice.views.client import KEEPERS, READERS
from shegong.practice.views.sheets import answer_sheet, go
from shegong.workforce.enums import SupervisionState
from shegong.workforce.models import SupervisionSession
from shegong.workforce.queries.supervision import sessions_seen


@require_GET
@requires(*READERS)
def reviews(request: Request, session_id: UUID) -> HttpResponseBase:
    """The cases under review in a session, as far as the viewer may see them; a part of the session's page."""
    session = _session(request, session_id)
    may_put = request.viewer.has(*KEEPERS) and session.state != SupervisionState.CANCELLED
    context = {
        "session": session,
        "reviews": [
            (each, may_put and request.viewer.reaches(each.hub_id, each.station_id))
            for each in queries.reviews_of(session)
        ],
        "hidden": queries.hidden_reviews(session),
        "may_put": may_put and request.viewer.reaches(session.hub_id, session.station_id),
        "part": bool(request.headers.get("HX-Request")),
    }
    part = "practice/case_reviews_part.html" if context["part"] else "practice/case_reviews.html"
    return render(request, part, context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def review_put(request: Request, session_id: UUID) -> HttpResponseBase:
    """Put a case to review."""
    session = _session(request, session_id)
    cases = list(queries.cases_to_put(request.viewer, session))
    form = ReviewForm(cases, request.POST or None)
    back = reverse("workforce:supervision-session", args=[session.pk])

    def save() -> tuple[str, Any]:
        said = form.cleaned_data
        chosen = next(each for each in cases if each.pk == said["case_id"])
        actions.put_to_review(session, chosen, said["question"], by=request.viewer, at=clock.now())
        return back, _("个案已提交督导讨论。")

    return answer_sheet(request, form, save, title=_("提交个案讨论"), submit=_("提交"), back=back)


@require_POST
@requires(*KEEPERS)
def review_withdraw(request: Request, review_id: UUID) -> HttpResponseBase:
    """Take a case back from review."""
    found = CaseReview.objects.filter(pk=review_id).first()
    if found is None:
        raise Http404
    actions.withdraw_review(found, by=request.viewer, at=clock.now())
    back = reverse("workforce:supervision-session", args=[found.session_id])
    return go(request, back, _("个案已撤回，督导不再能查看。"))


def _session(request: Request, session_id: UUID) -> SupervisionSession:
    found = sessions_seen(request.viewer).filter(pk=session_id).first()
    if found is None:
        raise Http404
    return found
