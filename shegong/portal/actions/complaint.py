"""Complaints: left by anybody, answered by officers above the station that they are about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import typed_code, typed_number
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.actions.ticket import code_digest, code_of, drawn, sealed
from shegong.portal.models import Complaint
from shegong.portal.rules import word as rules
from shegong.portal.rules.enquiry import LOOKS_AN_HOUR
from shegong.portal.rules.word import Grievance
from shegong.practice.queries.deadline import special_days
from shegong.practice.rules.deadline import due_at

LEAVE: Final = "SELECT portal_leave_complaint(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class LeftComplaint:
    """What is shown once: number, look-up code, and by when there is an answer."""

    number: str
    code: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ComplaintState:
    """How a complaint stands, for who left it. `ruling` is empty until it is answered."""

    received_on: date
    due_on: date
    ruling: str
    answer: str
    answered_on: date | None


@transaction.atomic
def leave_complaint(said: Grievance, *, visitor: bytes, by: int | None, at: datetime) -> LeftComplaint:
    """Leave a complaint about a station. Sent twice under one key it is one.

    Raises Problem or Problems at station, about, text, name, phone; `too_many_attempts` (429).
    """
    if not may_try(visitor, "complaint", rules.COMPLAINTS_AN_HOUR, at):
        raise too_many()
    station = Station.objects.filter(pk=said.station_id).first()
    if station is None:
        raise Problem("station_missing", _("请选择是哪个站点。"), "station")
    checked = rules.checked_grievance(said)
    zone = timezone.get_default_timezone()
    day, due_on = timezone.localdate(at, zone), due_at(at, rules.COMPLAINT, special_days(at), zone).date()
    code, phone = code_of(said.key), sealed(Complaint, "phone", checked.phone)
    number, is_new = drawn(
        said.key, "T", LEAVE,
        lambda number: [
            said.key, number, station.pk, checked.about, checked.text, checked.name, phone, at, day, due_on,
            code_digest(number, code),
        ],
    )  # fmt: skip
    if is_new:
        detail = {"number": number, "about": checked.about}
        place = {"hub_id": station.hub_id, "station_id": station.pk}
        log("leave_complaint", "complaint", said.key, by=by, at=at, detail=detail, **place)
    return LeftComplaint(number, code, due_on)


def complaint_state(number: str, code: str, *, visitor: bytes, at: datetime) -> ComplaintState:
    """How a complaint stands, for who knows number and code. Raises Problem at code, `too_many_attempts` (429)."""
    if not may_try(visitor, "look", LOOKS_AN_HOUR, at):
        raise too_many()
    plain = typed_number(number, "T")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM portal_complaint_state(%s, %s)", [plain, code_digest(plain, typed_code(code))])
        row = cursor.fetchone()
    if row is None:
        raise Problem("complaint_unknown", _("编号或查询码不对，请再看一看。"), "code")
    return ComplaintState(*row)


@transaction.atomic
def answer_complaint(complaint: Complaint, ruling: str, answer: str, *, by: Viewer, at: datetime) -> Complaint:
    """Answer a complaint, once; who complained reads the answer by number and code.

    Raises Problem or Problems at ruling, answer; 403, 404, 409.
    """
    if not by.has(Role.COUNTY, Role.CITY):
        raise Problem("role_missing", _("投诉由区(市)县或市级答复。"), status=403)
    present = Complaint.objects.select_for_update(of=("self",)).filter(pk=complaint.pk).first()
    if present is None:
        raise Problem("complaint_missing", _("找不到这件投诉，或您不能查看。"), status=404)
    present.answer = rules.checked_ruling(ruling, answer, is_answered=bool(present.ruling))
    present.ruling, present.answered_at, present.answered_by_id = ruling, at, by.account_id
    present.answered_on = timezone.localdate(at, timezone.get_default_timezone())
    present.save(update_fields=["ruling", "answer", "answered_at", "answered_on", "answered_by"])
    place = {"hub_id": present.hub_id, "station_id": present.station_id}
    detail = {"number": present.number, "ruling": ruling}
    log("answer_complaint", "complaint", present.pk, by=by.account_id, at=at, detail=detail, **place)
    return present
