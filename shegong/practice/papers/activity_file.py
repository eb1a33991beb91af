"""社区活动档案: an activity from its plan to its summary, after MZ/T 071."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.network.scope import Viewer
from shegong.practice.enums import ActivityState, Band
from shegong.practice.models import Activity, ActivitySignUp
from shegong.practice.papers import blocks, client_file, gathering
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.group_file import READERS
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.practice.queries.activity import ActivityFile, activities_seen
from shegong.practice.queries.paper import ActivityPaper, activity_paper

TITLE: Final = "社区活动档案"
HELD: Final = (ActivityState.HELD, ActivityState.CLOSED)


def activity_values(paper: ActivityPaper, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    file, activity = paper.file, paper.file.activity
    return {
        **stamp.values(title=TITLE, number=activity.title, issuer=activity.station.name),
        "cover": [
            ["服务人群", activity.group.name_zh],
            ["时间", blocks.moment(activity.starts_at)],
            ["地点", activity.venue],
            ["带领社工", activity.worker.name],
            ["协同社工", "、".join(file.helpers) or blocks.NOTHING],
            ["状态", str(activity.get_state_display())],
            ["总结日期", blocks.day(activity.closed_on) or blocks.NOTHING],
        ],
        "sections": [
            *_surveys(paper),
            _plan(activity),
            *gathering.money(file.money),
            gathering.approval(activity, file.proposed_by, file.approved_by),
            _signups(file, stamp),
            *_turnout(file),
            _resources(file),
            client_file.attachments(paper.attachments, "照片与附件清单"),
            *_summary(file),
            blocks.section("签章", gathering.STATION_SIGNS),
        ],
    }


def _surveys(paper: ActivityPaper) -> Iterator[Block]:
    """需求调查: what was asked at the place in the year before."""
    rows = [
        (
            survey.title,
            f"{blocks.day(survey.since)}至{blocks.day(survey.until) or '今'}",
            f"{here} 份",
        )
        for survey, here in paper.surveys
    ]
    if table := blocks.table(("调查", "期间", "本站回答"), rows):
        yield blocks.section("需求调查", table)


def _plan(activity: Activity) -> Block:
    """活动计划."""
    rows = [
        ("活动目的", activity.purpose),
        ("参加对象", activity.target),
        ("时间", f"{blocks.moment(activity.starts_at)}，{blocks.minutes(activity.minutes)}"),
        ("地点", activity.venue),
        ("预计人数", f"{activity.expected}人"),
        ("名额", f"{activity.capacity}人" if activity.capacity else "不限"),
        ("活动流程", activity.flow),
        ("人员分工", activity.staffing),
        ("安全预案", activity.safety),
        ("服务项目", activity.service.name_zh),
        *([("合同", activity.contract.number)] if activity.contract else []),
    ]
    return blocks.section("活动计划", blocks.facts(rows))


def _signups(file: ActivityFile, stamp: Stamp) -> Block:
    """Who signed up, in the order of signing up."""
    rows = [
        (
            each.client.name if each.client else each.name,
            _phone(each, stamp),
            blocks.day(each.signed_at),
            str(each.get_state_display()),
            "" if each.came is None else "到场" if each.came else "未到",
        )
        for each in file.signups
    ]
    table = blocks.table(("姓名", "电话", "报名日期", "状态", "到场"), rows)
    return blocks.section("报名", table or blocks.text("没有人报名。"))


def _phone(signup: ActivitySignUp, stamp: Stamp) -> str:
    return signup.phone if stamp.reveals else signup.masked


def _turnout(file: ActivityFile) -> Iterator[Block]:
    """到场, once it was held: how many, who is known by name, what was done."""
    activity, record = file.activity, file.record
    if activity.state not in HELD:
        return
    if record is None:
        yield blocks.section("到场", blocks.text("参加者里有受限档案，记录不显示。"))
        return
    bands = [f"{Band(band).label} {count}" for band, count in activity.walk_ins.items() if band in Band.values]
    yield blocks.section(
        "到场",
        blocks.facts(
            [
                ("共", f"{record.person_times}人"),
                ("服务对象", f"{record.clients_count}人"),
                ("不记名", f"{record.anonymous_count}人"),
                ("其中未登记的", "，".join(bands)),
                ("到场的服务对象", "、".join(each.name for each in file.clients)),
                ("活动经过", record.summary),
                ("下一步", record.next_step),
            ]
        ),
    )


def _resources(file: ActivityFile) -> Block:
    """资源链接: who gave what."""
    rows = [
        (
            each.giver_name,
            str(each.get_kind_display()),
            each.what,
            gathering.yuan(each.worth),
            blocks.day(each.linked_on),
        )
        for each in file.resources
    ]
    table = blocks.table(("提供方", "类型", "内容与数量", "价值", "日期"), rows)
    return blocks.section("资源链接", table or blocks.text("没有登记。"))


def _summary(file: ActivityFile) -> Iterator[Block]:
    """活动总结, once it is closed."""
    activity = file.activity
    if activity.state != ActivityState.CLOSED:
        return
    rows = [
        ("参加人数", f"{file.record.person_times}人" if file.record else ""),
        ("活动成效", activity.outcome),
        ("参加者反馈", activity.feedback),
        ("平均满意度", gathering.satisfied(file.content)),
        ("实际支出", gathering.yuan(file.money.spent)),
        ("总结日期", blocks.day(activity.closed_on)),
    ]
    yield blocks.section("活动总结", blocks.facts(rows))


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = activities_seen(viewer).filter(pk=key).first()
    if found is None:
        return None
    url = reverse("practice:activity", args=[key])
    return Subject("activity", key, found.hub_id, found.station_id, found.title, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    paper = activity_paper(viewer, key)
    return activity_values(paper, stamp) if paper else None


MAKER: Final = PaperMaker(
    name=_("社区活动档案"),
    template="practice/papers/activity_file.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
    holds_numbers=True,
)
