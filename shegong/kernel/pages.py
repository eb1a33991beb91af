"""Long lists page by page, by key and not by number: each page starts where the last one ended, however long the list
is.

A cursor holds the sort values of the row it starts from. These may be personal (a name's sort key), and cursors stand
in addresses and logs, so they are encrypted; which makes them tamper-proof, too.
"""

import base64
import json
from binascii import Error as Base64Problem
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shegong.kernel.keyring import UndecipherableProblem
from shegong.kernel.problems import Problem

M = TypeVar("M", bound=Model)
LONGEST_CURSOR: Final = 4000
PAGE_SIZE: Final = 25
PLAIN: Final = (str, int, float)
WRITTEN: Final[dict[type, str]] = {datetime: "moment", date: "day", UUID: "uuid", Decimal: "decimal"}


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list, and where the pages after and before it start (None where there is none)."""

    items: list[M]
    next_cursor: str | None
    previous_cursor: str | None


def page_of(queryset: QuerySet[M], order: Sequence[str], cursor: str | None = None, size: int = PAGE_SIZE) -> Page[M]:
    """The page of the queryset that the cursor points at, or the first one; one query, without OFFSET.

    `order` names non-null columns as in `order_by` ("-recorded_at"); the primary key is added as the last one, so
    that no row is lost between equal ones. A column of a related row ("station__name") needs `select_related`. An
    index over the same columns serves it. Raises Problem `cursor_invalid` (400) for a cursor that isn't one of this
    list's, ValueError for a size below 1 or a null in a column.
    """
    if size < 1:
        raise ValueError("a page has at least one row")
    columns = _with_key(queryset, order)
    purpose = _purpose(queryset.model, columns)
    backward, values = _opened(cursor, purpose, len(columns)) if cursor else (False, [])
    directions = [_turned(column) for column in columns] if backward else columns
    rows = queryset.filter(_beyond(directions, values)) if values else queryset
    found = list(rows.order_by(*directions)[: size + 1])
    more, items = len(found) > size, found[:size]
    if backward:
        items.reverse()
    forth = _sealed(items[-1], columns, purpose, backward=False) if items and (more or backward) else None
    back = _sealed(items[0], columns, purpose, backward=True) if items and (more if backward else cursor) else None
    return Page(items, forth, back)


def first_page(rows: Sequence[M], order: Sequence[str], size: int = PAGE_SIZE) -> Page[M]:
    """The first page out of the first `size` + 1 rows of a list in this order, which ends in the primary key; the
    cursor is one for `page_of` with the same order.
    """
    items = list(rows[:size])
    if len(rows) <= size:
        return Page(items, None, None)
    return Page(items, _sealed(items[-1], order, _purpose(type(items[-1]), order), backward=False), None)


def _purpose(model: type[Model], columns: Sequence[str]) -> bytes:
    return f"cursor:{model._meta.label}:{','.join(columns)}".encode()


def _with_key(queryset: QuerySet[M], order: Sequence[str]) -> list[str]:
    """The order, ending in the primary key."""
    if isinstance(order, str):
        raise TypeError("the order is a sequence of names")
    key = queryset.model._meta.pk
    names = {column.lstrip("-") for column in order}
    return [*order] if "pk" in names or (key and key.name in names) else [*order, "pk"]


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(columns: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows after the one with these values. The first column is bounded by itself, so that an index can start
    there.
    """
    condition = Q()
    for column, value in reversed(list(zip(columns, values, strict=True))):
        name, after = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        further = Q((f"{name}__{after}", value))
        condition = further | (Q((name, value)) & condition) if condition else further
    name, after = columns[0].lstrip("-"), "lte" if columns[0].startswith("-") else "gte"
    return condition if len(columns) == 1 else Q((f"{name}__{after}", values[0])) & condition


def _sealed(row: Model, columns: Sequence[str], purpose: bytes, *, backward: bool) -> str:
    values = [_written(attrgetter(column.lstrip("-").replace("__", "."))(row), column) for column in columns]
    text = json.dumps([int(backward), *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(settings.KEYRING.encrypt(text, purpose)).decode().rstrip("=")


def _written(value: Any, column: str) -> Any:
    """A value for JSON: as it is, or its text with its type's name."""
    if isinstance(value, PLAIN):
        return value
    for kind, name in WRITTEN.items():
        if isinstance(value, kind):
            return [name, value.isoformat() if isinstance(value, date) else str(value)]
    raise ValueError(f"a list can't be paged by {column}, which holds {type(value).__name__}")


def _read(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    name, text = value
    readers: dict[str, Callable[[str], Any]] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "uuid": UUID,
        "decimal": Decimal,
    }
    return readers[name](text)


def _opened(cursor: str, purpose: bytes, count: int) -> tuple[bool, list[Any]]:
    """The direction and the values. The content was sealed by us for this very list, so that only its outside can be
    wrong.
    """
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        blob = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        backward, *values = json.loads(settings.KEYRING.decrypt(blob, purpose))
    except (ValueError, Base64Problem, UndecipherableProblem) as wrong:
        raise Problem("cursor_invalid", _("页码标记无效，请从第一页重新开始。"), status=400) from wrong
    assert len(values) == count
    return bool(backward), [_read(value) for value in values]
