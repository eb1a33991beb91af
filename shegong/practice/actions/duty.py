"""Writing reports under the duty to report. The first thing that is saved makes the report and starts its clock.

Each step is one row changed and one journal row; the journal says that and when, never what was observed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.models import Grant, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.client import may_keep_files
from shegong.practice.actions.enquiry import insert_numbered
from shegong.practice.enums import Authority, ProtectedPerson, ReportChannel, ReportResult, ReportState, Sex
from shegong.practice.models import (
    Client,
    Deadline,
    ProtectionReport,
    ReportAlert,
    ReportLook,
    ReportNotice,
    ReportTrigger,
)
from shegong.practice.queries.client import clients_seen
from shegong.practice.queries.deadline import due_by_clock
from shegong.practice.rules import duty as rules
from shegong.practice.rules.case import required_text
from shegong.practice.rules.client import ADDRESS_LENGTH, LOOK_HOURS, NAME_LENGTH, OLDEST, age_on, checked_reason

SHORT: Final = 60
TEXTS: Final = {
    "name": NAME_LENGTH,
    "address": ADDRESS_LENGTH,
    "facts": rules.FACTS_LENGTH,
    "place": rules.PLACE_LENGTH,
    "safety": rules.FACTS_LENGTH,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """What is written so far. Everything may be missing: a report is saved from its first word on."""

    client_id: UUID | None = None
    name: str = ""
    sex: str = Sex.UNKNOWN
    age: int | None = None
    person: str = ""
    address: str = ""
    triggers: Sequence[str] = ()
    facts: str = ""
    noticed_at: datetime | None = None
    place: str = ""
    is_in_danger: bool = False
    safety: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """An authority was told: `told_at` is aware; `officer` took it, `receipt` is their number, if they gave one."""

    authority: str
    told_at: datetime
    channel: str
    officer: str
    receipt: str = ""


@transaction.atomic
def save_report(key: UUID, station: Station, seen: Observation, *, by: Viewer, at: datetime) -> ProtectionReport:
    """Keep what is written so far under the page's key: the first time the report is made and its clock starts.

    Raises Problem or Problems at the fields; 403; 409 for a closed report.
    """
    checked = _checked(seen, at)
    report = ProtectionReport.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if report is None:
        return _begin(key, station, seen.client_id, checked, by, at)
    if report.state == ReportState.CLOSED:
        raise Problem("report_closed", _("报告已经办结，不能再改。"), status=409)
    _may_write(report, by)
    if _take_over(report, checked):
        report.saved_at = at
        report.save()
        _log("change_report", report, by, at)
    return report


def _begin(
    key: UUID, station: Station, client_id: UUID | None, seen: dict[str, object], by: Viewer, at: datetime
) -> ProtectionReport:
    client = clients_seen(by).filter(pk=client_id).first() if client_id else None
    place: Station | Client = client or station
    station_id = client.station_id if client else station.pk
    may_keep_files(by, place.hub_id, station_id)
    report = ProtectionReport(
        id=key,
        hub_id=place.hub_id,
        station_id=station_id,
        client=client,
        started_at=at,
        started_by_id=by.account_id,
        saved_at=at,
        due_at=due_by_clock("report", at),
    )
    _take_over(report, seen)
    if client is not None:
        report.name, report.sex = report.name or client.name, client.sex
        if report.age is None and client.born_on is not None:
            report.age = age_on(client.born_on, clock.today())
    insert_numbered(report, "B")
    _log("begin_report", report, by, at)
    return report


def _take_over(report: ProtectionReport, seen: dict[str, object]) -> bool:
    changed = False
    for name, value in seen.items():
        if getattr(report, name) != value:
            setattr(report, name, value)
            changed = True
    return changed


def _checked(seen: Observation, at: datetime) -> dict[str, object]:
    found: list[Problem] = []
    values: dict[str, object] = {
        "sex": seen.sex,
        "age": seen.age,
        "person": seen.person,
        "triggers": sorted(set(seen.triggers)),
        "noticed_at": seen.noticed_at,
        "is_in_danger": seen.is_in_danger,
    }
    for field, limit in TEXTS.items():
        try:
            values[field] = clean_text(getattr(seen, field).strip(), limit)
        except Problem as problem:
            found.append(problem.at(field))
    if seen.sex not in Sex.values:
        found.append(Problem("sex_unknown", _("请选择性别。"), "sex"))
    if seen.age is not None and not 0 <= seen.age <= OLDEST:
        found.append(Problem("age_range", _("年龄为 0 至 130 岁。"), "age"))
    if seen.person and seen.person not in ProtectedPerson.values:
        found.append(Problem("person_unknown", _("请选择当事人属于哪一类。"), "person"))
    if seen.noticed_at is not None and seen.noticed_at > at + timedelta(minutes=10):
        found.append(Problem("moment_future", _("时间不能晚于现在。"), "noticed_at"))
    known = set(ReportTrigger.objects.filter(code__in=seen.triggers).values_list("code", flat=True))
    if set(seen.triggers) - known:
        found.append(Problem("trigger_unknown", _("请从列表中选择情形。"), "triggers"))
    raise_any(found)
    return values


@transaction.atomic
def note_notice(
    report: ProtectionReport, notice: Notice, *, by: Viewer, at: datetime, key: UUID | None = None
) -> ReportNotice:
    """Note that an authority was told, with the proof; the first one stops the clock. Sent again under the same key it
    is the same notice. Raises Problem or Problems at authority, told_at, channel, officer, receipt; 403, 404, 409.
    """
    present = _locked(report, by)
    if present.state == ReportState.CLOSED:
        raise Problem("report_closed", _("报告已经办结，不能再改。"), status=409)
    if key is not None and (known := present.notices.filter(pk=key).first()):
        return known
    officer, receipt = _checked_notice(notice, at)
    noted = ReportNotice(
        id=key or uuid7(),
        hub_id=present.hub_id,
        station_id=present.station_id,
        report=present,
        authority=notice.authority,
        told_at=notice.told_at,
        channel=notice.channel,
        officer=officer,
        receipt=receipt,
        noted_at=at,
        noted_by_id=by.account_id,
    )
    noted.save(force_insert=True)
    if present.state == ReportState.OBSERVED:
        present.state, present.reported_at = ReportState.REPORTED, notice.told_at
        present.save(update_fields=["state", "reported_at"])
    _log("note_notice", present, by, at, authority=notice.authority, told_at=notice.told_at.isoformat())
    return noted


def _checked_notice(notice: Notice, at: datetime) -> tuple[str, str]:
    found: list[Problem] = []
    texts = {"officer": "", "receipt": ""}
    for field in texts:
        try:
            texts[field] = clean_text(getattr(notice, field).strip(), SHORT)
        except Problem as problem:
            found.append(problem.at(field))
    if notice.authority not in Authority.values:
        found.append(Problem("authority_missing", _("请选择报告给谁。"), "authority"))
    if notice.channel not in ReportChannel.values:
        found.append(Problem("channel_missing", _("请选择报告方式。"), "channel"))
    if not notice.officer.strip():
        found.append(Problem("officer_missing", _("请写接报人的姓名、警号或工号。"), "officer"))
    if notice.told_at > at + timedelta(minutes=10):
        found.append(Problem("moment_future", _("时间不能晚于现在。"), "told_at"))
    raise_any(found)
    return texts["officer"], texts["receipt"]


@transaction.atomic
def follow_up_report(report: ProtectionReport, text: str, *, by: Viewer, at: datetime) -> ProtectionReport:
    """What was done after the report. Raises Problem at `follow_up`; 403, 404, 409."""
    present = _locked(report, by)
    wrong = rules.step_problem(present.state, ReportState.FOLLOWED)
    if wrong:
        raise wrong
    present.follow_up = required_text(text, "follow_up")
    present.state, present.followed_at, present.followed_by_id = ReportState.FOLLOWED, at, by.account_id
    present.save(update_fields=["follow_up", "state", "followed_at", "followed_by"])
    _log("follow_up_report", present, by, at)
    return present


@transaction.atomic
def close_report(report: ProtectionReport, result: str, note: str, *, by: Viewer, at: datetime) -> ProtectionReport:
    """Close with a result: by the head or the county, never by who began it. Raises Problem or Problems at result,
    result_note; 403, 404, 409.
    """
    present = _locked(report, by)
    wrong = rules.closing_problem(
        state=present.state,
        result=result,
        is_starter=present.started_by_id == by.account_id,
        is_head=may_close(present, by),
    )
    if wrong:
        raise wrong
    if result != ReportResult.MISTAKEN:
        raise_any(rules.missing_for_closure(person=present.person, triggers=present.triggers, facts=present.facts))
    present.result, present.result_note = result, checked_reason(note, "result_note")
    present.state, present.closed_at, present.closed_by_id = ReportState.CLOSED, at, by.account_id
    present.save(update_fields=["result", "result_note", "state", "closed_at", "closed_by"])
    _log("close_report", present, by, at, result=result)
    return present


def may_close(report: ProtectionReport, by: Viewer) -> bool:
    """Whether the viewer is the head of the report's station or its county's officer (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s = ANY (wall_headed()) OR %s = ANY (wall_counties())", [report.station_id, report.hub_id]
        )
        return by.has(Role.HEAD, Role.COUNTY) and bool(cursor.fetchone()[0])


