"""Self-checks: begun and answered by the station, reviewed by the county, confirmed by the city; appeals.

Whoever acts first on a state wins: each action locks the self-check's row, and the next one finds it elsewhere (409).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import AT_STATION, CheckState, Evidence
from shegong.appraisal.models import (
    CheckAnswer,
    CheckProof,
    CheckProofPiece,
    CheckStep,
    SelfCheck,
    Standard,
    Standardisation,
)
from shegong.appraisal.queries import self_check as queries
from shegong.appraisal.queries.self_check import Sheet, sheet
from shegong.appraisal.queries.standard import measured, standards_in_force, with_items
from shegong.appraisal.rules import self_check as rules
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import traced
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.keeping import Brought, keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.models import Station
from shegong.network.scope import Viewer

# Refusals of which a trace is kept: somebody came too late, or not alone.
TRACED: Final = frozenset({"too_late", "too_early", "appeal_late", "state_gone", "file_too_large", "file_kind"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a station says of an item (or the county, of one that it looked at)."""

    met: bool | None
    note: str = ""


def tracing(check: SelfCheck, *, by: Viewer, at: datetime) -> AbstractContextManager[None]:
    """What the block refuses of a self-check leaves a trace in the journal."""
    return traced(TRACED, lambda code: _log("refuse_self_check", check, by, at, reason=code))


@transaction.atomic
def begin_check(station: Station, *, by: Viewer, at: datetime, today: date, key: UUID | None = None) -> SelfCheck:
    """Begin a self-check against the standard of the day; the one that is there already where there is one.

    Raises Problem (403; 409 before and after the standard's days, or when the station has no standard or doesn't run).
    """
    if not queries.may_fill(by, station):
        raise Problem("not_your_station", _("只有站长可以为本站自评。"), status=403)
    standard = standards_in_force(today).get(station.tier)
    if standard is None:
        raise Problem("no_standard", _("这个层级还没有施行的规范化标准。"), status=409)
    known = queries.present_check(station, standard)
    if known is not None:
        if key is not None and key != known.pk:
            raise key_taken()
        return known
    raise_any([rules.window_problem(standard.opens_on, standard.closes_on, today)])
    if queries.running_since(station) is None:
        raise Problem("not_running", _("站点没有运行，不能自评。"), status=409)
    check = SelfCheck(
        id=key or uuid7(),
        hub_id=station.hub_id,
        station=station,
        standard=standard,
        due_on=standard.closes_on,
        began_at=at,
        began_by_id=by.account_id,
    )
    if SelfCheck.objects.filter(pk=check.pk).exists():
        raise key_taken()
    check.save(force_insert=True)
    _step(check, CheckState.DRAFT, "", by, at)
    _log("begin_self_check", check, by, at)
    return check


@transaction.atomic
def answer_items(check: SelfCheck, answers: Mapping[str, Answer], *, by: Viewer, at: datetime) -> SelfCheck:
    """Keep what the station says so far, item by item (only of those that it has to answer). Raises Problem at
    note-<code>; 403, 409.
    """
    check, _standard = _locked(check)
    _of_station(check, by)
    _save_answers(check, _standard, answers, Evidence.ATTESTED)
    _log("answer_self_check", check, by, at)
    return check


@transaction.atomic
def add_proof(check: SelfCheck, code: str, brought: Brought, *, by: Viewer, at: datetime) -> CheckProof:
    """Keep a photo or PDF for an item, written anew and encrypted. Raises Problem at file-<code> for one that is too
    large, of another kind than its name says, or harmful; 403, 404, 409.
    """
    check, standard = _locked(check)
    _of_station(check, by)
    item = next((item for item in standard.items.all() if item.code == code), None)
    if item is None or item.evidence != Evidence.ATTESTED:
        raise Problem("item_unknown", _("这个条目不用举证。"), status=404)
    field = f"file-{code}"
    if CheckProof.objects.filter(self_check=check, item=item).count() >= rules.PROOFS_OF_AN_ITEM:
        limit = {"limit": rules.PROOFS_OF_AN_ITEM}
        raise Problem("proofs_many", _("一个条目最多 %(limit)s 份材料。"), field, params=limit)
    made = cleaned(brought.content, field)
    proof = CheckProof(
        id=uuid7(),
        hub_id=check.hub_id,
        station_id=check.station_id,
        self_check=check,
        item=item,
        media=made.media,
        name=kept_name(brought.name, made.media),
        size=len(made.content),
        brought_at=at,
        brought_by_id=by.account_id,
    )
    proof.save(force_insert=True)
    keep_pieces(CheckProofPiece, made, queries.place_of(proof.pk), proof=proof)
    _log("add_proof", check, by, at, item=code)
    return proof


