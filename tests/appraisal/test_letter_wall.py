"""What the database itself refuses of target letters, by raw SQL; and that nobody else sees one."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.appraisal.letters import Lettered
from tests.factories import World

TABLES = (
    "targetletter", "letteritem", "lettermilestone", "letterproof", "letterproofpiece", "letterentry", "lettermark",
    "letterobjection", "letterstep", "letterprogress",
)  # fmt: skip


@pytest.fixture
def place(world: World) -> Lettered:
    return Lettered(world)


def run(sql: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def refused(sql: str, *values: Any) -> str:
    """The constraint that refuses a statement."""
    with pytest.raises((IntegrityError, DatabaseError)) as raised:
        run(sql, *values)
    cause = raised.value.__cause__
    return getattr(getattr(cause, "diag", None), "constraint_name", None) or type(raised.value).__name__


def counts() -> dict[str, int]:
    found = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM appraisal_{table}")
            found[table] = cursor.fetchone()[0]
    return {table: number for table, number in found.items() if number}


@pytest.mark.parametrize("role", ["head", "worker", "agency", "assessor", "dpo", "admin", "volunteer", "supervisor"])
def test_others_see_nothing(place: Lettered, role: str) -> None:
    place.objected(place.scored())
    hub = place.world.hubs["A"]
    stranger = Account.objects.create(username="somebody", display_name="旁人")
    own = {"organisation": place.department} if role == "agency" else {}
    stranger.grants.create(role=role, station=hub, since="2022-01-01", **own)
    with viewing(stranger.pk):
        assert counts() == {}
    for account in (place.stranger, place.liaison):
        with viewing(account.pk):
            assert counts() == {}
    with viewing(place.county.pk):
        assert counts().keys() == set(TABLES) - {"letterprogress"}


def test_a_draft_is_the_citys_alone(place: Lettered) -> None:
    place.drafted()
    with viewing(place.county.pk):
        assert counts() == {}
        assert run("UPDATE appraisal_targetletter SET state = 'issued'") == 0
    with viewing(place.city.pk):
        assert counts() == {"targetletter": 1, "letteritem": 3, "lettermilestone": 2}


def test_weights_and_stages_are_held(place: Lettered) -> None:
    letter = place.drafted()
    issue = "UPDATE appraisal_targetletter SET state = %s, issued_at = now(), issued_by_id = %s WHERE id = %s"
    with viewing(place.city.pk):
        run("UPDATE appraisal_letteritem SET weight = 41 WHERE code = 'R1'")
        assert refused(issue, "issued", place.city.pk, letter.pk) == "appraisal_letter_weights_are_100"
        run("UPDATE appraisal_letteritem SET weight = 40 WHERE code = 'R1'")
        assert refused(issue, "accepted", place.city.pk, letter.pk) == "appraisal_letter_no_stage_skipped"
        run(issue, "issued", place.city.pk, letter.pk)
        assert refused("UPDATE appraisal_letteritem SET target = 1") == "appraisal_letteritem_issued_stays"
        assert refused("DELETE FROM appraisal_lettermilestone") == "appraisal_lettermilestone_issued_stays"
        assert refused("UPDATE appraisal_targetletter SET read_on = read_on - 1") == "appraisal_letter_issued_stays"
        assert refused("DELETE FROM appraisal_targetletter") == "appraisal_letter_issued_stays"
        sign = "UPDATE appraisal_targetletter SET state = 'accepted', accepted_at = now(), accepted_by_id = %s"
        assert refused(sign, place.county.pk) == "appraisal_letter_each_side_its_own"
    with viewing(place.county.pk):
        assert refused(sign, place.city.pk) == "appraisal_letter_signed_by_two"


def test_a_score_is_the_sum_of_marks_that_never_change(place: Lettered) -> None:
    letter = place.scored()
    for account in (place.city, place.county):
        with viewing(account.pk):
            assert refused("UPDATE appraisal_targetletter SET score = 99") == "appraisal_letter_issued_stays"
            for table in ("lettermark", "letterentry", "letterproof", "letterstep"):
                assert refused(f"DELETE FROM appraisal_{table}") == "ProgrammingError"  # no right at all
    # Not even by the tables' owner.
    assert refused("UPDATE appraisal_lettermark SET value = 4") == "appraisal_lettermark_never_changes"
    assert refused("DELETE FROM appraisal_lettermark") == "appraisal_lettermark_never_changes"
    assert refused("UPDATE appraisal_letterentry SET value = 4") == "appraisal_letterentry_never_changes"
    settle = """UPDATE appraisal_targetletter SET state = 'final', final_score = %s, settled_at = now(),
        settled_by_id = %s WHERE id = %s"""
    with viewing(place.county.pk):
        assert refused(settle, 99, place.county.pk, letter.pk) == "appraisal_letter_settled_right"
    with viewing(place.city.pk):  # objections may still come in
        assert refused(settle, 43, place.city.pk, letter.pk) == "appraisal_letter_settled_right"
    with viewing(place.county.pk):
        assert run(settle, 43, place.county.pk, letter.pk) == 1
        assert refused("UPDATE appraisal_targetletter SET settled_at = now()") == "appraisal_letter_issued_stays"


def test_a_wrong_sum_is_not_frozen(place: Lettered) -> None:
    letter = place.accepted()
    score = """UPDATE appraisal_targetletter SET state = 'scored', score = %s, scored_at = now(), scored_by_id = %s,
        objections_due_on = read_on + 9"""
    mark = """INSERT INTO appraisal_lettermark (item_id, letter_id, as_of, points)
        SELECT id, letter_id, now(), %s FROM appraisal_letteritem"""
    with viewing(place.city.pk):
        assert refused(score, 0, place.city.pk) == "appraisal_letter_score_is_the_sum"  # no marks
        assert refused(mark, 41) == "appraisal_lettermark_within_the_weight"
        run(mark, 5)
        assert refused(score, 16, place.city.pk) == "appraisal_letter_score_is_the_sum"
        assert run(score, 15, place.city.pk) == 1
    with viewing(place.county.pk):
        assert refused(mark, 1) in ("ProgrammingError", "appraisal_lettermark_within_the_weight")
    assert letter.score is None


def test_entries_and_objections_are_held(place: Lettered) -> None:
    letter = place.accepted()
    entry = place.entered(letter, "M1", 120)
    add = """INSERT INTO appraisal_letterentry
        (id, letter_id, item_id, value, note, proof_id, entered_at, entered_by_id)
        VALUES (gen_random_uuid(), %s, %s, 1, '', %s, now(), %s)"""
    with viewing(place.county.pk):
        read = place.of(letter, "R1")
        held = refused(add, letter.pk, read.pk, entry.proof_id, place.county.pk)
        assert held == "appraisal_letterentry_by_hand_with_proof"
        bare = refused(add, letter.pk, entry.item_id, None, place.county.pk)
        assert bare == "appraisal_letterentry_by_hand_with_proof"
    objection = """INSERT INTO appraisal_letterobjection
        (id, letter_id, item_id, reason, wanted, proof_id, made_at, made_by_id, ruling, answer)
        VALUES (gen_random_uuid(), %s, %s, '因', 1, %s, now(), %s, 'open', '')"""
    with viewing(place.county.pk):
        held = refused(objection, letter.pk, entry.item_id, entry.proof_id, place.county.pk)
        assert held == "appraisal_letterobjection_in_time"  # nothing is scored yet


def test_an_objection_is_ruled_on_once_by_the_city(place: Lettered) -> None:
    letter = place.scored()
    place.objected(letter)
    rule = """UPDATE appraisal_letterobjection SET ruling = 'accepted', corrected = 200, corrected_points = %s,
        answer = '属实', ruled_at = now(), ruled_by_id = %s"""
    with viewing(place.county.pk):
        assert run(rule, 35, place.county.pk) == 0
    with viewing(place.city.pk):
        assert refused(rule, 36, place.city.pk) == "appraisal_letterobjection_within_the_weight"
        assert refused(rule, 35, place.county.pk) == "appraisal_letterobjection_ruled_with_reason"
        assert run(rule, 35, place.city.pk) == 1
        assert refused(rule, 1, place.city.pk) == "appraisal_letterobjection_ruled_once"
    assert refused("DELETE FROM appraisal_letterobjection") == "appraisal_letterobjection_never_changes"


def test_progress_is_written_by_nobody_in_a_page(place: Lettered) -> None:
    place.accepted()
    with viewing(place.city.pk), pytest.raises(ProgrammingError), transaction.atomic():
        run("DELETE FROM appraisal_letterprogress")
