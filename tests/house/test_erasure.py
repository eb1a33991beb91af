"""Erasure and retention reach every personal table: each column that can hold words is listed here with what becomes of
it. A new one fails until it is listed; and what is said to go with the file is looked for after an erasure.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.factories import World
from tests.house import test_wall
from tests.practice.test_record import Room

# Gone, or emptied, when the file that they belong to is erased (ADR 0008).
WITH_THE_FILE: Final[Mapping[str, str]] = {
    "practice_household": "address",
    "practice_client": "name sort_key sounds_key ethnicity identity identity_index phone phone_index address "
    "household_relation digest",
    "practice_clienttoken": "token",
    "practice_disability": "card",
    "practice_contact": "name relation phone",
    "practice_consent": "note",
    "practice_clientmerge": "moved",
    "practice_restrictedlook": "reason",
    "practice_servicerecord": "summary next_step void_reason",
    "practice_recordrevision": "before reason",
    "practice_groupmember": "reason outcome_note",
    "practice_groupsession": "content dynamics progress next_step",  # with the last of the members
    "practice_sessionattendance": "reason note",
    "practice_assessment": "answers strengths summary",
    "practice_case": "problem no_guardian_reason outcome",
    "practice_attachment": "name caption digest remove_reason",
    "practice_attachmentchunk": "sealed",
    "practice_casestep": "reason",
    "practice_casesheet": "content signer signature witness",
    "practice_caseapproval": "comment",
    "practice_casetransfer": "reason comment",
    "practice_followup": "note",
    "practice_casereview": "question",
    "practice_emergencyservice": "reason comment",
    "practice_casegoal": "statement measure baseline levels",
    "practice_goalrating": "note",
    "practice_enquiry": "asker_name asker_phone relation name address need decision_note digest code_digest",
    "practice_referral": "reason asked basis_note name phone address answer result",
    "practice_evaluation": "comment",
    "practice_familyperson": "name occupation health",
    "practice_ecosystem": "name note",
    "practice_familyversion": "document",
    "practice_subjectrequest": "contact",
}
# Belongs to no file, or outlives it: forgotten in its own time (practice_forget_expired, drop_expired_papers).
IN_ITS_OWN_TIME: Final[Mapping[str, str]] = {
    "practice_activitysignup": "name phone",  # of people without a file
    "practice_surveyresponse": "answers name",
    "practice_protectionreport": "name address facts place safety follow_up result_note",  # the law wants them
    "practice_reportnotice": "officer receipt",
    "practice_printjob": "title",  # a day
    "practice_printedfile": "sealed",
}
# Names and describes nobody, or has to stay.
STAYS: Final[Mapping[str, str]] = {
    # Numbers of files, terms from lists, digests of what was sent, fixed words.
    "practice_client": "number restricted_classes",
    "practice_servicerecord": "digest",
    "practice_case": "number",
    "practice_casetransfer": "number",
    "practice_enquiry": "number",
    "practice_referral": "number agreement_title",
    "practice_protectionreport": "number triggers",
    "practice_attachment": "media",
    "practice_evaluationlink": "digest",
    "practice_surveylink": "token",
    "practice_calendarfeed": "digest",
    "practice_printjob": "kind problem",
    # Plans and reports about a group or an activity as a whole, written for the public or for whoever pays.
    "practice_socialgroup": "title helper_ids aim theory criteria risk measure_name digest decision_note outcome "
    "follow_up cancel_reason",
    "practice_groupsession": "title aims flow materials cancel_reason",
    "practice_activity": "title helper_ids purpose target venue flow staffing safety digest decision_note walk_ins "
    "outcome feedback cancel_reason",
    "practice_budgetline": "item",
    "practice_resourcelink": "giver what",
    # What proves that a request was met and who looked why (PIPL art. 55, 56; regulation on network data art. 12).
    "practice_subjectrequest": "text answer",
    "practice_erasureproposal": "reason",
    "practice_reportlook": "reason",
}
ALL_LISTS: Final = (WITH_THE_FILE, IN_ITS_OWN_TIME, STAYS)
WORDS: Final = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)
MARK: Final = "鲸落"

full = test_wall.filled


def columns(listed: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(table, column) for table, names in listed.items() for column in names.split()}


def columns_with_words() -> Iterator[tuple[str, str]]:
    """Every column of a personal table of the practice that can hold words of one's own."""
    for model in apps.get_app_config("practice").get_models():
        if model._meta.db_table in test_wall.PERSONAL:
            for field in model._meta.local_concrete_fields:
                if isinstance(field, WORDS) and not getattr(field, "choices", None):
                    yield model._meta.db_table, str(field.column)


