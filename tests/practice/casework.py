"""A case on its way: makers that bring it to a stage as people would, each in their own scope."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import case as actions
from shegong.practice.actions.case_approval import ask_for_closure, ask_for_plan, decide
from shegong.practice.actions.case_sheet import write_sheet
from shegong.practice.actions.goal import rate_goal, set_goal
from shegong.practice.actions.plan import plan_service
from shegong.practice.actions.record import Recorded, record_service
from shegong.practice.enums import CaseStage
from shegong.practice.models import Case, CaseApproval, CaseGoal, Client
from shegong.practice.rules.case_sheet import FORMS, SheetFact
from shegong.practice.rules.goal import GoalFact
from shegong.practice.rules.plan import PlanLine
from shegong.practice.rules.record import RecordDraft
from tests.factories import new_key
from tests.practice.county import County

LEVELS = ("不出门", "偶尔下楼", "每周三次", "每天一次", "带邻居一起")
ORDER = list(CaseStage)


def sheet_for(stage: str, **more: Any) -> SheetFact:
    """A sheet with something in each field."""
    fact = SheetFact({field.key: f"{field.key}：已了解" for field in FORMS[stage].fields})
    extra: dict[str, Any] = {
        "intake": {"limits_told": True, "witness": "李主任"},
        "assessment": {"risk": 2},
        "planning": {"witness": "李主任"},
        "evaluation": {"satisfaction": 5},
    }.get(stage, {})
    return replace(fact, **(extra | more))


def goal_fact(**more: Any) -> GoalFact:
    """A goal that nothing is wrong with."""
    plain = GoalFact("每周至少下楼三次", "社工每周电话核对", "两周没有下楼", LEVELS, clock.today() + timedelta(days=90))
    return replace(plain, **more)


class Casework:
    """One county's cases."""

    def __init__(self, county: County) -> None:
        self.county = county

    def opened(self, client: Client | None = None, by: Account | None = None, **more: Any) -> Case:
        """A case at its intake."""
        county = self.county
        wanted = {"group": county.group("older"), "problem": "独居，情绪低落", **more}
        if wanted.get("supervisor") == county.supervisor_row:
            county.agree()
        with viewing((by or county.worker).pk) as viewer:
            return actions.open_case(client or county.client(), by=viewer, at=clock.now(), **wanted)

    def written(self, case: Case, stage: str, by: Account | None = None, **more: Any) -> Case:
        """The same with a sheet."""
        with viewing((by or self.county.worker).pk) as viewer:
            write_sheet(case, stage, sheet_for(stage, **more), by=viewer, at=clock.now())
        return self.fresh(case)

    def on(self, case: Case, to: str, by: Account | None = None) -> Case:
        """The same a stage on."""
        with viewing((by or self.county.worker).pk) as viewer:
            actions.go_on(case, to, by=viewer, at=clock.now())
        return self.fresh(case)

    def back(self, case: Case, to: str, reason: str = "情况有变化", by: Account | None = None) -> Case:
        """The same, gone back."""
        with viewing((by or self.county.worker).pk) as viewer:
            actions.go_back(case, to, reason, by=viewer, at=clock.now())
        return self.fresh(case)

    def goal(self, case: Case, **more: Any) -> CaseGoal:
        """A goal of the case."""
        with viewing(self.county.worker.pk) as viewer:
            return set_goal(case, goal_fact(**more), by=viewer, at=clock.now())

    def rated(self, goal: CaseGoal, level: int, by: Account | None = None) -> None:
        """Rate a goal."""
        goal = CaseGoal.objects.select_related("case").get(pk=goal.pk)
        with viewing((by or self.county.worker).pk) as viewer:
            rate_goal(goal, level, by=viewer, at=clock.now())

    def service(self, case: Case, **more: Any) -> None:
        """A planned service."""
        today = clock.today()
        item = self.county.world.services["T01"]
        line = replace(PlanLine(item.pk, 1, "week", 60, today, today + timedelta(days=27)), **more)
        with viewing(self.county.worker.pk) as viewer:
            plan_service(case, line, by=viewer, at=clock.now())

    def asked(self, case: Case, by: Account | None = None) -> CaseApproval:
        """The plan put before an approver."""
        with viewing((by or self.county.worker).pk) as viewer:
            return ask_for_plan(case, by=viewer, at=clock.now())

    def closure_asked(self, case: Case, reason: str = "met", **more: Any) -> CaseApproval:
        """The closure put before an approver."""
        with viewing(self.county.worker.pk) as viewer:
            return ask_for_closure(case, reason=reason, summary="已参加合唱队", by=viewer, at=clock.now(), **more)

    def decided(self, approval: CaseApproval, decision: str = "approve", comment: str = "", by: Any = None) -> Case:
        """What the head says."""
        with viewing((by or self.county.head).pk) as viewer:
            decide(approval, decision, comment, by=viewer, at=clock.now())
        return self.fresh(approval.case)

    def recorded(self, case: Case, service: str = "T01", key: UUID | None = None, **more: Any) -> Recorded:
        """An hour with the case's client."""
        county = self.county
        draft = RecordDraft(
            station_id=county.room.pk,
            service_id=county.world.services[service].pk,
            started_at=clock.now(),
            minutes=60,
            place="home",
            summary="一起下楼走了一圈。",
            worker_ids=(county.worker_row.pk,),
            client_ids=(case.client_id,),
            case_id=case.pk,
        )
        with viewing(county.worker.pk) as viewer:
            return record_service(key or new_key(), replace(draft, **more), by=viewer, at=clock.now())

    def at(self, stage: str, case: Case | None = None) -> Case:
        """A case that has come to a stage (with one goal, rated -1 and at evaluation +1)."""
        case = case or self.opened()
        for each in ORDER[ORDER.index(CaseStage(case.stage)) : ORDER.index(CaseStage(stage))]:
            case = self._passed(case, each)
        return case

    def _passed(self, case: Case, stage: CaseStage) -> Case:
        if stage in (CaseStage.INTAKE, CaseStage.ASSESSMENT):
            return self.on(self.written(case, stage), ORDER[ORDER.index(stage) + 1])
        if stage == CaseStage.PLANNING:
            self.rated(self.goal(case), -1)
            self.service(case)
            self.written(case, stage)
            return self.decided(self.asked(case))
        if stage == CaseStage.INTERVENTION:
            self.recorded(case)
            return self.on(case, CaseStage.EVALUATION)
        for goal in CaseGoal.objects.filter(case=case, dropped_on__isnull=True):
            self.rated(goal, 1)
        self.written(case, stage)
        return self.decided(self.closure_asked(case))

    def fresh(self, case: Case) -> Case:
        """The case as it is now."""
        return Case.objects.get(pk=case.pk)


def days_from_now(days: int) -> date:
    """A day from today."""
    return clock.today() + timedelta(days=days)
