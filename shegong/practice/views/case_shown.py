"""What a case's page shows, made ready for its template: the bar of stages, what is missing and where to bring it, the
sheets in words, the goals and their curve.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ApprovalKind, CaseStage, Risk
from shegong.practice.queries.case import CaseFile, GoalLine, supervises
from shegong.practice.rules import case as rules
from shegong.practice.rules.case_sheet import FORMS
from shegong.practice.rules.goal import LEVEL_NAMES, Rated, outcome
from shegong.practice.views.client import KEEPERS

HIGH: Final = 3
WIDTH, HEIGHT, LEFT, TOP = 600, 190, 34, 12
STEP: Final = 38
# Where needs are measured: before the plan, and again after it.
MEASURED: Final = (CaseStage.ASSESSMENT, CaseStage.EVALUATION)
DASHES: Final = ("", "8 4", "2 4", "12 4 2 4")


@dataclass(frozen=True, slots=True)
class Curve:
    """A goal attainment curve: five level lines, and for each goal a polyline with dots; days at both ends."""

    levels: list[tuple[int, str]]
    lines: list[dict[str, Any]]
    first: date
    last: date


def shown(file: CaseFile, viewer: Viewer) -> dict[str, Any]:
    """The context of a case's page."""
    case = file.case
    reaches = viewer.reaches(case.hub_id, case.station_id)
    may_keep = viewer.has(*KEEPERS) and reaches
    may_decide = (viewer.has(Role.HEAD) and reaches) or supervises(viewer, case)
    is_author = case.worker.account_id == viewer.account_id
    asked = next((each for each in file.approvals if not each.decision), None)
    ratings = [Rated(line.goal.weight, [rating.level for rating in line.ratings]) for line in file.goals]
    score, improved = outcome(ratings)
    return {
        "file": file,
        "case": case,
        "bar": stage_bar(file),
        "checklist": [(need, _link(need.code, file)) for need in rules.needs(file.state)] if not case.closed_on else [],
        "next_stage": _next_by_hand(file),
        "sheets": [shown_sheet(file, stage) for stage in FORMS if stage in file.sheets],
        "to_write": _to_write(file),
        "measures": case.stage in MEASURED and asked is None and not file.is_stopped,
        "goals": [_goal(line) for line in file.goals],
        "curve": curve(file.goals),
        "score": score / 10 if score is not None else None,
        "improved": improved,
        "may_plan": may_keep and case.stage == CaseStage.PLANNING and asked is None and not file.is_stopped,
        "may_rate": may_keep and case.stage in (CaseStage.PLANNING, CaseStage.INTERVENTION, CaseStage.EVALUATION),
        "approvals": [
            (each, file.names.get(each.asked_by_id, ""), file.names.get(each.decided_by_id or 0, ""))
            for each in file.approvals
        ],
        "asked": asked,
        "may_decide": asked is not None and may_decide and not is_author and asked.asked_by_id != viewer.account_id,
        "may_withdraw": asked is not None and may_keep,
        "steps": [(each, file.names.get(each.entered_by_id, "")) for each in reversed(file.steps)],
        "emergencies": [
            (
                each,
                file.names.get(each.reviewed_by_id or 0, ""),
                each.reviewed_at is None and may_decide and not is_author,
            )
            for each in file.emergencies
        ],
        "records": [(record, file.givers.get(record.pk, [])) for record in file.records.items],
        "next_cursor": file.records.next_cursor,
        "supervisor_name": file.names.get(case.supervisor_id or 0, ""),
        "stages_back": rules.stages_back(case.stage, planned=case.planned_on is not None),
        "open_transfer": next((each for each in file.transfers if not each.decision), None),
        "may_keep": may_keep,
        "is_closed": case.closed_on is not None,
        "risk": Risk(case.risk).label if case.risk else "",
        "risk_is_high": (case.risk or 0) >= HIGH,
        "today": clock.today(),
    }


def stage_bar(file: CaseFile) -> list[dict[str, Any]]:
    """The six stages: when each was entered last, which is present, which lie behind."""
    entered = {step.stage: step.entered_on for step in file.steps}
    present = rules.ORDER.index(CaseStage(file.case.stage))
    return [
        {
            "name": stage.label,
            "on": entered.get(stage) if number <= present else None,
            "present": number == present,
            "done": number < present or (number == present and stage == CaseStage.CLOSED),
        }
        for number, stage in enumerate(rules.ORDER)
    ]


