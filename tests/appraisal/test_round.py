"""A round of assessment from its plan to its end; who sees what of it; what the tables refuse."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from shegong.appraisal.actions import round as actions
from shegong.appraisal.actions import score
from shegong.appraisal.models import (
    DeclaredRelation,
    Draw,
    Round,
    RoundItem,
    RoundResult,
    RoundUnit,
    ScoreSheet,
    Settlement,
    SheetScore,
    UnitRecords,
)
from shegong.appraisal.queries import round as queries
from shegong.appraisal.rules.round import total_of
from shegong.appraisal.rules.sampling import drawn
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import Station
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.models import Account
from shegong.practice.models import ServiceRecord
from shegong.purchase.models import Contract, Fund
from tests.appraisal.rounds import SEED, Assessed
from tests.factories import START, World
from tests.papers import picture_of


@pytest.fixture
def place(world: World) -> Assessed:
    return Assessed(world)


def refused(place: Assessed, action: Any, *values: Any, account: Account | None = None, **named: Any) -> str:
    with viewing((account or place.city).pk) as viewer, pytest.raises(Problem) as caught:
        action(*values, by=viewer, at=clock.now(), **named)
    return caught.value.code


def told(sql: str, *values: object) -> str:
    """The rule that refuses a statement."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return caught.value.__cause__.diag.constraint_name or str(caught.value).split("\n")[0]


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM appraisal_{table}")
        number: int = cursor.fetchone()[0]
    return number


def test_from_the_plan_to_the_published_report(place: Assessed) -> None:
    place.records("A1", 6)
    found = place.out(tolerance=50)
    results = list(RoundResult.objects.filter(round=found))
    assert len(results) == 6 and {row.grade for row in results} == {"excellent"}
    for row in results:
        assert row.total == total_of(queries.parts_of(found, row)) == 90
    assert found.kappa is None or -1 <= found.kappa <= 1
    assert [past.step.state for past in reversed(queries.steps_of(found))] == [
        "published", "drawn", "under_way", "settled", "graded", "out",
    ]  # fmt: skip
    assert refused(place, actions.close_round, found) == "round_appeals"  # appeals may still come in


def test_the_sample_is_what_anybody_draws_by_the_published_seed(place: Assessed, world: World) -> None:
    room = place.records("A1", 7)
    found = place.drawn(share=50)
    strata: dict[str, list[str]] = {}
    for station in Station.objects.filter(tier__in=["station", "room"]):
        strata.setdefault(f"{station.hub_id} {station.tier}", []).append(station.key)
    expected = drawn(SEED, strata, 50)
    units = RoundUnit.objects.filter(round=found).select_related("station").order_by("rank")
    kept: dict[str, list[str]] = {}
    for unit in units:
        kept.setdefault(f"{unit.hub_id} {unit.kind}", []).append(unit.station.key)
    assert kept == expected
    draw = Draw.objects.get(round=found)
    assert queries.draw_holds(draw) and len(draw.digest) == 64
    assert sum(each["taken"] for each in draw.strata) == len(units) == 4
    sampled = UnitRecords.objects.filter(station=room.station).first()
    if sampled is not None:
        assert (sampled.total, len(sampled.keys)) == (7, 4)


def test_records_are_drawn_within_a_station_and_later_ones_never(place: Assessed) -> None:
    room = place.records("A1", 7)
    found = place.planned()
    place.team(found)
    found = place.acts(actions.publish_round, found, SEED)
    late = room.record()
    found = place.acts(actions.draw_sample, found)
    rows = UnitRecords.objects.get(station=room.station)
    assert (rows.total, len(rows.keys)) == (7, 4) and late.pk not in rows.keys
    again = place.acts(actions.draw_sample, found, seed="另一个种子", reason="首次抽样公布有误")
    assert again.state == "drawn"
    first, second = Draw.objects.filter(round=found).order_by("number")
    assert (first.seed, second.seed, second.reason) == (SEED, "另一个种子", "首次抽样公布有误")
    assert queries.draw_holds(first) and queries.draw_holds(second) and first.digest != second.digest
    with viewing(place.world.account("head", place.world.towns["B"]).pk):
        assert Draw.objects.filter(round=found).count() == 2  # for all to see
    assert refused(place, actions.draw_sample, found, seed=SEED, reason="再来") == "draw_with_another_seed"
    assert refused(place, actions.draw_sample, found, seed="三", reason=" ") == "reason_missing"


