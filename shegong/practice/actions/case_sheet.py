"""Writing the sheet of a case's stage. What was written before stays under it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.practice.actions.case import held, journal
from shegong.practice.actions.goal import write_outcome
from shegong.practice.enums import CaseStage
from shegong.practice.models import Assessment, Case, CaseApproval, CaseSheet
from shegong.practice.rules import case as rules
from shegong.practice.rules.case_sheet import FORMS, SheetFact, checked_sheet


@transaction.atomic
def write_sheet(
    case: Case, stage: str, sheet: SheetFact, *, by: Viewer, at: datetime, assessment_id: UUID | None = None
) -> CaseSheet:
    """Write a stage's sheet; the writer signs by it. The risk of an assessment becomes the case's; an evaluation notes
    how far the goals were reached.

    Raises Problem or Problems at the sheet's fields, assessment_id; `wrong_stage`, `already_asked`, `case_closed`,
    `consent_withdrawn` (409); 403, 404.
    """
    if stage not in FORMS or stage == CaseStage.CLOSED:
        raise Problem("sheet_unknown", _("没有这张表。"), status=404)
    case = held(case, by, serving=stage != CaseStage.EVALUATION)
    asked = CaseApproval.objects.filter(case_id=case.pk, hub_id=case.hub_id, decision="").exists()
    wrong = rules.sheet_problem(stage=case.stage, of=stage, asked=asked)
    if wrong:
        raise wrong
    clean = checked_sheet(stage, sheet)
    if assessment_id and not Assessment.objects.filter(pk=assessment_id, client_id=case.client_id).exists():
        raise Problem("assessment_unknown", _("没有这份评估，或它不属于这位服务对象。"), "assessment_id")
    written = add_sheet(case, stage, clean, by, at, assessment_id=assessment_id)
    if stage == CaseStage.ASSESSMENT:
        case.risk = clean.risk
        case.save(update_fields=["risk"])
    if stage == CaseStage.EVALUATION:
        write_outcome(case)
    journal("write_sheet", case, by, at, stage=stage)
    return written


def add_sheet(
    case: Case, stage: str, clean: SheetFact, by: Viewer, at: datetime, *, assessment_id: UUID | None = None
) -> CaseSheet:
    """Add a sheet that was checked."""
    written = CaseSheet(
        hub_id=case.hub_id,
        station_id=case.station_id,
        case=case,
        stage=stage,
        round=case.round,
        content=clean.content,
        risk=clean.risk,
        satisfaction=clean.satisfaction,
        assessment_id=assessment_id,
        signer=clean.signer,
        signature=clean.signature,
        witness=clean.witness,
        written_on=clock.today(),
        written_at=at,
        written_by_id=by.account_id,
    )
    written.save(force_insert=True)
    return written
