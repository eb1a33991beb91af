"""A round of assessment on its way: planned, published with its seed, drawn, assigned, under way, put out, closed.

What may follow what, and what each step asks for, the database holds (migration 0011); its refusals are put in words
here.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.actions.library import own_sheet
from shegong.appraisal.enums import THIRD_PARTY, Rater, RoundState
from shegong.appraisal.models import (
    DeclaredRelation,
    Round,
    RoundItem,
    RoundMember,
    RoundStep,
    ScoreSheet,
    StandardItem,
)
from shegong.appraisal.queries import round as queries
from shegong.appraisal.rules import round as rules
from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken
from shegong.kernel.refused import told, traced
from shegong.kernel.text import clean_text
from shegong.network.premises.queries.site import kilometres
from shegong.network.scope import Viewer
from shegong.purchase.models import Contract

PLAN: Final = (
    "title", "unit", "tiers", "hubs", "contracts", "share", "records_share", "records_since", "records_until", "since",
    "until", "weight_professional", "weight_financial", "weight_town", "weight_community", "weight_county",
    "excellent_from", "good_from", "pass_from", "tolerance", "appeal_days", "contract_id", "budget",
)  # fmt: skip
OWN: Final = "own"


def held() -> AbstractContextManager[None]:
    """What the block writes, or nothing of it; what the database refuses becomes a Problem in words."""
    return told(rules.refusal)


def tracing(found: Round, *, by: Viewer, at: datetime, station_id: int | None = None) -> AbstractContextManager[None]:
    """What the block refuses for interests, days or bounds leaves a trace in the journal."""

    def note(code: str) -> None:
        log("refuse_round", "round", found.pk, by=by.account_id, at=at, station_id=station_id, detail={"reason": code})

    return traced(rules.TRACED, note)


@transaction.atomic
def make_round(values: Mapping[str, Any], sheet: str, *, by: Viewer, at: datetime, key: UUID | None = None) -> Round:
    """Plan a round: `values` are the columns of PLAN; its sheet is our own (`OWN`) or, for the third party's social
    workers, a standard's items (the standard's number). Raises Problem at the fields; 403.
    """
    _of_city(by)
    _known_contracts(values)
    found = Round(id=key or uuid7(), made_at=at, made_by_id=by.account_id, **_plan(values))
    if Round.objects.filter(pk=found.pk).exists():
        raise key_taken()
    with held():
        found.save(force_insert=True)
        RoundItem.objects.bulk_create(_sheet(found, sheet))
    _log("make_round", found, by, at)
    return found


def _plan(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(PLAN)
    if unknown:
        raise ValueError(f"not of a plan: {sorted(unknown)}")
    return dict(values)


def _known_contracts(values: Mapping[str, Any]) -> None:
    """Raises Problem at contracts for one that isn't there."""
    wanted = set(values.get("contracts") or ())
    if wanted and Contract.objects.filter(pk__in=wanted).count() < len(wanted):
        raise Problem("contract_unknown", _("没有这份合同。"), "contracts")


def _sheet(found: Round, sheet: str) -> list[RoundItem]:
    made = [
        RoundItem(round=found, position=place, **{**row, "points": int(row["points"])})
        for place, row in enumerate(own_sheet())
        if sheet == OWN or row["rater"] != Rater.PROFESSIONAL
    ]
    if sheet != OWN:
        items = StandardItem.objects.filter(standard_id=int(sheet), standard__published_at__isnull=False)
        made += [
            RoundItem(
                round=found, rater=Rater.PROFESSIONAL, code=item.code, position=place, title_zh=item.title_zh,
                title_en=item.title_en, points=item.weight,
            )
            for place, item in enumerate(items.order_by("position", "code"))
        ]  # fmt: skip
    return made


@transaction.atomic
def change_round(found: Round, values: Mapping[str, Any], *, by: Viewer, at: datetime) -> Round:
    """Change a draft's plan. Raises Problem at the fields; 403, 409."""
    present = locked_round(found, by, RoundState.DRAFT)
    _known_contracts(values)
    for name, value in _plan(values).items():
        setattr(present, name, value)
    with held():
        present.save()
    _log("change_round", present, by, at)
    return present


