"""What officers put on record about agencies, and what agencies answer."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, raise_any
from shegong.network.models import Organisation
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.models import AgencyComplaint, CreditRecord, Licence
from shegong.purchase.queries.project import is_officer
from shegong.purchase.rules.project import too_long


def _officer(by: Viewer) -> None:
    if not by.has(Role.CITY, Role.COUNTY):
        raise Problem("agency_not_yours", _("只有市、区(市)县管理人员可以登记。"), status=403)


def _dates(since: date, until: date | None) -> Problem | None:
    if until is not None and until <= since:
        return Problem("dates_order", _("结束日期应晚于开始日期。"), "until")
    return None


@transaction.atomic
def add_licence(
    agency: Organisation, kind: str, number: str, authority: str, since: date, until: date, *, by: Viewer, at: datetime
) -> Licence:
    """Put a licence on record, in force for [since, until). Raises Problem at `until`; 403."""
    _officer(by)
    raise_any([_dates(since, until)])
    made = Licence.objects.create(
        organisation=agency, kind=kind, number=number.strip()[:40], authority=authority.strip()[:100], since=since,
        until=until,
    )  # fmt: skip
    log("add_licence", "licence", made.pk, by=by.account_id, at=at, detail={"organisation": agency.pk})
    return made


@transaction.atomic
def add_credit_record(
    agency: Organisation, kind: str, text: str, source: str, since: date, until: date | None, *, by: Viewer,
    at: datetime,
) -> CreditRecord:  # fmt: skip
    """Put something about an agency's good name on record. Raises Problem at `since`, `until`; 403."""
    _officer(by)
    early = Problem("date_future", _("日期不能晚于今天。"), "since") if since > clock.today() else None
    raise_any([_dates(since, until), early])
    made = CreditRecord.objects.create(
        organisation=agency, kind=kind, text=text.strip()[:200], source=source.strip()[:100], since=since, until=until
    )
    detail = {"organisation": agency.pk, "kind": kind}
    log("add_credit_record", "credit_record", made.pk, by=by.account_id, at=at, detail=detail)
    return made


@transaction.atomic
def complain(
    key: UUID, agency: Organisation, hub_id: int, text: str, received_on: date, *, by: Viewer, at: datetime
) -> AgencyComplaint:
    """Put a complaint about an agency's work in a county on record; the same key is the same one. Raises Problem at
    `text`, `received_on`; 403.
    """
    _officer(by)
    if not is_officer(by, hub_id):
        raise Problem("agency_not_yours", _("只有市、区(市)县管理人员可以登记。"), status=403)
    known = AgencyComplaint.objects.filter(pk=key).first()
    if known:
        return known
    late = Problem("date_future", _("日期不能晚于今天。"), "received_on") if received_on > clock.today() else None
    raise_any([too_long("text", text), late])
    made = AgencyComplaint(
        id=key, organisation=agency, hub_id=hub_id, text=text.strip(), received_on=received_on, made_at=at,
        made_by_id=by.account_id,
    )  # fmt: skip
    made.save(force_insert=True)
    log("complain_of_agency", "agency_complaint", key, by=by.account_id, at=at, hub_id=hub_id)
    return made


@transaction.atomic
def answer_complaint(complaint: AgencyComplaint, answer: str, *, by: Viewer, at: datetime) -> AgencyComplaint:
    """The agency's answer, given once. Raises Problem at `text`; 403, 409."""
    if not by.has(Role.AGENCY) or complaint.organisation_id not in by.organisations:
        raise Problem("complaint_not_yours", _("只有被投诉的机构可以答复。"), status=403)
    raise_any([too_long("text", answer)])
    present = AgencyComplaint.objects.select_for_update().get(pk=complaint.pk)
    if present.answered_at is not None:
        raise Problem("objection_final", _("已经答复过。"), status=409)
    present.answer, present.answered_at, present.answered_by_id = answer.strip(), at, by.account_id
    present.save(update_fields=["answer", "answered_at", "answered_by"])
    detail = {"organisation": present.organisation_id}
    log("answer_agency_complaint", "agency_complaint", present.pk, by=by.account_id, at=at, hub_id=present.hub_id,
        detail=detail)  # fmt: skip
    return present
