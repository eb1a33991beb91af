"""Needs assessments: what the answers mean, and keeping them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from shegong.catalogue.rules.filling import Filling
from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.assessment import assess
from shegong.practice.models import Assessment, AssessmentNeed, Client
from shegong.practice.queries.assessment import assessment_sheet, instruments_in_force
from shegong.practice.rules import assessment as rules
from tests.practice.county import FORM, County

VALUES = ["bereaved", "jobless", "harm", "none"]


def given_form(answers: dict[str, Any]) -> Filling:
    return rules.filled(FORM, answers, date(2022, 7, 1))


def wrong(answers: dict[str, Any]) -> dict[str | None, str]:
    with pytest.raises(Problem) as caught:
        rules.checked_answers(given_form(answers))
    return {each.field: each.code for each in caught.value}


def kept(county: County, client: Client, answers: dict[str, Any], by: Account | None = None, **more: Any) -> Assessment:
    with viewing((by or county.worker).pk) as viewer:
        return assess(client, county.instrument(), answers, by=viewer, at=clock.now(), **more)


def test_answers_are_normalised() -> None:
    answers = {"health": "weak", "losses": ["jobless", "bereaved"], "size": "3", "wish": " 有人说话 "}
    assert rules.checked_answers(given_form(answers)) == {
        "health": "weak",
        "losses": ["bereaved", "jobless"],
        "size": 3,
        "wish": "有人说话",
    }
    assert rules.checked_answers(given_form({"health": "good", "losses": [], "wish": ""})) == {"health": "good"}


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({}, {"health": "answer_missing"}),
        ({"health": "other"}, {"health": "answer_unknown"}),
        ({"health": "good", "losses": ["none", "jobless"]}, {"losses": "answer_exclusive"}),
        ({"health": "good", "losses": "jobless"}, {"losses": "answer_unknown"}),
        ({"health": "good", "size": "many"}, {"size": "answer_number"}),
        ({"health": "good", "size": "nan"}, {"size": "answer_number"}),
        ({"health": "good", "size": 21}, {"size": "answer_constraint"}),
        ({"health": "good", "wish": "\0"}, {"wish": "text_control"}),
        ({"health": "good", "wish": "字" * 10_000_000}, {"wish": "text_too_long"}),
        ({"health": "good", "extra": 1}, {None: "question_unknown"}),
    ],
)
def test_wrong_answers_are_named_at_their_question(answers: dict[str, Any], problem: dict[str | None, str]) -> None:
    assert wrong(answers) == problem


@pytest.mark.parametrize(
    ("answers", "points", "risk", "needs"),
    [
        ({"health": "good"}, 0, 1, {"CA": 0}),
        ({"health": "ill"}, 3, 2, {"CA": 3}),
        ({"health": "ill", "losses": ["bereaved", "jobless"]}, 5, 3, {"CA": 3, "FS": 2}),
        ({"health": "good", "losses": ["harm"]}, 1, 4, {"CA": 0, "FS": 1}),
        ({"health": "good", "losses": ["none"], "size": 5, "wish": "x"}, 0, 1, {"CA": 0, "FS": 0}),
    ],
)
def test_risk_and_needs_follow_from_the_form(
    answers: dict[str, Any], points: int, risk: int, needs: dict[str, int]
) -> None:
    found = rules.followed(given_form(answers))
    assert found.scores[0].value == points
    assert found.risk == risk
    assert found.needs == needs


@given(st.sampled_from(["good", "weak", "ill"]), st.lists(st.sampled_from(VALUES), unique=True))
def test_another_trouble_never_lowers_risk_or_need(health: str, losses: list[str]) -> None:
    alone = rules.followed(given_form({"health": health, "losses": losses[:-1]}))
    more = rules.followed(given_form({"health": health, "losses": losses}))
    assert more.risk >= alone.risk
    assert more.needs["CA"] == alone.needs["CA"]
    assert all(0 <= level <= 3 for level in more.needs.values())


def test_an_assessment_is_kept_counted_and_journalled(county: County) -> None:
    client = county.client()
    assessment = kept(county, client, {"health": "ill", "losses": ["harm"]}, summary="需要尽快转介")
    assert (assessment.risk, assessment.worker_id, assessment.station_id) == (4, county.worker_row.pk, county.room.pk)
    assert dict(AssessmentNeed.objects.values_list("field__code", "level")) == {"CA": 3, "FS": 1}
    assert Event.objects.get(verb="assess").detail["risk"] == 4
    assert drift() == []
    with viewing(county.worker.pk) as viewer:
        sheet = assessment_sheet(viewer, assessment.pk)
        assert sheet and [(each.label, each.answer) for each in sheet.answered] == [
            ("健康", "重病"),
            ("经历", "轻生念头"),
        ]
        assert instruments_in_force() == [county.instrument()]
    with viewing(county.neighbour.pk) as viewer:
        assert assessment_sheet(viewer, assessment.pk) is None


def test_the_same_key_is_the_same_assessment(county: County) -> None:
    client, key = county.client(), uuid7()
    first = kept(county, client, {"health": "good"}, key=key)
    assert kept(county, client, {"health": "good"}, key=key).pk == first.pk
    with pytest.raises(Problem) as caught:
        kept(county, client, {"health": "ill"}, key=key)
    assert (caught.value.code, caught.value.status) == ("key_taken", 409)
    assert Assessment.objects.count() == 1 and drift() == []


def test_who_may_not_assess(county: County) -> None:
    client = county.client()
    gone = county.client("李国强", state="deceased")
    for account, whom, code in (
        (county.neighbour, client, "client_missing"),
        (county.officer, client, "station_out_of_reach"),
        (county.colleague, client, "no_worker"),
        (county.worker, gone, "client_not_active"),
    ):
        with pytest.raises(Problem) as caught:
            kept(county, whom, {"health": "good"}, account)
        assert caught.value.code == code
    assert Assessment.objects.count() == 0


def test_nobody_outside_sees_an_assessment(county: County) -> None:
    kept(county, county.client(), {"health": "ill"})
    for account, seen in ((county.worker, 1), (county.head, 1), (county.neighbour, 0), (county.city, 0)):
        with viewing(account.pk), connection.cursor() as cursor:
            for table in ("practice_assessment", "practice_assessmentneed"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (seen,), (account, table)
