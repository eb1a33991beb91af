"""Decisions about client files, without a database."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.chinese import identity_check
from shegong.kernel.problems import Problem
from shegong.practice.rules import client as rules

TODAY = date(2026, 7, 1)
GOOD = "11010519491231002X"  # a woman born on 1949-12-31


def codes(problem: Problem) -> dict[str | None, str]:
    return {each.field: each.code for each in problem}


def refused(**facts: object) -> dict[str | None, str]:
    with pytest.raises(Problem) as caught:
        rules.checked_facts(facts, TODAY)  # type: ignore[arg-type]
    return codes(caught.value)


def test_a_name_is_enough() -> None:
    assert rules.checked_facts({"name": " 王秀英 "}, TODAY) == {"name": "王秀英"}


def test_birth_and_sex_come_from_the_number() -> None:
    facts = rules.checked_facts({"name": "王秀英", "identity": "110105 19491231 002x"}, TODAY)
    assert (facts["identity"], facts["born_on"], facts["sex"]) == (GOOD, date(1949, 12, 31), "2")


def test_number_birth_and_sex_must_agree() -> None:
    found = refused(name="王秀英", identity=GOOD, born_on=date(1950, 1, 1), sex="1")
    assert found == {"born_on": "birth_conflict", "sex": "sex_conflict"}


def test_an_unstated_sex_contradicts_nothing() -> None:
    assert rules.checked_facts({"name": "王", "identity": GOOD, "sex": "9"}, TODAY)["sex"] == "2"


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"name": "王", "identity": "110105194912310021"}, {"identity": "identity_checksum"}),
        ({"name": "王", "identity": "1" * 10_000_000}, {"identity": "identity_length"}),
        ({"name": "王", "born_on": date(2026, 7, 2)}, {"born_on": "birth_future"}),
        ({"name": "王", "born_on": date(1895, 6, 30)}, {"born_on": "birth_too_early"}),
        ({"name": ""}, {"name": "name_missing"}),
        ({"name": "😀"}, {"name": "name_missing"}),
        ({"name": "王\0五"}, {"name": "text_control"}),
        ({"name": "王" * 61}, {"name": "text_too_long"}),
        ({"name": "王" * 5_000_000}, {"name": "text_too_long"}),
        ({"name": "王", "address": "路" * 201}, {"address": "text_too_long"}),
        ({"name": "王", "phone": "12"}, {"phone": "phone_form"}),
        ({"name": "王", "sex": "5"}, {"sex": "sex_unknown"}),
        ({"name": "王", "ethnicity": "77"}, {"ethnicity": "ethnicity_unknown"}),
        ({"name": "王", "disabilities": [{"kind": "8", "grade": 1}]}, {"disability_kind": "disability_unknown"}),
        ({"name": "王", "disabilities": [{"kind": "1", "grade": 5}]}, {"disability_grade": "disability_grade"}),
        ({"name": "王", "low_incomes": [{"kind": "x"}]}, {"low_income": "low_income_unknown"}),
        (
            {"name": "王", "low_incomes": [{"kind": "minimum", "since": date(2027, 1, 1)}]},
            {"low_income_since": "date_future"},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(facts: dict[str, object], problem: dict[str, str]) -> None:
    assert refused(**facts) == problem


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert refused(name="", phone="x", born_on=date(2030, 1, 1)).keys() == {"name", "phone", "born_on"}


@pytest.mark.parametrize("name", ["𠮷田", "䶮龙", "曾志伟", "阿依古丽·买买提", "O'Brien", "王婆婆👵"])
def test_rare_characters_and_signs_stay(name: str) -> None:
    assert rules.checked_name(name) == name


def test_age_counts_completed_years() -> None:
    assert rules.age_on(date(1950, 7, 2), TODAY) == 75
    assert rules.age_on(date(1950, 7, 1), TODAY) == 76
    assert rules.age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert rules.is_minor(date(2008, 7, 2), TODAY)
    assert not rules.is_minor(date(2008, 7, 1), TODAY)
    assert not rules.is_minor(None, TODAY)


@given(st.dates(date(1900, 1, 1), date(2026, 7, 1)), st.dates(date(1900, 1, 1), date(2026, 7, 1)))
def test_age_never_goes_back(born_on: date, day: date) -> None:
    days = sorted({born_on, max(born_on, day), TODAY})
    ages = [rules.age_on(born_on, each) for each in days]
    assert all(before <= after for before, after in pairwise(ages))
    assert ages[0] == 0


def test_groups_that_do_not_fit_the_age_are_hinted_at() -> None:
    hints = rules.group_hints(["older", "child", "veteran"], date(1986, 1, 1), TODAY)
    assert [hint.code for hint in hints] == ["group_older", "group_child"]
    assert rules.group_hints(["older"], date(1960, 1, 1), TODAY) == []
    assert rules.group_hints(["older"], None, TODAY) == []


def test_restricted_classes_follow_from_groups() -> None:
    assert rules.restricted_classes(["", "violence", "drugs", "violence"]) == ["drugs", "violence"]
    assert rules.restricted_classes(["", ""]) == []


def test_file_numbers_have_six_digits_and_fit_their_column() -> None:
    assert rules.file_number("CD-0104", 2026, 12) == "CD-0104-2026-000012"
    assert len(rules.file_number("K" * 40, 2026, 1_000_000)) <= 30


@pytest.mark.parametrize(
    ("agreement", "score"),
    [
        ({"same_number": True}, 100),
        ({"same_name": True, "same_birth": True}, 75),
        ({"sounds_alike": True, "same_phone": True}, 55),
        ({"same_name": True}, 40),
        ({}, 0),
    ],
)
def test_likeness(agreement: dict[str, bool], score: int) -> None:
    nothing = dict.fromkeys(("same_number", "same_name", "sounds_alike", "same_birth", "same_phone"), False)
    assert rules.likeness(**{**nothing, **agreement}) == score


def test_files_of_two_people_are_not_merged() -> None:
    def problem(**changed: object) -> str:
        fine = {"same_file": False, "same_hub": True, "states": ("active", "active"), "identities": ("", GOOD)}
        found = rules.merge_problem(**{**fine, **changed})  # type: ignore[arg-type]
        return found.code if found else ""

    assert problem() == ""
    assert problem(same_file=True) == "merge_same"
    assert problem(same_hub=False) == "merge_hubs"
    assert problem(states=("active", "merged")) == "merge_twice"
    assert problem(identities=(GOOD, "1" * 18)) == "merge_identities"


@pytest.mark.parametrize("reason", ["", "  ", "-", "。。。", "1"])
def test_a_reason_says_something(reason: str) -> None:
    with pytest.raises(Problem) as caught:
        rules.checked_reason(reason)
    assert codes(caught.value) == {"reason": "reason_missing"}


def test_contacts_and_consents_are_checked() -> None:
    with pytest.raises(Problem) as caught:
        rules.checked_contact({"name": "", "relation": "", "phone": "1"})
    assert codes(caught.value).keys() == {"contact_name", "contact_relation", "contact_phone"}
    with pytest.raises(Problem) as caught:
        rules.checked_consent({"purpose": "x", "basis": "y", "given_on": date(2027, 1, 1)}, TODAY)
    assert codes(caught.value).keys() == {"purpose", "basis", "given_on"}
    given_consent = rules.checked_consent({"purpose": "service", "basis": "consent"}, TODAY)
    assert given_consent["given_on"] == TODAY


@pytest.mark.parametrize("hours", [0, 73, -1])
def test_a_look_ends(hours: int) -> None:
    with pytest.raises(Problem):
        rules.look_until_hours(hours)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_any_right_number_is_taken_with_its_facts(born_on: date, order: int) -> None:
    digits = f"510104{born_on:%Y%m%d}{order:03d}"
    number = digits + identity_check(digits)
    facts = rules.checked_facts({"name": "王", "identity": number}, TODAY)
    assert facts["born_on"] == born_on
    assert rules.checked_facts({"name": "王", **facts}, TODAY)["identity"] == number