@transaction.atomic
def drop_round(found: Round, *, by: Viewer, at: datetime) -> None:
    """Give a draft up. Raises Problem (403, 409)."""
    present = locked_round(found, by, RoundState.DRAFT)
    _log("drop_round", present, by, at, title=present.title)
    with held():
        RoundItem.objects.filter(round=present).delete()
        RoundMember.objects.filter(round=present).delete()
        present.delete()


@transaction.atomic
def save_item(
    found: Round, rater: str, code: str, title_zh: str, title_en: str, points: int, *, by: Viewer, at: datetime,
    old: RoundItem | None = None,
) -> RoundItem:  # fmt: skip
    """Add an item to a draft's sheets, or change one. Raises Problem at code, points; 403, 409."""
    present = locked_round(found, by, RoundState.DRAFT)
    item = old or RoundItem(round=present, position=RoundItem.objects.filter(round=present).count())
    item.rater, item.code, item.title_zh, item.title_en, item.points = rater, code, title_zh, title_en, points
    with held():
        item.save()
    _log("change_round", present, by, at, item=code)
    return item


@transaction.atomic
def drop_item(item: RoundItem, *, by: Viewer, at: datetime) -> None:
    """Take an item out of a draft's sheets. Raises Problem (403, 409)."""
    present = locked_round(item.round, by, RoundState.DRAFT)
    with held():
        item.delete()
    _log("change_round", present, by, at, item=item.code)


@transaction.atomic
def add_member(found: Round, account_id: int, rater: str, *, leads: bool, by: Viewer, at: datetime) -> RoundMember:
    """Put an assessor on the team. Raises Problem at account; 403, 409."""
    present = locked_round(found, by)
    chosen = next((each for each in queries.assessors() if each.account_id == account_id), None)
    if chosen is None or rater not in THIRD_PARTY:
        raise Problem("roundmember_assessor", _("只能选择第三方评估员。"), "account")
    member = RoundMember(
        round=present, account_id=account_id, rater=rater, leads=leads, name=chosen.name[:60],
        organisation_id=chosen.organisation_id, station_id=chosen.station_id,
    )  # fmt: skip
    with held():
        member.save(force_insert=True)
    _log("change_round_team", present, by, at, account=account_id)
    return member


@transaction.atomic
def remove_member(member: RoundMember, *, by: Viewer, at: datetime) -> None:
    """Take an assessor off the team, as long as nothing is assigned to them. Raises Problem (403, 409)."""
    present = locked_round(member.round, by)
    with held():
        member.delete()
    _log("change_round_team", present, by, at, account=member.account_id)


@transaction.atomic
def publish_round(found: Round, seed: str, *, by: Viewer, at: datetime) -> Round:
    """Make the plan known, with the seed by which will be drawn; from now on it stays. Raises Problem at seed; 409 when
    a rater's items don't add up to 100.
    """
    present = locked_round(found, by, RoundState.DRAFT)
    text = clean_text(seed, 64, "seed").strip()
    if not text:
        raise Problem("seed_missing", _("请填写抽样种子。"), "seed")
    present.seed, present.published_at = text, at
    return move_round(present, RoundState.PUBLISHED, text, by, at)


@transaction.atomic
def draw_sample(found: Round, *, by: Viewer, at: datetime, seed: str = "", reason: str = "") -> Round:
    """Draw by the published seed; or again, by another one, for a reason that all can read. The draw before stays.

    Raises Problem at seed, reason; 403, 409.
    """
    present = locked_round(found, by)
    again = queries.present_draw(present) is not None
    used = clean_text(seed, 64, "seed").strip() if again else present.seed
    why = clean_text(reason, 300, "reason").strip()
    if again and not used:
        raise Problem("seed_missing", _("请填写抽样种子。"), "seed")
    if again and not why:
        raise Problem("reason_missing", _("请写明重新抽样的理由，各方都看得到。"), "reason")
    with held(), connection.cursor() as cursor:
        cursor.execute("SELECT appraisal_draw_sample(%s, %s, %s)", [present.pk, used, why])
    if again:
        _step(present, f"{used} · {why}", by, at)
    else:
        present = move_round(present, RoundState.DRAWN, used, by, at)
    _log("draw_sample", present, by, at, seed=used, again=again)
    return present


