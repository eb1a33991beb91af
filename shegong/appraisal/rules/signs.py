"""What the signs mean: how each is told, what it is compared with, and what may innocently lie behind it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shegong.appraisal.enums import SignKind

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Reading:
    """How a kind of sign is told: how it is computed, and what it may be besides what one fears."""

    computed: Words
    innocent: Words


READINGS: Final[Mapping[str, Reading]] = {
    SignKind.BURST: Reading(
        gettext_lazy("当月最后三天及以后录入、且晚于服务日三天以上的记录，不少于 8 条并占四成以上。"),
        gettext_lazy("常见的正当原因：停电断网后补录，社工集中休假或借调后补录，纸质签到月底统一录入。"),
    ),
    SignKind.SAME_TEXT: Reading(
        gettext_lazy("“做了什么”一字不差（12 字以上）的记录，不少于 8 条并占四成以上。"),
        gettext_lazy("常见的正当原因：同一项定期服务用同一套话，按站内模板书写，一次活动分多条记录。"),
    ),
    SignKind.TRAVEL: Reading(
        gettext_lazy("同一社工同日先后在两个站点的服务，直线相距 2 公里以上，按间隔时间折算超过每小时 60 公里。"),
        gettext_lazy("常见的正当原因：开始时间记得不准，站点坐标登记有误，替同事补记，在两站之间的地点服务。"),
    ),
    SignKind.ABOVE_BASE: Reading(
        gettext_lazy("在站内开展的一次服务，人次超过站点所用场地最大房间可容纳的人数。"),
        gettext_lazy("常见的正当原因：在户外或借用的场地开展，分场轮流参加，房间容量登记偏小。"),
    ),
    SignKind.ALL_EQUAL: Reading(
        gettext_lazy("当月记录里的满意度不少于 12 条，并且全都一样。"),
        gettext_lazy("常见的正当原因：本来就普遍满意，由同一位社工代问，服务对象是同一个小组。"),
    ),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign as measured: so many of so many, the county's share in percent, and what else tells of it."""

    kind: str
    number: int
    of: int
    base: float | None
    most: float | None
    least: float | None

    @property
    def share(self) -> float:
        """In percent."""
        return round(self.number * 100 / self.of, 1) if self.of else 0.0

    @property
    def told(self) -> str:
        """What was seen, in a sentence."""
        values = {
            "number": self.number, "of": self.of, "share": f"{self.share:g}",
            "most": f"{self.most:.0f}" if self.most is not None else "",
            "least": f"{self.least:.0f}" if self.least is not None else "",
        }  # fmt: skip
        return _told(self.kind) % values

    @property
    def compared(self) -> str:
        """The base rate to compare with."""
        if self.base is None:
            return ""
        return _base(self.kind) % {"base": f"{self.base:.1f}"}


def _told(kind: str) -> str:
    return {
        SignKind.BURST: _("%(of)s 条记录中有 %(number)s 条（%(share)s%%）在期末集中补录。"),
        SignKind.SAME_TEXT: _("%(of)s 条有文字的记录中有 %(number)s 条（%(share)s%%）一字不差。"),
        SignKind.TRAVEL: _("%(of)s 次换站中有 %(number)s 次过快，最远 %(most)s 公里，最短间隔 %(least)s 分钟。"),
        SignKind.ABOVE_BASE: _("%(of)s 次站内服务中有 %(number)s 次超员：最多 %(most)s 人次，最大房间 %(least)s 人。"),
        SignKind.ALL_EQUAL: _("%(number)s 条满意度全是 %(most)s 分。"),
    }[SignKind(kind)]


def _base(kind: str) -> str:
    return {
        SignKind.BURST: _("全区（市）县当月补录占 %(base)s%%。"),
        SignKind.SAME_TEXT: _("全区（市）县各站最常用的一句平均占 %(base)s%%。"),
        SignKind.TRAVEL: _("全区（市）县当月换站中过快的占 %(base)s%%。"),
        SignKind.ABOVE_BASE: _("全区（市）县站内服务中超员的占 %(base)s%%。"),
        SignKind.ALL_EQUAL: _("全区（市）县当月满意度中这一分占 %(base)s%%。"),
    }[SignKind(kind)]


def month_of(words: str, today: date) -> date:
    """The first day of a month written as 2026-03; of this month for anything else, and never of one to come."""
    try:
        year, month = (int(part) for part in words.split("-"))
        found = date(year, month, 1)
    except ValueError:
        return today.replace(day=1)
    return min(found, today.replace(day=1)) if found.year >= 2000 else today.replace(day=1)
