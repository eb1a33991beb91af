"""Findings: recorded, planned, corrected with proof, checked again by somebody else, closed or sent back.

Each action locks the finding's row; who comes second finds it elsewhere (409).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import TO_CORRECT, FindingState, FindingStepKind, ProofStage
from shegong.appraisal.models import (
    Finding,
    FindingProof,
    FindingProofPiece,
    FindingStep,
    FindingTerm,
    PolicyDocument,
    StandardItem,
)
from shegong.appraisal.queries import finding as queries
from shegong.appraisal.rules import finding as rules
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import traced
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.cleaning import Clean
from shegong.kernel.uploads.keeping import Brought, keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.workforce.models import Worker

FILES: Final = "files"
# Refusals of which a trace is kept.
TRACED: Final = frozenset({"state_gone", "own_correction", "file_too_large", "file_kind"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding as it was written down. `item_id` names an item of a standard; its clause is then the finding's."""

    source: str
    wrong: str
    severity: str
    found_on: date
    document: str = ""
    anchor: str = ""
    item_id: int | None = None
    source_key: str = ""
    source_words: str = ""


def tracing(finding: Finding, *, by: Viewer, at: datetime) -> AbstractContextManager[None]:
    """What the block refuses of a finding leaves a trace in the journal."""
    return traced(TRACED, lambda code: _log("refuse_finding", finding, by, at, reason=code))


@transaction.atomic
def record_finding(
    station: Station, draft: Draft, files: Sequence[Brought] = (), *, by: Viewer, at: datetime, today: date,
    key: UUID | None = None,
) -> Finding:  # fmt: skip
    """Write down what is wrong at a station; by when it is to be corrected follows from the severity. A finding of the
    same topic at the same station within a year is linked and counted.

    Raises Problem or Problems at wrong, found_on, clause, item and files; 403 for a station out of the viewer's hands;
    409 for a key that is taken.
    """
    if not queries.may_record(by, station, draft.source):
        raise Problem("not_your_station", _("由市、区（市）县提出；站长只登记本站自查的问题。"), status=403)
    wrong = clean_text(draft.wrong, rules.TEXT_LENGTH, "wrong").strip()
    words = clean_text(draft.source_words, rules.WORDS_LENGTH, "source_words").strip()
    raise_any([rules.text_problem(wrong, "wrong"), rules.found_problem(draft.found_on, today)])
    item, document, anchor = _rests_on(station, draft, today)
    topic = rules.topic_of(document.code, anchor, station.tier, item.code if item else "")
    days = FindingTerm.objects.values_list("days", flat=True).get(pk=draft.severity)
    before = list(
        Finding.objects.filter(station=station, topic=topic, found_on__gt=draft.found_on - rules.RECURS_WITHIN)
        .exclude(state=FindingState.WITHDRAWN).filter(found_on__lte=draft.found_on).order_by("-found_on", "-found_at")
        .only("id")
    )  # fmt: skip
    finding = Finding(
        id=key or uuid7(), hub_id=station.hub_id, town_id=station.town_id, station=station, source=draft.source,
        source_key=draft.source_key[:60], source_words=words, wrong=wrong, document=document, anchor=anchor, item=item,
        topic=topic, severity=draft.severity, recurs=before[0] if before else None, times=len(before) + 1,
        found_on=draft.found_on, due_on=rules.due_on(draft.found_on, days, today), found_at=at,
        found_by_id=by.account_id,
    )  # fmt: skip
    _insert(finding)
    _step(finding, FindingStepKind.RECORDED, "", by, at)
    _keep_files(finding, ProofStage.FOUND, files, by, at)
    _log("record_finding", finding, by, at, severity=draft.severity, times=finding.times)
    return finding


def _insert(finding: Finding) -> None:
    """A key may be that of a finding out of the viewer's sight: only the table knows. Raises Problem (409)."""
    try:
        with transaction.atomic():
            finding.save(force_insert=True)
    except IntegrityError as problem:
        raise key_taken() from problem


def _rests_on(station: Station, draft: Draft, today: date) -> tuple[StandardItem | None, PolicyDocument, str]:
    """The item, and the clause that a finding cites. Raises Problem at item or clause."""
    if draft.item_id is not None:
        found = StandardItem.objects.select_related("document", "standard").filter(pk=draft.item_id)
        item = found.filter(standard__published_at__isnull=False, standard__tier=station.tier).first()
        if item is None:
            raise Problem("item_unknown", _("本层级的标准没有这个条目。"), "item")
        return item, item.document, item.anchor
    clause = queries.clause_on(draft.document, draft.anchor, today)
    if clause is None:
        raise Problem("clause_unknown", _("请选择现行的条款或标准条目作依据。"), "clause")
    return None, clause.version.document, clause.anchor


