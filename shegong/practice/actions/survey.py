"""Making surveys, and keeping what is answered."""

import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Subject
from shegong.catalogue.models import Instrument
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.models import Survey, SurveyLink, SurveyResponse
from shegong.practice.queries.survey import may_keep_survey, opened_link, place_of_response
from shegong.practice.rules import survey as rules
from shegong.practice.rules.assessment import checked_answers, filled

TOKEN_BYTES = 18


@transaction.atomic
def make_survey(
    station: Station,
    instrument: Instrument,
    *,
    title: str,
    since: date,
    until: date | None = None,
    is_anonymous: bool = True,
    by: Viewer,
    at: datetime,
    key: UUID | None = None,
) -> Survey:
    """Make a survey of a station and all below it. Sent again under the same key with the same content, it is the same.

    Raises Problem or Problems at title, since, until, instrument_id; 403, 409. Rows: survey, journal.
    """
    if not may_keep_survey(by, station):
        raise Problem("may_not_survey", _("只有站长、区县和市级管理人员可以发起调查。"), "station", status=403)
    if instrument.subject != Subject.COMMUNITY or instrument.since is None:
        raise Problem("instrument_not_for_surveys", _("请选择社区需求调查用的表单。"), "instrument_id")
    wrong = list(rules.survey_problems(title=title, since=since, until=until, today=clock.today()))
    raise_any(wrong)
    survey = Survey(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station=station,
        title=_cleaned(title, rules.TITLE_LENGTH, "title"),
        instrument=instrument,
        since=since,
        until=until,
        is_anonymous=is_anonymous,
        made_at=at,
        made_by_id=by.account_id,
    )
    known = Survey.objects.filter(pk=survey.pk).first() if key else None
    if known is not None:
        content = ("station_id", "instrument_id", "title", "since", "until", "is_anonymous")
        if all(getattr(known, name) == getattr(survey, name) for name in content):
            return known
        raise key_taken()
    survey.save(force_insert=True)
    _log("make_survey", "survey", survey.pk, survey, by, at)
    return survey


@transaction.atomic
def end_survey(survey: Survey, *, by: Viewer, at: datetime) -> Survey:
    """Take no more responses after today. Raises Problem (403, 404, 409)."""
    present = Survey.objects.select_for_update(of=("self",)).select_related("station").filter(pk=survey.pk).first()
    if present is None:
        raise Problem("survey_missing", _("找不到这项调查。"), status=404)
    _may_keep(by, present)
    today = clock.today()
    if present.until is not None and present.until < today:
        raise Problem("survey_over", _("调查已经结束。"), status=409)
    present.until = max(today, present.since)
    present.save(update_fields=["until"])
    _log("end_survey", "survey", present.pk, present, by, at)
    return present


@transaction.atomic
def make_link(survey: Survey, *, is_once: bool, by: Viewer, at: datetime) -> SurveyLink:
    """An address at which residents answer. Raises Problem (403)."""
    _may_keep(by, survey)
    link = SurveyLink.objects.create(
        hub_id=survey.hub_id,
        station_id=survey.station_id,
        survey=survey,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        is_once=is_once,
        made_at=at,
        made_by_id=by.account_id,
    )
    _log("make_survey_link", "survey", survey.pk, survey, by, at, once=is_once)
    return link


@transaction.atomic
def end_link(link: SurveyLink, *, by: Viewer, at: datetime) -> None:
    """Make a link lead nowhere. Raises Problem (403)."""
    _may_keep(by, link.survey)
    if link.ended_at is None:
        link.ended_at = at
        link.save(update_fields=["ended_at"])
        _log("end_survey_link", "survey", link.survey_id, link.survey, by, at)


@transaction.atomic
def respond(
    survey: Survey, answers: Mapping[str, Any], *, by: Viewer, at: datetime, name: str = "", key: UUID | None = None
) -> SurveyResponse:
    """Keep a response that a worker took down, counted at the worker's station. Sent again under the same key with the
    same content, it is the same response.

    Raises Problem or Problems at the questions' keys and name; 403, 409. Rows: response, journal.
    """
    station = place_of_response(by, survey)
    if station is None:
        raise Problem("survey_elsewhere", _("这项调查不在您的站点范围内。"), status=403)
    today = clock.today()
    closed = rules.open_problem(since=survey.since, until=survey.until, day=today)
    if closed:
        raise closed
    checked = checked_answers(filled(survey.instrument.document, answers, today, at))
    response = SurveyResponse(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station=station,
        survey=survey,
        answers=checked,
        name="" if survey.is_anonymous else _cleaned(name, rules.NAME_LENGTH, "name"),
        answered_on=today,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    known = SurveyResponse.objects.filter(pk=response.pk, hub_id=response.hub_id).first() if key else None
    if known is not None:
        if (known.survey_id, known.answers, known.name) == (survey.pk, checked, response.name):
            return known
        raise key_taken()
    try:
        with transaction.atomic():
            response.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    log(
        "respond", "survey", survey.pk, by=by.account_id, at=at, hub_id=station.hub_id, station_id=station.pk,
        detail={"response": str(response.pk)},
    )  # fmt: skip
    return response


@transaction.atomic
def respond_by_link(
    token: str, key: UUID, answers: Mapping[str, Any], *, name: str, address: str, at: datetime
) -> None:
    """Keep a resident's own response. Nobody is signed in: a function of the database does what the link allows.

    Raises Problem or Problems at the questions' keys; 404 for a link that is no good, 429 for too many at a time.
    """
    link = opened_link(token)
    if link is None:
        raise Problem("link_closed", _("这个链接已经失效，或调查已经结束。"), status=404)
    today = clock.today()
    checked = checked_answers(filled(link.instrument.document, answers, today, at))
    cleaned = "" if link.is_anonymous else _cleaned(name, rules.NAME_LENGTH, "name")
    busy = Problem("survey_busy", _("提交得太快了，请过一会儿再试。"), status=429)
    counter = f"survey:{link.link_id}:{sha256(address.encode()).hexdigest()[:16]}"
    if int(cache.get_or_set(counter, 0, 3600) or 0) >= rules.ADDRESS_LIMIT:
        raise busy
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practice_survey_answered(%s, %s, %s, %s, %s, %s, %s)",
            [token, key, json.dumps(checked), cleaned, today, at, rules.LINK_LIMIT],
        )
        outcome = cursor.fetchone()[0]
    if outcome == "busy":
        raise busy
    if outcome == "closed":
        raise Problem("link_closed", _("这个链接已经失效，或调查已经结束。"), status=404)
    if outcome == "saved":
        cache.incr(counter)
        log("respond", "survey", link.survey_id, by=None, at=at, detail={"link": str(link.link_id)})


def _cleaned(text: str, limit: int, field: str) -> str:
    try:
        return clean_text(text.strip(), limit)
    except Problem as problem:
        raise problem.at(field) from problem


def _may_keep(by: Viewer, survey: Survey) -> None:
    if not may_keep_survey(by, survey.station):
        raise Problem("may_not_survey", _("只有站长、区县和市级管理人员可以发起调查。"), status=403)


def _log(verb: str, kind: str, key: UUID, survey: Survey, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb, kind, key, by=by.account_id, at=at, hub_id=survey.hub_id, station_id=survey.station_id, detail=detail
    )  # fmt: skip
