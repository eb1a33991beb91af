"""Decisions about requests of data subjects, retention and erasure: values in, answer out."""

from datetime import date, timedelta
from typing import Final, TypedDict

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.practice.enums import Asked, Asker, Outcome

ANSWER_DAYS: Final = 30  # GB/T 35273-2020, 8.7: an answer within thirty days
TEXT_LENGTH: Final = 2000
CONTACT_LENGTH: Final = 120
BASIS_LENGTH: Final = 200
LONGEST_YEARS: Final = 100
LATE_ENTRY_DAYS: Final = 365


class RequestFact(TypedDict):
    """A request as it was received."""

    kind: str
    asker: str
    contact: str
    text: str
    received_on: date


def due_on(received_on: date) -> date:
    """The last day for an answer."""
    return received_on + timedelta(days=ANSWER_DAYS)


def checked_request(fact: RequestFact, today: date) -> RequestFact:
    """The request, normalised. Raises Problems at kind, asker, contact, text, received_on."""
    problems: list[Problem | None] = []
    if fact["kind"] not in Asked.values:
        problems.append(Problem("kind_unknown", _("请从列表中选择请求事项。"), "kind"))
    if fact["asker"] not in Asker.values:
        problems.append(Problem("asker_unknown", _("请从列表中选择谁提出。"), "asker"))
    text, problem = _words(fact["text"], "text", TEXT_LENGTH)
    problems.append(problem)
    contact, problem = _words(fact["contact"], "contact", CONTACT_LENGTH, may_be_empty=True)
    problems.append(problem)
    if fact["received_on"] > today:
        problems.append(Problem("received_later", _("收到日期不能晚于今天。"), "received_on"))
    elif fact["received_on"] < today - timedelta(days=LATE_ENTRY_DAYS):
        problems.append(Problem("received_long_ago", _("收到日期早于一年前，请核对。"), "received_on"))
    raise_any(problems)
    return {**fact, "text": text, "contact": contact}


def checked_answer(outcome: str, answer: str, answered_on: date, received_on: date, today: date) -> str:
    """The words of an answer, normalised. Raises Problems at outcome, answer (a refusal needs its reason, PIPL art. 50,
    and all answers need words), answered_on.
    """
    problems: list[Problem | None] = []
    if outcome not in Outcome.values:
        problems.append(Problem("outcome_unknown", _("请选择处理结果。"), "outcome"))
    text, problem = _words(answer, "answer", TEXT_LENGTH)
    problems.append(problem)
    if not received_on <= answered_on <= today:
        problems.append(Problem("answered_on", _("答复日期须在收到日期和今天之间。"), "answered_on"))
    raise_any(problems)
    return text


def checked_rule(years: int, basis: str) -> str:
    """The basis of a retention period, normalised. Raises Problems at years, basis."""
    text, problem = _words(basis, "basis", BASIS_LENGTH)
    problems: list[Problem | None] = [problem]
    if not 1 <= years <= LONGEST_YEARS:
        problems.append(
            Problem("years", _("保存年数须在 1 至 %(most)s 之间。"), "years", params={"most": LONGEST_YEARS})
        )
    raise_any(problems)
    return text


def erasure_problem(
    *, is_erased: bool, has_open_case: bool, expires_on: date, today: date, asked_for: bool
) -> Problem | None:
    """Why a file can't be erased now, or None: its time is over, or it was `asked_for` by a request that was granted;
    and no case is open.
    """
    if is_erased:
        return Problem("erased", _("这份档案已经匿名。"), status=409)
    if has_open_case:
        return Problem("case_open", _("还有未结的个案，结案后才能匿名。"), status=409)
    if expires_on > today and not asked_for:
        return Problem(
            "not_expired", _("保存期限到 %(day)s，还没有到期。"), status=409, params={"day": expires_on.isoformat()}
        )
    return None


def _words(text: str, field: str, limit: int, *, may_be_empty: bool = False) -> tuple[str, Problem | None]:
    try:
        cleaned = clean_text(text.strip(), limit)
    except Problem as problem:
        return "", problem.at(field)
    if not cleaned and not may_be_empty:
        return "", Problem("missing", _("请填写。"), field)
    return cleaned, None
