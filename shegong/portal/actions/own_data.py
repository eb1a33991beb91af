"""Requests about own data: left by anybody, let through by a worker who has seen the identity card, then the
data-protection officer's (practice.actions.protection). What was asked to be seen lies open for a day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.utils import timezone, translation
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import typed_code, typed_number
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.actions.ticket import code_digest, code_of, drawn, sealed
from shegong.portal.enums import OwnDataState
from shegong.portal.models import OwnDataRequest
from shegong.portal.papers import own_sections
from shegong.portal.rules import word as rules
from shegong.portal.rules.enquiry import LOOKS_AN_HOUR
from shegong.portal.rules.word import Wish
from shegong.practice.enums import Asked
from shegong.practice.models import SubjectRequest
from shegong.practice.queries.client import clients_seen
from shegong.practice.rules.client import checked_reason

LEAVE: Final = "SELECT portal_leave_own_data(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
HAND_ON: Final = "SELECT portal_pass_on(%s, %s, %s, %s, %s, %s, %s, %s)"
Own = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftRequest:
    """What is shown once: number and look-up code, where to go with the identity card, and by when it is answered."""

    number: str
    code: str
    station: Station
    due_on: date


@dataclass(frozen=True, slots=True)
class RequestState:
    """How a request stands, for who left it; `outcome` and `answer` are the officer's."""

    kind: str
    state: str
    due_on: date
    note: str
    outcome: str
    answer: str
    answered_on: date | None
    open_until: datetime | None


@transaction.atomic
def leave_own_data(wish: Wish, *, visitor: bytes, by: int | None, at: datetime) -> LeftRequest:
    """Leave a request about own data at a station. Sent twice under one key it is one.

    Raises Problem or Problems at station, kind, name, phone, text; `too_many_attempts` (429).
    """
    if not may_try(visitor, "owndata", rules.REQUESTS_AN_HOUR, at):
        raise too_many()
    station = Station.objects.filter(pk=wish.station_id, stage__in=("built", "running")).first()
    if station is None:
        raise Problem("station_missing", _("请选择是哪个站点。"), "station")
    checked = rules.checked_wish(wish)
    day = timezone.localdate(at, timezone.get_default_timezone())
    due_on = rules.own_data_due(day)
    code, phone = code_of(wish.key), sealed(OwnDataRequest, "phone", checked.phone)
    number, is_new = drawn(
        wish.key, "S", LEAVE,
        lambda number: [
            wish.key, number, station.pk, checked.kind, checked.name, phone, checked.text, at, day, due_on,
            code_digest(number, code),
        ],
    )  # fmt: skip
    if is_new:
        place = {"hub_id": station.hub_id, "station_id": station.pk}
        detail = {"number": number, "kind": checked.kind}
        log("leave_own_data", "owndatarequest", wish.key, by=by, at=at, detail=detail, **place)
    return LeftRequest(number, code, station, due_on)


def own_data_state(number: str, code: str, *, visitor: bytes, at: datetime) -> RequestState:
    """How a request stands, for who knows number and code. Raises Problem at code, `too_many_attempts` (429)."""
    if not may_try(visitor, "look", LOOKS_AN_HOUR, at):
        raise too_many()
    plain = typed_number(number, "S")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM portal_own_data_state(%s, %s)", [plain, code_digest(plain, typed_code(code))])
        row = cursor.fetchone()
    if row is None:
        raise Problem("own_data_unknown", _("编号或查询码不对，请再看一看。"), "code")
    return RequestState(*row)


def open_own_data(number: str, code: str, *, visitor: bytes, at: datetime) -> Own:
    """What is kept about somebody (as `queries.own_data.own_sections` gave it), for who has the code that the worker
    handed over, within its day. Raises Problem at code, `too_many_attempts` (429).
    """
    if not may_try(visitor, "look", LOOKS_AN_HOUR, at):
        raise too_many()
    plain = typed_number(number, "S")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM portal_own_data(%s, %s, %s)", [plain, _open_digest(plain, code), at])
        row = cursor.fetchone()
    if row is None:
        raise Problem("code_over", _("编号或当面给的查看码不对，或者已过 24 小时。可以请站点再给一个。"), "code")
    field = OwnDataRequest._meta.get_field("content")
    assert isinstance(field, EncryptedTextField)
    text = field.from_db_value(row[0], Value(None), connection) or "{}"
    found: Own = json.loads(text)
    return found