@transaction.atomic
def plan_finding(
    finding: Finding, responsible_id: int, plan: str, planned_for: date, *, by: Viewer, at: datetime, today: date
) -> Finding:
    """Name who is responsible, what is to be done and by when. Raises Problem or Problems at responsible, plan and
    planned_for; 403, 409.
    """
    finding = _locked(finding)
    _of_station(finding, by)
    if finding.state not in TO_CORRECT:
        raise _gone(finding)
    text = clean_text(plan, rules.TEXT_LENGTH, "plan").strip()
    raise_any([rules.text_problem(text, "plan"), rules.plan_problem(planned_for, finding.due_on, today)])
    responsible = queries.may_be_responsible(finding.station, today).filter(pk=responsible_id).first()
    if responsible is None:
        raise Problem("worker_unknown", _("请从本站（或上级站）在岗人员中选择。"), "responsible")
    finding.responsible, finding.plan, finding.planned_for = responsible, text, planned_for
    if finding.state == FindingState.OPEN:
        finding.state = FindingState.PLANNED
    finding.save()
    _step(finding, FindingStepKind.PLANNED, text, by, at, planned_for)
    _log("plan_finding", finding, by, at)
    return finding


@transaction.atomic
def correct_finding(
    finding: Finding, correction: str, files: Sequence[Brought], *, by: Viewer, at: datetime
) -> Finding:
    """Hand in what was done, with at least one photo or PDF. Raises Problem at correction and files; 403, 409."""
    finding = _locked(finding)
    _of_station(finding, by)
    raise_any([rules.move_problem(finding.state, FindingState.CORRECTED)])
    text = clean_text(correction, rules.TEXT_LENGTH, "correction").strip()
    raise_any([
        rules.text_problem(text, "correction"),
        None if files else Problem("proof_missing", _("请附上整改后的照片或 PDF。"), FILES),
    ])  # fmt: skip
    _keep_files(finding, ProofStage.CORRECTED, files, by, at)
    finding.correction, finding.corrected_at, finding.corrected_by_id = text, at, by.account_id
    finding.state, finding.asked_until = FindingState.CORRECTED, None
    finding.save()
    _step(finding, FindingStepKind.CORRECTED, text, by, at)
    _log("correct_finding", finding, by, at, files=len(files))
    return finding


@transaction.atomic
def recheck_finding(
    finding: Finding, *, closes: bool, note: str, by: Viewer, at: datetime, today: date
) -> Finding:  # fmt: skip
    """Check again, by somebody who neither corrected it nor was responsible: closed, or back to the station with a
    reason. Raises Problem at note; 403, 409.
    """
    finding = _locked(finding)
    to = FindingState.CLOSED if closes else FindingState.RETURNED
    if not queries.is_officer_of(by, finding.hub_id):
        raise Problem("not_your_recheck", _("由市或本区（市）县复查。"), status=403)
    raise_any([rules.move_problem(finding.state, to)])
    if by.account_id in (finding.corrected_by_id, _account_of(finding.responsible)):
        raise Problem("own_correction", _("不能复查自己整改或负责的问题。"), status=403)
    text = clean_text(note, rules.TEXT_LENGTH, "note").strip()
    if not closes:
        raise_any([rules.text_problem(text, "note")])
    finding.rechecked_at, finding.rechecked_by_id, finding.state = at, by.account_id, to
    finding.closed_on = today if closes else None
    finding.save()
    _step(finding, FindingStepKind(str(to)), text, by, at)
    _log("recheck_finding", finding, by, at, state=str(to))
    return finding


@transaction.atomic
def extend_finding(
    finding: Finding, until: date, reason: str, *, by: Viewer, at: datetime, today: date
) -> Finding:  # fmt: skip
    """Give more time, with a reason. Raises Problem or Problems at until and reason; 403, 409."""
    finding = _locked(finding)
    if not queries.is_officer_of(by, finding.hub_id):
        raise Problem("not_yours", _("由市或本区（市）县延长期限。"), status=403)
    if finding.state not in TO_CORRECT:
        raise _gone(finding)
    text = clean_text(reason, rules.TEXT_LENGTH, "reason").strip()
    raise_any([rules.text_problem(text, "reason"), rules.extension_problem(until, finding.due_on, today)])
    finding.due_on, finding.asked_until = until, None
    finding.save()
    _step(finding, FindingStepKind.EXTENDED, text, by, at, until)
    _log("extend_finding", finding, by, at, until=until.isoformat())
    return finding


@transaction.atomic
def ask_for_time(
    finding: Finding, until: date, reason: str, *, by: Viewer, at: datetime, today: date
) -> Finding:  # fmt: skip
    """The station asks for more time, with a reason; the deadline stays until county or city extends it. Raises Problem
    or Problems at until and reason; 403, 409 (while one wish waits, too).
    """
    finding = _locked(finding)
    _of_station(finding, by)
    if finding.state not in TO_CORRECT:
        raise _gone(finding)
    text = clean_text(reason, rules.TEXT_LENGTH, "reason").strip()
    is_open = finding.asked_until is not None
    raise_any([rules.text_problem(text, "reason"), rules.wish_problem(until, finding.due_on, today, is_open)])
    finding.asked_until = until
    finding.save()
    _step(finding, FindingStepKind.ASKED, text, by, at, until)
    _log("ask_finding_time", finding, by, at, until=until.isoformat())
    return finding


