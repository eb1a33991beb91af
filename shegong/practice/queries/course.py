"""How a client's situation went: assessments with their needs, cases with their stages, services, contentment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Prefetch

from shegong.network.scope import Viewer
from shegong.practice.models import Assessment, AssessmentNeed, Case, Client, ServiceRecord

# On a line of a screen's width more could not be told apart.
MOST_RECORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Course:
    """What the page draws; all of it by day, the first first."""

    assessments: list[Assessment]
    cases: list[Case]
    records: list[ServiceRecord]


def course_of(viewer: Viewer, client: Client) -> Course:
    """The course of a client whom the viewer sees: the latest 500 services, all else whole. Four queries."""
    needs = AssessmentNeed.objects.select_related("field").order_by("field__position")
    assessments = (
        Assessment.objects.filter(client_id=client.pk, hub_id=client.hub_id)
        .select_related("instrument")
        .prefetch_related(Prefetch("needs", needs))
        .order_by("assessed_on", "id")
    )
    cases = Case.objects.filter(client_id=client.pk, hub_id=client.hub_id).order_by("opened_on", "id")
    records = (
        ServiceRecord.objects.filter(
            pk__in=client.participations.values("record_id"), hub_id=client.hub_id, voided_at__isnull=True
        )
        .select_related("service")
        .order_by("-served_on", "-id")[:MOST_RECORDS]
    )
    return Course(list(assessments), list(cases), list(records)[::-1])


def two_to_compare(
    assessments: Sequence[Assessment], before: UUID | None, after: UUID | None
) -> tuple[Assessment | None, Assessment | None]:
    """The two assessments asked for, or the first and the last; an earlier and a later one, the later None where there
    is just one.
    """
    by_key = {each.pk: each for each in assessments}
    if not assessments:
        return None, None
    first = by_key.get(before) if before else None
    last = by_key.get(after) if after else None
    first, last = first or assessments[0], last or assessments[-1]
    if first is last:
        return first, None
    ordered = sorted((first, last), key=assessments.index)
    return ordered[0], ordered[1]
