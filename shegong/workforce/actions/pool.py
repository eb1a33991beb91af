"""Writing to the shared pool: hours offered and withdrawn, supervision asked for, bookings arranged and cancelled.

Each is one transaction and one journal row. What two at once could spoil (the same hour, the last free hours) is
refused by the database and told at its field.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.enums import (
    AgreementState,
    BookingState,
    RequestState,
    SupervisionForm,
    SupervisionMode,
)
from shegong.workforce.models import (
    PoolProposal,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
    SupervisionSession,
    SupervisorProfile,
    Worker,
)
from shegong.workforce.queries.pool import COORDINATORS, bookings_seen, own_profile, own_worker, requests_seen
from shegong.workforce.rules import booking as rules
from shegong.workforce.rules.booking import RequestDraft

# Who works the pool in the background listens here.
CHANNEL: Final = "shegong_pool"
OUT_OF_SCOPE: Final = _("站点不在您的范围内。")
CHOOSE_SUPERVISOR: Final = _("请从列表中选择合适的督导。")


def refusals_told() -> AbstractContextManager[None]:
    """What the database refuses inside the block is raised as the Problem that it means."""
    return told(rules.refused_by_database)


def wake() -> None:
    """Tell who works the pool in the background that there is something to do, once this is committed."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


@transaction.atomic
def offer_hours(
    month: date, hours: Decimal, *, hub_ids: list[int], note: str = "", by: Viewer, at: datetime
) -> SupervisionOffer:
    """Offer hours for a month, or change what was offered for it; never below what is booked.

    Raises Problem or Problems at month, hours, hub_ids, note; 403 for who is no supervisor.
    """
    profile = own_profile(by)
    if profile is None:
        raise Problem("no_supervisor", _("您没有督导档案，不能提供督导时间。"), status=403)
    raise_any([rules.month_problem(month, clock.today()), rules.hours_problem(hours, rules.MOST_OFFERED)])
    reachable = {*profile.hub_ids, profile.hub_id}
    wanted = sorted(set(hub_ids))
    if not wanted or not reachable >= set(wanted):
        raise Problem("hubs_out_of_reach", _("请选择您的督导档案中可到达的区(市)县。"), "hub_ids")
    offer = SupervisionOffer.objects.select_for_update().filter(supervisor_id=profile.pk, month=month).first()
    made = offer is None
    if offer is None:
        offer = SupervisionOffer(supervisor=profile, hub_id=profile.hub_id, month=month)
    offer.hours, offer.hub_ids, offer.note = hours, wanted, rules.note_text(note)
    offer.offered_at, offer.withdrawn_at = at, None
    with refusals_told():
        offer.save(force_insert=made)
    log(
        "offer_supervision", "supervision_offer", offer.pk, by=by.account_id, at=at, hub_id=offer.hub_id,
        detail={"month": str(month), "hours": str(hours)},
    )  # fmt: skip
    wake()
    return offer


@transaction.atomic
def withdraw_offer(offer: SupervisionOffer, *, by: Viewer, at: datetime) -> SupervisionOffer:
    """Take an offer back, as long as nothing is booked of it. Raises Problem 403, 404, 409."""
    held = SupervisionOffer.objects.select_for_update().filter(pk=offer.pk, withdrawn_at__isnull=True).first()
    if held is None:
        raise Problem("offer_missing", _("找不到这份督导时间，或已撤回。"), status=404)
    profile = own_profile(by)
    if profile is None or profile.pk != held.supervisor_id:
        raise Problem("not_yours", _("只能撤回自己提供的时间。"), status=403)
    held.withdrawn_at = at
    with refusals_told():
        held.save(update_fields=["withdrawn_at"])
    log(
        "withdraw_offer", "supervision_offer", held.pk, by=by.account_id, at=at, hub_id=held.hub_id,
        detail={"month": str(held.month)},
    )  # fmt: skip
    return held


