"""Staffing rules: changed by the city, from a day on."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.workforce.models import StaffingRule
from shegong.workforce.rules.staffing import rule_problems

CLAUSE_LENGTH = 200


def may_change_rules(by: Viewer) -> bool:
    """Whether a viewer sets how stations are to be staffed."""
    return by.has(Role.CITY, Role.ADMIN)


@transaction.atomic
def change_rule(
    tier: str,
    *,
    least: int,
    most: int | None,
    certified_only: bool,
    counts_from: int,
    clause: str,
    since: date,
    by: Viewer,
) -> StaffingRule:
    """What a tier's stations must have from a day on; the rule before ends there.

    Raises Problem or Problems at least, most, counts_from, clause, since; 403.
    """
    if not may_change_rules(by):
        raise Problem("may_not_change_rules", _("只有市级管理人员可以更改人员配备标准。"), status=403)
    present = StaffingRule.objects.select_for_update().filter(tier=tier, until__isnull=True).first()
    problems: list[Problem | None] = [
        *rule_problems(least, most, counts_from, since, present.since if present else None)
    ]
    try:
        clause = clean_text(clause, CLAUSE_LENGTH).strip()
    except Problem as problem:
        problems.append(problem.at("clause"))
    if not clause:
        problems.append(Problem("clause_missing", _("请写明依据的条款。"), "clause"))
    raise_any(problems)
    if present is not None:
        present.until = since
        present.save(update_fields=["until"])
    made = StaffingRule.objects.create(
        tier=tier,
        least=least,
        most=most,
        certified_only=certified_only,
        counts_from=counts_from,
        clause=clause,
        since=since,
    )
    detail = {"tier": tier, "least": least, "certified_only": certified_only, "since": since.isoformat()}
    log("change_staffing_rule", "staffingrule", made.pk, by=by.account_id, detail=detail)
    return made
