"""What an agreement must say, when it holds, and what may follow it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.linkage.enums import AGREEMENT_MOVES, DepartmentAgreementState

TEXT_LENGTH: Final = 1000
TITLE_LENGTH: Final = 100
WORDS_LENGTH: Final = 500
LONGEST_YEARS: Final = 10
MISSING: Final[Mapping[str, Any]] = {
    "scope": _("请写明协同范围：为哪些人、哪些事。"),
    "content": _("请写明协同内容：各方一起做什么。"),
    "mode": _("请写明协同方式：怎么转、怎么接、怎么通气。"),
    "mechanism": _("请写明协同机制：谁牵头、多久会商、有分歧怎么办。"),
    "supervision": _("请写明监督方式：谁看执行得怎样、怎么公开。"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """An agreement's words and days; `until` is the day after the last."""

    title: str
    scope: str
    content: str
    mode: str
    mechanism: str
    supervision: str
    since: date
    until: date
    review_months: int = 6


def parts_problems(texts: Mapping[str, str]) -> list[Problem | None]:
    """All five parts are required, each at its field; and a name."""
    missing = [Problem("part_missing", words, part) for part, words in MISSING.items() if not texts[part].strip()]
    title = Problem("title_missing", _("请写协议名称。"), "title")
    return [*missing, None if texts["title"].strip() else title]


def days_problem(since: date, until: date, today: date, *, follows_since: date | None = None) -> Problem | None:
    """An agreement ends after it begins and isn't over yet; one that follows doesn't begin before the other."""
    if until <= since:
        return Problem("until_before_since", _("最后一天不能早于第一天。"), "until")
    if until.year - since.year > LONGEST_YEARS:
        return Problem("term_long", _("期限最长十年。"), "until")
    if until <= today:
        return Problem("over_already", _("期限已经过去，请核对。"), "until")
    if follows_since is not None and since < follows_since:
        return Problem("before_former", _("新版不能早于原协议生效。"), "since")
    return None


def review_problem(months: int) -> Problem | None:
    """An agreement is looked at again at least every two years."""
    if 1 <= months <= 24:
        return None
    return Problem("review_months", _("评估间隔为 1 至 24 个月。"), "review_months")


def move_problem(state: str, to: str) -> Problem | None:
    """Whether an agreement may go from a state to another (409 when it has gone elsewhere meanwhile)."""
    if to in AGREEMENT_MOVES[state]:
        return None
    words = DepartmentAgreementState(state).label
    return Problem("state_gone", _("这份协议现为“%(state)s”，不能这样办理。"), status=409, params={"state": words})


def frozen() -> Problem:
    """An agreement that is being signed, or was, stays as it is."""
    words = _("协议送签后不能再改；需要改时，请收回送签，或另起修订版并写明理由。")
    return Problem("agreement_frozen", words, status=409)


def twice_problem(keys: Sequence[object], field: str) -> Problem | None:
    """Nobody is named twice."""
    if len(set(keys)) == len(keys):
        return None
    return Problem("party_twice", _("同一个单位只能列一次。"), field)


def ready_problem(*, has_department: bool, has_places: bool) -> Problem | None:
    """What is missing before an agreement can be signed."""
    if not has_department:
        return Problem("department_missing", _("除社工站一方外，至少要有一个政府部门。"), "organisation")
    if not has_places:
        return Problem("places_missing", _("请选择协议适用的站点。"), "station")
    return None


def channel_problem(accept_days: int, result_days: int) -> Problem | None:
    """A result comes no sooner than the answer."""
    if not 1 <= accept_days <= 60:
        return Problem("accept_days", _("答复时限为 1 至 60 个工作日。"), "accept_days")
    if not accept_days <= result_days <= 250:
        return Problem("result_days", _("反馈时限不短于答复时限，最多 250 个工作日。"), "result_days")
    return None


def holds(state: str, since: date, ends_on: date, day: date) -> bool:
    """Whether a signed agreement holds on a day."""
    return (
        state in (DepartmentAgreementState.IN_FORCE, DepartmentAgreementState.REPLACED, DepartmentAgreementState.ENDED)
        and since <= day < ends_on
    )