@transaction.atomic
def refuse_time(finding: Finding, reason: str, *, by: Viewer, at: datetime) -> Finding:
    """Don't give the time that the station asks for, with a reason. Raises Problem at reason; 403, 409."""
    finding = _locked(finding)
    if not queries.is_officer_of(by, finding.hub_id):
        raise Problem("not_yours", _("由市或本区（市）县答复延期申请。"), status=403)
    if finding.asked_until is None:
        raise Problem("not_asked", _("没有等待答复的延期申请。"), status=409)
    text = clean_text(reason, rules.TEXT_LENGTH, "reason").strip()
    raise_any([rules.text_problem(text, "reason")])
    asked, finding.asked_until = finding.asked_until, None
    finding.save()
    _step(finding, FindingStepKind.REFUSED, text, by, at, asked)
    _log("refuse_finding_time", finding, by, at, until=asked.isoformat())
    return finding


@transaction.atomic
def withdraw_finding(finding: Finding, reason: str, *, by: Viewer, at: datetime, today: date) -> Finding:
    """Take back what proved wrong, with a reason; it stays readable. Raises Problem at reason; 403, 409."""
    finding = _locked(finding)
    if not queries.is_officer_of(by, finding.hub_id):
        raise Problem("not_yours", _("由市或本区（市）县撤销。"), status=403)
    text = clean_text(reason, rules.TEXT_LENGTH, "reason").strip()
    raise_any([
        rules.move_problem(finding.state, FindingState.WITHDRAWN), rules.text_problem(text, "reason")
    ])  # fmt: skip
    finding.state, finding.closed_on, finding.asked_until = FindingState.WITHDRAWN, today, None
    finding.save()
    _step(finding, FindingStepKind.WITHDRAWN, text, by, at)
    _log("withdraw_finding", finding, by, at)
    return finding


@transaction.atomic
def set_term(
    term: FindingTerm, *, days: int, county_days: int, city_days: int, question_at: int, by: Viewer, at: datetime
) -> FindingTerm:
    """Set what holds for a severity from now on; deadlines that run stay. Raises Problem at city_days; 403."""
    if not queries.is_city(by):
        raise Problem("not_yours", _("由市级设定。"), status=403)
    if city_days < county_days:
        raise Problem("days_order", _("提醒市级不能早于提醒区（市）县。"), "city_days")
    term.days, term.county_days, term.city_days, term.question_at = days, county_days, city_days, question_at
    term.save(force_update=True)
    log("set_finding_term", "finding_term", term.pk, by=by.account_id, at=at, detail={"days": days})
    return term


def _locked(finding: Finding) -> Finding:
    """The row as it is now, for us alone. What a head can't change any more is only read, and refused by its state."""
    rows = Finding.objects.select_related("station", "responsible")
    found = rows.select_for_update(of=("self",)).filter(pk=finding.pk).first()
    return found or rows.get(pk=finding.pk)


def _of_station(finding: Finding, by: Viewer) -> None:
    if not queries.may_correct(by, finding.station):
        raise Problem("not_your_station", _("由本站站长制定计划、报送整改结果。"), status=403)


def _gone(finding: Finding) -> Problem:
    words = FindingState(finding.state).label
    return Problem("state_gone", _("这条问题现为“%(state)s”，不能这样办理。"), status=409, params={"state": words})


def _account_of(worker: Worker | None) -> int | None:
    return worker.account_id if worker else None


def _keep_files(finding: Finding, stage: ProofStage, files: Sequence[Brought], by: Viewer, at: datetime) -> None:
    """Keep photos and PDFs, written anew and encrypted. Raises Problem at files for one that is too large, of another
    kind than its name says, or harmful.
    """
    if len(files) > rules.PROOFS_AT_ONCE:
        raise Problem("proofs_many", _("一次最多 %(limit)s 份。"), FILES, params={"limit": rules.PROOFS_AT_ONCE})
    for brought in files:
        keep_clean(finding, stage, cleaned(brought.content, FILES), brought.name, by, at)


def keep_clean(finding: Finding, stage: ProofStage, made: Clean, name: str, by: Viewer, at: datetime) -> None:
    """Keep a photo or PDF that has been written anew, encrypted for its place."""
    proof = FindingProof(
        id=uuid7(), hub_id=finding.hub_id, station_id=finding.station_id, finding=finding, stage=stage,
        media=made.media, name=kept_name(name, made.media), size=len(made.content), brought_at=at,
        brought_by_id=by.account_id,
    )  # fmt: skip
    proof.save(force_insert=True)
    keep_pieces(FindingProofPiece, made, queries.place_of(proof.pk), proof=proof)


def _step(
    finding: Finding, kind: FindingStepKind, text: str, by: Viewer, at: datetime, due_on: date | None = None
) -> None:
    FindingStep.objects.create(
        hub_id=finding.hub_id, station_id=finding.station_id, finding=finding, kind=kind, text=text, due_on=due_on,
        at=at, by_id=by.account_id,
    )  # fmt: skip


def _log(verb: str, finding: Finding, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": finding.hub_id, "station_id": finding.station_id}
    log(verb, "finding", finding.pk, by=by.account_id, at=at, detail=detail, **place)
