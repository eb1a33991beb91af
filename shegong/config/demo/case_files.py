"""What the files of the demonstration's cases hold: stages, sheets, goals and ratings, planned services, approvals,
follow-ups. Each case draws from a chance of its own, so that what else is made doesn't change with it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from django.db import models

from shegong.config.demo.copying import NULL, text
from shegong.config.demo.keys import key_text
from shegong.practice.models import (
    CaseApproval,
    CaseGoal,
    CaseSheet,
    CaseStep,
    FollowUp,
    GoalRating,
    PlannedService,
)
from shegong.practice.rules.goal import Rated, outcome

TABLES: Final[dict[type[models.Model], str]] = {
    CaseStep: "id hub_id station_id case_id stage round entered_on entered_at entered_by_id reason",
    CaseSheet: (
        "id hub_id station_id case_id stage round content risk satisfaction witness written_on written_at written_by_id"
    ),
    CaseGoal: (
        "id hub_id station_id case_id position statement measure baseline levels weight due_on written_by_id written_at"
    ),
    GoalRating: "id hub_id station_id case_id goal_id rated_on level note rated_by_id rated_at",
    PlannedService: ("id hub_id station_id case_id service_id times per minutes since until written_by_id written_at"),
    CaseApproval: (
        "id hub_id station_id case_id kind round asked_by_id asked_at decision comment decided_by_id decided_at"
    ),
    FollowUp: "id hub_id station_id case_id due_on done_on note",
}
STAGES: Final = ("intake", "assessment", "planning", "intervention", "evaluation", "closed")
# Statement, measure, baseline, the five levels.
GOALS: Final = (
    (
        (
            "每周至少下楼三次",
            "社工每周电话核对",
            "两周没有下楼",
            ("整月不下楼", "每月下楼一次", "每周三次", "每天一次", "主动约邻居下楼"),
        ),
        (
            "按医嘱服药，不漏服",
            "药盒每周点数",
            "每周漏服三四次",
            ("经常停药", "每周漏服两次", "每周漏服不超过一次", "不漏服", "会自己复诊取药"),
        ),
        (
            "每周和家人通话",
            "本人和家人口述",
            "三个月没有联系",
            ("拒绝联系", "偶尔接电话", "每周一次", "每周两三次", "家人定期回来"),
        ),
    ),
    (
        (
            "找到稳定收入",
            "工资或补贴到账",
            "没有收入",
            ("欠债增加", "零星收入", "每月有固定收入", "收入够全家用", "开始有结余"),
        ),
        (
            "夫妻能平和商量家事",
            "双方各自打分",
            "每周争吵三次以上",
            ("有肢体冲突", "每周争吵", "每月争吵不超过一次", "遇事先商量", "一起参加活动"),
        ),
        (
            "每周有半天照护喘息",
            "喘息服务记录",
            "全年无休",
            ("本人病倒", "偶尔有人替", "每周半天", "每周一天", "家人轮流照护"),
        ),
    ),
    (
        (
            "每天按时到校",
            "班主任每周反馈",
            "每周缺课三天",
            ("辍学", "每周缺课一天", "按时到校", "主动交作业", "参加班级活动"),
        ),
        (
            "有一位可以说话的同伴",
            "本人口述和观察",
            "没有朋友",
            ("被排斥", "偶尔说话", "有一位同伴", "常和同伴玩", "会帮助别人"),
        ),
        (
            "每周和父母视频两次",
            "通话记录",
            "一个月一次",
            ("失去联系", "每月两次", "每周两次", "父母每月回来", "父母接到身边"),
        ),
    ),
)
LEVELS_DRAWN: Final = {True: (0, 0, 1, 1, 1, 2), False: (-2, -1, -1, 0)}
TOLD: Final = {
    "intake": (
        ("request", ("希望有人常来看看，有事能找到人", "想把眼前的难关渡过去", "希望家里能安稳下来")),
        ("consent_scope", ("同意社工上门、联系家属和社区；病情只告诉家属", "同意链接政策和志愿者；不对外公开姓名")),
        ("agreement", ("每周见一次，先做三个月；双方都可以随时提出终止", "每两周面谈一次，按约定时间，改期提前说")),
    ),
    "assessment": (
        ("person", ("身体尚可，情绪偏低，能表达自己的想法", "行动不便，记忆清楚，愿意改变", "焦虑，睡眠不好")),
        ("family", ("家人在外地，每月联系一两次", "同住家人照护负担重", "家庭关系紧张，经济来源单一")),
        ("environment", ("老旧小区无电梯，邻里熟悉", "社区有日间照料和志愿者", "学校和社区愿意配合")),
        ("strengths", ("性格开朗，愿意沟通", "邻里关系好", "家人关心", "有一技之长")),
        ("risks", ("目前没有伤害自己或他人的迹象", "有跌倒风险，已提醒", "情绪波动时需要陪伴")),
    ),
    "planning": (
        ("method", ("任务中心模式：把目标分成每周能完成的小步", "先稳定情绪，再链接资源", "家庭会谈与个别面谈结合")),
        ("frequency", ("每周一次，三个月", "每两周一次，半年")),
        ("resources", ("社区、志愿者、家庭医生", "民政救助窗口、妇联", "学校、同伴")),
    ),
    "evaluation": (
        ("change", ("情绪平稳，和家人邻里来往多了", "生活有了着落，知道遇事找谁", "目标部分达到，照护安排已落实")),
        ("client_view", ("“现在心里踏实多了。”", "“有人商量，不怕了。”")),
    ),
}
HOURS: Final = " 16:40:00+08"


@dataclass(frozen=True, slots=True)
class CaseDays:
    """On which day (as an ordinal) each stage of a case begins, if nothing ends before; and the day it is."""

    days: tuple[int, int, int, int, int, int]
    today: int

    @property
    def stage(self) -> int:
        """The place of the present stage in STAGES."""
        return sum(1 for day in self.days if day < self.today) - 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case's row says of its goals, and the risk found."""

    risk: int | None
    score: int | None
    improved: bool | None