def _link(code: str, file: CaseFile) -> str:
    """Where what the checklist names is brought."""
    case = file.case
    here = {
        "goal": "#goals",
        "rating": "#goals",
        "service": "#services",
        "record": "#records",
        "approve-plan": "#approvals",
        "approve-closure": "#approvals",
        "ask-plan": "",
        "ask-closure": reverse("practice:case-ask-closure", args=[case.pk]),
    }
    if code == "service" and not file.services:
        return reverse("practice:service-plan", args=[case.pk])
    if code == "goal" and not file.goals:
        return reverse("practice:goal-new", args=[case.pk])
    if code.startswith("sheet-"):
        return reverse("practice:case-sheet", args=[case.pk, code.removeprefix("sheet-")])
    return here.get(code, "")


def _next_by_hand(file: CaseFile) -> CaseStage | None:
    """The next stage, where a worker's step leads there; intervention and closure come with an approval."""
    following = rules.next_stage(file.case.stage)
    return None if following in (None, CaseStage.INTERVENTION, CaseStage.CLOSED) else following


def _to_write(file: CaseFile) -> dict[str, str] | None:
    """The sheet of the present stage, while it isn't written."""
    stage = file.case.stage
    if stage not in FORMS or stage == CaseStage.CLOSED or stage in file.state.sheets:
        return None
    return {"title": str(FORMS[stage].title), "url": reverse("practice:case-sheet", args=[file.case.pk, stage])}


def shown_sheet(file: CaseFile, stage: str) -> dict[str, Any]:
    """A sheet in words."""
    sheet, form = file.sheets[stage], FORMS[stage]
    asked = any(not each.decision for each in file.approvals)
    may_change = stage != CaseStage.CLOSED and rules.sheet_problem(stage=file.case.stage, of=stage, asked=asked) is None
    return {
        "title": form.title,
        "rows": [
            (field.label, sheet.content.get(field.key, "")) for field in form.fields if sheet.content.get(field.key)
        ],
        "limits_told": bool(sheet.content.get("limits_told")),
        "risk": Risk(sheet.risk).label if sheet.risk else "",
        "sheet": sheet,
        "writer": file.names.get(sheet.written_by_id, ""),
        "url": reverse("practice:case-sheet", args=[file.case.pk, stage]) if may_change else "",
        "open": stage == file.case.stage or (stage == "evaluation" and file.case.closed_on is not None),
    }


def _goal(line: GoalLine) -> dict[str, Any]:
    """A goal with its levels named and its first and last rating."""
    last = line.ratings[-1] if line.ratings else None
    return {
        "goal": line.goal,
        "levels": [
            {
                "level": level,
                "name": LEVEL_NAMES[level],
                "text": text,
                "reached": last is not None and last.level == level,
            }
            for level, text in zip(LEVEL_NAMES, line.goal.levels, strict=True)
        ],
        "first": line.ratings[0] if line.ratings else None,
        "last": last,
        "ratings": line.ratings,
    }


def curve(goals: list[GoalLine]) -> Curve | None:
    """The ratings over time; None until a goal was rated twice."""
    days = [rating.rated_on for line in goals for rating in line.ratings]
    if not any(len(line.ratings) > 1 for line in goals):
        return None
    first, last = min(days), max(days)
    span = max(1, (last - first).days)
    lines = []
    for number, line in enumerate(goals):
        dots = [
            {
                "x": LEFT + 14 + round((rating.rated_on - first).days * (WIDTH - LEFT - 28) / span),
                "y": TOP + (2 - rating.level) * STEP,
                "title": f"{rating.rated_on} {rating.level:+d}",
            }
            for rating in line.ratings
        ]
        points = " ".join(f"{dot['x']},{dot['y']}" for dot in dots)
        lines.append({"dots": dots, "points": points, "dash": DASHES[number % len(DASHES)], "number": number + 1})
    levels = [(TOP + (2 - level) * STEP, f"{level:+d}" if level else "0") for level in (2, 1, 0, -1, -2)]
    return Curve([(y, text) for y, text in levels], lines, first, last)


def approval_title(kind: str) -> str:
    """What is asked for, as a title."""
    return _("审批服务计划") if kind == ApprovalKind.PLAN else _("审批结案")
