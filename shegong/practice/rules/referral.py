"""Decisions about referrals: what may be sent to whom on what basis, and how the loop is closed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.practice.enums import Basis, ReceiverKind, ReferralState, Urgency

TEXT_LENGTH: Final = 2000
STATUTORY: Final = (Basis.DUTY.value, Basis.EMERGENCY.value)
# From each state the states that may follow; the database holds the same.
NEXT: Final = {
    ReferralState.WAITING: (ReferralState.SENT, ReferralState.WITHDRAWN),
    ReferralState.SENT: (ReferralState.ACCEPTED, ReferralState.DECLINED, ReferralState.WITHDRAWN),
    ReferralState.ACCEPTED: (ReferralState.RETURNED,),
    ReferralState.DECLINED: (ReferralState.CLOSED,),
    ReferralState.RETURNED: (ReferralState.CLOSED,),
    ReferralState.CLOSED: (),
    ReferralState.WITHDRAWN: (),
}


@dataclass(frozen=True, slots=True)
class ReferralDraft:
    """Whom to refer to and why. Exactly one receiver; somebody without a file gives consent on `consent_on`."""

    receiver_kind: str
    reason: str
    asked: str
    basis: str
    to_station_id: int | None = None
    to_organisation_id: int | None = None
    urgency: str = Urgency.ROUTINE
    basis_note: str = ""
    consent_on: date | None = None
    case_id: UUID | None = None


def receiver_problem(draft: ReferralDraft, own_station_id: int) -> Problem | None:
    """What is wrong with the receiver, or None."""
    if draft.receiver_kind not in ReceiverKind.values:
        return Problem("receiver_kind_unknown", _("请选择转给谁。"), "receiver_kind")
    if draft.receiver_kind == ReceiverKind.STATION:
        if draft.to_station_id is None:
            return Problem("receiver_missing", _("请选择接收的站点。"), "to_station")
        if draft.to_station_id == own_station_id:
            return Problem("receiver_same", _("不能转给自己的站点。"), "to_station")
        return None
    if draft.to_organisation_id is None:
        return Problem("receiver_missing", _("请选择接收的单位。"), "to_organisation")
    return None


def basis_problem(basis: str, note: str) -> Problem | None:
    """A statutory basis names its law; consent comes from the person or a guardian."""
    if basis not in Basis.values:
        return Problem("basis_unknown", _("请选择依据。"), "basis")
    if basis in STATUTORY and not note.strip():
        return Problem("basis_unnamed", _("请写明法律依据，如“未成年人保护法第十一条”。"), "basis_note")
    return None


def is_released(*, basis: str, has_consent: bool) -> bool:
    """Whether the receiver may be shown anything: on consent that holds, or on a statutory basis."""
    return has_consent or basis in STATUTORY


def is_late(state: str, due_at: datetime | None, result_due_at: datetime | None, now: datetime) -> bool:
    """Whether an answer, or the result that an agreement asks for, is overdue."""
    due = {ReferralState.SENT: due_at, ReferralState.ACCEPTED: result_due_at}.get(ReferralState(state))
    return due is not None and due < now


def step_problem(state: str, to: ReferralState) -> Problem | None:
    """Why a referral can't go on to this state now, or None."""
    if to in NEXT[ReferralState(state)]:
        return None
    present = ReferralState(state).label
    return Problem(
        "referral_state", _("转介现在的状态是“%(state)s”，不能这样做。"), status=409, params={"state": present}
    )
