"""Assessments: the instruments in force, and one assessment as it was filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from shegong.catalogue.answered import AnsweredQuestion, AnsweredSection, answered_questions, answered_sections
from shegong.catalogue.enums import Subject
from shegong.catalogue.models import Field, Instrument
from shegong.catalogue.queries import instruments_on
from shegong.catalogue.rules.language import spoken
from shegong.catalogue.rules.scoring import Outcome
from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import Risk
from shegong.practice.models import Assessment, AssessmentNeed, Case, Client
from shegong.practice.queries.client import clients_seen, within_reach
from shegong.practice.rules.assessment import Difference, differences, filled, followed


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score in words."""

    label: str
    value: float | None
    level: str
    is_high: bool


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A field of service, and how its need changed."""

    field: Field
    change: Difference


@dataclass(frozen=True, slots=True)
class AssessmentSheet:
    """An assessment as its page shows it; `earlier` is the one before with the same form, if there is one."""

    assessment: Assessment
    needs: list[AssessmentNeed]
    answered: list[AnsweredQuestion]
    scores: list[ScoreLine]
    alerts: list[tuple[str, Risk]]
    earlier: Assessment | None
    changes: list[NeedLine]

    @property
    def sections(self) -> list[AnsweredSection]:
        """The answers in the form's parts."""
        return answered_sections(self.answered)


def instruments_in_force(subject: Subject = Subject.CLIENT) -> list[Instrument]:
    """The forms that may be used today, each in its present version. One query."""
    return list(instruments_on(clock.today()).filter(subject=subject).order_by("code"))


def instruments_for(client: Client) -> list[Instrument]:
    """The same, those made for the client's groups first. Two queries."""
    groups = set(client.groups.filter(until__isnull=True).values_list("group__code", flat=True))
    found = instruments_in_force()
    fit = {each.pk: len(groups & set(each.document.get("groups", ()))) for each in found}
    return sorted(found, key=lambda each: (-fit[each.pk], each.code))


def assessments_seen(viewer: Viewer) -> QuerySet[Assessment]:
    """The assessments in the viewer's reach, and for a supervisor those of clients in supervised cases, with their
    needs (two queries).
    """
    reach = within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        supervised = Case.objects.filter(supervisor_id=viewer.account_id, closed_on__isnull=True)
        reach |= Q(client_id__in=supervised.values("client_id"))
    needs = AssessmentNeed.objects.select_related("field").order_by("field__position")
    return Assessment.objects.filter(reach).prefetch_related(Prefetch("needs", needs))


def assessment_sheet(viewer: Viewer, assessment_id: UUID) -> AssessmentSheet | None:
    """One assessment in at most five queries; None out of reach. Scores and alerts are worked out from the answers, as
    on the day of the assessment.
    """
    assessment = (
        Assessment.objects.filter(pk=assessment_id, client__in=clients_seen(viewer))
        .select_related("client", "client__station", "instrument", "worker", "station")
        .first()
    )
    if assessment is None:
        return None
    needs = list(assessment.needs.select_related("field").order_by("-level", "field__position"))
    filling = filled(assessment.instrument.document, assessment.answers, assessment.assessed_on, assessment.recorded_at)
    found = followed(filling)
    earlier = _earlier(assessment)
    return AssessmentSheet(
        assessment=assessment,
        needs=needs,
        answered=answered_questions(filling),
        scores=_score_lines(found),
        alerts=[(spoken(each.label), Risk(each.risk)) for each in found.alerts],
        earlier=earlier,
        changes=_changes(earlier, needs) if earlier else [],
    )


def _score_lines(found: Outcome) -> list[ScoreLine]:
    return [
        ScoreLine(spoken(each.label), each.value, spoken(each.level or {}), each.risk >= Risk.HIGH)
        for each in found.scores
        if each.value is not None
    ]


def _earlier(assessment: Assessment) -> Assessment | None:
    """The assessment before this one of the same client with the same form, in whatever version."""
    before = Q(assessed_on__lt=assessment.assessed_on) | Q(assessed_on=assessment.assessed_on, id__lt=assessment.id)
    same = Assessment.objects.filter(before, client_id=assessment.client_id, hub_id=assessment.hub_id)
    return same.filter(instrument__code=assessment.instrument.code).order_by("-assessed_on", "-id").first()


def _changes(earlier: Assessment, needs: Sequence[AssessmentNeed]) -> list[NeedLine]:
    before = list(earlier.needs.select_related("field").order_by("field__position"))
    fields = {need.field.code: need.field for need in (*needs, *before)}
    found = differences(
        {need.field.code: need.level for need in before}, {need.field.code: need.level for need in needs}
    )
    return [NeedLine(fields[each.field], each) for each in found if each.before or each.after]
