"""Who means to come to an activity, and what others gave to it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.chinese import normalised_phone, phone_problem
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.network.models import Organisation
from shegong.network.scope import Viewer
from shegong.practice.actions.activity import allow, locked
from shegong.practice.actions.gathering import fit
from shegong.practice.enums import ClientState, ResourceKind, SignUpState
from shegong.practice.models import Activity, ActivitySignUp, Client, ResourceLink
from shegong.practice.rules.activity import NAME_LENGTH
from shegong.practice.rules.groupwork import MOST_MONEY


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody gave: an organisation of the register, or a giver by name; `worth` in yuan."""

    kind: str
    what: str
    linked_on: date
    organisation_id: int | None = None
    giver: str = ""
    worth: Decimal | None = None


@transaction.atomic
def sign_up_client(
    activity: Activity, client_id: UUID, *, by: Viewer, at: datetime, key: UUID | None = None
) -> ActivitySignUp:
    """Put a client of the county on the list; once. Beyond the capacity it is the waiting list.

    Raises Problem at client_ids; 403, 404, 409 (`key_taken`, and `signed_up_already` under another `key`).
    """
    activity = locked(activity, by)
    allow("sign_up", activity)
    if not Client.objects.filter(pk=client_id, hub_id=activity.hub_id, state=ClientState.ACTIVE).exists():
        raise Problem("client_out_of_scope", _("服务对象不存在，或不在您的范围内。"), "client_ids")
    _free(key, activity, client_id=client_id)
    known = activity.signups.filter(client_id=client_id).first()
    if known is not None and key not in (None, known.pk):
        raise Problem("signed_up_already", _("他(她)已经报过名。"), "client_id", status=409)
    if known is not None and known.state != SignUpState.CANCELLED:
        return known
    signup = known or ActivitySignUp(id=key or uuid7(), client_id=client_id)
    return _signed(signup, activity, by, at)


@transaction.atomic
def sign_up_resident(
    activity: Activity, name: str, phone: str, *, by: Viewer, at: datetime, key: UUID | None = None
) -> ActivitySignUp:
    """Put a resident without a file on the list, by name and telephone (both are kept encrypted). Sent again under the
    same key with the same content, it is the same sign-up.

    Raises Problem or Problems at name, phone; 403, 404, 409.
    """
    activity = locked(activity, by)
    allow("sign_up", activity)
    number = normalised_phone(phone[:40])
    wrong = phone_problem(phone[:40]) if phone.strip() else None
    raise_any([wrong.at("phone") if wrong else None])
    full_name = fit(name, "name", NAME_LENGTH, required=True)
    known = _free(key, activity, name=full_name, phone=number)
    if known is not None and known.state != SignUpState.CANCELLED:
        return known
    return _signed(known or ActivitySignUp(id=key or uuid7(), name=full_name, phone=number), activity, by, at)


def _free(key: UUID | None, activity: Activity, **said: object) -> ActivitySignUp | None:
    """The sign-up that was sent under this key before, with the same content; None for a key that is new (one query,
    none without a key). Raises Problem `key_taken` (409).
    """
    known = ActivitySignUp.objects.filter(pk=key).first() if key else None
    if known is None or (known.activity_id == activity.pk and all(getattr(known, k) == v for k, v in said.items())):
        return known
    raise key_taken()


def _signed(signup: ActivitySignUp, activity: Activity, by: Viewer, at: datetime) -> ActivitySignUp:
    taken = activity.signups.filter(state=SignUpState.SIGNED).count()
    full = activity.capacity is not None and taken >= activity.capacity
    signup.hub_id, signup.station_id, signup.activity = activity.hub_id, activity.station_id, activity
    signup.state = SignUpState.WAITLISTED if full else SignUpState.SIGNED
    signup.signed_at = at
    signup.save()
    _log("sign_up_to_activity", activity, by, at, signup=str(signup.pk))
    return signup


@transaction.atomic
def cancel_sign_up(signup: ActivitySignUp, *, by: Viewer, at: datetime) -> ActivitySignUp:
    """Take somebody off the list; whoever waited longest moves up. Raises Problem 403, 404, 409."""
    activity = locked(signup.activity, by)
    allow("sign_up", activity)
    signup.state = SignUpState.CANCELLED
    signup.save(update_fields=["state"])
    taken = activity.signups.filter(state=SignUpState.SIGNED).count()
    first = activity.signups.filter(state=SignUpState.WAITLISTED).order_by("signed_at", "id").first()
    if first is not None and (activity.capacity is None or taken < activity.capacity):
        first.state = SignUpState.SIGNED
        first.save(update_fields=["state"])
    _log("cancel_sign_up", activity, by, at, signup=str(signup.pk))
    return signup


@transaction.atomic
def link_resource(activity: Activity, gift: Gift, *, by: Viewer, at: datetime) -> ResourceLink:
    """Note what somebody gave to an activity. Raises Problem or Problems at the fields; 403, 404, 409."""
    activity = locked(activity, by)
    allow("link", activity)
    if gift.kind not in ResourceKind.values:
        raise Problem("resource_kind_unknown", _("请选择资源类型。"), "kind")
    if gift.worth is not None and not 0 <= gift.worth <= MOST_MONEY:
        raise Problem("budget_amount", _("预算金额须在 0 到 9999999.99 元之间。"), "worth")
    giver = fit(gift.giver, "giver", 120)
    if gift.organisation_id is not None and not Organisation.objects.filter(pk=gift.organisation_id).exists():
        raise Problem("organisation_unknown", _("请从列表中选择组织。"), "organisation")
    if gift.organisation_id is None and not giver:
        raise Problem("giver_missing", _("请选择组织，或写明是谁提供的。"), "giver")
    link = ResourceLink(
        hub_id=activity.hub_id,
        station_id=activity.station_id,
        activity=activity,
        organisation_id=gift.organisation_id,
        giver="" if gift.organisation_id else giver,
        kind=gift.kind,
        what=fit(gift.what, "what", 200, required=True),
        worth=gift.worth,
        linked_on=gift.linked_on,
        recorded_by_id=by.account_id,
    )
    link.save(force_insert=True)
    _log("link_resource", activity, by, at, resource=str(link.pk))
    return link


@transaction.atomic
def remove_resource(link: ResourceLink, *, by: Viewer, at: datetime) -> None:
    """Take a mistaken link away. Raises Problem 403, 404, 409."""
    activity = locked(link.activity, by)
    allow("link", activity)
    link.delete()
    _log("remove_resource", activity, by, at, resource=str(link.pk))


def _log(verb: str, activity: Activity, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "activity",
        activity.pk,
        by=by.account_id,
        at=at,
        hub_id=activity.hub_id,
        station_id=activity.station_id,
        detail=detail,
    )
