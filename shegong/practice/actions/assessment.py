"""Writing needs assessments."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Subject
from shegong.catalogue.models import Field, Instrument
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.network.scope import Viewer
from shegong.practice.actions.acting import acting_worker
from shegong.practice.actions.client import may_keep_files
from shegong.practice.enums import ClientState
from shegong.practice.models import Assessment, AssessmentNeed, Client
from shegong.practice.rules import assessment as rules
from shegong.practice.rules.case import checked_text
from shegong.workforce.models import Worker


@transaction.atomic
def assess(
    client: Client,
    instrument: Instrument,
    answers: Mapping[str, Any],
    *,
    by: Viewer,
    at: datetime,
    assessed_on: date | None = None,
    strengths: str = "",
    summary: str = "",
    key: UUID | None = None,
) -> Assessment:
    """Keep a needs assessment; risk and needs follow from the instrument's document. Sent again under the same key
    with the same content, it is the same assessment.

    Raises Problem or Problems at the questions' keys, assessed_on, strengths, summary; 403, 404, 409.
    """
    present, worker, day = _checked(client, instrument, assessed_on, by)
    filling = rules.filled(instrument.document, answers, day, at)
    checked = rules.checked_answers(filling)
    outcome = rules.followed(filling)
    assessment = Assessment(
        id=key or uuid7(),
        hub_id=present.hub_id,
        station_id=present.station_id,
        client=present,
        instrument=instrument,
        assessed_on=day,
        worker=worker,
        answers=checked,
        risk=outcome.risk,
        strengths=checked_text(strengths or _told_strengths(checked), "strengths"),
        summary=checked_text(summary, "summary"),
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    known = Assessment.objects.filter(pk=assessment.pk, hub_id=assessment.hub_id).first() if key else None
    if known is not None:
        return _same_or_conflict(known, assessment)
    _insert(assessment)
    _keep_needs(assessment, outcome.needs)
    log(
        "assess",
        "assessment",
        assessment.pk,
        by=by.account_id,
        at=at,
        hub_id=present.hub_id,
        station_id=present.station_id,
        detail={"client": str(present.pk), "instrument": instrument.code, "risk": assessment.risk},
    )
    return assessment


def _checked(client: Client, instrument: Instrument, wanted: date | None, by: Viewer) -> tuple[Client, Worker, date]:
    """The client as kept, the acting worker and the day. Raises Problem."""
    present = Client.objects.filter(pk=client.pk, hub_id=client.hub_id).first()
    if present is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    worker = acting_worker(by)
    day = wanted or clock.today()
    if present.state != ClientState.ACTIVE:
        raise Problem("client_not_active", _("档案不在册，不能评估。"), status=409)
    if day > clock.today():
        raise Problem("date_future", _("日期不能晚于今天。"), "assessed_on")
    if instrument.subject != Subject.CLIENT:
        raise Problem("instrument_not_for_clients", _("这份表单不是用来评估服务对象的。"), "instrument_id")
    return present, worker, day


def _told_strengths(answers: Mapping[str, Any]) -> str:
    """What a form's own question for strengths got."""
    told = answers.get("strengths", "")
    return told if isinstance(told, str) else ""


def _same_or_conflict(known: Assessment, sent: Assessment) -> Assessment:
    content = ("client_id", "instrument_id", "answers", "strengths", "summary", "assessed_on")
    if all(getattr(known, name) == getattr(sent, name) for name in content):
        return known
    raise key_taken()


def _insert(assessment: Assessment) -> None:
    try:
        with transaction.atomic():
            assessment.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash


def _keep_needs(assessment: Assessment, levels: Mapping[str, int]) -> None:
    fields = {field.code: field for field in Field.objects.filter(code__in=levels)}
    AssessmentNeed.objects.bulk_create(
        [
            AssessmentNeed(
                hub_id=assessment.hub_id,
                station_id=assessment.station_id,
                assessment=assessment,
                field=fields[code],
                level=level,
            )
            for code, level in levels.items()
            if code in fields
        ]
    )
