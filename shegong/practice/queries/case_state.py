"""How far a case is: what it has of what its next stage wants. For actions and pages alike."""

from uuid import UUID

from django.db import connection

from shegong.practice.enums import Purpose
from shegong.practice.models import Case, Consent
from shegong.practice.rules.case import CaseState, is_stopped

# Evaluation counts for its round, other sheets until they are written anew.
STATE = """
WITH goals AS (
    SELECT g.id, max(r.rated_at) AS last FROM practice_casegoal g
    LEFT JOIN practice_goalrating r ON r.goal_id = g.id AND r.hub_id = g.hub_id
    WHERE g.case_id = %(case)s AND g.hub_id = %(hub)s AND g.dropped_on IS NULL GROUP BY g.id)
SELECT
    (SELECT coalesce(array_agg(DISTINCT s.stage::text), '{}') FROM practice_casesheet s
     WHERE s.case_id = %(case)s AND s.hub_id = %(hub)s
       AND (s.stage NOT IN ('evaluation', 'closed') OR s.round = %(round)s)),
    (SELECT count(*) FROM goals),
    (SELECT count(*) FROM goals WHERE last IS NOT NULL),
    (SELECT count(*) FROM goals WHERE last >= (
        SELECT max(p.entered_at) FROM practice_casestep p
        WHERE p.case_id = %(case)s AND p.hub_id = %(hub)s AND p.stage = 'evaluation')),
    (SELECT count(*) FROM practice_plannedservice p
     WHERE p.case_id = %(case)s AND p.hub_id = %(hub)s AND p.dropped_on IS NULL),
    EXISTS (SELECT FROM practice_servicerecord r
            WHERE r.case_id = %(case)s AND r.hub_id = %(hub)s AND r.voided_at IS NULL),
    (SELECT coalesce(array_agg(a.kind || ':' || a.decision), '{}') FROM practice_caseapproval a
     WHERE a.case_id = %(case)s AND a.hub_id = %(hub)s AND a.round = %(round)s)"""


def state_of(case: Case) -> CaseState:
    """What the case has so far. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"case": case.pk, "hub": case.hub_id, "round": case.round})
        sheets, goals, rated, again, services, has_records, approvals = cursor.fetchone()
    return CaseState(
        stage=case.stage,
        sheets=frozenset(sheets),
        goals=goals,
        goals_rated=rated,
        goals_rated_again=again,
        services=services,
        records=int(has_records),
        plan_asked="plan:" in approvals,
        plan_approved="plan:approve" in approvals,
        closure_asked="closure:" in approvals,
        closure_approved="closure:approve" in approvals,
        early=bool(case.early_reason),
    )


def is_client_stopped(client_id: UUID, hub_id: int) -> bool:
    """Whether the client's consent to service was withdrawn and nothing else stands. One query."""
    consents = Consent.objects.filter(client_id=client_id, hub_id=hub_id, purpose=Purpose.SERVICE)
    return is_stopped([(basis, day is not None) for basis, day in consents.values_list("basis", "withdrawn_on")])