@transaction.atomic
def assign_all(found: Round, *, by: Viewer, at: datetime) -> int:
    """Choose who goes where, by distance and load, without who has an interest; and make everybody's sheets. Done again
    it begins anew. Returns how many sheets. Raises Problem (403, 409; 409 when there are too few assessors).
    """
    present = locked_round(found, by, RoundState.DRAWN)
    units = list(queries.units_of(present, queries.present_draw(present)).order_by("hub_id", "kind", "rank"))
    members = queries.members_of(present)
    names = {member.account_id: member.name for member in members}
    by_rater: dict[str, list[int]] = {}
    for member in members:
        by_rater.setdefault(member.rater, []).append(member.account_id)
    places = queries.places_of(units, members)
    chosen, short = rules.assigned(places, by_rater, queries.interests(present), present.raters)
    if short:
        words = {"names": "、".join(short[:5]), "count": len(short)}
        refusal = _("%(count)s 个站点没有足够的无利害关系的评估员：%(names)s。请先充实评估组。")
        raise Problem("too_few_assessors", refusal, status=409, params=words)
    places_by_key = {unit.pk: unit for unit in units}
    sheets = [
        ScoreSheet(
            id=uuid7(), round=present, unit_id=each.unit, hub_id=places_by_key[each.unit].hub_id,
            station_id=places_by_key[each.unit].station_id, rater=each.rater, seat=each.seat,
            account_id=each.account_id, name=names[each.account_id], load=each.load, aside=each.aside,
            km=None if each.km is None else round(each.km, 1),
        )
        for each in chosen
    ] + [
        ScoreSheet(
            id=uuid7(), round=present, unit=unit, hub_id=unit.hub_id, station_id=unit.station_id, rater=rater,
        )
        for unit in units for rater in present.raters if rater not in THIRD_PARTY
    ]  # fmt: skip
    with held():
        ScoreSheet.objects.filter(round=present).delete()
        ScoreSheet.objects.bulk_create(sheets, batch_size=1000)
    _log("assign_round", present, by, at, sheets=len(sheets))
    return len(sheets)


@transaction.atomic
def reassign(sheet: ScoreSheet, account_id: int, *, by: Viewer, at: datetime) -> ScoreSheet:
    """Give a sheet to another assessor before scoring has begun. Raises Problem at account (of who has an interest,
    too); 403, 409.
    """
    present = locked_round(sheet.round, by)
    member = RoundMember.objects.filter(round=present, account_id=account_id).select_related("station").first()
    if member is None or member.rater != sheet.rater:
        raise Problem("scoresheet_of_the_team", rules.REFUSALS["appraisal_scoresheet_of_the_team"][0], "account")
    km = kilometres(member.station, sheet.station)
    sheet.account_id, sheet.name = account_id, member.name
    sheet.km, sheet.by_hand = None if km is None else round(km, 1), True
    with held():
        sheet.save(update_fields=["account_id", "name", "km", "by_hand"])
    _log("assign_round", present, by, at, sheet=str(sheet.pk))
    return sheet


@transaction.atomic
def start_round(found: Round, *, by: Viewer, at: datetime) -> Round:
    """Send the assessors on their way. Raises Problem (409 as long as not all is assigned)."""
    return move_round(locked_round(found, by, RoundState.DRAWN), RoundState.UNDER_WAY, "", by, at)


