"""Whatever is done to cases in whatever order: no illegal stage, no orphan record, tallies as a recount."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.indicators.actions import drift
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import case as actions
from shegong.practice.actions.record import void_record
from shegong.practice.enums import CaseStage
from shegong.practice.models import (
    Case,
    CaseApproval,
    CaseGoal,
    CaseStep,
    EmergencyService,
    FollowUp,
    ServiceRecord,
)
from shegong.practice.rules.case import stages_back
from shegong.practice.rules.case_sheet import FORMS
from tests.practice.casework import Casework
from tests.practice.county import County

STAGES = [stage.value for stage in CaseStage]
VERBS = (
    "sheet", "on", "advance", "advance", "back", "end", "goal", "rate", "service", "ask", "ask closure", "approve",
    "approve", "return", "approve own", "record", "refined", "emergency", "void", "raw stage", "raw record",
)  # fmt: skip


class Machine:
    """One case and whatever hands can do to it; refusals are part of the game."""

    def __init__(self, county: County) -> None:
        self.casework, self.county = Casework(county), county
        county.world.services["T02"].__class__.objects.filter(code="T02").update(kind="refined")
        self.case = self.casework.opened()

    def do(self, verb: str, pick: int) -> None:
        """One step, refused or not."""
        self.case = self.casework.fresh(self.case)
        work = self.work(verb, pick)
        try:
            with transaction.atomic():
                work()
        except (Problem, IntegrityError):
            pass

    def work(self, verb: str, pick: int) -> Callable[[], Any]:
        """What a verb does."""
        casework, case, stage = self.casework, self.case, STAGES[pick % len(STAGES)]
        following = STAGES[min(STAGES.index(case.stage) + 1, 5)]
        return {
            "sheet": lambda: stage in FORMS and casework.written(case, stage),
            "on": lambda: casework.on(case, stage),
            "advance": lambda: casework.at(following, case),
            "back": lambda: casework.back(case, stage),
            "end": lambda: self.end(pick),
            "goal": lambda: casework.goal(case),
            "rate": lambda: [casework.rated(goal, pick % 6 - 2) for goal in CaseGoal.objects.all()],
            "service": lambda: casework.service(case),
            "ask": lambda: casework.asked(case),
            "ask closure": lambda: casework.closure_asked(case, "met" if pick % 2 else "moved"),
            "approve": lambda: self.decide("approve", self.county.head),
            "return": lambda: self.decide("return", self.county.head),
            "approve own": lambda: self.decide("approve", self.county.worker),
            "record": lambda: casework.recorded(case),
            "refined": lambda: casework.recorded(case, "T02"),
            "emergency": lambda: casework.recorded(case, "T02", emergency_reason="当场受伤，陪同就医"),
            "void": self.void,
            "raw stage": lambda: self.raw_stage(stage),
            "raw record": lambda: self.county.record([case.client], case=case, service="T02"),
        }[verb]

    def end(self, pick: int) -> None:
        with viewing(self.county.worker.pk) as viewer:
            actions.end_early(self.case, ("moved", "met")[pick % 2], "随子女搬走", by=viewer, at=clock.now())

    def decide(self, decision: str, by: Any) -> None:
        approval = CaseApproval.objects.filter(decision="").first()
        if approval:
            self.casework.decided(approval, decision, "改一改", by=by)

    def void(self) -> None:
        record = ServiceRecord.objects.filter(voided_at=None).order_by("id").last()
        if record:
            with viewing(self.county.worker.pk) as viewer:
                void_record(record.pk, "记错了", by=viewer, at=clock.now())

    def raw_stage(self, stage: str) -> None:
        """Somebody writes past the actions: only where the next step was due anyway does the database let it pass."""
        with transaction.atomic():
            Case.objects.filter(pk=self.case.pk).update(stage=stage)
            assert stage == self.case.stage or STAGES.index(stage) == STAGES.index(self.case.stage) + 1
            transaction.set_rollback(True)

    def check(self) -> None:
        """What must hold at any time."""
        case = self.casework.fresh(self.case)
        steps = list(CaseStep.objects.filter(case=case).order_by("entered_at", "id"))
        assert steps[-1].stage == case.stage and steps[0].stage == "intake"
        for before, after in pairwise(steps):
            forward = STAGES.index(after.stage) - STAGES.index(before.stage)
            if after.round == before.round:
                assert forward == 1 or (after.stage == "evaluation" and after.reason)
            else:
                assert forward < 0 and after.reason and after.round == before.round + 1
                assert after.stage in (
                    *stages_back(before.stage, planned=True),
                    *stages_back(before.stage, planned=False),
                )
        assert (case.stage == "closed") == (case.closed_on is not None)
        assert not CaseApproval.objects.filter(decision="approve", decided_by=self.county.worker).exists()
        records = ServiceRecord.objects.filter(case=case)
        assert records.filter(participants__client=case.client_id).count() == records.count()
        for mark in (*FollowUp.objects.filter(record_id__isnull=False), *EmergencyService.objects.all()):
            assert records.filter(pk=mark.record_id).exists()
        assert drift() == []


steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 11)), min_size=5, max_size=16)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_order_of_steps_leads_astray(county: County, steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        machine = Machine(county)
        for verb, pick in steps:
            machine.do(verb, pick)
        machine.check()
        transaction.set_rollback(True)
