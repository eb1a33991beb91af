"""个案档案: the bound file of a case, in the order of MZ/T 094-2017."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.network.scope import Viewer
from shegong.practice.enums import ApprovalKind, CaseStage, Risk
from shegong.practice.models import CaseSheet
from shegong.practice.papers import blocks, client_file, intake, pictures
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.case import CaseFile, cases_seen
from shegong.practice.queries.paper import CasePaper, case_paper
from shegong.practice.rules.case_sheet import FORMS

TITLE: Final = "个案档案"


def case_values(paper: CasePaper, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    case, file = paper.case, paper.case_file
    return {
        **stamp.values(title=TITLE, number=case.number, issuer=case.station.name),
        "cover": [
            ["服务对象", case.client.name],
            ["档案编号", case.client.number],
            ["服务人群", case.group.name_zh],
            ["责任社工", case.worker.name],
            ["督导", file.names.get(case.supervisor_id or 0, blocks.NOTHING)],
            ["阶段", str(case.get_stage_display())],
            ["接案日期", blocks.day(case.opened_on)],
            ["结案日期", blocks.day(case.closed_on) or blocks.NOTHING],
        ],
        "sections": [
            *intake.enquiries(paper.intake.enquiries, stamp),
            _intake(file),
            client_file.person(paper.client, stamp),
            client_file.family(paper.client, stamp),
            *pictures.of_family(paper.family, case.client_id, stamp.at),
            client_file.consents(paper.client),
            *client_file.assessments(paper.sheets),
            *_sheet(file, CaseStage.ASSESSMENT),
            *_planning(file),
            *_approvals(file, ApprovalKind.PLAN),
            *_sheet(file, CaseStage.INTERVENTION),
            client_file.services(paper.services),
            *_emergencies(file),
            *_transfers(file),
            *intake.referrals(paper.intake.referrals),
            *intake.reports(paper.intake.reports, paper.intake.situations),
            *_sheet(file, CaseStage.EVALUATION),
            *_closing(file),
            *_approvals(file, ApprovalKind.CLOSURE),
            *_follow_ups(file),
            _history(file),
            client_file.attachments(paper.attachments),
        ],
    }


def _intake(file: CaseFile) -> Block:
    """接案表与服务协议."""
    case = file.case
    rows = [
        ("个案编号", case.number),
        ("接案日期", blocks.day(case.opened_on)),
        ("服务人群", case.group.name_zh),
        ("主要问题", case.problem),
        *([("没有监护人的原因", case.no_guardian_reason)] if case.no_guardian_reason else []),
    ]
    sheet = file.sheets.get(CaseStage.INTAKE)
    written = _written(file, sheet) if sheet else []
    if not written:
        opener = file.names.get(case.opened_by_id, "")
        written = [blocks.signatures([("接案社工", opener, case.opened_on), ("服务对象或监护人", "", None)])]
    return blocks.section("接案", blocks.facts(rows), *written)


def _sheet(file: CaseFile, stage: str) -> list[Block]:
    """A stage's form under its own title, once it is written."""
    sheet = file.sheets.get(stage)
    return [blocks.section(str(FORMS[stage].title), *_written(file, sheet))] if sheet and stage in FORMS else []


def _written(file: CaseFile, sheet: CaseSheet) -> list[Block]:
    """A form as it was filled in, and who signed it: by a drawing, by word before a witness, or by writing it."""
    form = FORMS[sheet.stage]
    rows = [(str(each.label), str(sheet.content.get(each.key, ""))) for each in form.fields]
    if sheet.risk:
        rows.append(("风险等级", str(Risk(sheet.risk).label)))
    if sheet.satisfaction:
        rows.append(("满意度", f"{sheet.satisfaction} / 5"))
    if sheet.witness:
        rows.append(("口头同意", f"{sheet.signer}口头同意，由{sheet.witness}见证"))
    found = [blocks.facts(rows)]
    if sheet.signature:
        words = f"{sheet.signer}的签名"
        found += [blocks.soft(f"{words}："), blocks.signature(sheet.signature, words)]
    signed: list[tuple[str, str, date | None]] = [("填表人", file.names.get(sheet.written_by_id, ""), sheet.written_on)]
    if form.signed and not (sheet.signature or sheet.witness):
        signed.append(("服务对象或监护人", "", None))
    return [*found, blocks.signatures(signed)]


