"""Score sheets filled, differences settled, units graded, appeals made and decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.round import held, locked_round, move_round
from shegong.appraisal.enums import Rater, RoundState
from shegong.appraisal.models import (
    Round,
    RoundItem,
    RoundResult,
    RoundUnit,
    ScoreSheet,
    Settlement,
    SheetPhoto,
    SheetPhotoPiece,
    SheetScore,
)
from shegong.appraisal.queries import round as queries
from shegong.appraisal.rules.round import HUNDREDTH, STEP
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, Problems
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.keeping import Brought, keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.people.enums import Role

NOTE_LENGTH, OPINION_LENGTH = 500, 1000
PHOTOS_OF_AN_ITEM = 6


@dataclass(frozen=True, slots=True)
class Given:
    """What a rater gives for an item; None for nothing yet."""

    points: Decimal | None
    note: str = ""


@transaction.atomic
def save_scores(
    sheet: ScoreSheet, given: Mapping[str, Given], opinion: str, *, submit: bool, by: Viewer, at: datetime, today: date
) -> ScoreSheet:
    """Keep points and notes by the items' codes, and hand in for good when `submit`. Raises Problem or Problems at
    points-<code> (too many, or none at the end); 403; 409 outside of the round's days or once it was handed in.
    """
    present = _own(sheet, by, today)
    lines = {line.item.code: line for line in queries.lines_of(present)}
    wrong = [
        problem
        for code, each in given.items()
        if code in lines and (problem := _points_problem(lines[code].item, each.points)) is not None
    ]
    if submit:
        wrong += [
            Problem("points_missing", _("请评分。"), f"points-{code}")
            for code, line in lines.items()
            if (given[code].points if code in given else line.points) is None
        ]
    if wrong:
        raise Problems(wrong) if len(wrong) > 1 else wrong[0]
    rows = [
        SheetScore(
            sheet=present, item=lines[code].item, hub_id=present.hub_id, station_id=present.station_id,
            points=each.points, note=clean_text(each.note, NOTE_LENGTH, f"note-{code}").strip(),
        )
        for code, each in given.items() if code in lines and each.points is not None
    ]  # fmt: skip
    emptied = [lines[code].item.pk for code, each in given.items() if code in lines and each.points is None]
    with held():
        SheetScore.objects.filter(sheet=present, item__in=emptied).delete()
        SheetScore.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["sheet_id", "item_id"], update_fields=["points", "note"]
        )
        present.opinion = clean_text(opinion, OPINION_LENGTH, "opinion").strip()
        if submit:
            present.handed_in_at, present.handed_in_by_id = at, by.account_id
        # What the database adds up is read again by who needs it.
        ScoreSheet.objects.filter(pk=present.pk).update(
            opinion=present.opinion, handed_in_at=present.handed_in_at, handed_in_by=present.handed_in_by_id
        )
    _log("hand_in_scores" if submit else "save_scores", present, by, at)
    return present


def _points_problem(item: RoundItem, points: Decimal | None) -> Problem | None:
    field = f"points-{item.code}"
    if points is None:
        return None
    if points < 0:
        return Problem("sheetscore_not_negative", _("得分不能小于 0。"), field)
    if points > item.points:
        most = {"most": item.points}
        return Problem("sheetscore_within_maximum", _("得分不能超过满分 %(most)s。"), field, params=most)
    return None


@transaction.atomic
def add_photo(sheet: ScoreSheet, code: str, brought: Brought, *, by: Viewer, at: datetime, today: date) -> SheetPhoto:
    """Keep a photo (or PDF) for an item, written anew and encrypted. Raises Problem at file-<code> for one that is too
    large, of another kind than its name says, or harmful; 403, 404, 409.
    """
    present = _own(sheet, by, today)
    item = RoundItem.objects.filter(round_id=present.round_id, rater=present.rater, code=code).first()
    if item is None:
        raise Problem("item_unknown", _("没有这个条目。"), status=404)
    field = f"file-{code}"
    if SheetPhoto.objects.filter(sheet=present, item=item).count() >= PHOTOS_OF_AN_ITEM:
        limit = {"limit": PHOTOS_OF_AN_ITEM}
        raise Problem("photos_many", _("一个条目最多 %(limit)s 份材料。"), field, params=limit)
    made = cleaned(brought.content, field)
    photo = SheetPhoto(
        id=uuid7(), hub_id=present.hub_id, station_id=present.station_id, sheet=present, item=item, media=made.media,
        name=kept_name(brought.name, made.media), size=len(made.content), brought_at=at,
    )  # fmt: skip
    with held():
        photo.save(force_insert=True)
        keep_pieces(SheetPhotoPiece, made, queries.place_of(photo.pk), photo=photo)
    _log("add_score_photo", present, by, at, item=code)
    return photo


@transaction.atomic
def remove_photo(photo: SheetPhoto, *, by: Viewer, at: datetime, today: date) -> ScoreSheet:
    """Take a photo away before the sheet is handed in. Raises Problem (403, 409)."""
    present = _own(photo.sheet, by, today)
    with held():
        SheetPhotoPiece.objects.filter(photo=photo).delete()
        photo.delete()
    _log("remove_score_photo", present, by, at, item=photo.item.code)
    return present


@transaction.atomic
def settle(unit: RoundUnit, item: RoundItem, points: Decimal, reason: str, *, by: Viewer, at: datetime) -> Settlement:
    """Say what counts for an item in which two assessors differ: a proposal for the other to agree to, or, by who
    leads, the last word. Raises Problem at points, reason; 403, 409.
    """
    if points < 0:
        raise Problem("sheetscore_not_negative", _("得分不能小于 0。"), "points")
    text = clean_text(reason, NOTE_LENGTH, "reason").strip()
    if not text:
        raise Problem("reason_missing", _("请写明核定的理由。"), "reason")
    leads = any(member.leads and member.account_id == by.account_id for member in queries.members_of(unit.round))
    made = Settlement.objects.filter(unit=unit, item=item).first() or Settlement(
        unit=unit, item=item, hub_id=unit.hub_id, station_id=unit.station_id
    )
    is_new = made._state.adding
    made.points, made.reason, made.proposed_by_id = points, text, by.account_id
    made.agreed_by_id, made.agreed_at = (by.account_id, at) if leads else (None, None)
    with held():
        made.save(force_insert=is_new)
    log("settle_scores", "round", unit.round_id, by=by.account_id, at=at, hub_id=unit.hub_id,
        station_id=unit.station_id, detail={"item": item.code})  # fmt: skip
    return made


@transaction.atomic
def agree(settlement: Settlement, *, by: Viewer, at: datetime) -> Settlement:
    """Agree to what the other proposed. Raises Problem (409)."""
    settlement.agreed_by_id, settlement.agreed_at = by.account_id, at
    with held():
        settlement.save(update_fields=["agreed_by", "agreed_at"])
    log("settle_scores", "round", settlement.unit.round_id, by=by.account_id, at=at, hub_id=settlement.hub_id,
        station_id=settlement.station_id, detail={"item": settlement.item.code})  # fmt: skip
    return settlement


@transaction.atomic
def grade_round(found: Round, *, by: Viewer, at: datetime) -> int:
    """Work out what each unit comes to (totals and grades are the database's); how many. Raises Problem (403, 409)."""
    present = locked_round(found, by, RoundState.SETTLED)
    units = list(queries.units_of(present, queries.present_draw(present)))
    lines = queries.compared(present, [unit.pk for unit in units])
    totals = {
        (unit, rater): total
        for unit, rater, total in ScoreSheet.objects.filter(round=present)
        .exclude(rater=Rater.PROFESSIONAL)
        .values_list("unit_id", "rater", "total")
    }
    rows = []
    for unit in units:
        parts = {column: totals.get((unit.pk, rater)) for rater, column in queries.PARTS.items()}
        if present.weight_professional:
            points = sum((line.points for line in lines.get(unit.pk, ())), Decimal(0))
            parts["professional"] = points.quantize(HUNDREDTH)
        rows.append(
            RoundResult(
                unit=unit, round=present, hub_id=unit.hub_id, station_id=unit.station_id, town_id=unit.station.town_id,
                graded_by_id=by.account_id, total=0, grade="fail", final_total=0, final_grade="fail",
                **{column: None if not present.weight(rater) else parts[column]
                   for rater, column in queries.PARTS.items()},
            )
        )  # fmt: skip
    with held():
        RoundResult.objects.bulk_create(rows, batch_size=1000)
    move_round(present, RoundState.GRADED, "", by, at)
    return len(rows)


@transaction.atomic
def appeal_result(result: RoundResult, reason: str, *, by: Viewer, at: datetime) -> RoundResult:
    """Appeal against a result, within the round's days: by the station's head or the agency that runs it. Raises
    Problem at reason; 403, 409.
    """
    present = RoundResult.objects.get(pk=result.pk)
    text = clean_text(reason, OPINION_LENGTH, "reason").strip()
    if not by.has(Role.HEAD, Role.AGENCY) or not by.reaches(present.hub_id, present.station_id):
        raise Problem("not_your_station", _("只有被评站点的站长或运营机构可以申诉。"), status=403)
    if present.appealed_at is not None:
        raise Problem("roundresult_stays", _("已经申诉过。"), status=409)
    if not text:
        raise Problem("reason_missing", _("请写明申诉理由。"), "reason")
    present.appeal, present.appealed_at, present.appealed_by_id = text, at, by.account_id
    with held():
        present.save(update_fields=["appeal", "appealed_at", "appealed_by"])
    _log_result("appeal_round_result", present, by, at)
    return present


@transaction.atomic
def decide_result_appeal(
    result: RoundResult, *, grants: bool, points: Decimal | None, reason: str, by: Viewer, at: datetime
) -> RoundResult:
    """The city on an appeal, by somebody else than who graded; granted, with what the unit comes to instead. The result
    before stays beside it. Raises Problem at points, reason; 403, 409.
    """
    present = RoundResult.objects.select_for_update(of=("self",)).get(pk=result.pk)
    if not by.has(Role.CITY) or present.graded_by_id == by.account_id:
        raise Problem("not_your_appeal", _("申诉由定等级以外的另一位市级人员裁定。"), status=403)
    if present.appealed_at is None or present.decided_at is not None:
        raise Problem("round_stage", STEP, status=409)
    text = clean_text(reason, OPINION_LENGTH, "reason").strip()
    if not text:
        raise Problem("reason_missing", _("请写明理由。"), "reason")
    if grants and (points is None or not 0 <= points <= 100):
        raise Problem("roundresult_bounds", _("得分应在 0 到 100 之间。"), "points")
    present.decision, present.is_granted = text, grants
    present.decided_at, present.decided_by_id = at, by.account_id
    if grants and points is not None:
        present.final_total = points
    with held():
        present.save(update_fields=["decision", "is_granted", "decided_at", "decided_by", "final_total"])
    _log_result("decide_round_appeal", present, by, at)
    return present


def open_sampled(record: UUID, *, by: Viewer, at: datetime) -> queries.Sampled:
    """A sampled record, for the assessor whom its unit was given to, between the round's days. Raises Problem (404) for
    any other record, of which a trace is kept in the journal: the caller answers it and doesn't end the transaction.
    """
    found = queries.sampled(record=record)
    if not found:
        log("refuse_sampled_record", "service_record", record, by=by.account_id, at=at)
        raise Problem("outside_the_sample", _("这条记录不在您的抽样范围内，或不在评估期内。已记入日志。"), status=403)
    log("read_sampled_record", "service_record", record, by=by.account_id, at=at)
    return found[0]


def _own(sheet: ScoreSheet, by: Viewer, today: date) -> ScoreSheet:
    """One's own sheet as it is now, in the round's days. Raises Problem (403, 409)."""
    present = ScoreSheet.objects.select_related("round").filter(pk=sheet.pk).first()
    if present is None or not (
        present.account_id == by.account_id
        or (present.account_id is None and by.has(Role.COUNTY) and present.hub_id in by.hubs)
    ):
        raise Problem("sheet_not_yours", _("只能由评分人本人操作。"), status=403)
    if present.handed_in_at is not None:
        raise Problem("scoresheet_final", _("评分表已提交，不能再改。"), status=409)
    if not queries.may_fill(by, present, today):
        raise Problem("scoresheet_in_window", _("不在评估期内，不能评分。"), status=409)
    return present


def _log(verb: str, sheet: ScoreSheet, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "score_sheet", sheet.pk, by=by.account_id, at=at, hub_id=sheet.hub_id, station_id=sheet.station_id,
        detail=detail)  # fmt: skip


def _log_result(verb: str, result: RoundResult, by: Viewer, at: datetime) -> None:
    log(verb, "round_result", result.pk, by=by.account_id, at=at, hub_id=result.hub_id, station_id=result.station_id)
