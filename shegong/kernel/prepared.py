"""Lists whose SQL is written once. Writing the SQL of a list takes Django longer than PostgreSQL takes to answer it; a
`@prepared` function builds its queryset once for each shape of its arguments, and afterwards only fills in their values
(docs/adr/0017).

    @prepared
    def _given_on(worker_id: int, day: date) -> QuerySet[ServiceRecord]:
        return ServiceRecord.objects.filter(worker_id=worker_id, served_on=day).order_by("-started_at")[:20]

    rows = _given_on(worker.pk, today)  # a list

Numbers, days, moments and keys are values, alone or in tuples and dataclasses (fields with compare=False are left out).
Everything else is shape: what is None, how many there are, booleans, texts, members of enumerations. The
queryset depends on the arguments alone and uses values as they are given: what is to be derived (a day minus ninety)
is derived by the caller. That is checked where a shape is met first: the SQL written for stand-ins has to give, with
the values filled in, what Django writes for the values themselves.
"""

import copy
import logging
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import wraps
from itertools import count
from types import SimpleNamespace
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, prefetch_related_objects

log = logging.getLogger("shegong.prepared")

P = ParamSpec("P")
Row = TypeVar("Row")
MOST_SHAPES: Final = 256  # of one function; further ones are written anew each time
MOST_VALUES: Final = 64
FIRST_NUMBER: Final = 20_011  # fits a smallint, and no limit or constant of ours
FIRST_DAY: Final = date(1931, 7, 1)
FIRST_MOMENT: Final = datetime(1931, 7, 1, 3, 7, tzinfo=UTC)
FIRST_KEY: Final = 0x5EED_0000_0000_0000_0000_0000_0000_0000


class DerivedValueProblem(TypeError):
    """A prepared list uses a value that is not one of its arguments."""


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """The rows of the queryset that `build` makes of its arguments, as a list. One query, further ones for what it
    prefetches, none where it can't have rows.

    Raises DerivedValueProblem in tests (settings.PREPARED_MUST_HOLD) for a queryset that breaks the rule above;
    elsewhere such a list is written anew each time, and the log tells.
    """
    known: dict[Any, _List | None] = {}

    @wraps(build)
    def rows(*args: P.args, **kwargs: P.kwargs) -> list[Row]:
        values: list[Any] = []
        shape = (_shape(args, values), _shape(tuple(kwargs.items()), values) if kwargs else ())
        if shape not in known:
            if len(known) >= MOST_SHAPES or len(values) > MOST_VALUES:
                return list(build(*args, **kwargs))
            known[shape] = _prepare(build, args, kwargs, values)
        found = known[shape]
        return found.rows(values) if found else list(build(*args, **kwargs))

    return rows


class _List:
    """The SQL of one shape, and how its rows become objects."""

    def __init__(self, queryset: Any, standing: list[Any]) -> None:
        self._queryset, self._query = queryset, queryset.query
        self._compiler = self._query.get_compiler(queryset.db)
        try:
            self.sql, params = self._compiler.as_sql()
        except EmptyResultSet:
            self.sql, params = "", ()
        places = {(type(value), value): place for place, value in enumerate(standing)}
        self._params = [_placed(param, places) for param in params]

    def filled(self, values: list[Any]) -> tuple[Any, ...]:
        """The parameters with these values in their places."""
        return tuple([fill(values) for fill in self._params])

    def rows(self, values: list[Any]) -> list[Any]:
        """The rows for these values."""
        if not self.sql:
            return []
        written = self.sql, self.filled(values)
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[self._queryset.db]
        compiler.as_sql = lambda *args, **kwargs: written
        query = copy.copy(self._query)
        query.get_compiler = lambda *args, **kwargs: compiler
        whole = self._queryset
        source = SimpleNamespace(db=whole.db, query=query, _fields=whole._fields, _known_related_objects={})
        found: list[Any] = list(whole._iterable_class(source))
        if whole._prefetch_related_lookups:
            prefetch_related_objects(found, *whole._prefetch_related_lookups)
        return found


def _prepare(build: Callable[..., QuerySet[Any, Any]], args: Any, kwargs: Any, values: list[Any]) -> _List | None:
    """The list of a shape; None where filling in these values doesn't give what Django writes for them."""
    numbers, standing = count(), list[Any]()
    stood = _stand_in(args, numbers, standing)
    stood_by_name = {name: _stand_in(value, numbers, standing) for name, value in kwargs.items()}
    found, plain = _List(build(*stood, **stood_by_name), standing), _List(build(*args, **kwargs), [])
    if found.sql == plain.sql and found.filled(values) == plain.filled([]):
        return found
    told = f"{build.__module__}.{build.__qualname__} uses a value that is not one of its arguments"
    if settings.PREPARED_MUST_HOLD:
        raise DerivedValueProblem(told)
    log.warning(told)
    return None


def _is_value(thing: Any) -> bool:
    return isinstance(thing, int | date | UUID) and not isinstance(thing, bool | Enum)


def _parts(thing: Any) -> Iterator[Any]:
    """What a compound consists of, in a fixed order."""
    if is_dataclass(thing):
        return (getattr(thing, field.name) for field in fields(thing) if field.compare)
    return iter(thing)


def _is_compound(thing: Any) -> bool:
    return isinstance(thing, tuple) or (is_dataclass(thing) and not isinstance(thing, type))


def _shape(thing: Any, values: list[Any]) -> Any:
    """What is left of arguments without their values, which are added to the list in their order."""
    if _is_value(thing):
        values.append(thing)
        return type(thing)
    if not _is_compound(thing):
        if isinstance(thing, Model):
            raise TypeError("a prepared list takes a row's key, not the row")
        if isinstance(thing, frozenset) and any(map(_is_value, thing)):
            raise TypeError("a prepared list takes values in an order, not as a set")
        return thing
    return type(thing), *[_shape(part, values) for part in _parts(thing)]


def _stand_in(thing: Any, numbers: Iterator[int], standing: list[Any]) -> Any:
    """The same with each value replaced by one that occurs nowhere else; these are added to the list in their order."""
    if _is_value(thing):
        standing.append(_unheard_of(thing, next(numbers)))
        return standing[-1]
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {f.name: _stand_in(getattr(thing, f.name), numbers, standing) for f in fields(thing) if f.compare}
        return replace(thing, **changed)
    return tuple([_stand_in(part, numbers, standing) for part in thing]) if isinstance(thing, tuple) else thing


def _unheard_of(value: Any, number: int) -> Any:
    if isinstance(value, datetime):
        return FIRST_MOMENT + timedelta(days=number)
    if isinstance(value, date):
        return FIRST_DAY + timedelta(days=number)
    return UUID(int=FIRST_KEY + number) if isinstance(value, UUID) else FIRST_NUMBER + number


def _placed(param: Any, places: dict[Any, int]) -> Callable[[list[Any]], Any]:
    """How a parameter is made from the values: one of them in the type that the column asks for, a list, a constant."""
    if isinstance(param, list):
        parts = [_placed(each, places) for each in param]
        return lambda values: [part(values) for part in parts]
    if _is_value(param):
        plain = int if isinstance(param, int) else type(param)
        place = places.get((plain, param))
        if place is not None:
            kind = type(param)
            return (lambda values: values[place]) if kind is plain else (lambda values: kind(values[place]))
    return lambda values: param
