"""Findings made of what a round's sheets show: chosen items that lost points, each of them once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shegong.appraisal.actions.finding import Draft, keep_clean, record_finding
from shegong.appraisal.enums import FindingSource, ProofStage, Severity
from shegong.appraisal.models import Finding, Round, SheetPhoto
from shegong.appraisal.queries import round as rounds
from shegong.appraisal.queries import round_finding as queries
from shegong.appraisal.queries.finding import OFFICERS
from shegong.appraisal.queries.round_finding import Proposal
from shegong.appraisal.rules.finding import PROOFS_AT_ONCE, TEXT_LENGTH, WORDS_LENGTH
from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import Clean
from shegong.network.scope import Viewer

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A scored item to make a finding of; as severe as its lost points propose unless said otherwise."""

    unit_id: UUID
    code: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of the choices: findings made now, and those that had been made before."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]


@transaction.atomic
def make_findings(
    found: Round, choices: Sequence[Choice], clause: str = "", *, by: Viewer, at: datetime, today: date
) -> Made:
    """Make findings of a round's items that lost points. `clause` ("document#anchor") is what those rest on that were
    worded for the round alone. What was made before stays as it is.

    Raises Problem at chosen_keys, rests; 403, 409 before the scores are settled (for a county: out).
    """
    if not by.has(*OFFICERS):
        raise Problem("not_yours", _("由市、区（市）县提出整改。"), status=403)
    if not queries.may_make_findings(by, found):
        raise Problem("round_stage", _("市级在评分核定后、区（市）县在结果公示后提出整改。"), status=409)
    if not choices:
        raise Problem("nothing_chosen", _("请选择要整改的条目。"), "chosen_keys")
    if len(choices) > AT_ONCE:
        raise Problem("too_many", gettext_lazy("一次最多 %(limit)s 条。"), "chosen_keys", params={"limit": AT_ONCE})
    wanted = {(each.unit_id, each.code): each for each in choices}
    units = list(queries.units_to_correct(by, found).filter(pk__in={each.unit_id for each in choices}))
    rows = {(row.unit.pk, row.shortfall.item.code): row for row in queries.proposals(found, units, today)}
    if not wanted.keys() <= rows.keys():
        raise Problem("not_short", _("所选条目没有扣分，或不在您的范围内。"), "chosen_keys")
    new, known = [], []
    for key, choice in wanted.items():
        row = rows[key]
        if row.finding is not None:
            known.append(row.finding)
            continue
        made = record_finding(
            row.unit.station, _draft(found, row, choice, clause, today), by=by, at=at, today=today
        )  # fmt: skip
        _keep_photos(made, row, by, at)
        new.append(made)
    log("make_round_findings", "round", found.pk, by=by.account_id, at=at, detail={"findings": len(new)})
    return Made(tuple(new), tuple(known))


def _draft(found: Round, row: Proposal, choice: Choice, clause: str, today: date) -> Draft:
    if not row.rests and not clause:
        raise Problem("clause_missing", _("有的条目没有对应的条款，请选择依据。"), "rests")
    document, anchor = row.clause or clause.partition("#")[::2]
    short = row.shortfall
    score = _("得 %(points)s 分，满分 %(most)s 分") % {"points": f"{short.points.normalize():f}", "most": short.most}
    notes = "；".join(dict.fromkeys(short.notes))
    wrong = f"{short.item.title_zh}：{notes}（{score}）" if notes else f"{short.item.title_zh}（{score}）"
    return Draft(
        source=FindingSource.ROUND, wrong=wrong[:TEXT_LENGTH], severity=choice.severity or row.severity,
        found_on=today, document=document, anchor=anchor, item_id=row.item.pk if row.item else None,
        source_key=row.key, source_words=found.title[:WORDS_LENGTH],
    )  # fmt: skip


def _keep_photos(finding: Finding, row: Proposal, by: Viewer, at: datetime) -> None:
    """The assessors' photos stay with the finding: the station sees what was seen, whatever becomes of the round."""
    photos = SheetPhoto.objects.filter(pk__in=row.shortfall.photos).order_by("brought_at", "pk")
    for photo in photos[:PROOFS_AT_ONCE]:
        clean = Clean(photo.media, rounds.content_of(photo), rounds.content_of(photo, preview=True))
        keep_clean(finding, ProofStage.FOUND, clean, photo.name, by, at)