class CaseFiles:
    """Rows of case files, waiting to be written."""

    def __init__(self, rows: dict[type, list[str]], services: Mapping[int, Sequence[int]], approver: int) -> None:
        """`services`: refined services that fit a band (0 old, 1 grown up, 2 young)."""
        self._rows, self._services, self._approver = rows, services, approver

    def fill(self, place: str, case: str, days: CaseDays, band: int, recorder: int, reason: str) -> Outcome:
        """The file of a case up to its present stage. `place` is "hub\\tstation"."""
        rng, stage = Random(case), days.stage
        dates = [date.fromordinal(day) for day in days.days]
        head = f"{place}\t{case}"
        for number in range(stage + 1):
            who = self._approver if number in (3, 5) else recorder
            self._add(CaseStep, rng, dates[number], f"{head}\t{STAGES[number]}\t1\t{dates[number]}"
                      f"\t{dates[number]}{HOURS}\t{who}\t")  # fmt: skip
        risk = self._sheets(rng, head, dates, stage, recorder, reason)
        asked = stage > 2 or (stage == 2 and rng.random() < 0.6)
        score, improved = None, None
        if asked:
            score, improved = self._goals(rng, head, dates, stage, band, recorder, reason in ("met", "able", ""))
            self._approval(rng, head, "plan", dates[3] if stage > 2 else dates[2], recorder, decided=stage > 2)
        if stage == 4 and rng.random() < 0.5:
            self._approval(rng, head, "closure", dates[4], recorder, decided=False)
            self._closing_sheet(rng, head, dates[4], recorder, "met")
        if stage == 5:
            self._approval(rng, head, "closure", dates[5], recorder, decided=True)
            self._closing_sheet(rng, head, dates[5], recorder, reason)
            self._follow_ups(rng, head, days)
        ends = stage >= 4
        return Outcome(risk, score if ends else None, improved if ends else None)

    def _add(self, model: type, rng: Random, day: date, values: str) -> str:
        key = key_text(rng, day)
        self._rows[model].append(f"{key}\t{values}\n")
        return key

    def _sheets(self, rng: Random, head: str, dates: list[date], stage: int, by: int, reason: str) -> int | None:
        """The sheets of the stages passed; returns the risk. In the present stage there is a half-chance of one."""
        risk = None
        for number, name in enumerate(STAGES[:5]):
            if name not in TOLD or number > stage or (number == stage and number != 2 and rng.random() < 0.5):
                continue
            content: dict[str, object] = {key: rng.choice(words) for key, words in TOLD[name]}
            witness, level, satisfaction = "", NULL, NULL
            if name == "intake":
                content["limits_told"] = True
            if name in ("intake", "planning"):
                witness = "社区网格员"
            if name == "assessment":
                risk = rng.choice((1, 1, 2, 2, 2, 3, 4))
                level = str(risk)
            if name == "evaluation" and reason != "lost":
                satisfaction = str(rng.choice((3, 4, 4, 5, 5, 5)))
            day = dates[number]
            written = text(json.dumps(content, ensure_ascii=False))
            self._add(CaseSheet, rng, day, f"{head}\t{name}\t1\t{written}\t{level}\t{satisfaction}\t{witness}\t{day}"
                      f"\t{day}{HOURS}\t{by}")  # fmt: skip
        return risk

    def _closing_sheet(self, rng: Random, head: str, day: date, by: int, reason: str) -> None:
        content = {
            "summary": "主要目标已评定，后续转为回访",
            "after": "社区网格员和社工站",
            "reason": reason,
            "follow_ups": [],
        }
        written = text(json.dumps(content, ensure_ascii=False))
        self._add(CaseSheet, rng, day, f"{head}\tclosed\t1\t{written}\t{NULL}\t{NULL}\t\t{day}\t{day}{HOURS}\t{by}")

    def _goals(
        self, rng: Random, head: str, dates: list[date], stage: int, band: int, by: int, well: bool
    ) -> tuple[int | None, bool | None]:
        """One or two goals with ratings, and the services planned; returns the T-score and whether it improved."""
        planned, ends = dates[2], dates[4]
        rated: list[Rated] = []
        for position, (statement, measure, baseline, levels) in enumerate(
            rng.sample(GOALS[band], rng.choice((1, 2, 2))), 1
        ):
            array = "{" + ",".join(f'"{level}"' for level in levels) + "}"
            weight = rng.choice((1, 1, 2))
            goal = self._add(CaseGoal, rng, planned, f"{head}\t{position}\t{statement}\t{measure}\t{baseline}\t{array}"
                             f"\t{weight}\t{ends}\t{by}\t{planned}{HOURS}")  # fmt: skip
            drawn = [(planned, rng.choice((-2, -1, -1)))]
            if stage > 3:
                drawn += [(date.fromordinal((dates[3].toordinal() + ends.toordinal()) // 2), rng.choice((-1, -1, 0)))]
                drawn += [(ends, rng.choice(LEVELS_DRAWN[well]))]
            for day, level in drawn:
                self._add(GoalRating, rng, day, f"{head}\t{goal}\t{day}\t{level}\t\t{by}\t{day}{HOURS}")
            rated.append(Rated(weight, [level for _day, level in drawn]))
        per, times = rng.choice((("week", 1), ("month", 2), ("month", 1)))
        for service in rng.sample(self._services[band], rng.choice((1, 2))):
            self._add(PlannedService, rng, planned, f"{head}\t{service}\t{times}\t{per}\t{rng.choice((30, 45, 60))}"
                      f"\t{dates[3]}\t{dates[5]}\t{by}\t{planned}{HOURS}")  # fmt: skip
        return outcome(rated)

    def _approval(self, rng: Random, head: str, kind: str, day: date, by: int, *, decided: bool) -> None:
        end = f"approve\t同意\t{self._approver}\t{day} 17:30:00+08" if decided else f"\t\t{NULL}\t{NULL}"
        self._add(CaseApproval, rng, day, f"{head}\t{kind}\t1\t{by}\t{day}{HOURS}\t{end}")

    def _follow_ups(self, rng: Random, head: str, days: CaseDays) -> None:
        """After one, three and six months; a few of the recent ones wait."""
        closed = days.days[5]
        for after in (30, 91, 182):
            due = closed + after
            is_done = due < days.today - 30 or (due < days.today and rng.random() < 0.8)
            done = f"{date.fromordinal(due)}\t电话回访，情况稳定" if is_done else f"{NULL}\t"
            self._add(FollowUp, rng, date.fromordinal(closed), f"{head}\t{date.fromordinal(due)}\t{done}")
