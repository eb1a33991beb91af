"""Decisions about sign-in."""

from datetime import UTC, datetime, timedelta

import pytest

from shegong.people import rules

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("failures", "end"),
    [
        ([], None),
        ([(ago(1), 4)], None),
        ([(ago(1), 5)], NOW + timedelta(minutes=14)),
        ([(ago(15), 5)], None),
        ([(ago(10), 3), (ago(2), 2)], NOW + timedelta(minutes=5)),
        ([(ago(2), 6), (ago(10), 3)], NOW + timedelta(minutes=13)),
        ([(ago(20), 4), (ago(2), 4)], None),
    ],
)
def test_a_name_is_locked_while_five_failures_are_remembered(
    failures: list[tuple[datetime, int]], end: datetime | None
) -> None:
    assert rules.lock_end(failures, 5, QUARTER, NOW) == end


def test_tokens_are_recognisable_and_never_the_same() -> None:
    tokens = {rules.new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(token.startswith("sg_") and len(token) == 43 and token[3:].isalnum() for token in tokens)
    assert {len(rules.token_digest(token)) for token in tokens} == {32}


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "123-456", "１２３４５６", "123 456"])
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert rules.typed_code(typed) == "123456"


def test_recovery_codes_are_ten_digits_even_small_ones() -> None:
    assert {len(rules.new_recovery_code()) for _ in range(200)} == {10}


def test_one_time_passwords_have_no_letters_that_are_taken_for_others() -> None:
    password = rules.new_one_time_password()
    assert len(password) == 14
    assert not set(password) & set("0O1lI")