@transaction.atomic
def ask_for_supervision(
    draft: RequestDraft, *, by: Viewer, at: datetime, station: Station | None = None, key: UUID | None = None
) -> SupervisionRequest:
    """Ask for the own station (or, for a head, one below), or for oneself. Under the same key it is the same again.

    Raises Problem or Problems at month, hours, topic, speciality, urgency, note, station; 403; 409.
    """
    if not by.has(Role.WORKER, Role.HEAD):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    worker = own_worker(by)
    place = station or (worker.station if worker else None)
    if draft.of_worker and worker is None:
        raise Problem("no_worker", _("您的账号没有对应的社工资料，请联系站长。"), status=403)
    if place is None or not by.reaches(place.hub_id, place.pk):
        raise Problem("station_out_of_scope", OUT_OF_SCOPE, "station", status=403)
    raise_any(rules.request_problems(draft, clock.today()))
    if place.stage not in (Stage.BUILT, Stage.RUNNING):
        raise Problem("station_closed", _("站点没有开放，不能申请督导。"), "station")
    draft = replace(draft, note=rules.note_text(draft.note))
    known = SupervisionRequest.objects.filter(pk=key).first() if key else None
    if known is not None:
        return _same_or_conflict(known, draft)
    request = SupervisionRequest(
        id=key or uuid7(), hub_id=place.hub_id, station=place, worker=worker if draft.of_worker else None,
        month=draft.month, hours=draft.hours, topic=draft.topic, speciality=draft.speciality, urgency=draft.urgency,
        note=draft.note, asked_at=at, asked_by_id=by.account_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as taken:
        raise key_taken() from taken
    _log("ask_supervision", request, by, at, month=str(request.month), hours=str(request.hours))
    wake()
    return request


def _same_or_conflict(known: SupervisionRequest, draft: RequestDraft) -> SupervisionRequest:
    content = ("month", "hours", "topic", "speciality", "urgency", "note")
    if all(getattr(known, name) == getattr(draft, name) for name in content) and draft.of_worker == bool(
        known.worker_id
    ):
        return known
    raise key_taken()


@transaction.atomic
def withdraw_request(request: SupervisionRequest, *, by: Viewer, at: datetime) -> SupervisionRequest:
    """Take back what was asked, while it waits. Raises Problem 403, 404, 409."""
    held = requests_seen(by).select_for_update(of=("self",)).filter(pk=request.pk).first()
    if held is None:
        raise Problem("request_missing", _("找不到这项督导需求，或您不能查看。"), status=404)
    if not may_ask_for(held, by):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    if held.state != RequestState.WAITING:
        raise Problem("request_settled", _("需求已安排或已撤回；已安排的请取消预约。"), status=409)
    held.state = RequestState.WITHDRAWN
    held.save(update_fields=["state"])
    _log("withdraw_need", held, by, at)
    return held


def may_ask_for(row: SupervisionRequest | SupervisionBooking, by: Viewer) -> bool:
    """Whether the viewer speaks for the station or worker of a request."""
    return by.has(Role.WORKER, Role.HEAD) and (
        by.reaches(row.hub_id, row.station_id) or (row.worker is not None and row.worker.account_id == by.account_id)
    )


def may_coordinate(row: SupervisionRequest | SupervisionBooking, by: Viewer) -> bool:
    """Whether the viewer coordinates the pool from which this comes."""
    return by.has(Role.CITY) or (by.has(Role.COUNTY) and row.hub_id in by.hubs)


def is_supervisor_of(booking: SupervisionBooking, by: Viewer) -> bool:
    """Whether the viewer is the one booked."""
    return booking.supervisor.worker.account_id == by.account_id


@transaction.atomic
def book_request(
    request: SupervisionRequest, supervisor: SupervisorProfile, *, by: Viewer, at: datetime
) -> SupervisionBooking:
    """Give a waiting request a supervisor by hand. Raises Problem at supervisor; 403, 404, 409."""
    held = requests_seen(by).select_for_update(of=("self",)).filter(pk=request.pk).first()
    if held is None:
        raise Problem("request_missing", _("找不到这项督导需求，或您不能查看。"), status=404)
    if not may_coordinate(held, by) or not by.has(*COORDINATORS):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    if held.state != RequestState.WAITING:
        raise Problem("request_settled", _("需求已安排或已撤回。"), status=409)
    booking = settle(held, supervisor, at=at)
    _log_booking("book_supervision", booking, by.account_id, at)
    return booking


def settle(request: SupervisionRequest, supervisor: SupervisorProfile, *, at: datetime) -> SupervisionBooking:
    """Book a request that is held by the caller's transaction, under an agreement of its own.

    Raises Problem at supervisor for hours that aren't there, or for oneself.
    """
    if request.worker_id is not None and request.worker_id == supervisor.pk:
        raise Problem("of_oneself", _("督导不能督导自己。"), "supervisor")
    with refusals_told():
        agreement = agreed(request, supervisor, request.hours, teams([request]))
        agreement.save(force_insert=True)
        booking = booking_of(request, supervisor, agreement, at)
        booking.save(force_insert=True)
    request.state = RequestState.ASSIGNED
    request.save(update_fields=["state"])
    return booking


def booking_of(
    request: SupervisionRequest,
    supervisor: SupervisorProfile,
    agreement: SupervisionAgreement,
    at: datetime,
    proposal: PoolProposal | None = None,
) -> SupervisionBooking:
    """A booking of a request, to be saved."""
    return SupervisionBooking(
        request=request, supervisor=supervisor, hub_id=request.hub_id, station_id=request.station_id,
        worker_id=request.worker_id, month=request.month, hours=request.hours, proposal=proposal,
        agreement=agreement, booked_at=at,
    )  # fmt: skip


def teams(requests: Iterable[SupervisionRequest]) -> dict[int, list[int]]:
    """{room: the workers at home there}, for the rooms among the stations that ask (one query)."""
    rooms = {each.station_id for each in requests if each.station.tier == Tier.ROOM}
    found: dict[int, list[int]] = {}
    for station_id, worker_id in _in_service().filter(station_id__in=rooms).values_list("station_id", "pk"):
        found.setdefault(station_id, []).append(worker_id)
    return found


def _in_service() -> QuerySet[Worker]:
    return Worker.objects.filter(Q(until__isnull=True) | Q(until__gt=clock.today())).order_by("pk")


def agreed(
    request: SupervisionRequest, supervisor: SupervisorProfile, hours: Decimal, rooms: Mapping[int, list[int]]
) -> SupervisionAgreement:
    """An agreement in force for the month of a request, from today on so that both can prepare; to be saved. A room's
    is its town station's, for the room's workers (`rooms`).
    """
    with translation.override("zh-hans"):
        words = _now("%(year)s 年 %(month)s 月督导共享")
    people = [request.worker_id] if request.worker_id else rooms.get(request.station_id, [])
    return SupervisionAgreement(
        supervisor=supervisor, station_id=request.station.town_id or request.station_id, hub_id=request.hub_id,
        supervisee_ids=[each for each in people if each != supervisor.pk], kind=supervisor.kind,
        state=AgreementState.RUNNING, since=min(clock.today(), request.month), until=rules.next_month(request.month),
        hours=hours, goals=words % {"year": request.month.year, "month": request.month.month},
    )  # fmt: skip


@transaction.atomic
def arrange_booking(
    booking: SupervisionBooking,
    starts_at: datetime,
    *,
    mode: str = SupervisionMode.ONSITE,
    place: str = "",
    by: Viewer,
    at: datetime,
) -> SupervisionBooking:
    """Agree when it is: a planned session comes of it. `starts_at` is aware. By the supervisor, the head or an officer.

    Raises Problem at starts_at, mode, place; 403, 404, 409.
    """
    held = _held(booking, by)
    if not (is_supervisor_of(held, by) or may_coordinate(held, by) or (by.has(Role.HEAD) and may_ask_for(held, by))):
        raise Problem("role_missing", _("由督导、站长或管理人员约定时间。"), status=403)
    if held.state != BookingState.AGREED or held.agreement is None:
        raise Problem("booking_settled", _("时间已约定或预约已取消。"), status=409)
    local = timezone.localtime(starts_at, timezone.get_default_timezone())
    raise_any([rules.span_problem(local, held.hours, held.month, at)])
    if mode not in SupervisionMode.values:
        raise Problem("mode_unknown", _("请选择督导方式。"), "mode")
    workers = _supervised(held)
    with refusals_told():
        session = SupervisionSession(
            agreement=held.agreement, supervisor_id=held.supervisor_id, station_id=held.agreement.station_id,
            hub_id=held.hub_id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=float(held.hours)),
            form=SupervisionForm.INDIVIDUAL if len(workers) == 1 else SupervisionForm.GROUP, mode=mode,
            place=rules.note_text(place, "place")[:100],
        )  # fmt: skip
        session.save(force_insert=True)
        SupervisionAttendee.objects.bulk_create(
            [
                SupervisionAttendee(session=session, worker=each, supervisor_id=held.supervisor_id, hub_id=held.hub_id)
                for each in workers
            ]
        )
        held.state, held.starts_at, held.ends_at = BookingState.BOOKED, starts_at, session.ends_at
        held.session = session
        held.save(update_fields=["state", "starts_at", "ends_at", "session"])
    _log_booking("arrange_supervision", held, by.account_id, at, starts_at=starts_at.isoformat())
    return held


