"""A referral driven at random by both sides: no illegal state, nothing shown before its time, no second file."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import referral as actions
from shegong.practice.actions.client import give_consent, withdraw_consent
from shegong.practice.models import Client, Referral
from shegong.practice.rules.client import ConsentFact
from shegong.practice.rules.referral import NEXT
from tests.practice.county import County
from tests.practice.test_referral import draft, seen_by

STEPS: dict[str, Callable[..., Any]] = {
    "release": lambda row, by: actions.release_referral(row, by=by, at=clock.now()),
    "accept": lambda row, by: actions.accept_referral(row, "好", by=by, at=clock.now()),
    "decline": lambda row, by: actions.decline_referral(row, "名额已满", by=by, at=clock.now()),
    "return": lambda row, by: actions.return_result(row, "已探访", by=by, at=clock.now()),
    "close": lambda row, by: actions.close_referral(row, by=by, at=clock.now()),
    "withdraw": lambda row, by: actions.withdraw_referral(row, by=by, at=clock.now()),
}


def test_no_course_of_a_referral_breaks_it(county: County) -> None:
    class Course(RuleBasedStateMachine):
        """One referral, its client's consent, and both sides trying everything."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()
            self.client = county.client("王秀英", phone="13900000001")
            with viewing(county.worker.pk) as viewer:
                self.row = actions.refer(draft(county), client=self.client, by=viewer, at=clock.now())
            self.state = self.row.state

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

        @rule(given=st.booleans())
        def consent(self, given: bool) -> None:
            with viewing(county.worker.pk) as viewer:
                present = actions.sharing_consent(self.client)
                if given and present is None:
                    give_consent(
                        self.client, ConsentFact(purpose="sharing", basis="consent"), by=viewer, at=clock.now()
                    )
                elif not given and present is not None:
                    withdraw_consent(present, by=viewer, at=clock.now())

        @rule(step=st.sampled_from(sorted(STEPS)), is_sender=st.booleans())
        def attempt(self, step: str, is_sender: bool) -> None:
            account = county.worker if is_sender else county.stranger
            try:
                with viewing(account.pk) as viewer:
                    STEPS[step](self.row, viewer)
            except Problem as problem:
                assert problem.status in (403, 404, 409)

        @invariant()
        def goes_only_where_it_may(self) -> None:
            state = Referral.objects.get(pk=self.row.pk).state
            assert state == self.state or state in self.reachable(self.state)
            self.state = state

        def reachable(self, state: str) -> set[str]:
            return {str(each) for each in NEXT[next(key for key in NEXT if key == state)]}

        @invariant()
        def the_receiver_sees_it_from_release_on_and_never_once_withdrawn(self) -> None:
            row = Referral.objects.get(pk=self.row.pk)
            is_shown = row.released_at is not None and row.state != "withdrawn"
            assert bool(seen_by(county.stranger)) == is_shown
            if row.state in ("waiting", "withdrawn"):
                assert (row.name, row.phone, row.address) == ("", "", "")

        @invariant()
        def a_file_is_opened_once_and_only_by_acceptance(self) -> None:
            row = Referral.objects.get(pk=self.row.pk)
            was_accepted = row.state in ("accepted", "returned") or (row.state == "closed" and row.result != "")
            assert Client.objects.count() == 1 + was_accepted
            assert (row.received_client_id is not None) == was_accepted

    assert connection.in_atomic_block
    run_state_machine_as_test(
        Course,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("state", sorted(NEXT))
def test_every_state_has_its_place(state: str) -> None:
    assert all(following in NEXT for following in NEXT[next(key for key in NEXT if key == state)])
