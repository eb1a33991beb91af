"""What a department must say of somebody whom it sends to a station. Pure."""

from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.linkage.enums import ReferredHere

NEXT: Final = {
    ReferredHere.SENT: (ReferredHere.ACCEPTED, ReferredHere.DECLINED),
    ReferredHere.ACCEPTED: (ReferredHere.RETURNED,),
    ReferredHere.DECLINED: (),
    ReferredHere.RETURNED: (),
}


def missing(text: str, field: str) -> Problem | None:
    """Something has to be said."""
    return None if text.strip() else Problem("text_missing", _("请写明。"), field)


def consent_problem(consent_on: date | None, today: date) -> Problem | None:
    """Nobody is sent without having agreed."""
    if consent_on is None:
        return Problem("consent_missing", _("须先征得本人（或监护人）同意。"), "consent_on")
    if consent_on > today:
        return Problem("date_future", _("日期不能晚于今天。"), "consent_on")
    return None


def step_problem(state: str, to: ReferredHere) -> Problem | None:
    """Why it can't go on to this state now, or None."""
    if to in NEXT[ReferredHere(state)]:
        return None
    present = ReferredHere(state).label
    return Problem(
        "referral_state", _("转介现在的状态是“%(state)s”，不能这样做。"), status=409, params={"state": present}
    )