@transaction.atomic
def open_report(number: str, reason: str, *, by: Viewer, at: datetime) -> UUID:
    """A data-protection officer opens a report for a reason and some hours; returns its key. Journalled.

    Raises Problem at `number` where there is none, at `reason` without one.
    """
    text = checked_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT report_id, hub_id, station_id FROM practice_report_numbered(%s)", [number.strip()[:12]])
        found = cursor.fetchone()
    if found is None:
        raise Problem("report_missing", _("没有这个编号的报告。"), "number", status=404)
    report = ProtectionReport(pk=found[0], hub_id=found[1], station_id=found[2], number=number.strip())
    look = ReportLook(
        hub_id=report.hub_id,
        station_id=report.station_id,
        report=report,
        account_id=by.account_id,
        reason=text,
        at=at,
        until=at + timedelta(hours=LOOK_HOURS),
    )
    look.save(force_insert=True)
    _log("open_report", report, by, at, reason=text)
    return report.pk


def escalate_late_reports() -> int:
    """Tell the head, and later the county, of each report that is late; returns how many alerts were made. Run every
    some seconds as the tables' owner; every alert is made once.
    """
    now, made = clock.now(), 0
    clocks = dict(Deadline.objects.filter(code="escalate").values_list("code", "hours"))
    county_after = timedelta(hours=clocks.get("escalate") or 1)
    late = ProtectionReport.objects.filter(state=ReportState.OBSERVED, due_at__lte=now, county_told_at__isnull=True)
    with transaction.atomic():
        for report in late.select_for_update(skip_locked=True):
            wanted = rules.escalation(
                state=report.state,
                due_at=report.due_at,
                now=now,
                county_after=county_after,
                head_told=report.head_told_at is not None,
                county_told=report.county_told_at is not None,
            )
            if wanted.head:
                made += _tell(report, "head", _heads(report), now)
            if wanted.county:
                made += _tell(report, "county", Q(role=Role.COUNTY, station_id=report.hub_id), now)
    return made