def test_every_column_with_words_is_listed_once() -> None:
    found = [column for listed in ALL_LISTS for column in columns(listed)]
    assert len(found) == len(set(found))
    assert set(found) == set(columns_with_words())


# Keys alone, without a word or number about anybody: what is left of them after an erasure points at an anonymous file.
KEYS_ALONE: Final = {"linkage_giftrecipient"}


def test_what_is_known_of_clients_is_kept_in_the_practice_alone(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = "
            "'practice_client'::regclass UNION SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'client_id' AND table_schema = 'public'"
        )
        tables = {table for (table,) in cursor.fetchall()}
    # What a resident asks about the own data goes with the file, too (tests/portal/test_own_data.py).
    tables -= {"portal_owndatarequest"}
    assert {table for table in tables if not table.startswith("practice_")} == KEYS_ALONE
    others = [model for model in apps.get_models() if model._meta.db_table in KEYS_ALONE]
    assert all(field.is_relation for model in others for field in model._meta.local_concrete_fields)
    assert tables - KEYS_ALONE <= {model._meta.db_table for model in apps.get_app_config("practice").get_models()}


# What a row needs beside its words, so that the table takes them.
TOGETHER: Final = {
    "practice_servicerecord": ", voided_at = now(), voided_by_id = recorded_by_id",
    "practice_attachment": ", removed_at = now(), removed_by_id = attached_by_id",
}


def planted(table: str, names: list[str]) -> None:
    """Put a mark into columns of all rows of a table, past all guards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = ANY (%s)",
            [table, names],
        )
        values = {
            "jsonb": f"""'{{"x": "{MARK}"}}'::jsonb""",
            "bytea": f"convert_to('{MARK}', 'UTF8')",
            "_varchar": f"array_fill('{MARK}'::text, ARRAY[5])",
        }
        sets = ", ".join(f"{name} = {values.get(kind, repr(MARK))}" for name, kind in cursor.fetchall())
        # Events of triggers that wait would forbid to change the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute(f'UPDATE "{table}" SET {sets}{TOGETHER.get(table, "")}')
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def marked(table: str, names: list[str]) -> set[str]:
    """The columns of a table that still hold the mark in some row."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" AS t')
        rows: list[Any] = [json.loads(row) for (row,) in cursor.fetchall()]
    sealed = MARK.encode().hex()
    return {name for row in rows for name in names if MARK in str(row[name]) or sealed in str(row[name])}


@pytest.fixture
def erased(full: Room, world: World) -> None:
    """The fixture's world with a mark in every word that is to go; then its file is erased."""
    client, second = full.clients[0], world.account("dpo", world.centre)
    first = Account.objects.exclude(pk=second.pk).first()
    place: list[Any] = [client.hub_id, client.pk]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("practice_case", "practice_erasureproposal", "practice_subjectrequest", "practice_client"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE practice_case SET stage = 'closed', closed_on = opened_on, closed_by_id = opened_by_id, "
            "close_reason = 'moved', early_reason = 'moved' WHERE hub_id = %s AND client_id = %s",
            place,
        )
        # Two of one person: the second file was merged into the first.
        cursor.execute(
            "UPDATE practice_client SET state = 'merged', merged_into_id = %s WHERE id = %s",
            [client.pk, full.clients[1].pk],
        )
        cursor.execute(
            "UPDATE practice_subjectrequest SET outcome = 'granted', answer = '已办理', answered_on = received_on, "
            "answered_by_id = recorded_by_id WHERE hub_id = %s AND client_id = %s",
            place,
        )
        cursor.execute(
            "UPDATE practice_erasureproposal SET decision = 'approved', decided_at = now(), decided_by_id = %s, "
            "proposed_by_id = %s WHERE hub_id = %s AND client_id = %s RETURNING id",
            [second.pk, first.pk if first else 0, *place],
        )
        proposal = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE practice_client c SET household_id = h.id FROM practice_household h WHERE c.id = %s", [client.pk]
        )
        for table in ("practice_case", "practice_erasureproposal", "practice_subjectrequest", "practice_client"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, names in WITH_THE_FILE.items():
        planted(table, names.split())
        assert marked(table, names.split()) == set(names.split()), table  # or it would be found gone without going
    with viewing(second.pk), connection.cursor() as cursor:
        cursor.execute("SELECT practice_anonymise(%s, %s, %s::date)", [proposal, client.hub_id, clock.today()])


def test_what_goes_with_the_file_is_gone(erased: None) -> None:
    assert {table: left for table, names in WITH_THE_FILE.items() if (left := marked(table, names.split()))} == {}
