"""Supervision (MZ/T 166-2021): what an agreement must say, what a session needs, how advice goes on, and how many hours
are left. Pure: values in, problems out.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.workforce.enums import (
    AdviceState,
    AdviceStepKind,
    AgreementState,
    SupervisionForm,
    SupervisionFunction,
    SupervisionMode,
    SupervisionTopic,
    SupervisorKind,
)

UNSUPERVISED_DAYS: Final = 60
LONGEST: Final = timedelta(hours=12)
MOST_HOURS: Final = Decimal("9999.9")
MOST_PRICE: Final = Decimal("99999.99")
RECORD_LENGTH: Final = 4000
GOALS_LENGTH: Final = 1000
ADVICE_LENGTH: Final = 500
REASON_LENGTH: Final = 200
COMMENT_LENGTH: Final = 300
MOST_ADVICE: Final = 20
LETTER: Final = re.compile(r"[^\W\d_]")
# Each step of an advice: from which state it starts, and where it leads.
STEPS: Final = {
    AdviceStepKind.ACTED: (AdviceState.OPEN, AdviceState.ACTED),
    AdviceStepKind.RETURNED: (AdviceState.ACTED, AdviceState.OPEN),
    AdviceStepKind.DONE: (AdviceState.ACTED, AdviceState.DONE),
}


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """What is agreed. Without `supervisee_ids` it is for all workers of the station and its rooms."""

    supervisor_id: int
    station_id: int
    kind: str
    since: date
    until: date
    hours: Decimal
    price: Decimal = Decimal(0)
    goals: str = ""
    supervisee_ids: tuple[int, ...] = ()

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class AdviceDraft:
    """An advice: who sees to it until when."""

    text: str
    responsible_id: int
    due_on: date


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """When, how and with whom supervision takes place."""

    starts_at: datetime
    ends_at: datetime
    form: str = SupervisionForm.INDIVIDUAL
    mode: str = SupervisionMode.ONSITE
    place: str = ""
    worker_ids: tuple[int, ...] = ()

    @property
    def length(self) -> timedelta:
        """How long it takes."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class SessionSheet:
    """What is written down of a session that was held. `worker_ids` of `session` are those who came."""

    session: SessionDraft
    functions: tuple[str, ...]
    topics: tuple[str, ...]
    record: str
    absent_ids: tuple[int, ...] = ()
    advice: tuple[AdviceDraft, ...] = ()

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


def digest_of(content: object) -> bytes:
    """16 bytes of a draft's content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).digest()[:16]


def agreement_problems(draft: AgreementDraft, *, supervisor_hub: int, station_hub: int) -> Iterator[Problem]:
    """Everything that is wrong with an agreement, each at its field. MZ/T 166-2021: parties, term, hours and goals."""
    if draft.kind not in SupervisorKind.values:
        yield Problem("supervisor_kind_unknown", _("请选择内部督导或外部督导。"), "kind")
    elif draft.kind == SupervisorKind.INTERNAL and supervisor_hub != station_hub:
        yield Problem("internal_from_elsewhere", _("内部督导须来自本区（市）县；其他区县的选“外部督导”。"), "kind")
    if draft.until <= draft.since:
        yield Problem("period_ends_before_start", _("结束日期须晚于开始日期。"), "until")
    elif draft.until > draft.since + timedelta(days=1096):
        yield Problem("period_too_long", _("协议期限最长三年。"), "until")
    if not 0 < draft.hours <= MOST_HOURS:
        yield Problem("hours_range", _("约定小时数须大于 0。"), "hours")
    if not 0 <= draft.price <= MOST_PRICE:
        yield Problem("price_range", _("费用不能为负数；无偿填 0。"), "price")
    if draft.supervisor_id in draft.supervisee_ids:
        yield Problem("supervises_oneself", _("督导不能督导自己。"), "supervisee_ids")


def agreement_step(state: str, to: AgreementState) -> Problem | None:
    """Why an agreement can't be put in force, or ended, now."""
    allowed = {AgreementState.RUNNING: AgreementState.DRAFT, AgreementState.ENDED: AgreementState.RUNNING}
    if state == allowed.get(to):
        return None
    return Problem(
        "agreement_state",
        _("协议现在的状态是“%(state)s”，不能这样做。"),
        status=409,
        params={"state": AgreementState(state).label},
    )


