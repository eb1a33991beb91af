"""What a reviewer makes of a sign."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.models import SignReview
from shegong.appraisal.queries.finding import is_officer_of
from shegong.appraisal.rules.finding import TEXT_LENGTH, text_problem
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import Station
from shegong.network.scope import Viewer


@transaction.atomic
def review_sign(
    station: Station, kind: str, month: date, outcome: str, note: str, *, by: Viewer, at: datetime
) -> SignReview:
    """Note that a station's sign of a month was looked at: explained, or to be talked about; said again, the later
    word counts. Nothing else follows by itself. Raises Problem at note; 403.
    """
    if not is_officer_of(by, station.hub_id):
        raise Problem("not_yours", _("由市或本区（市）县核看。"), status=403)
    words = clean_text(note, TEXT_LENGTH, "note").strip()
    raise_any([text_problem(words, "note")])
    found = SignReview.objects.select_for_update().filter(station=station, kind=kind, month=month).first()
    review = found or SignReview(hub_id=station.hub_id, station=station, kind=kind, month=month)
    review.outcome, review.note, review.at, review.by_id = outcome, words, at, by.account_id
    review.save()
    place = {"hub_id": station.hub_id, "station_id": station.pk}
    detail = {"kind": kind, "month": month.isoformat(), "outcome": outcome}
    log("review_sign", "sign_review", review.pk, by=by.account_id, at=at, detail=detail, **place)
    return review
