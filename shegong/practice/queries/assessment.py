"""Assessments: the instruments in force, and one assessment as it was filled in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import get_language

from shegong.catalogue.models import Instrument
from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Assessment, AssessmentNeed, Case
from shegong.practice.queries.client import clients_seen, within_reach


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question and its answer in words, in the reader's language."""

    section: str
    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class AssessmentSheet:
    """An assessment as its page shows it."""

    assessment: Assessment
    needs: list[AssessmentNeed]
    answered: list[AnsweredQuestion]


def instruments_in_force() -> list[Instrument]:
    """The forms that may be used today, the newest version of each. One query."""
    today = clock.today()
    valid = Instrument.objects.filter(Q(until__isnull=True) | Q(until__gt=today), since__lte=today)
    newest = {each.code: each for each in valid.order_by("code", "version")}
    return list(newest.values())


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
    """One assessment in two queries; None out of reach."""
    assessment = (
        Assessment.objects.filter(pk=assessment_id, client__in=clients_seen(viewer))
        .select_related("client", "client__station", "instrument", "worker", "station")
        .first()
    )
    if assessment is None:
        return None
    needs = list(assessment.needs.select_related("field").order_by("-level", "field__position"))
    return AssessmentSheet(assessment, needs, answered_questions(assessment.instrument.definition, assessment.answers))


def answered_questions(definition: dict[str, Any], answers: dict[str, Any]) -> list[AnsweredQuestion]:
    """Questions with an answer, in the form's order and the reader's language."""
    found = []
    for section in definition["sections"]:
        for question in section["questions"]:
            if question["key"] in answers:
                answer = _in_words(question, answers[question["key"]])
                found.append(AnsweredQuestion(worded(section["title"]), worded(question["label"]), answer))
    return found


def _in_words(question: dict[str, Any], answer: Any) -> str:
    if question["kind"] in ("text", "number"):
        return str(answer)
    chosen = answer if isinstance(answer, list) else [answer]
    labels = [worded(option["label"]) for option in question["options"] if option["value"] in chosen]
    return ("; " if _english() else "、").join(labels)


def worded(text: dict[str, str]) -> str:
    """A text of a definition in the language of the request."""
    return text.get("en" if _english() else "zh") or text.get("zh", "")


def _english() -> bool:
    return (get_language() or "").startswith("en")