def _open_digest(number: str, code: str) -> bytes:
    return code_digest(f"{number} open", typed_code(code))


@transaction.atomic
def check_identity(own: OwnDataRequest, file_number: str, *, by: Viewer, at: datetime) -> str:
    """The worker has seen the identity card: the request goes to the data-protection officer, about this file. What was
    asked to be seen is put together as it is now; returns the code that opens it for a day ("" for other requests).

    Raises Problem at file_number; 403, 404, 409.
    """
    present = _locked(own, by)
    client = clients_seen(by).filter(number=file_number.strip().upper()[:30], hub_id=present.hub_id).first()
    if client is None:
        raise Problem("client_missing", _("您的范围内没有这个编号的档案。"), "file_number")
    kind = Asked(present.kind)
    to_see = kind == Asked.ACCESS
    key = uuid7()
    answer = translated("已当面核对身份，交给本人查看码，24 小时内可查看和下载。") if to_see else ""
    words = present.text or str(rules.KINDS[present.kind][0])
    values: list[Any] = [
        present.pk,
        key,
        client.pk,
        sealed(SubjectRequest, "contact", present.phone),
        words,
        answer,
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(HAND_ON, [*values, clock.today()])
    code = open_again(present, by=by, at=at, client_id=client.pk) if to_see else ""
    _log("check_identity", present, by, at, kind=present.kind)
    return code


def open_again(own: OwnDataRequest, *, by: Viewer, at: datetime, client_id: UUID | None = None) -> str:
    """Put together anew what is kept about the person, under a new code for a day. Raises Problem 403, 409."""
    _only_keepers(own, by)
    with translation.override("zh-hans"):
        about = client_id or own.client_id
        found = own_sections(by, about, at) if about else None
    if found is None or own.kind != Asked.ACCESS:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    code = code_of(uuid7())
    OwnDataRequest.objects.filter(pk=own.pk, state=OwnDataState.CHECKED).update(
        content=json.dumps(found, ensure_ascii=False),
        open_digest=_open_digest(own.number, code),
        open_until=at + rules.OPEN_FOR,
    )
    _log("open_own_data", own, by, at)
    return code


@transaction.atomic
def refuse_own_data(own: OwnDataRequest, note: str, *, by: Viewer, at: datetime) -> OwnDataRequest:
    """Turn a request down before it became anybody's: nobody came, no such file, another person. The resident reads the
    reason. Raises Problem at note; 403, 404, 409.
    """
    present = _locked(own, by)
    present.note = checked_reason(note, "note")
    present.state, present.decided_at, present.decided_by_id = OwnDataState.REFUSED, at, by.account_id
    present.save(update_fields=["note", "state", "decided_at", "decided_by"])
    _log("refuse_own_data", present, by, at)
    return present


def _locked(own: OwnDataRequest, by: Viewer) -> OwnDataRequest:
    present = OwnDataRequest.objects.select_for_update(of=("self",)).filter(pk=own.pk).first()
    if present is None:
        raise Problem("request_missing", _("找不到这个请求，或您不能查看。"), status=404)
    _only_keepers(present, by)
    if present.state != OwnDataState.LEFT:
        raise Problem("request_decided", _("这个请求已经处理。"), status=409)
    return present


def _only_keepers(own: OwnDataRequest, by: Viewer) -> None:
    if not by.has(Role.WORKER, Role.HEAD) or not by.reaches(own.hub_id, own.station_id):
        raise Problem("role_missing", _("只有收到请求的站点能核对身份。"), status=403)


def _log(verb: str, own: OwnDataRequest, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": own.hub_id, "station_id": own.station_id}
    log(
        verb, "owndatarequest", own.pk, by=by.account_id, at=at, detail={"number": own.number, **detail}, **place
    )  # fmt: skip