@transaction.atomic
def remove_proof(proof: CheckProof, *, by: Viewer, at: datetime) -> SelfCheck:
    """Take a proof away while the station still has the self-check. Raises Problem (403, 409)."""
    check, _standard = _locked(proof.self_check)
    _of_station(check, by)
    CheckProofPiece.objects.filter(proof=proof).delete()
    proof.delete()
    _log("remove_proof", check, by, at, item=proof.item.code)
    return check


@transaction.atomic
def submit_check(
    check: SelfCheck, answers: Mapping[str, Answer], *, by: Viewer, at: datetime, today: date
) -> SelfCheck:
    """Hand in: the answers, and of computed items what the system measures now. Raises Problem or Problems at
    met-<code> and file-<code>; 403; 409 after the deadline or when it has gone elsewhere.
    """
    check, standard = _locked(check)
    _of_station(check, by)
    raise_any([rules.window_problem(standard.opens_on, standard.closes_on, today)])
    _save_answers(check, standard, answers, Evidence.ATTESTED)
    # What the county said of an earlier round is to be said anew.
    CheckAnswer.objects.filter(self_check=check).update(county_met=None, county_note="")
    page = sheet(by, check.station, standard, check, today)
    raise_any(rules.submission_problems(page.said))
    _freeze(check, page, today)
    check.submitted_at, check.submitted_by_id = at, by.account_id
    _move(check, standard, CheckState.SUBMITTED, page.score.points, "", by, at, today)
    _log("submit_self_check", check, by, at, score=page.score.points)
    return check


def _freeze(check: SelfCheck, page: Sheet, today: date) -> None:
    values = {row.station_id: row.values for row in measured(today, station_ids=[check.station_id])}
    known = values.get(check.station_id, {})
    rows = []
    for line in page.lines:
        if line.measure is not None:
            value = known.get(line.measure.name)
            rows.append(
                CheckAnswer(
                    self_check=check, item=line.item, hub_id=check.hub_id, station_id=check.station_id,
                    met=line.station_met, value=None if value is None else round(value, 2),
                )
            )  # fmt: skip
    CheckAnswer.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["self_check_id", "item_id"], update_fields=["met", "value"]
    )


@transaction.atomic
def review_check(
    check: SelfCheck, to: str, findings: Mapping[str, Answer], reason: str, *, by: Viewer, at: datetime, today: date
) -> SelfCheck:
    """The county's word: on to the city, back to the station, or declined; with what it says of single items. A reason
    is wanted for all but the first. Raises Problem or Problems at met-<code> and reason; 403, 409.
    """
    check, standard = _locked(check)
    if not queries.may_review(by, check):
        raise Problem("not_your_review", _("由本区（市）县审核，且不能审核自己提交的自评。"), status=403)
    # Only the city sends on what it has itself: from "reviewed" and "appealed" nothing goes by this way.
    _refuse_elsewhere(check, CheckState.SUBMITTED)
    text = clean_text(reason, rules.REASON_LENGTH, "reason").strip()
    raise_any([rules.move_problem(check.state, to), rules.reason_problem(text, wanted=to != CheckState.REVIEWED)])
    _save_findings(check, standard, findings)
    page = sheet(by, check.station, standard, check, today)
    if to == CheckState.REVIEWED:
        raise_any(rules.review_problems(page.said))
        check.reviewed_at, check.reviewed_by_id = at, by.account_id
    if to == CheckState.DECLINED:
        check.decided_at, check.decided_by_id = at, by.account_id
    _move(check, standard, to, page.score.points, text, by, at, today)
    _log("review_self_check", check, by, at, state=to, score=page.score.points)
    return check