def session_problems(
    draft: SessionDraft, *, supervisor_id: int, supervisees: Collection[int], since: date, until: date, day: date
) -> Iterator[Problem]:
    """What is wrong with a session's time and people. `day` is the day on which it begins."""
    if draft.length <= timedelta(0):
        yield Problem("ends_before_start", _("结束时间须晚于开始时间。"), "ends_at")
    elif draft.length > LONGEST:
        yield Problem("session_too_long", _("一次督导不超过 12 小时。"), "ends_at")
    if not since <= day < until:
        yield Problem(
            "outside_agreement",
            _("这一天不在协议期限（%(since)s 至 %(until)s）内。"),
            "starts_at",
            params={"since": since, "until": until - timedelta(days=1)},
        )
    if draft.form not in SupervisionForm.values:
        yield Problem("form_unknown", _("请选择个别或团体督导。"), "form")
    if draft.mode not in SupervisionMode.values:
        yield Problem("mode_unknown", _("请选择督导方式。"), "mode")
    if not draft.worker_ids:
        yield Problem("nobody_came", _("请选择至少一名参加的社工。"), "worker_ids")
    if supervisor_id in draft.worker_ids:
        yield Problem("supervises_oneself", _("督导不能督导自己。"), "worker_ids")
    elif not set(draft.worker_ids) <= set(supervisees):
        yield Problem("not_a_supervisee", _("参加人须是协议里的督导对象。"), "worker_ids")
    if draft.form == SupervisionForm.INDIVIDUAL and len(set(draft.worker_ids)) > 1:
        yield Problem("several_in_individual", _("个别督导只有一名社工；多人请选团体督导。"), "form")


def sheet_problems(sheet: SessionSheet, *, supervisees: Collection[int], day: date) -> Iterator[Problem]:
    """What is wrong with what is written down of a session, beside its time and people."""
    if not sheet.functions or not set(sheet.functions) <= set(SupervisionFunction.values):
        yield Problem("function_missing", _("请选择督导功能：行政性、教育性或支持性。"), "functions")
    if not sheet.topics or not set(sheet.topics) <= set(SupervisionTopic.values):
        yield Problem("topic_missing", _("请选择督导议题。"), "topics")
    if len(sheet.advice) > MOST_ADVICE:
        yield Problem("too_much_advice", _("一次督导最多 20 条建议。"), "advice")
    for advice in sheet.advice:
        if advice.responsible_id not in supervisees:
            yield Problem("not_a_supervisee", _("负责人须是协议里的督导对象。"), "advice")
        if advice.due_on < day:
            yield Problem("due_before_session", _("完成期限不能早于督导当天。"), "advice")


def hours_problem(*, agreed: Decimal, held: timedelta, more: timedelta) -> Problem | None:
    """Held sessions stay within the hours agreed on; what goes beyond needs a new agreement first."""
    if held + more <= timedelta(hours=float(agreed)):
        return None
    return Problem(
        "beyond_agreed_hours",
        _("超出约定时数：协议 %(agreed)s 小时，已用 %(held)s，本次 %(more)s。请先签补充协议。"),
        "ends_at",
        status=409,
        params={"agreed": agreed, "held": hours_of(held), "more": hours_of(more)},
    )


def hours_of(length: timedelta) -> Decimal:
    """A length in hours, to two decimals."""
    return (Decimal(int(length.total_seconds())) / 3600).quantize(Decimal("0.01"))


def cost(hours: Decimal, price: Decimal) -> Decimal:
    """What these hours cost, in yuan."""
    return (hours * price).quantize(Decimal("0.01"))


def step_problem(state: str, step: AdviceStepKind) -> Problem | None:
    """Why an advice can't go on in this way now."""
    if STEPS[step][0] == state:
        return None
    return Problem(
        "advice_state",
        _("这条建议现在的状态是“%(state)s”，不能这样做。"),
        status=409,
        params={"state": AdviceState(state).label},
    )


def score_problems(scores: dict[str, int]) -> Iterator[Problem]:
    """Each score lies between 1 and 5."""
    for field, score in scores.items():
        if not 1 <= score <= 5:
            yield Problem("score_range", _("请选 1 到 5 分。"), field)


def fit(value: str, field: str, limit: int, *, required: bool = True) -> str:
    """A text without unfit signs and of fit length, saying something where it must. Raises Problem at the field."""
    text = clean_text(value.strip(), limit, field)
    if required and len(LETTER.findall(text)) < 2:
        raise Problem("text_missing", _("请填写这一项。"), field)
    return text