def _supervised(booking: SupervisionBooking) -> list[Worker]:
    """Who is expected: the one worker, or those at home at the station."""
    if booking.worker is not None:
        return [booking.worker]
    return list(_in_service().filter(station_id=booking.station_id).exclude(pk=booking.supervisor_id))


@transaction.atomic
def cancel_booking(
    booking: SupervisionBooking, reason: str, *, gives_up: bool = False, by: Viewer, at: datetime
) -> SupervisionBooking:
    """Cancel, with a reason, and the planned session with it. The request waits again, or is withdrawn when who asked
    `gives_up`; the hours that come free go to the waiting list, in the background.

    Raises Problem at reason; 403, 404, 409.
    """
    held = _held(booking, by)
    asks = may_ask_for(held, by)
    if not (asks or is_supervisor_of(held, by) or may_coordinate(held, by)):
        raise Problem("role_missing", _("您的角色不能使用此功能。"), status=403)
    if held.state == BookingState.CANCELLED:
        raise Problem("booking_settled", _("预约已取消。"), status=409)
    session = held.session
    if session is not None and session.state == "held":
        raise Problem("session_held", _("督导已完成，不能取消。"), status=409)
    held.cancel_reason, held.cancelled_at, held.state = rules.reason_text(reason), at, BookingState.CANCELLED
    held.frees_hours = True
    held.save(update_fields=["state", "cancelled_at", "cancel_reason", "frees_hours"])
    state = RequestState.WITHDRAWN if gives_up and asks else RequestState.WAITING
    SupervisionRequest.objects.filter(pk=held.request_id).update(state=state)
    _log_booking("cancel_supervision_booking", held, by.account_id, at, reason=held.cancel_reason)
    wake()
    return held


def _held(booking: SupervisionBooking, by: Viewer) -> SupervisionBooking:
    locked = SupervisionBooking.objects.select_for_update(of=("self",)).filter(pk=booking.pk).first()
    seen = bookings_seen(by).select_related("agreement", "session").filter(pk=booking.pk).first()
    if locked is None or seen is None:
        raise Problem("booking_missing", _("找不到这个预约，或您不能查看。"), status=404)
    return seen


def _log(verb: str, row: SupervisionRequest, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb, "supervision_request", row.pk, by=by.account_id, at=at, hub_id=row.hub_id, station_id=row.station_id,
        detail=detail,
    )  # fmt: skip


def _log_booking(verb: str, row: SupervisionBooking, by: int | None, at: datetime, **detail: object) -> None:
    log(
        verb, "supervision_booking", row.pk, by=by, at=at, hub_id=row.hub_id, station_id=row.station_id,
        detail={"supervisor": row.supervisor_id, "month": str(row.month), **detail},
    )  # fmt: skip