def test_what_is_published_stays_and_no_stage_is_skipped(place: Assessed) -> None:
    found = place.planned()
    item = RoundItem.objects.filter(round=found, code="P1").get()
    place.acts(actions.save_item, found, "professional", "P1", item.title_zh, item.title_en, 19, old=item)
    assert refused(place, actions.publish_round, found, SEED) == "round_items_are_100"
    place.acts(actions.save_item, found, "professional", "P1", item.title_zh, item.title_en, 20, old=item)
    assert refused(place, actions.publish_round, found, " ") == "seed_missing"
    assert refused(place, actions.draw_sample, found) == "draw_in_time"
    found = place.acts(actions.publish_round, found, SEED)
    assert refused(place, actions.change_round, found, {"share": 10}) == "round_stage"
    sql = "UPDATE appraisal_round SET {} WHERE id = %s"
    assert told(sql.format("share = 40"), found.pk) == "appraisal_round_published_stays"
    assert told(sql.format("state = 'settled'"), found.pk) == "appraisal_round_stage"
    assert told(sql.format("weight_town = 11"), found.pk) in (
        "appraisal_round_published_stays", "appraisal_round_weights_are_100",
    )  # fmt: skip
    assert told("UPDATE appraisal_rounditem SET points = 1 WHERE round_id = %s", found.pk).endswith("published_stays")
    assert told("DELETE FROM appraisal_round WHERE id = %s", found.pk) == "appraisal_round_stage"
    draft = place.planned(title="不要了")
    place.acts(actions.drop_round, draft)
    assert not Round.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight_town": 20}, "round_weights_are_100"),
        ({"good_from": 95}, "round_grades_in_order"),
        ({"unit": "project", "share": 20}, "round_in_bounds"),
        ({"until": None}, "round_ends_after_start"),
    ],
)
def test_a_plan_must_add_up(place: Assessed, changes: dict[str, Any], code: str) -> None:
    if "until" in changes:
        changes = {"until": place.today - timedelta(days=1)}
    with pytest.raises(Problem) as caught:
        place.planned(**changes)
    assert caught.value.code == code and caught.value.field


def test_nobody_assesses_what_the_own_organisation_or_its_relative_runs(place: Assessed, world: World) -> None:
    runs = place.agency("运营社", "A1")
    relative = place.agency("关联社", "B1")
    stranger = place.assessor(runs)
    place.acts(actions.declare_relation, place.organisation.pk, relative.pk, "affiliated", "出资 30%", START)
    found = place.drawn()
    place.acts(actions.add_member, found, stranger.pk, "professional", leads=False)
    barred = place.acts(lambda by, at: queries.interests(found))
    run, related = place.unit(found, "A1"), place.unit(found, "B1")
    assert barred[stranger.pk, run.pk] == "own"
    assert {barred[account.pk, related.pk] for account in place.assessors} == {"related"}
    assert refused(place, actions.assign_all, found) == "too_few_assessors"
    place.acts(actions.end_relation, DeclaredRelation.objects.get(), place.today)
    place.acts(actions.assign_all, found)
    sheet = ScoreSheet.objects.filter(unit=run, rater="professional").select_related("round", "station").first()
    assert sheet is not None
    with viewing(place.city.pk) as viewer, pytest.raises(Problem) as caught:
        at = clock.now()
        with actions.tracing(found, by=viewer, at=at, station_id=sheet.station_id):
            actions.reassign(sheet, stranger.pk, by=viewer, at=at)
    assert (caught.value.code, caught.value.field) == ("scoresheet_unrelated", "account")
    assert Event.objects.get(verb="refuse_round").detail["reason"] == "scoresheet_unrelated"
    sql = "UPDATE appraisal_scoresheet SET account_id = %s WHERE id = %s"
    assert told(sql, stranger.pk, sheet.pk) == "appraisal_scoresheet_unrelated"


