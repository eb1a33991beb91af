"""What an expression comes to, as ODK has it: an unanswered question is an empty text, comparing with it is false, and
arithmetic with it gives no number.

A value is a text, a number (float), a truth, or a list of texts (the answers to one question in all turns of a
repeat). Dates are texts (2022-07-31) and count as days since 1970 wherever a number is wanted.
tests/catalogue/expressions.json holds examples that this module and its sibling in the browser both must give.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, cast

from shegong.catalogue.rules.expression import Tree

Value = str | float | bool | list[str]
EPOCH: Final = date(1970, 1, 1)
DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}).*)?")
NUMBER: Final = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*")
LONGEST_PATTERN: Final = 300
LONGEST_MATCHED: Final = 1000
NAN: Final = math.nan


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression may look at. `find` gives an answer by name as seen from where the expression stands: a text,
    or a list where the name belongs to a repeat that the expression is outside of; a repeat's name gives one entry for
    each turn. `turns` gives an answer in a named turn (from 1), `points` the points of an answer's choices.
    """

    find: Callable[[str], str | list[str]]
    today: date
    now: datetime
    own: str = ""
    position: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)
    turns: Callable[[str, str, int], str] = lambda name, repeat, number: ""
    points: Callable[[str], list[float]] = lambda name: []


def evaluate(root: Tree, setting: Setting) -> Value:
    """The value of a tree made by `expression.tree`. Never raises for any such tree."""
    kind = root[0]
    if kind in ("number", "text"):
        return cast(Value, root[1])  # the tree is JSON; these two hold a number and a text
    if kind == "ref":
        return setting.find(root[1])
    if kind == "self":
        return setting.own
    if kind == "column":
        return setting.columns.get(root[1], "")
    if kind == "position":
        return float(setting.position)
    if kind == "minus":
        return -as_number(evaluate(root[1], setting))
    if kind == "op":
        return _operation(root[1], root[2], root[3], setting)
    return _call(root[1], root[2], setting)


def as_text(value: Value) -> str:
    """As XPath writes it: 3 and not 3.0, "NaN" for no number, the first of a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return value[0] if value else ""
    return number_text(value) if isinstance(value, float) else value


def number_text(value: float) -> str:
    """A number without exponent, as short as it can be told from all others."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    digits, exponent = text.split("e")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _point, rest = digits.partition(".")
    shift = int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{whole}{rest.rstrip('0') if rest != '0' else ''}"
    rest = "" if rest == "0" else rest
    return sign + (whole + rest).ljust(len(whole) + shift, "0")


def as_number(value: Value) -> float:
    """NaN for what is no number; days since 1970 for a date."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    text = as_text(value)
    if NUMBER.fullmatch(text):
        return float(text)
    return _days(text)


def _days(text: str) -> float:
    found = DAY.fullmatch(text.strip())
    if found is None:
        return NAN
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return NAN
    minutes = int(found[4] or 0) * 60 + int(found[5] or 0)
    whole = float((day - EPOCH).days)
    return whole + minutes / 1440 if minutes else whole


def as_truth(value: Value) -> bool:
    """Zero, NaN, an empty text and an empty list are false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return len(value) > 0


def _operation(sign: str, left: Tree, right: Tree, setting: Setting) -> Value:
    first = evaluate(left, setting)
    if sign == "and":
        return as_truth(first) and as_truth(evaluate(right, setting))
    if sign == "or":
        return as_truth(first) or as_truth(evaluate(right, setting))
    second = evaluate(right, setting)
    if sign in ("=", "!="):
        return _equal(first, second) is (sign == "=")
    a, b = as_number(first), as_number(second)
    if sign in COMPARISONS:
        return COMPARISONS[sign](a, b)
    return _arithmetic(sign, a, b)


COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _equal(first: Value, second: Value) -> bool:
    if isinstance(first, bool) or isinstance(second, bool):
        return as_truth(first) == as_truth(second)
    if isinstance(first, float) or isinstance(second, float):
        return as_number(first) == as_number(second)
    return as_text(first) == as_text(second)


def _arithmetic(sign: str, a: float, b: float) -> float:
    if sign == "+":
        return a + b
    if sign == "-":
        return a - b
    if sign == "*":
        return a * b
    if b == 0:
        return NAN if a == 0 or math.isnan(a) or sign == "mod" else math.copysign(math.inf, a) * math.copysign(1, b)
    if sign == "mod":
        return NAN if math.isnan(a) or math.isinf(a) or math.isnan(b) else math.fmod(a, b)
    return a / b


def _call(name: str, arguments: list[Tree], setting: Setting) -> Value:
    if name in LAZY:
        return LAZY[name](arguments, setting)
    return PLAIN[name](*[evaluate(each, setting) for each in arguments])


def _if(arguments: list[Tree], setting: Setting) -> Value:
    return evaluate(arguments[1 if as_truth(evaluate(arguments[0], setting)) else 2], setting)


def _once(arguments: list[Tree], setting: Setting) -> Value:
    return setting.own or evaluate(arguments[0], setting)


def _indexed(arguments: list[Tree], setting: Setting) -> Value:
    which = as_number(evaluate(arguments[2], setting))
    if arguments[0][0] != "ref" or arguments[1][0] != "ref" or not which >= 1 or which > 1e6:
        return ""
    return setting.turns(arguments[0][1], arguments[1][1], int(which))


