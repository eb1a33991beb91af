"""Rounds of assessment: the sheet that we propose, who goes where, what a unit comes to, refusals in words. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import Rater
from shegong.kernel.problems import Problem

HUNDREDTH: Final = Decimal("0.01")
# A unit more counts as much as so many kilometres: nobody gets all that lies nearby.
KM_OF_A_UNIT: Final = 1.5
REASON_LENGTH: Final = 500
STEP: Final = _("评估已进行到另一步，不能这样办理。")

# What the database refuses, in words, and at which field.
REFUSALS: Final[Mapping[str, tuple[Any, str | None]]] = {
    "appraisal_round_weights_are_100": (_("五方权重合计应为 100。"), "weight_professional"),
    "appraisal_round_grades_in_order": (_("等级分数应由高到低。"), "excellent_from"),
    "appraisal_round_in_bounds": (_("按项目抽取时，抽取比例不低于 30%。"), "share"),
    "appraisal_round_contracts_of_projects": (_("只有按项目抽取时才选择合同。"), "contracts"),
    "appraisal_round_ends_after_start": (_("评估结束应晚于开始。"), "until"),
    "appraisal_round_records_end_after_start": (_("记录的最后一天应不早于第一天。"), "records_until"),
    "appraisal_round_items_are_100": (_("每个评分方的条目满分合计应为 100。"), None),
    "appraisal_round_tiers": (_("请选择抽取哪些层级。"), "tiers"),
    "appraisal_round_published_stays": (_("方案公布后不能再改。"), None),
    "appraisal_round_stage": (STEP, None),
    "appraisal_round_all_assigned": (_("还有抽中的站点没有分派评估员。"), None),
    "appraisal_round_all_handed_in": (_("还有评分表没有提交。"), None),
    "appraisal_round_differences": (_("还有两人评分相差过大的条目没有核定。"), None),
    "appraisal_round_all_graded": (_("还有抽中的站点没有结果。"), None),
    "appraisal_round_conclusion": (_("请写明评估结论。"), "conclusion"),
    "appraisal_round_appeals": (_("申诉期未满，或还有申诉没有裁定。"), None),
    "appraisal_draw_in_time": (STEP, None),
    "appraisal_draw_by_the_published_seed": (_("首次抽样只能使用已公布的种子。"), "seed"),
    "appraisal_draw_with_another_seed": (_("重新抽样应使用没有用过的种子。"), "seed"),
    "appraisal_draw_again_with_reason": (_("请写明重新抽样的理由，各方都看得到。"), "reason"),
    "appraisal_draw_of_something": (_("方案范围内没有可抽取的对象。"), None),
    "appraisal_rounditem_code_once": (_("这个代码已经用过。"), "code"),
    "appraisal_rounditem_points": (_("满分应在 1 到 100 之间。"), "points"),
    "appraisal_roundmember_once": (_("已经在评估组里。"), "account"),
    "appraisal_roundmember_assessor": (_("只能选择第三方评估员。"), "account"),
    "appraisal_roundmember_contract": (_("评估员应来自承接评估合同的机构。"), "account"),
    "appraisal_roundmember_assigned": (_("已分派任务，请先改派。"), None),
    "appraisal_scoresheet_unrelated": (_("与站点的运营机构有利害关系，应当回避。"), "account"),
    "appraisal_scoresheet_of_the_team": (_("只能分派给本轮评估组的成员。"), "account"),
    "appraisal_scoresheet_two_people": (_("同一站点的两份评分表应由不同的人填写。"), "account"),
    "appraisal_scoresheet_begun": (_("已经开始评分，不能再改派。"), "account"),
    "appraisal_scoresheet_final": (_("评分表已提交，不能再改。"), None),
    "appraisal_scoresheet_in_window": (_("不在评估期内，不能评分。"), None),
    "appraisal_scoresheet_own": (_("只能由评分人本人提交。"), None),
    "appraisal_scoresheet_complete": (_("还有没有评分的条目。"), None),
    "appraisal_sheetscore_within_maximum": (_("得分不能超过满分。"), None),
    "appraisal_sheetscore_not_negative": (_("得分不能小于 0。"), None),
    "appraisal_sheetscore_of_the_sheet": (STEP, None),
    "appraisal_settlement_in_time": (_("两人都提交评分后才能核定分歧。"), None),
    "appraisal_settlement_by_both": (_("分歧由另一位评估员同意，或由组长核定。"), None),
    "appraisal_settlement_final": (_("这一项已经核定。"), None),
    "appraisal_settlement_with_reason": (_("请写明核定的理由。"), "reason"),
    "appraisal_roundresult_parts": (STEP, None),
    "appraisal_roundresult_stays": (STEP, None),
    "appraisal_roundresult_appeal_in_time": (_("申诉由被评站点在申诉期内提出。"), None),
    "appraisal_roundresult_another_decides": (_("申诉由定等级以外的另一人裁定。"), None),
    "appraisal_roundresult_bounds": (_("得分应在 0 到 100 之间。"), "points"),
    "appraisal_declaredrelation_of_two": (_("请选择两个不同的组织。"), "other"),
    "appraisal_declaredrelation_once": (_("已经登记过。"), "other"),
    "appraisal_declaredrelation_ends_after_start": (_("结束应晚于开始。"), "until"),
}
# Refusals of which a trace is kept in the journal.
TRACED: Final = frozenset(
    {"scoresheet_unrelated", "scoresheet_in_window", "sheetscore_within_maximum", "roundresult_appeal_in_time"}
)
INTERESTS: Final[Mapping[str, Any]] = {
    "own": _("所在机构运营或承接这个站点"),
    "related": _("所在机构与站点的运营机构有登记的利害关系"),
    "works_there": _("在这个站点或其所属单位任职"),
}


def refusal(rule: str) -> Problem | None:
    """The Problem (409, or 422 at a field) for a rule of the database; None for one that isn't ours."""
    if rule not in REFUSALS:
        return None
    text, field = REFUSALS[rule]
    return Problem(rule.removeprefix("appraisal_"), text, field, status=422 if field else 409)