@transaction.atomic
def decide_check(check: SelfCheck, to: str, reason: str, *, by: Viewer, at: datetime, today: date) -> SelfCheck:
    """The city's word: confirmed (the station is standardised from today), back to the station, or declined. A reason
    is wanted for all but the first. Raises Problem at reason; 403; 409 when somebody else was faster, or when the score
    or a veto stands against it.
    """
    check, standard = _locked(check)
    if not queries.may_decide(by, check):
        raise Problem("not_your_decision", _("由市级确认，且不能确认自己提交或审核的自评。"), status=403)
    _refuse_elsewhere(check, CheckState.REVIEWED)
    text = clean_text(reason, rules.REASON_LENGTH, "reason").strip()
    raise_any([rules.move_problem(check.state, to), rules.reason_problem(text, wanted=to != CheckState.CONFIRMED)])
    page = sheet(by, check.station, standard, check, today)
    if to == CheckState.CONFIRMED and not page.score.passes:
        words = {"score": page.score.points, "pass": standard.pass_score}
        refusal = _("得 %(score)s 分（达标 %(pass)s 分）或有否决项未达到，不能确认规范。")
        raise Problem("score_low", refusal, status=409, params=words)
    if to in (CheckState.CONFIRMED, CheckState.DECLINED):
        check.decided_at, check.decided_by_id = at, by.account_id
    _move(check, standard, to, page.score.points, text, by, at, today)
    if to == CheckState.CONFIRMED:
        _standardise(check, standard, page.score.points, today)
    _log("decide_self_check", check, by, at, state=to, score=page.score.points)
    return check


def _standardise(check: SelfCheck, standard: Standard, points: int, today: date) -> None:
    """From today, or from the end of what is in force still."""
    present = Standardisation.objects.filter(station=check.station, until__gt=today).order_by("-until").first()
    since = present.until if present else today
    Standardisation.objects.create(
        hub_id=check.hub_id,
        town_id=check.station.town_id,
        station=check.station,
        tier=check.station.tier,
        score=points,
        self_check=check,
        since=since,
        until=rules.valid_until(since, standard.valid_months),
    )


@transaction.atomic
def appeal_check(check: SelfCheck, reason: str, *, by: Viewer, at: datetime, today: date) -> SelfCheck:
    """The station appeals against a refusal, with reasons, within the standard's days. Raises Problem at reason; 403,
    409.
    """
    check, standard = _locked(check)
    if not queries.may_fill(by, check.station):
        raise Problem("not_your_station", _("只有站长可以为本站自评。"), status=403)
    text = clean_text(reason, rules.REASON_LENGTH, "reason").strip()
    raise_any([rules.move_problem(check.state, CheckState.APPEALED), rules.reason_problem(text, wanted=True)])
    assert check.decided_at is not None
    raise_any([rules.appeal_problem(check.decided_at.date(), standard.appeal_days, today)])
    check.appeal, check.appealed_at = text, at
    _move(check, standard, CheckState.APPEALED, check.score, text, by, at, today)
    _log("appeal_self_check", check, by, at)
    return check


@transaction.atomic
def decide_appeal(check: SelfCheck, *, grants: bool, reason: str, by: Viewer, at: datetime, today: date) -> SelfCheck:
    """The city on an appeal, by somebody else than who refused: back before the city for confirmation, or rejected for
    good. Raises Problem at reason; 403, 409.
    """
    check, standard = _locked(check)
    if not queries.may_decide_appeal(by, check):
        raise Problem("not_your_appeal", _("申诉由市级另一人裁定。"), status=403)
    to = CheckState.REVIEWED if grants else CheckState.REJECTED
    _refuse_elsewhere(check, CheckState.APPEALED)
    text = clean_text(reason, rules.REASON_LENGTH, "reason").strip()
    raise_any([rules.move_problem(check.state, to), rules.reason_problem(text, wanted=True)])
    check.appeal_decided_by_id = by.account_id
    if grants:
        # What the county denied stands as the station said it.
        CheckAnswer.objects.filter(self_check=check, county_met=False, met=True).update(county_met=True)
        check.score = sheet(by, check.station, standard, check, today).score.points
    if grants and check.reviewed_by_id is None:
        # The county had refused it: the city's word on the appeal stands for the county's.
        check.reviewed_at, check.reviewed_by_id = at, by.account_id
    _move(check, standard, to, check.score, text, by, at, today)
    _log("decide_appeal", check, by, at, state=to)
    return check


