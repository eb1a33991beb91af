"""A single cell: what a spreadsheet holds, made into a value or refused with a reason. Pure."""

import math
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.config.workbook.sheets import SEPARATORS, Column, Kind, choice_values, folded
from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text

FORMULA: Final = "f"
ERROR: Final = "e"
FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2200, 1, 1)
SHOWN: Final = 30  # characters of what was typed that a reason repeats


def read_cell(value: Any, kind: str, column: Column) -> Any:
    """What a cell means in this column: text, a date, a Decimal, a choice's value, a tuple of such; None when empty.

    `kind` is openpyxl's data type. Raises Problem for everything that isn't exactly what the column holds: a guess
    that is right nine times would be wrong for the tenth station.
    """
    if kind == FORMULA:
        raise Problem("cell_formula", _("这是公式，请粘贴为数值。"))
    if kind == ERROR:
        raise Problem("cell_error", _("单元格的值是错误“%(value)s”。"), params={"value": str(value)[:SHOWN]})
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if column.kind is Kind.DAY:
        return _day(value)
    if column.kind is Kind.NUMBER:
        return _number(value)
    text = _text(value, column)
    if column.kind is Kind.CHOICE:
        return _choice(text, column)
    if column.kind is Kind.CHOICES:
        return tuple(dict.fromkeys(_choice(part, column) for part in SEPARATORS.split(text) if part))
    return text


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise Problem("day_time", _("只填日期，不带时间。"))
        value = value.date()
    if not isinstance(value, date):
        reason = _("日期是文本，请改为日期格式。") if isinstance(value, str) else _("这不是日期，请改为日期格式。")
        raise Problem("day_form", reason)
    if not FIRST_DAY <= value < LAST_DAY:
        raise Problem("day_range", _("日期不在合理的范围内。"))
    return value


def _number(value: Any) -> Decimal:
    if isinstance(value, str):
        raise Problem("number_text", _("数字是文本，请改为数字格式。"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Problem("number_form", _("这不是数字。"))
    return Decimal(str(value))


def _text(value: Any, column: Column) -> str:
    if not isinstance(value, str):
        raise Problem(
            "text_number", _("这里应是文本：请先把单元格设为文本格式，再重新填写（数字会丢失开头的 0 和末尾的位数）。")
        )
    if value != value.strip():
        raise Problem("text_spaces", _("前后有空格，请删除。"))
    text = clean_text(value, column.limit if column.kind in (Kind.TEXT, Kind.CODE) else 1000)
    if "\n" in text or "\t" in text:
        raise Problem("text_lines", _("单元格里有换行或制表符，请删除。"))
    if column.kind is Kind.CODE:
        plain = unicodedata.normalize("NFKC", text)
        if plain != text:
            raise Problem("text_width", _("有全角字符，应为“%(plain)s”。"), params={"plain": plain[:SHOWN]})
        if " " in text:
            raise Problem("text_blank", _("中间有空格，请删除。"))
    return text


def _choice(text: str, column: Column) -> str:
    value = choice_values(column).get(folded(text))
    if value is None:
        labels = " / ".join(map(str, (column.choices or {}).values()))
        raise Problem(
            "choice_unknown",
            _("没有“%(text)s”这个选项；可填：%(choices)s。"),
            params={"text": text[:SHOWN], "choices": labels},
        )
    return value