@transaction.atomic
def extend_round(found: Round, until: date, reason: str, *, by: Viewer, at: datetime) -> Round:
    """Give more time, for a reason that all can read; `until` is the day after the last. Raises Problem at until,
    reason; 403, 409.
    """
    present = locked_round(found, by, RoundState.DRAWN, RoundState.UNDER_WAY)
    why = clean_text(reason, 300, "reason").strip()
    if not why:
        raise Problem("reason_missing", _("请写明理由。"), "reason")
    if until <= present.until:
        raise Problem("until_earlier", _("只能延后。"), "until")
    present.until = until
    with held():
        present.save(update_fields=["until"])
    _step(present, why, by, at)
    _log("extend_round", present, by, at, until=until.isoformat())
    return present


@transaction.atomic
def settle_round(found: Round, *, by: Viewer, at: datetime) -> Round:
    """Close the scoring: all is handed in, and no difference is open. Keeps how far the assessors agree. Raises Problem
    (403, 409).
    """
    present = locked_round(found, by, RoundState.UNDER_WAY)
    units = queries.units_of(present, queries.present_draw(present)).values_list("pk", flat=True)
    kappa = queries.agreement_of(queries.compared(present, units))
    present.kappa = None if kappa is None else round(kappa, 3)
    return move_round(present, RoundState.SETTLED, "", by, at)


@transaction.atomic
def put_out(found: Round, conclusion: str, *, by: Viewer, at: datetime, today: date) -> Round:
    """Make the results known, with a conclusion; from today appeals come in. Raises Problem at conclusion; 403, 409."""
    present = locked_round(found, by, RoundState.GRADED)
    present.conclusion, present.out_on = clean_text(conclusion, 5000, "conclusion").strip(), today
    return move_round(present, RoundState.OUT, "", by, at)


@transaction.atomic
def close_round(found: Round, *, by: Viewer, at: datetime) -> Round:
    """End a round whose appeals are over. Raises Problem (403, 409)."""
    return move_round(locked_round(found, by, RoundState.OUT), RoundState.CLOSED, "", by, at)


@transaction.atomic
def declare_relation(
    organisation_id: int, other_id: int, kind: str, note: str, since: date, *, by: Viewer, at: datetime
) -> DeclaredRelation:
    """Keep that two organisations are related. Raises Problem at other; 403."""
    _of_city(by)
    made = DeclaredRelation(
        id=uuid7(), organisation_id=organisation_id, other_id=other_id, kind=kind, since=since,
        note=clean_text(note, 200, "note").strip(), declared_by_id=by.account_id,
    )  # fmt: skip
    with held():
        made.save(force_insert=True)
    log("declare_relation", "declared_relation", made.pk, by=by.account_id, at=at)
    return made


@transaction.atomic
def end_relation(relation: DeclaredRelation, until: date, *, by: Viewer, at: datetime) -> DeclaredRelation:
    """Keep until when two organisations were related. Raises Problem at until; 403."""
    _of_city(by)
    relation.until = until
    with held():
        relation.save(update_fields=["until"])
    log("end_relation", "declared_relation", relation.pk, by=by.account_id, at=at)
    return relation


def _of_city(by: Viewer) -> None:
    if not queries.may_run(by):
        raise Problem("not_your_round", _("第三方评估由市级组织。"), status=403)


def locked_round(found: Round, by: Viewer, *states: RoundState) -> Round:
    """The row as it is now, for the city alone. Raises Problem 403, or 409 in another state than these."""
    _of_city(by)
    present = Round.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if states and present.state not in states:
        raise Problem("round_stage", rules.STEP, status=409)
    return present


def move_round(found: Round, to: RoundState, text: str, by: Viewer, at: datetime) -> Round:
    """On to the next stage, with what is said of it. Raises Problem (409, and at fields) for what it asks for."""
    found.state = to
    with held():
        found.save()
    _step(found, text, by, at)
    _log("move_round", found, by, at, state=to.value)
    return found


def _step(found: Round, text: str, by: Viewer, at: datetime) -> None:
    RoundStep.objects.bulk_create(
        [RoundStep(id=uuid7(), round=found, state=found.state, text=text[:300], at=at, by_id=by.account_id)]
    )


def _log(verb: str, found: Round, by: Viewer, at: datetime, **detail: object) -> None:
    log(verb, "round", found.pk, by=by.account_id, at=at, detail=detail)