def _locked(check: SelfCheck) -> tuple[SelfCheck, Standard]:
    """The row as it is now, for us alone, with its station and standard."""
    found = SelfCheck.objects.select_for_update(of=("self",)).select_related("station").get(pk=check.pk)
    return found, with_items().get(pk=found.standard_id)


def _of_station(check: SelfCheck, by: Viewer) -> None:
    if not queries.may_fill(by, check.station):
        raise Problem("not_your_station", _("只有站长可以为本站自评。"), status=403)
    if check.state not in AT_STATION:
        words = CheckState(check.state).label
        refusal = _("这份自评现为“%(state)s”，不能这样办理。")
        raise Problem("state_gone", refusal, status=409, params={"state": words})


def _refuse_elsewhere(check: SelfCheck, wanted: str) -> None:
    if check.state != wanted:
        words = CheckState(check.state).label
        refusal = _("这份自评现为“%(state)s”，不能这样办理。")
        raise Problem("state_gone", refusal, status=409, params={"state": words})


def _save_answers(check: SelfCheck, standard: Standard, answers: Mapping[str, Answer], evidence: str) -> None:
    items = {item.code: item for item in standard.items.all() if item.evidence == evidence}
    rows = [
        CheckAnswer(
            self_check=check, item=items[code], hub_id=check.hub_id, station_id=check.station_id, met=answer.met,
            note=clean_text(answer.note, rules.REASON_LENGTH, f"note-{code}").strip(),
        )
        for code, answer in answers.items()
        if code in items
    ]  # fmt: skip
    CheckAnswer.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["self_check_id", "item_id"], update_fields=["met", "note"]
    )


def _save_findings(check: SelfCheck, standard: Standard, findings: Mapping[str, Answer]) -> None:
    items = {item.code: item for item in standard.items.all()}
    rows: Sequence[CheckAnswer] = [
        CheckAnswer(
            self_check=check, item=items[code], hub_id=check.hub_id, station_id=check.station_id,
            county_met=finding.met, county_note=clean_text(finding.note, rules.REASON_LENGTH, f"note-{code}").strip(),
        )
        for code, finding in findings.items()
        if code in items
    ]  # fmt: skip
    CheckAnswer.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["self_check_id", "item_id"],
        update_fields=["county_met", "county_note"],
    )  # fmt: skip


def _move(
    check: SelfCheck, standard: Standard, to: str, score: int | None, reason: str, by: Viewer, at: datetime, today: date
) -> None:
    days = {
        CheckState.SUBMITTED.value: standard.review_days,
        CheckState.REVIEWED.value: standard.confirm_days,
        CheckState.DECLINED.value: standard.appeal_days,
        CheckState.APPEALED.value: standard.confirm_days,
    }
    check.state, check.score = to, score
    check.due_on = rules.due_on(to, today, standard.closes_on, days)
    check.save()
    _step(check, to, reason, by, at)


def _step(check: SelfCheck, to: str, reason: str, by: Viewer, at: datetime) -> None:
    CheckStep.objects.create(
        hub_id=check.hub_id, station_id=check.station_id, self_check=check, state=to, score=check.score, reason=reason,
        at=at, by_id=by.account_id,
    )  # fmt: skip


def _log(verb: str, check: SelfCheck, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": check.hub_id, "station_id": check.station_id}
    log(verb, "self_check", check.pk, by=by.account_id, at=at, detail=detail, **place)