@dataclass(frozen=True, slots=True)
class Place:
    """A drawn unit, as far as assigning needs it: how far each member is away (None: not on the map)."""

    unit: Any
    name: str
    away: Mapping[int, float | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who goes to a unit for which seat, how far that is, how many units they had already, and how many others stood
    aside for their interests.
    """

    unit: Any
    rater: str
    seat: int
    account_id: int
    km: float | None
    load: int
    aside: int


def assigned(
    places: Sequence[Place],
    members: Mapping[str, Sequence[int]],
    related: Iterable[tuple[int, Any]],
    raters: Iterable[str],
) -> tuple[list[Chosen], list[str]]:
    """Who goes where, and the names of units for which there aren't enough people without an interest.

    `members` are accounts by rater; `related` the (account, unit) that may not be. Units with the fewest candidates
    come first; each seat goes to whom distance and what they already have speak for. The same values give the same.
    """
    barred = set(related)
    load: Counter[int] = Counter()
    found: list[Chosen] = []
    short: list[str] = []

    def free(place: Place, rater: str) -> list[int]:
        return [each for each in members.get(rater, ()) if (each, place.unit) not in barred]

    third = [rater for rater in (Rater.PROFESSIONAL.value, Rater.FINANCIAL.value) if rater in set(raters)]
    for place in sorted(places, key=lambda each: (sum(len(free(each, rater)) for rater in third), each.name)):
        seats = []
        for rater in third:
            candidates = free(place, rater)
            needed = 2 if rater == Rater.PROFESSIONAL else 1
            avoided = len(members.get(rater, ())) - len(candidates)
            candidates.sort(key=lambda each: (_cost(place.away.get(each), load[each]), each))
            for seat, account in enumerate(candidates[:needed], start=1):
                seats.append(
                    Chosen(place.unit, rater, seat, account, place.away.get(account),
                           load[account], avoided)
                )  # fmt: skip
            if len(candidates) < needed:
                short.append(place.name)
                break
        else:
            load.update(each.account_id for each in seats)
            found += seats
    return found, short


def _cost(km: float | None, load: int) -> float:
    return (100.0 if km is None else km) + load * KM_OF_A_UNIT


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """An item with what each gave for it, and what counts."""

    code: str
    title: str
    most: int
    given: tuple[Decimal, ...]
    settled: Decimal | None
    counts: Decimal


def counted(given: Sequence[Decimal], settled: Decimal | None) -> Decimal:
    """What counts for an item: what was settled, else the mean of what was given."""
    if settled is not None:
        return settled
    return (sum(given, Decimal(0)) / len(given)).quantize(HUNDREDTH)


@dataclass(frozen=True, slots=True)
class Part:
    """A rater's part of a total: points of 100, weight in percent, and what they come to."""

    rater: Rater
    points: Decimal
    weight: int

    @property
    def adds(self) -> Decimal:
        """What it adds to the total, unrounded."""
        return self.points * self.weight / 100


def total_of(parts: Iterable[Part]) -> Decimal:
    """The weighted total of 100, as the database works it out."""
    return sum((part.adds for part in parts), Decimal(0)).quantize(HUNDREDTH, rounding="ROUND_HALF_UP")
