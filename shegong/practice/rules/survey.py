"""Decisions about community surveys: when one is open, and what its counts say. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.catalogue.rules.document import CHOSEN, Form, Item
from shegong.kernel.cells import FEW, cell_words, coarse, is_few
from shegong.kernel.problems import Problem

TITLE_LENGTH: Final = 80
NAME_LENGTH: Final = 60
LINK_LIMIT: Final = 300  # responses by one link in an hour
ADDRESS_LIMIT: Final = 20  # responses from one address by one link in an hour
NUMBERS: Final = frozenset({"integer", "decimal"})


def survey_problems(*, title: str, since: date, until: date | None, today: date) -> Iterator[Problem]:
    """What stands against a survey."""
    if not title.strip():
        yield Problem("title_missing", _("请填写标题。"), "title")
    if until is not None and until < since:
        yield Problem("until_before_since", _("截止日期不能早于开始日期。"), "until")
    if until is not None and until < today:
        yield Problem("until_past", _("截止日期不能早于今天。"), "until")


def open_problem(*, since: date, until: date | None, day: date) -> Problem | None:
    """Why a survey takes no response on a day, if it doesn't."""
    if day < since:
        return Problem("survey_not_yet", _("调查还没有开始。"), status=409)
    if until is not None and day > until:
        return Problem("survey_over", _("调查已经结束。"), status=409)
    return None


@dataclass(frozen=True, slots=True)
class Count:
    """A row of the database's counts: how often an answer was given at a station. The empty question counts all
    responses; `place` is the answer's place in a ranking.
    """

    station_id: int
    question: str
    answer: str
    place: int
    times: int


@dataclass(frozen=True, slots=True)
class Line:
    """An answer and how many gave it; `shown` is what the reader may see, `share` a bar's length (0–1, None where the
    number is suppressed). For rankings `times` counts first places and `mean` is the mean place.
    """

    value: str
    label: Mapping[str, str]
    times: int
    shown: str
    share: float | None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Tallied:
    """A question with its counts."""

    name: str
    kind: str
    label: Mapping[str, str]
    lines: tuple[Line, ...]
    mean: float | None = None


def counted(form: Form) -> list[Item]:
    """The questions that are counted: with choices or numbers, outside of repeats."""
    return [item for item in form.questions if item.kind in CHOSEN | NUMBERS and not item.repeats]


def shown_count(times: int, *, exact: bool) -> str:
    """A count as its reader may see it."""
    return f"{times:,}" if exact else cell_words(times)


def tallied(form: Form, counts: Iterable[Count], *, exact: bool) -> list[Tallied]:
    """Question by question. Without `exact` small counts are shown as ranges, and means of few are left out."""
    rows = list(counts)
    base = sum(row.times for row in rows if not row.question)
    by_question: dict[str, list[Count]] = {}
    for row in rows:
        by_question.setdefault(row.question, []).append(row)
    return [_tally(form, item, by_question.get(item.name, []), base, exact) for item in counted(form)]


def _tally(form: Form, item: Item, rows: list[Count], base: int, exact: bool) -> Tallied:
    label: Mapping[str, str] = item.data.get("label", {})
    if item.kind in NUMBERS:
        return Tallied(item.name, item.kind, label, (), _mean(rows, exact))
    lines = [_line(item, choice, rows, base, exact) for choice in form.choices(item)]
    return Tallied(item.name, item.kind, label, tuple(lines))


def _line(item: Item, choice: Mapping[str, Any], rows: list[Count], base: int, exact: bool) -> Line:
    given = [row for row in rows if row.answer == choice["value"]]
    times = sum(row.times for row in given if item.kind != "rank" or row.place == 1)
    placed = sum(row.times for row in given)
    mean = sum(row.place * row.times for row in given) / placed if placed else None
    hidden = not exact and is_few(times)
    share = None if hidden or not base else _rounded(times, exact) / _rounded(base, exact)
    return Line(
        value=choice["value"],
        label=choice["label"],
        times=times,
        shown=shown_count(times, exact=exact),
        share=share,
        mean=mean if item.kind == "rank" and (exact or placed > FEW) else None,
    )


def _rounded(times: int, exact: bool) -> float:
    """What a bar's length may tell."""
    return float(times if exact else coarse(Decimal(times)))


def _mean(rows: list[Count], exact: bool) -> float | None:
    numbers = [(float(row.answer), row.times) for row in rows]
    times = sum(each for _number, each in numbers)
    if not times or (not exact and times <= FEW):
        return None
    return sum(number * each for number, each in numbers) / times