def _planning(file: CaseFile) -> list[Block]:
    """目标、计划的服务 and the plan's form."""
    if not file.goals and not file.services and CaseStage.PLANNING not in file.sheets:
        return []
    goals = [
        (
            line.goal.statement,
            line.goal.measure,
            line.goal.baseline,
            blocks.day(line.goal.due_on),
            "；".join(f"{blocks.day(each.rated_on)} {each.level:+d}" for each in line.ratings),
        )
        for line in file.goals
    ]
    services = [
        (
            each.line.service.name_zh,
            f"{each.line.get_per_display()} {each.line.times} 次，每次 {blocks.minutes(each.line.minutes)}",
            f"{blocks.day(each.line.since)}至{blocks.day(each.line.until)}",
            f"{each.done} / {each.planned}",
        )
        for each in file.services
    ]
    score = file.case.goal_score
    sheet = file.sheets.get(CaseStage.PLANNING)
    return [
        blocks.section(
            "服务计划",
            blocks.table(("目标", "怎样衡量", "现在怎样", "完成日期", "评定"), goals),
            blocks.soft(f"目标达成 T 分：{score / 10:.1f}") if score is not None else None,
            blocks.table(("服务", "频率与时长", "期间", "已做 / 计划"), services),
            *(_written(file, sheet) if sheet else []),
        )
    ]


def _approvals(file: CaseFile, kind: str) -> list[Block]:
    """Who approved, and what was said; a table of its own for plan and closure."""
    rows = [
        (
            file.names.get(each.asked_by_id, ""),
            blocks.day(each.asked_at),
            str(each.get_decision_display()) if each.decision else "待审批",
            file.names.get(each.decided_by_id or 0, ""),
            blocks.day(each.decided_at),
            each.comment,
        )
        for each in file.approvals
        if each.kind == kind
    ]
    found = blocks.table(("送审人", "送审日期", "结论", "审批人", "审批日期", "意见"), rows)
    return [blocks.section(f"{ApprovalKind(kind).label}审批", found)] if found else []


def _emergencies(file: CaseFile) -> list[Block]:
    rows = [
        (
            blocks.moment(each.marked_at),
            each.reason,
            file.names.get(each.reviewed_by_id or 0, ""),
            blocks.day(each.reviewed_at),
            each.comment,
        )
        for each in file.emergencies
    ]
    found = blocks.table(("时间", "紧急原因", "复核人", "复核日期", "意见"), rows)
    return [blocks.section("紧急服务", found)] if found else []


def _transfers(file: CaseFile) -> list[Block]:
    rows = [
        (
            blocks.day(each.asked_at),
            each.from_worker.name,
            f"{each.to_station.name} {each.to_worker.name if each.to_worker else ''}".strip(),
            each.reason,
            f"{each.get_decision_display() if each.decision else '待接收'} {each.comment}".strip(),
        )
        for each in file.transfers
    ]
    found = blocks.table(("日期", "由", "转给", "原因", "结果"), rows)
    return [blocks.section("转交", found)] if found else []


def _closing(file: CaseFile) -> list[Block]:
    """结案表, once it is written or the case is closed."""
    case, sheet = file.case, file.sheets.get(CaseStage.CLOSED)
    if case.closed_on is None and sheet is None:
        return []
    rows = [
        ("结案日期", blocks.day(case.closed_on)),
        ("结案原因", str(case.get_close_reason_display()) if case.close_reason else ""),
        ("成效小结", case.outcome),
    ]
    return [blocks.section("结案", blocks.facts(rows), *(_written(file, sheet) if sheet else []))]


def _follow_ups(file: CaseFile) -> list[Block]:
    rows = [(blocks.day(each.due_on), blocks.day(each.done_on), each.note) for each in file.follow_ups]
    found = blocks.table(("应回访", "已回访", "说明"), rows)
    return [blocks.section("结案后回访", found)] if found else []


def _history(file: CaseFile) -> Block:
    rows = [
        (
            blocks.day(each.entered_on),
            str(each.get_stage_display()),
            file.names.get(each.entered_by_id, ""),
            each.reason,
        )
        for each in file.steps
    ]
    return blocks.section("阶段历史", blocks.table(("日期", "阶段", "经办人", "原因"), rows))


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    case = cases_seen(viewer).filter(pk=key).first()
    if case is None:
        return None
    return Subject("case", key, case.hub_id, case.station_id, case.number, reverse("practice:case", args=[key]))


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    paper = case_paper(viewer, key)
    return case_values(paper, stamp) if paper else None


MAKER: Final = PaperMaker(
    name=_("个案档案"),
    template="practice/papers/case_file.typ",
    roles=client_file.READERS,
    subject=_subject,
    values=_values,
    holds_numbers=True,
)