def _tell(report: ProtectionReport, whom: str, grants: Q, now: datetime) -> int:
    setattr(report, f"{whom}_told_at", now)
    report.save(update_fields=[f"{whom}_told_at"])
    log(
        "escalate_report",
        "report",
        report.pk,
        by=None,
        at=now,
        hub_id=report.hub_id,
        station_id=report.station_id,
        detail={"number": report.number, "to": whom},
    )
    return _alert(report, grants, now)


def _alert(report: ProtectionReport, grants: Q, now: datetime) -> int:
    today = clock.today()
    in_force = Q(until__isnull=True) | Q(until__gt=today)
    accounts = set(
        Grant.objects.filter(in_force, grants, since__lte=today, account__is_active=True).values_list(
            "account_id", flat=True
        )
    )
    of_report = {"hub_id": report.hub_id, "station_id": report.station_id, "report": report, "told_at": now}
    alerts = [ReportAlert(**of_report, account_id=account) for account in sorted(accounts)]
    return len(ReportAlert.objects.bulk_create(alerts, ignore_conflicts=True))


def _heads(report: ProtectionReport) -> Q:
    """The heads of the station, of the town station above it, and of the hub."""
    station = Station.objects.get(pk=report.station_id)
    above = {station.pk, station.town_id, station.hub_id} - {None}
    return Q(role=Role.HEAD, station_id__in=above)


def _may_write(report: ProtectionReport, by: Viewer) -> None:
    if report.started_by_id != by.account_id and not may_close(report, by):
        raise Problem("report_read_only", _("您只能查看这份报告。"), status=403)


def _locked(report: ProtectionReport, by: Viewer) -> ProtectionReport:
    present = ProtectionReport.objects.select_for_update(of=("self",)).filter(pk=report.pk).first()
    if present is None:
        raise Problem("report_missing", _("找不到这份报告，或您不能查看。"), status=404)
    _may_write(present, by)
    return present


def _log(verb: str, report: ProtectionReport, by: Viewer, at: datetime, **detail: object) -> None:
    log(
        verb,
        "report",
        report.pk,
        by=by.account_id,
        at=at,
        hub_id=report.hub_id,
        station_id=report.station_id,
        detail={"number": report.number, **detail},
    )
