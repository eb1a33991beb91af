"""Charities' certificates and drives: entered, drafted, opened, ended, closed with an account."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import CertificateKind, DriveState
from shegong.linkage.models import CharityCertificate, Drive
from shegong.linkage.queries import gift as queries
from shegong.linkage.rules import gift as rules
from shegong.linkage.rules.gift import refusal
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.rules.money import amount_problem


@dataclass(frozen=True, slots=True)
class DriveDraft:
    """A drive as it is to be published; `until` is excluded, the support centre as `hub_id` means the whole city."""

    organisation_id: int
    title: str
    purpose: str
    target: Decimal
    hub_id: int
    since: date
    until: date
    filing_number: str = ""
    station_id: int | None = None
    field_id: int | None = None


@transaction.atomic
def add_certificate(
    charity: Organisation, kind: CertificateKind, number: str, authority: str, since: date, until: date | None, *,
    by: Viewer, at: datetime,
) -> CharityCertificate:  # fmt: skip
    """Enter a charity's certificate, in force for [since, until). Raises Problem or Problems at number, authority,
    until, kind (one of the kind holds on these days already); 403.
    """
    if not by.has(Role.CITY):
        raise Problem("certificate_city", _("慈善资格由市级登记。"), status=403)
    number, authority = clean_text(number, 40, "number").strip(), clean_text(authority, 100, "authority").strip()
    late = Problem("dates_order", _("结束日期应晚于开始日期。"), "until") if until and until <= since else None
    same = CharityCertificate.objects.filter(organisation=charity, kind=kind)
    overlapping = [each for each in same if (until is None or each.since < until) and
                   (each.until is None or each.until > since)]  # fmt: skip
    twice = Problem("certificate_twice", _("这段时间已有同类资格。"), "since") if overlapping else None
    raise_any([rules.missing(number, "number"), rules.missing(authority, "authority"), late, twice])
    made = CharityCertificate(
        id=uuid7(), organisation=charity, kind=kind, number=number, authority=authority, since=since, until=until
    )
    made.save(force_insert=True)
    log("add_charity_certificate", "charity_certificate", made.pk, by=by.account_id, at=at,
        detail={"organisation": charity.pk, "kind": kind})  # fmt: skip
    return made


def _filled(draft: DriveDraft, drive: Drive) -> Drive:
    title = clean_text(draft.title, rules.TITLE_LENGTH, "title").strip()
    purpose = clean_text(draft.purpose, rules.PURPOSE_LENGTH, "purpose").strip()
    number = clean_text(draft.filing_number, 40, "filing_number").strip()
    raise_any([
        rules.missing(title, "title"), rules.missing(purpose, "purpose"), amount_problem(draft.target, "target"),
        rules.period_problem(draft.since, draft.until),
    ])  # fmt: skip
    if draft.station_id and not Station.objects.filter(pk=draft.station_id, hub_id=draft.hub_id).exists():
        raise Problem("drive_place", rules.REFUSALS["linkage_drive_place"][0], "station")
    drive.title, drive.purpose, drive.filing_number, drive.target = title, purpose, number, draft.target
    drive.hub_id, drive.station_id, drive.field_id = draft.hub_id, draft.station_id, draft.field_id
    drive.since, drive.until = draft.since, draft.until
    return drive


@transaction.atomic
def draft_drive(draft: DriveDraft, *, by: Viewer, at: datetime, key: UUID | None = None) -> Drive:
    """Draft a drive for one's own charity. Raises Problem or Problems at title, purpose, target, until, station,
    filing_number; 403; 409 for a key that is taken.
    """
    if not by.has(Role.CITY) and draft.organisation_id not in queries.charities_of(by):
        raise Problem("drive_not_yours", _("只有慈善组织自己或市级可以发起。"), status=403)
    if key and Drive.objects.filter(pk=key).exists():
        raise key_taken()
    drive = Drive(id=key or uuid7(), organisation_id=draft.organisation_id, made_at=at, made_by_id=by.account_id)
    with told(refusal):
        _filled(draft, drive).save(force_insert=True)
    _log("draft_drive", drive, by, at)
    return drive


@transaction.atomic
def change_drive(drive: Drive, draft: DriveDraft, *, by: Viewer, at: datetime) -> Drive:
    """Change a draft. Raises as `draft_drive`; 409 once it is open."""
    drive = _locked(drive, by)
    if drive.state != DriveState.DRAFT:
        raise _gone()
    with told(refusal):
        _filled(draft, drive).save()
    _log("change_drive", drive, by, at)
    return drive


@transaction.atomic
def open_drive(drive: Drive, *, by: Viewer, at: datetime) -> Drive:
    """Publish a drive: from now on it takes gifts and its purpose stays. Raises Problem at filing_number, since (no
    public-fundraising certificate for all of its days); 403, 409.
    """
    drive = _locked(drive, by)
    raise_any([rules.missing(drive.filing_number, "filing_number")])
    if not queries.may_raise(drive.organisation_id, drive.since, drive.until):
        raise Problem("drive_certificate", rules.REFUSALS["linkage_drive_certificate"][0], "since")
    return _moved(drive, DriveState.OPEN, "open_drive", by, at)


@transaction.atomic
def call_off_drive(drive: Drive, *, by: Viewer, at: datetime) -> Drive:
    """Give up a draft. Raises Problem 403, 409."""
    return _moved(_locked(drive, by), DriveState.CALLED_OFF, "call_off_drive", by, at)


@transaction.atomic
def end_drive(drive: Drive, *, by: Viewer, at: datetime) -> Drive:
    """End the taking of gifts; what came in is used on. Raises Problem 403, 409."""
    return _moved(_locked(drive, by), DriveState.ENDED, "end_drive", by, at)


@transaction.atomic
def close_drive(drive: Drive, account: str, *, by: Viewer, at: datetime, today: date) -> Drive:
    """Close a drive of which nothing is left, with a published account. Raises Problem at account; 403, 409."""
    drive = _locked(drive, by)
    text = clean_text(account, rules.ACCOUNT_LENGTH, "account").strip()
    raise_any([rules.missing(text, "account")])
    drive.account, drive.closed_on = text, today
    return _moved(drive, DriveState.CLOSED, "close_drive", by, at)


def _locked(drive: Drive, by: Viewer) -> Drive:
    if not queries.may_lead(by, drive):
        raise Problem("drive_not_yours", _("只有慈善组织自己或市级可以办理。"), status=403)
    return Drive.objects.select_for_update().get(pk=drive.pk)


def _moved(drive: Drive, state: DriveState, verb: str, by: Viewer, at: datetime) -> Drive:
    drive.state = state
    with told(refusal):
        drive.save()
    _log(verb, drive, by, at)
    return drive


def _gone() -> Problem:
    return Problem("state_gone", rules.REFUSALS["linkage_drive_stays_as_published"][0], status=409)


def _log(verb: str, drive: Drive, by: Viewer, at: datetime) -> None:
    log(verb, "drive", drive.pk, by=by.account_id, at=at, hub_id=drive.hub_id)