def _score(arguments: list[Tree], setting: Setting) -> Value:
    return math.fsum(setting.points(arguments[0][1])) if arguments[0][0] == "ref" else NAN


LAZY: Final[Mapping[str, Callable[[list[Tree], Setting], Value]]] = {
    "if": _if,
    "once": _once,
    "indexed-repeat": _indexed,
    "score": _score,
    "today": lambda _arguments, setting: setting.today.isoformat(),
    "now": lambda _arguments, setting: setting.now.strftime("%Y-%m-%dT%H:%M:%S"),
}


def chosen(value: Value) -> list[str]:
    """The choices of an answer to a question with several."""
    return as_text(value).split()


def _listed(values: tuple[Value, ...]) -> list[Value]:
    """All values, lists laid open; a list alone among the arguments stands for its entries."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, list):
            found.extend(value)
        else:
            found.append(value)
    return found


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., Value]:
    def found(*values: Value) -> Value:
        numbers = [as_number(each) for each in _listed(values) if each != ""]
        return pick(numbers) if numbers and not any(map(math.isnan, numbers)) else NAN

    return found


def _sum(*values: Value) -> Value:
    numbers = [as_number(each) for each in _listed(values) if each != ""]
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else NAN


def _whole(value: Value) -> Value:
    number = as_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else NAN


def _stepped(step: Callable[[float], int]) -> Callable[[Value], Value]:
    def found(value: Value) -> Value:
        number = as_number(value)
        return float(step(number)) if math.isfinite(number) else NAN

    return found


def _round(value: Value, places: Value = 0.0) -> Value:
    number, digits = as_number(value), as_number(places)
    if not math.isfinite(number) or not abs(digits) <= 12:
        return NAN
    scale = 10.0 ** int(digits)
    scaled = number * scale
    return math.floor(scaled + 0.5) / scale if math.isfinite(scaled) else number


def _pow(base: Value, exponent: Value) -> Value:
    try:
        found = as_number(base) ** as_number(exponent)
    except (OverflowError, ZeroDivisionError):
        return NAN
    return found if isinstance(found, float) else NAN


def _regex(value: Value, pattern: Value) -> Value:
    text, wanted = as_text(value), as_text(pattern)
    if len(text) > LONGEST_MATCHED or len(wanted) > LONGEST_PATTERN:
        return False
    try:
        return re.fullmatch(wanted, text) is not None
    except re.error:
        return False


def _date(value: Value) -> Value:
    number = as_number(value)
    if not math.isfinite(number) or abs(number) > 1e6:
        return ""
    try:
        return (EPOCH + timedelta(days=math.floor(number))).isoformat()
    except OverflowError:
        return ""


def _format_date(value: Value, form: Value) -> Value:
    day = _date(value)
    if not isinstance(day, str) or not day:
        return ""
    year, month, number = day.split("-")
    words = {"Y": year, "y": year[2:], "m": month, "n": str(int(month)), "d": number, "e": str(int(number))}
    return re.sub(r"%(.)", lambda found: words.get(found[1], found[0]), as_text(form))


def _substr(value: Value, start: Value, end: Value = math.inf) -> Value:
    text, first, last = as_text(value), as_number(start), as_number(end)
    if math.isnan(first) or math.isnan(last):
        return ""
    stop = len(text) if last >= len(text) else int(last)
    begin = int(first) if math.isfinite(first) else len(text)
    return text[slice(begin if begin >= 0 else max(0, len(text) + begin), stop if stop >= 0 else len(text) + stop)]


def _selected_at(value: Value, which: Value) -> Value:
    options, index = chosen(value), as_number(which)
    return options[int(index)] if 0 <= index < len(options) else ""


PLAIN: Final[Mapping[str, Callable[..., Value]]] = {
    "abs": lambda value: abs(as_number(value)),
    "boolean": as_truth,
    "ceiling": _stepped(math.ceil),
    "coalesce": lambda *values: next((each for each in map(as_text, values) if each), ""),
    "concat": lambda *values: "".join(as_text(each) for each in _listed(values)),
    "contains": lambda value, part: as_text(part) in as_text(value),
    "count": lambda value: float(len(value)) if isinstance(value, list) else float(value != ""),
    "count-non-empty": lambda value: float(sum(each != "" for each in _listed((value,)))),
    "count-selected": lambda value: float(len(chosen(value))),
    "date": _date,
    "decimal-date-time": as_number,
    "ends-with": lambda value, part: as_text(value).endswith(as_text(part)),
    "false": lambda: False,
    "floor": _stepped(math.floor),
    "format-date": _format_date,
    "int": _whole,
    "join": lambda between, *values: as_text(between).join(as_text(each) for each in _listed(values)),
    "max": _extreme(max),
    "min": _extreme(min),
    "normalize-space": lambda value: " ".join(as_text(value).split()),
    "not": lambda value: not as_truth(value),
    "number": as_number,
    "pow": _pow,
    "regex": _regex,
    "round": _round,
    "selected": lambda value, option: as_text(option).strip() in chosen(value),
    "selected-at": _selected_at,
    "starts-with": lambda value, part: as_text(value).startswith(as_text(part)),
    "string": as_text,
    "string-length": lambda value: float(len(as_text(value))),
    "substr": _substr,
    "sum": _sum,
    "true": lambda: True,
}