def test_an_assessor_sees_the_sample_in_the_window_and_nothing_else(place: Assessed, world: World) -> None:
    shown = place.records("A1", 6)
    place.records("B1", 3)
    hidden = shown.record()
    window = {"since": place.today + timedelta(days=2), "until": place.today + timedelta(days=9)}
    found = place.drawn(share=50, tiers=["room"], **window)
    place.acts(actions.assign_all, found)
    found = place.acts(actions.start_round, found)

    def seen(account: Account) -> tuple[set[UUID], set[UUID]]:
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM appraisal_roundunit")
            units = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT id FROM appraisal_sampled(NULL, NULL)")
            records = {row[0] for row in cursor.fetchall()}
            cursor.execute(
                "SELECT (SELECT count(*) FROM practice_servicerecord) + (SELECT count(*) FROM practice_client)"
            )
            assert cursor.fetchone() == (0,)
        return units, records

    mine = place.assessors[0]
    assert seen(mine) == (set(), set())  # not yet

    def move(**days: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE appraisal_round DISABLE TRIGGER appraisal_round_guard")
            Round.objects.filter(pk=found.pk).update(
                since=place.today + timedelta(days=days["since"]), until=place.today + timedelta(days=days["until"])
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE appraisal_round ENABLE TRIGGER appraisal_round_guard")

    move(since=0, until=1)
    own = set(ScoreSheet.objects.filter(account=mine).values_list("unit_id", flat=True))
    keys = {key for row in UnitRecords.objects.filter(unit__in=own) for key in row.keys}
    assert seen(mine) == (own, keys) and own
    assert seen(place.assessor(place.organisation)) == (set(), set())
    with viewing(mine.pk) as viewer:
        outside = hidden.pk if hidden.pk not in keys else ServiceRecord.objects.none()
        with pytest.raises(Problem) as caught:
            score.open_sampled(outside if isinstance(outside, UUID) else UUID(int=1), by=viewer, at=clock.now())
        assert caught.value.code == "outside_the_sample"
        if keys:
            opened = score.open_sampled(next(iter(keys)), by=viewer, at=clock.now())
            assert "王秀英" not in opened.summary and opened.minutes == 30
    assert Event.objects.filter(verb="refuse_sampled_record", account_id=mine.pk).count() == 1
    move(since=-5, until=0)
    assert seen(mine) == (set(), set())  # no more
    with transaction.atomic():
        become_unprivileged()
        assert counted("roundunit") == counted("scoresheet") == counted("unitrecords") == 0


def test_names_of_clients_are_left_out_of_what_assessors_read(place: Assessed) -> None:
    room = place.records("A1", 0)
    room.record(replace(room.draft, summary="王秀英说最近睡得不好"))
    found = place.under_way(records_share=100, tiers=["room"])
    unit = place.unit(found, "A1")
    sheet = ScoreSheet.objects.filter(unit=unit, rater="professional").first()
    assert sheet is not None and sheet.account_id is not None
    with viewing(sheet.account_id):
        assert [row.summary for row in queries.sampled(unit.pk)] == ["×××说最近睡得不好"]


def test_two_score_apart_and_see_each_other_only_when_both_handed_in(place: Assessed) -> None:
    found = place.under_way(tiers=["room"])
    unit = place.unit(found, "A1")
    first, second = ScoreSheet.objects.filter(unit=unit, rater="professional").order_by("seat")
    one, other = (Account.objects.get(pk=sheet.account_id) for sheet in (first, second))
    place.fill(first, one, Decimal("0.9"))
    with viewing(other.pk):
        assert not ScoreSheet.objects.filter(pk=first.pk).exists()
        assert not SheetScore.objects.filter(sheet=first).exists()
    with viewing(place.city.pk):
        assert not SheetScore.objects.filter(sheet=first).exists()
    place.fill(second, other, Decimal("0.5"))
    with viewing(other.pk):
        assert SheetScore.objects.filter(sheet=first).count() == 6
        lines = queries.compared(found, [unit.pk])[unit.pk]
    assert all(line.is_open for line in lines)
    late = {"account": one, "submit": False, "today": place.today}
    assert refused(place, score.save_scores, first, {}, "", **late) == "scoresheet_final"
    place.fill_all(found)
    assert refused(place, actions.settle_round, found) == "round_differences"
    for line in lines:
        with viewing(one.pk) as viewer:
            points = line.item.points * Decimal("0.8")
            made = score.settle(unit, line.item, points, "复核台账后", by=viewer, at=clock.now())
            with pytest.raises(Problem) as caught:
                score.agree(made, by=viewer, at=clock.now())
            assert caught.value.code == "settlement_by_both"
        with viewing(other.pk) as viewer:
            score.agree(Settlement.objects.get(unit=unit, item=line.item), by=viewer, at=clock.now())
    found = place.acts(actions.settle_round, found)
    place.acts(score.grade_round, found)
    assert RoundResult.objects.get(unit=unit).professional == 80


def test_points_stay_within_what_an_item_gives(place: Assessed) -> None:
    found = place.under_way(tiers=["room"])
    sheet = ScoreSheet.objects.filter(round=found, rater="professional").select_related("round").first()
    assert sheet is not None
    account = Account.objects.get(pk=sheet.account_id)
    with viewing(account.pk) as viewer:
        kept = {"by": viewer, "at": clock.now(), "today": place.today}
        with pytest.raises(Problem) as caught:
            score.save_scores(sheet, {"P1": score.Given(Decimal("20.5"))}, "", submit=False, **kept)
        assert (caught.value.code, caught.value.field) == ("sheetscore_within_maximum", "points-P1")
        with pytest.raises(Problem) as caught:
            score.save_scores(sheet, {"P1": score.Given(Decimal(20))}, "", submit=True, **kept)
        assert "points_missing" in [each.code for each in caught.value]
        photo = score.add_photo(sheet, "P1", Brought(picture_of(60, 40), "现场.jpg"), **kept)
        assert queries.content_of(photo)[:3] == b"\xff\xd8\xff"
        score.remove_photo(queries.photo_seen(photo.pk), **kept)
        score.save_scores(sheet, {"P1": score.Given(Decimal(20))}, "", submit=False, **kept)
        sql = "UPDATE appraisal_sheetscore SET points = 21 WHERE sheet_id = %s"
        assert told(sql, sheet.pk) == "appraisal_sheetscore_within_maximum"
    with viewing(place.assessors[2].pk) as viewer, pytest.raises(Problem) as caught:
        score.save_scores(sheet, {}, "", submit=False, by=viewer, at=clock.now(), today=place.today)
    assert caught.value.code == "sheet_not_yours"
    with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
        late = place.today + timedelta(days=30)
        score.save_scores(sheet, {}, "", submit=False, by=viewer, at=clock.now(), today=late)
    assert caught.value.code == "scoresheet_in_window"


def test_an_appeal_comes_in_time_and_another_decides(place: Assessed, world: World) -> None:
    found = place.out(tiers=["room"])
    result = RoundResult.objects.get(unit=place.unit(found, "A1"))
    head = world.account("head", world.towns["A"])
    stranger = world.account("head", world.towns["B"])
    assert refused(place, score.appeal_result, result, "有误", account=stranger) == "not_your_station"
    with viewing(head.pk) as viewer:
        result = score.appeal_result(result, "台账在柜里", by=viewer, at=clock.now())
    decide = {"grants": True, "points": Decimal("95.5"), "reason": "补看台账"}
    assert refused(place, score.decide_result_appeal, result, **decide) == "not_your_appeal"
    with viewing(place.other_city.pk) as viewer:
        result = score.decide_result_appeal(result, by=viewer, at=clock.now(), **decide)
    result.refresh_from_db()
    assert (result.total, result.final_total, result.final_grade) == (90, Decimal("95.50"), "excellent")
    for column in ("final_total", "total"):
        sql = f"UPDATE appraisal_roundresult SET {column} = 99 WHERE unit_id = %s"
        assert told(sql, result.unit_id) == "appraisal_roundresult_stays"
    with transaction.atomic():
        become_unprivileged()  # published: for everybody
        assert RoundResult.objects.count() == 4
    with viewing(head.pk):
        assert SheetScore.objects.exists() and not ScoreSheet.objects.filter(station=world.rooms["B1"]).exists()


def test_what_scored_below_full_is_told_with_notes_and_photos(place: Assessed) -> None:
    found = place.graded(tiers=["room"])
    with viewing(place.city.pk):
        rows = list(queries.shortfalls(found))
        assert len(rows) == 4 * 10 and {row.item.rater for row in rows} == {"professional", "financial"}
        assert rows[0].notes and rows[0].points < rows[0].most
        assert list(queries.shortfalls(found, below=80)) == []


def test_only_the_city_plans_and_only_a_team_of_the_contract_assesses(place: Assessed, world: World) -> None:
    found = place.planned()
    assert refused(place, actions.publish_round, found, SEED, account=place.county["A"]) == "not_your_round"
    worker = world.account("worker", world.rooms["A1"])
    assert refused(place, actions.add_member, found, worker.pk, "professional", leads=False) == "roundmember_assessor"
    with viewing(place.county["A"].pk):
        assert not Round.objects.exists()  # a draft is the city's
    sql = (
        "INSERT INTO appraisal_draw (id, round_id, number, seed, reason, strata, digest, drawn_at) VALUES "
        "(gen_random_uuid(), %s, 1, 'x', '', '[]', '', now())"
    )
    with viewing(place.city.pk):
        assert "permission denied" in told(sql, found.pk)


def test_projects_are_drawn_among_the_chosen_contracts(place: Assessed, world: World) -> None:
    agency, day = place.agency("承接社"), place.today
    fund = Fund.objects.create(code="F", name_zh="保障金", name_en="Fund")
    bought = []
    for number, key in enumerate(("A1", "A2", "B1")):
        contract = Contract.objects.create(
            number=f"G-{number}", organisation=agency, fund=fund, hub_id=world.rooms[key].hub_id, amount=1000,
            since=day - timedelta(days=30), until=day + timedelta(days=30),
        )  # fmt: skip
        contract.stations.add(world.rooms[key])
        bought.append(contract.pk)
    plan = {"tiers": ["room"], "share": 50}
    assert refused_plan(place, contracts=bought[:1], **plan) == "round_contracts_of_projects"
    assert refused_plan(place, contracts=[2**40], unit="project", **plan) == "contract_unknown"
    found = place.acts(actions.publish_round, place.planned(contracts=bought[1:], unit="project", **plan), SEED)
    found = place.acts(actions.draw_sample, found)
    drawn = set(RoundUnit.objects.filter(round=found).values_list("contract_id", flat=True))
    assert drawn == set(bought[1:])  # one of one in each county
    draw = Draw.objects.get(round=found)
    with viewing(place.city.pk):
        assert queries.draw_holds(draw) and [each.pk for each in queries.chosen_projects(found)] == bought[1:]
        stays = told("UPDATE appraisal_round SET contracts = '{}' WHERE id = %s", found.pk)
    assert stays == "appraisal_round_published_stays"


def refused_plan(place: Assessed, **changes: Any) -> str:
    with pytest.raises(Problem) as caught:
        place.planned(**changes)
    return caught.value.code
