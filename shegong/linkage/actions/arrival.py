"""Somebody sent by a department: sent under a channel, taken on as an enquiry of the station or declined, the result
returned. Each step is one row changed and one journal row, which names nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import chinese
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.linkage.enums import ReferredHere
from shegong.linkage.models import DepartmentReferral
from shegong.linkage.queries import agreement as agreements
from shegong.linkage.queries import department as queries
from shegong.linkage.rules import arrival as rules
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.enquiry import register_enquiry
from shegong.practice.enums import EnquirySource, Urgency
from shegong.practice.queries.deadline import due_in_working_days
from shegong.practice.queries.referral import receivers_of
from shegong.practice.rules.client import checked_name
from shegong.practice.rules.enquiry import EnquiryDraft

ANSWERED: Final = ("state", "answer", "answered_at", "answered_by")


@dataclass(frozen=True, slots=True)
class ArrivalDraft:
    """Who is sent where for what."""

    channel_id: UUID
    station_id: int
    name: str
    reason: str
    asked: str
    consent_on: date | None
    phone: str = ""
    address: str = ""
    group_id: int | None = None


@transaction.atomic
def send_person(
    draft: ArrivalDraft, *, by: Viewer, at: datetime, today: date, key: UUID | None = None
) -> DepartmentReferral:  # fmt: skip
    """Send somebody to a station, under a channel of an agreement in force, with consent. Raises Problem or Problems at
    channel, station, name, phone, address, reason, asked and consent_on; 403.
    """
    if not by.has(Role.LIAISON):
        raise Problem("not_yours", _("由部门联络员转出。"), status=403)
    if key is not None and (known := DepartmentReferral.objects.filter(pk=key).first()):
        return known
    channel = next((c for c in agreements.channels_from(receivers_of(by), today) if c.pk == draft.channel_id), None)
    if channel is None:
        raise Problem("channel_unknown", _("请选择现行协议里的通道。"), "channel")
    station = agreements.stations_of(channel).filter(pk=draft.station_id).first()
    if station is None:
        raise Problem("station_out_of_reach", _("这条通道不到这个站点。"), "station")
    phone = chinese.normalised_phone(draft.phone.strip()[:100]) if draft.phone.strip() else ""
    texts = {
        "name": checked_name(draft.name.strip()) if draft.name.strip() else "",
        "phone": phone,
        "address": clean_text(draft.address, 200, "address").strip(),
        "reason": clean_text(draft.reason, 1000, "reason").strip(),
        "asked": clean_text(draft.asked, 500, "asked").strip(),
    }
    raise_any([
        *(rules.missing(texts[field], field) for field in ("name", "reason", "asked")),
        rules.consent_problem(draft.consent_on, today),
        wrong.at("phone") if phone and (wrong := chinese.phone_problem(phone)) else None,
    ])  # fmt: skip
    arrival = DepartmentReferral(
        id=key or uuid7(), hub_id=station.hub_id, station=station, organisation_id=channel.organisation_id,
        channel=channel, group_id=draft.group_id, sent_at=at, sent_by_id=by.account_id,
        consent_on=draft.consent_on or today,  # without a day it was refused above
        due_at=due_in_working_days(channel.accept_days, at), result_due_at=due_in_working_days(channel.result_days, at),
        **texts,
    )  # fmt: skip
    arrival.save(force_insert=True)
    _log("send_person", arrival, by, at)
    return arrival


@transaction.atomic
def accept_person(arrival: DepartmentReferral, answer: str, *, by: Viewer, at: datetime) -> DepartmentReferral:
    """Take somebody on: an enquiry of the station begins from what was handed over. Raises Problem at answer; 403, 404,
    409.
    """
    present = _locked(arrival, by)
    raise_any([rules.step_problem(present.state, ReferredHere.ACCEPTED)])
    station = Station.objects.get(pk=present.station_id)
    enquiry = register_enquiry(
        station,
        EnquiryDraft(
            name=present.name, need=f"{present.organisation}：{present.reason}\n{present.asked}",
            source=EnquirySource.REFERRAL, urgency=Urgency.SOON, asker_phone=present.phone, address=present.address,
            group_id=present.group_id,
        ),
        by=by, at=at,
    )  # fmt: skip
    present.state, present.enquiry = ReferredHere.ACCEPTED, enquiry.pk
    present.answer = clean_text(answer, 200, "answer").strip()
    present.answered_at, present.answered_by_id = at, by.account_id
    present.save(update_fields=[*ANSWERED, "enquiry"])
    _log("accept_person", present, by, at)
    return present


@transaction.atomic
def decline_person(arrival: DepartmentReferral, answer: str, *, by: Viewer, at: datetime) -> DepartmentReferral:
    """Not take somebody on, and say why. Raises Problem at answer; 403, 404, 409."""
    present = _locked(arrival, by)
    raise_any([rules.step_problem(present.state, ReferredHere.DECLINED)])
    text = clean_text(answer, 200, "answer").strip()
    raise_any([rules.missing(text, "answer")])
    present.state, present.answer = ReferredHere.DECLINED, text
    present.answered_at, present.answered_by_id = at, by.account_id
    present.save(update_fields=ANSWERED)
    _log("decline_person", present, by, at)
    return present


@transaction.atomic
def return_to_department(arrival: DepartmentReferral, result: str, *, by: Viewer, at: datetime) -> DepartmentReferral:
    """Tell the department what came of it. Raises Problem at result; 403, 404, 409."""
    present = _locked(arrival, by)
    raise_any([rules.step_problem(present.state, ReferredHere.RETURNED)])
    text = clean_text(result, 1000, "result").strip()
    raise_any([rules.missing(text, "result")])
    present.state, present.result = ReferredHere.RETURNED, text
    present.returned_at, present.returned_by_id = at, by.account_id
    present.save(update_fields=["state", "result", "returned_at", "returned_by"])
    _log("return_to_department", present, by, at)
    return present


@transaction.atomic
def reveal_person(arrival: DepartmentReferral, field: str, *, by: Viewer, at: datetime) -> str:
    """The person's whole telephone number or address, as far as the viewer sees it. Journalled. Raises Problem 404."""
    seen = queries.arrival_of(by, arrival.pk)
    if seen is None or field not in ("phone", "address"):
        raise _missing()
    log("reveal", "department_referral", seen.pk, by=by.account_id, at=at, hub_id=seen.hub_id,
        station_id=seen.station_id, detail={"field": field})  # fmt: skip
    return str(getattr(seen, field))


def _locked(arrival: DepartmentReferral, by: Viewer) -> DepartmentReferral:
    rows = DepartmentReferral.objects.select_related("organisation").select_for_update(of=("self",))
    present = rows.filter(pk=arrival.pk).first()
    if present is None or not queries.may_answer(by, present):
        if queries.arrival_of(by, arrival.pk) is None:
            raise _missing()
        raise Problem("not_the_receiver", _("由接收的站点答复。"), status=403)
    return present


def _missing() -> Problem:
    return Problem("referral_missing", _("找不到这条转介，或您不能查看。"), status=404)


def _log(verb: str, arrival: DepartmentReferral, by: Viewer, at: datetime) -> None:
    log(verb, "department_referral", arrival.pk, by=by.account_id, at=at, hub_id=arrival.hub_id,
        station_id=arrival.station_id, detail={"organisation": arrival.organisation_id})  # fmt: skip
