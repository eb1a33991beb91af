"""小组档案: a group from its proposal to its summary, in the order of MZ/T 095-2017."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import GroupState, SessionState
from shegong.practice.models import GroupMember, GroupSession, SessionAttendance, SocialGroup
from shegong.practice.papers import blocks, gathering
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.groupwork import GroupFile, groups_seen
from shegong.practice.queries.paper import GroupPaper, group_paper
from shegong.practice.rules.groupwork import CAME

READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY)
TITLE: Final = "小组档案"
SESSIONS_ACROSS: Final = 8  # as many columns as a page holds


def group_values(paper: GroupPaper, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    file, group = paper.file, paper.file.group
    return {
        **stamp.values(title=TITLE, number=group.title, issuer=group.station.name),
        "cover": [
            ["小组类型", str(group.get_kind_display())],
            ["服务人群", group.group.name_zh],
            ["带领社工", group.worker.name],
            ["协同社工", "、".join(file.helpers) or blocks.NOTHING],
            ["状态", str(group.get_state_display())],
            ["第一节", blocks.day(group.first_on)],
            ["总结日期", blocks.day(group.closed_on) or blocks.NOTHING],
        ],
        "sections": [
            _proposal(group),
            *gathering.money(file.money),
            gathering.approval(group, file.proposed_by, file.approved_by),
            _members(file),
            _turnout(paper),
            *_sign_in(paper),
            *[_session(each, paper.attendance.get(each.pk, [])) for each in file.sessions],
            *_measures(file),
            *_summary(file),
            blocks.section("签章", gathering.STATION_SIGNS),
        ],
    }


def _proposal(group: SocialGroup) -> Block:
    """小组方案."""
    rows = [
        ("小组目标", group.aim),
        ("理论依据", group.theory),
        ("组员条件", group.criteria),
        ("人数", f"{group.size_min}至{group.size_max}人"),
        ("计划节数", f"{group.sessions_planned}节"),
        ("服务项目", group.service.name_zh),
        ("风险与应对", group.risk),
        ("前后测问题", _measured(group)),
        *([("合同", group.contract.number)] if group.contract else []),
    ]
    return blocks.section("小组方案", blocks.facts(rows))


def _measured(group: SocialGroup) -> str:
    if not group.measure_name:
        return ""
    better = "越高越好" if group.measure_up else "越低越好"
    return f"{group.measure_name}（{group.measure_low}至{group.measure_high}分，分数{better}）"


def _members(file: GroupFile) -> Block:
    """Who signed up, and what screening decided."""
    rows = [
        (
            each.client.name,
            blocks.day(each.applied_on),
            blocks.day(each.screened_on),
            str(each.get_state_display()),
            each.reason,
        )
        for each in file.members
    ]
    table = blocks.table(("姓名", "报名日期", "筛选日期", "结果", "说明"), rows)
    return blocks.section("组员招募与筛选", table or blocks.text("没有人报名。"))


def _turnout(paper: GroupPaper) -> Block:
    """All sessions at a glance."""
    rows = []
    for each in paper.file.sessions:
        marked = paper.attendance.get(each.pk, [])
        came = sum(one.presence in CAME for one in marked)
        rows.append(
            (
                f"第{each.number}节 {each.title}".strip(),
                str(each.get_stage_display()),
                blocks.moment(each.starts_at),
                str(each.get_state_display()),
                f"{came} / {len(marked)}" if each.state == SessionState.HELD else "",
            )
        )
    table = blocks.table(("节次", "阶段", "时间", "状态", "到场 / 应到"), rows)
    return blocks.section("节次与出席", table or blocks.text("还没有安排节次。"))


def _sign_in(paper: GroupPaper) -> Iterator[Block]:
    """签到表: who came to which session, in one table; the sessions still to come are left to be signed by hand."""
    names = {member.client_id: member.client.name for member in paper.file.accepted}
    came: dict[UUID, dict[int, str]] = {}
    for number, each in enumerate(paper.file.sessions):
        for one in paper.attendance.get(each.pk, []):
            names.setdefault(one.client_id, one.client.name)
            came.setdefault(one.client_id, {})[number] = str(one.get_presence_display())
    sessions = paper.file.sessions
    for start in range(0, len(sessions) if names else 0, SESSIONS_ACROSS):
        part = range(start, min(start + SESSIONS_ACROSS, len(sessions)))
        head = ("组员", *(f"第{sessions[number].number}节" for number in part))
        rows = [
            (name, *(came.get(key, {}).get(number, "　") for number in part))
            for key, name in sorted(names.items(), key=lambda pair: pair[1])
        ]
        table = blocks.table(head, rows)
        yield blocks.section("签到表" if not start else "签到表（续）", table)


def _session(session: GroupSession, marked: list[SessionAttendance]) -> Block:
    """A session's plan, and what came of it."""
    rows = [
        ("阶段", str(session.get_stage_display())),
        ("时间", f"{blocks.moment(session.starts_at)}，{blocks.minutes(session.minutes)}"),
        ("地点", str(session.get_place_display())),
        ("本节目标", session.aims),
        ("流程", session.flow),
        ("物资", session.materials),
    ]
    if session.state == SessionState.HELD:
        rows += [
            ("做了什么", session.content),
            ("小组动力", session.dynamics),
            ("目标达成", session.progress),
            ("跟进事项", session.next_step),
        ]
    if session.state == SessionState.CANCELLED:
        rows.append(("取消原因", session.cancel_reason))
    people = [(each.client.name, str(each.get_presence_display()), each.reason, each.note) for each in marked]
    return blocks.section(
        f"第{session.number}节 {session.title}".strip(),
        blocks.facts(rows),
        blocks.table(("组员", "出席", "缺席原因", "表现"), people),
    )


def _measures(file: GroupFile) -> Iterator[Block]:
    """前后测与成效, once there is anything of it."""
    known = [
        each for each in file.accepted if each.outcome or each.pre_score is not None or each.post_score is not None
    ]
    if not known:
        return
    before, after = file.averages
    mean = f"平均由 {before:.1f} 到 {after:.1f}（两次都有的组员）。" if before is not None and after is not None else ""
    yield blocks.section(
        "前后测与成效",
        blocks.text(_measured(file.group)) if file.group.measure_name else None,
        blocks.table(("组员", "前测", "后测", "成效", "说明"), map(_measure, known)),
        blocks.soft(mean) if mean else None,
    )


def _measure(member: GroupMember) -> tuple[str, str, str, str, str]:
    outcome = str(member.get_outcome_display()) if member.outcome else ""
    return member.client.name, _score(member.pre_score), _score(member.post_score), outcome, member.outcome_note


def _score(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.1f}"


def _summary(file: GroupFile) -> Iterator[Block]:
    """小组总结, once it is closed."""
    group = file.group
    if group.state != GroupState.CLOSED:
        return
    rows = [
        ("成效总结", group.outcome),
        ("后续跟进", group.follow_up),
        ("平均满意度", gathering.satisfied(file.content)),
        ("实际支出", gathering.yuan(file.money.spent)),
        ("总结日期", blocks.day(group.closed_on)),
    ]
    yield blocks.section("小组总结", blocks.facts(rows))


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    group = groups_seen(viewer).filter(pk=key).first()
    if group is None:
        return None
    url = reverse("practice:group", args=[key])
    return Subject("socialgroup", key, group.hub_id, group.station_id, group.title, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    paper = group_paper(viewer, key)
    return group_values(paper, stamp) if paper else None


MAKER: Final = PaperMaker(
    name=_("小组档案"),
    template="practice/papers/group_file.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
