"""A letter from draft to final score, what each side may do, what stays frozen, and what the indicators read of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from shegong.appraisal.actions import letter as signing
from shegong.appraisal.actions import letter_score as scoring
from shegong.appraisal.actions.letter_score import keep_progress
from shegong.appraisal.models import LetterMark, LetterProgress, LetterStep, TargetLetter
from shegong.appraisal.queries import letter as queries
from shegong.appraisal.queries.letter_values import live_values
from shegong.appraisal.tasks import keep_letters
from shegong.indicators.queries import breakdown, reading
from shegong.indicators.stocks import Snapshot
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import StationStage
from shegong.network.scope import viewing
from tests.appraisal.letters import PROOF, Lettered, item
from tests.factories import World


@pytest.fixture
def place(world: World) -> Lettered:
    return Lettered(world)


def code_of(raised: pytest.ExceptionInfo[Problem]) -> list[str]:
    return [each.code for each in raised.value]


def test_a_letter_is_scored_as_its_explanation_says(place: Lettered) -> None:
    letter = place.scored()
    marks = {mark.item.code: mark for mark in LetterMark.objects.filter(letter=letter).select_related("item")}
    # Two of four rooms; half of the way from 100 to 200, at most 60 %; one milestone of two.
    assert (marks["R1"].value, marks["R1"].numerator, marks["R1"].points) == (2, 2, 20)
    assert (marks["M1"].value, marks["M1"].points) == (150, Decimal("10.50"))
    assert (marks["T1"].value, marks["T1"].numerator, marks["T1"].denominator, marks["T1"].points) == (
        50, 1, 2, Decimal("12.50"),
    )  # fmt: skip
    assert marks["M1"].entry is not None and marks["R1"].entry is None
    assert letter.score == Decimal("43.00") == sum(mark.points for mark in marks.values())
    assert letter.objections_due_on == place.today + timedelta(days=10)
    with viewing(place.county.pk) as viewer:
        found = queries.letter_of(viewer, letter.pk)
        assert found is not None
        sheet = queries.sheet(found, place.today)
        assert sheet.total == letter.score and [line.points for line in sheet.lines] == [20, Decimal("10.50"), 12.5]
        assert [past.step.state for past in queries.steps_of(found)] == ["scored", "accepted", "issued"]


def test_what_was_frozen_stays_though_records_change_and_the_difference_is_told(place: Lettered) -> None:
    letter = place.scored()
    closed = place.world.rooms["A1"]
    StationStage.objects.filter(station=closed, stage="running").update(until=place.today)
    with connection.cursor() as cursor:  # as a transaction's end would
        cursor.execute("UPDATE indicators_stockstamp SET stamp = gen_random_uuid()")
    with viewing(place.county.pk) as viewer:
        found = queries.letter_of(viewer, letter.pk)
        assert found is not None
        line = queries.sheet(found, place.today).lines[0]
    assert line.mark is not None and line.mark.value == 2 and line.now.value == 1 and line.difference == -1
    assert line.points == 20 and found.score == Decimal("43.00")


def test_an_accepted_objection_stands_beside_the_mark(place: Lettered) -> None:
    letter = place.scored()
    objection = place.objected(letter)
    letter.refresh_from_db()
    assert letter.state == "objected"
    with viewing(place.county.pk) as viewer, pytest.raises(Problem) as early:
        scoring.settle_letter(letter, by=viewer, at=clock.now(), today=place.today)
    assert code_of(early) == ["objections_open"]
    with viewing(place.city.pk) as viewer:
        with pytest.raises(Problem) as bare:
            scoring.rule_objection(objection, accepts=True, corrected=None, answer="", by=viewer, at=clock.now())
        assert code_of(bare) == ["value_missing", "reason_missing"]
        ruled = scoring.rule_objection(
            objection, accepts=True, corrected=Decimal(200), answer="凭证属实", by=viewer, at=clock.now()
        )
        assert ruled.corrected_points == 35
        with pytest.raises(Problem):
            scoring.rule_objection(objection, accepts=False, corrected=None, answer="再裁", by=viewer, at=clock.now())
    assert LetterMark.objects.get(item=ruled.item).points == Decimal("10.50")
    with viewing(place.county.pk) as viewer:
        final = scoring.settle_letter(letter, by=viewer, at=clock.now(), today=place.today)
    assert (final.score, final.final_score, final.state) == (Decimal("43.00"), Decimal("67.50"), "final")
    assert reading("appraisal.letter_score", place.world.hubs["A"]).value == Decimal("67.50")


def test_a_refused_objection_changes_nothing_and_the_city_waits_for_the_deadline(place: Lettered) -> None:
    letter = place.scored()
    objection = place.objected(letter, "R1", 4)
    with viewing(place.county.pk) as viewer, pytest.raises(Problem) as twice:
        scoring.object_to(objection.item, Decimal(4), "又一次", PROOF, by=viewer, at=clock.now(), today=place.today)
    assert code_of(twice) == ["objected_already"]
    with viewing(place.city.pk) as viewer:
        scoring.rule_objection(objection, accepts=False, corrected=None, answer="两间未运行", by=viewer, at=clock.now())
        with pytest.raises(Problem) as early:
            scoring.settle_letter(letter, by=viewer, at=clock.now(), today=place.today)
        assert code_of(early) == ["objections_may_come"]
    with viewing(place.county.pk) as viewer, pytest.raises(Problem) as late:
        scoring.object_to(
            place.of(letter, "M1"), Decimal(200), "迟了", PROOF, by=viewer, at=clock.now(),
            today=place.today + timedelta(days=11),
        )  # fmt: skip
    assert code_of(late) == ["objection_late"]
    with viewing(place.county.pk) as viewer:
        assert scoring.settle_letter(letter, by=viewer, at=clock.now(), today=place.today).final_score == 43


def test_only_a_whole_letter_is_issued_and_then_it_stays(place: Lettered) -> None:
    letter = place.drafted()
    with viewing(place.city.pk) as viewer:
        signing.drop_item(letter, "T1", by=viewer, at=clock.now())
        with pytest.raises(Problem) as light:
            signing.issue_letter(letter, by=viewer, at=clock.now(), today=place.today)
        with pytest.raises(Problem) as repealed:
            signing.save_item(letter, item("R2", 25, clause="plan#gone"), by=viewer, at=clock.now())
        signing.save_item(letter, item("R2", 25), by=viewer, at=clock.now())
        signing.issue_letter(letter, by=viewer, at=clock.now(), today=place.today)
        with pytest.raises(Problem) as issued:
            signing.save_item(letter, item("R2", 20), by=viewer, at=clock.now())
    assert (code_of(light), code_of(repealed), code_of(issued)) == (
        ["weights_not_100"], ["clause_repealed"], ["state_gone"],
    )  # fmt: skip


def test_each_side_takes_its_own_steps(place: Lettered) -> None:
    letter = place.issued()
    for account in (place.city, place.stranger, place.liaison):
        with viewing(account.pk) as viewer, pytest.raises((Problem, TargetLetter.DoesNotExist)):
            signing.accept_letter(letter, by=viewer, at=clock.now())
    with viewing(place.county.pk) as viewer:
        signing.accept_letter(letter, by=viewer, at=clock.now())
        with pytest.raises(Problem) as twice:
            signing.accept_letter(letter, by=viewer, at=clock.now())
        with pytest.raises(Problem) as own:
            scoring.score_letter(letter, by=viewer, at=clock.now(), today=place.today)
        with pytest.raises(Problem) as read:
            scoring.enter_value(
                place.of(letter, "R1"), Decimal(4), "", PROOF, by=viewer, at=clock.now(), today=place.today
            )
        with pytest.raises(Problem) as program:
            scoring.enter_value(
                place.of(letter, "M1"),
                Decimal(4),
                "",
                Brought(b"MZ" + b"\0" * 99, "a.jpg"),
                by=viewer,
                at=clock.now(),
                today=place.today,
            )
    assert [code_of(each) for each in (twice, own, read, program)] == [
        ["state_gone"], ["not_the_city"], ["item_unknown"], ["file_kind"],
    ]  # fmt: skip
    with viewing(place.city.pk) as viewer, pytest.raises(Problem) as early:
        scoring.score_letter(letter, by=viewer, at=clock.now(), today=place.today - timedelta(days=1))
    assert code_of(early) == ["too_early"]


def test_nothing_is_entered_after_the_reading_date(place: Lettered) -> None:
    letter = place.accepted()
    with viewing(place.county.pk) as viewer, pytest.raises(Problem) as late:
        scoring.enter_value(
            place.of(letter, "M1"), Decimal(4), "", PROOF, by=viewer, at=clock.now(),
            today=place.today + timedelta(days=1),
        )  # fmt: skip
    assert code_of(late) == ["entry_late"]


def test_a_refusal_leaves_a_trace(place: Lettered) -> None:
    letter = place.accepted()
    with viewing(place.city.pk) as viewer, pytest.raises(Problem), signing.tracing(letter, by=viewer, at=clock.now()):
        scoring.score_letter(letter, by=viewer, at=clock.now(), today=place.today - timedelta(days=1))
    assert Event.objects.get(verb="refuse_letter").detail["reason"] == "too_early"


def test_a_departments_letter_is_its_liaisons(place: Lettered) -> None:
    letter = place.accepted(of_department=True)
    assert letter.hub == place.world.centre and letter.accepted_by == place.liaison
    with viewing(place.liaison.pk) as viewer:
        task = place.of(letter, "T1")
        scoring.enter_value(
            task,
            Decimal(1),
            "",
            PROOF,
            by=viewer,
            at=clock.now(),
            today=place.today,
            milestone=task.milestones.get(number=1),
        )
        found = queries.letter_of(viewer, letter.pk)
        assert found is not None
        # The centre stands for the city: four rooms of four.
        lines = queries.sheet(found, place.today).lines
        assert lines[0].now.value == 4 and lines[2].now.value == 50 and lines[2].stops[0].entry is not None
    with viewing(place.county.pk) as viewer:
        assert queries.letter_of(viewer, letter.pk) is None


def test_a_letter_is_copied_to_the_other_counties_and_the_next_year(place: Lettered) -> None:
    letter = place.drafted()
    hubs = list(place.world.hubs.values())
    with viewing(place.city.pk) as viewer:
        (other,) = signing.copy_letter(letter, letter.year, hubs, by=viewer, at=clock.now())
        assert other.hub == place.world.hubs["B"]
        with pytest.raises(Problem) as again:
            signing.copy_letter(letter, letter.year, hubs, by=viewer, at=clock.now())
        later = signing.copy_letter(letter, letter.year + 1, hubs, by=viewer, at=clock.now())
    assert code_of(again) == ["letter_exists"] and len(later) == 2
    assert sum(each.weight for each in later[0].items.all()) == 100
    stops = later[0].items.get(code="T1").milestones.order_by("number")
    assert [each.due_on.year for each in stops] == [letter.year + 1] * 2
    assert later[0].read_on.year == letter.year + 1


def test_progress_is_kept_once_a_day_and_read_as_a_share(place: Lettered) -> None:
    letter = place.accepted()
    place.entered(letter, "M1", 250)
    assert keep_letters() is True and keep_letters() is False
    kept = {row.item.code: row for row in LetterProgress.objects.filter(letter=letter).select_related("item")
            if row.starts_on == max(LetterProgress.objects.values_list("starts_on", flat=True))}  # fmt: skip
    assert kept["M1"].on_pace is True and kept["M1"].value == 250 and kept["R1"].value == 2
    shown = reading("appraisal.letter_items_on_pace", place.world.hubs["A"])
    known = [row.on_pace for row in kept.values() if row.on_pace is not None]
    assert (shown.numerator, shown.denominator) == (sum(known), len(known))
    assert reading("appraisal.letter_items_on_pace", place.world.hubs["B"]).value is None
    parts = breakdown("appraisal.letter_items_on_pace", place.world.centre, None, "child")
    assert {part.key: part.reading.denominator for part in parts} == {"A": len(known), "B": 0}
    with viewing(place.county.pk):
        assert LetterProgress.objects.filter(letter=letter).exists()


def test_the_quarter_before_is_kept_as_it_ended(place: Lettered) -> None:
    place.accepted()
    last = date(place.today.year, 3, 31)
    assert keep_progress(last) == 3
    assert {row.starts_on for row in LetterProgress.objects.all()} == {date(last.year, 1, 1)}
    assert keep_progress(last) == 3 and LetterProgress.objects.count() == 3


def test_numbers_of_all_counties_cost_as_many_statements_as_of_one(
    place: Lettered, django_assert_num_queries: object
) -> None:
    world = place.world
    codes = ["network.rooms_running", "network.room_coverage", "practice.service_hours", "practice.satisfaction"]
    both = live_values([world.centre, *world.hubs.values()], codes, place.today)
    assert both[world.hubs["A"].pk, "network.rooms_running"].value == 2
    assert both[world.centre.pk, "network.rooms_running"].value == 4
    assert both[world.hubs["A"].pk, "practice.satisfaction"].value is None
    alone = live_values([world.hubs["B"]], codes, place.today)
    assert {key[1]: value for key, value in both.items() if key[0] == world.hubs["B"].pk} == {
        key[1]: value for key, value in alone.items()
    }
    assert Snapshot(world.hubs["B"], place.today).total("rooms_running") == 2


def test_steps_are_kept(place: Lettered) -> None:
    letter = place.scored()
    assert list(LetterStep.objects.filter(letter=letter).values_list("state", "score")) == [
        ("issued", None), ("accepted", None), ("scored", Decimal("43.00")),
    ]  # fmt: skip
