"""What the API answers when all is well."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from shegong.kernel.problems import Problem

JSON: Final = "application/json"


def _all_optional(schema: dict[str, Any]) -> None:
    schema.pop("required", None)


class Answer(BaseModel):
    """A thing as the API tells it. With `?fields=` only the members named there are told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_all_optional)


A = TypeVar("A", bound=Answer)


class Listed(BaseModel, Generic[A]):
    """A page of a list: `next` is the cursor of the page after it, null on the last one."""

    items: list[A]
    next: str | None


class All(BaseModel, Generic[A]):
    """A short list, whole."""

    items: list[A]


def wanted(kind: type[Answer], fields: str | None) -> set[str] | None:
    """The members that a request asks for; None for all. Raises Problem `field_unknown` (400)."""
    if fields is None:
        return None
    names = {name.strip() for name in fields.split(",")}
    unknown = names - kind.model_fields.keys()
    if unknown:
        raise Problem(
            "field_unknown",
            _("没有这样的字段：%(names)s。可选：%(known)s。"),
            "fields",
            400,
            {"names": ", ".join(sorted(unknown)), "known": ", ".join(kind.model_fields)},
        )
    return names


def one(thing: BaseModel, fields: set[str] | None = None, *, status: int = 200) -> HttpResponse:
    """One thing."""
    return HttpResponse(thing.model_dump_json(include=fields), content_type=JSON, status=status)


def page(things: Iterable[Answer], next_cursor: str | None, fields: set[str] | None = None) -> HttpResponse:
    """A page of a list."""
    items = ",".join(thing.model_dump_json(include=fields) for thing in things)
    return HttpResponse(f'{{"items":[{items}],"next":{json.dumps(next_cursor)}}}', content_type=JSON)


def whole(things: Iterable[Answer], fields: set[str] | None = None) -> HttpResponse:
    """A short list that needs no pages."""
    items = ",".join(thing.model_dump_json(include=fields) for thing in things)
    return HttpResponse(f'{{"items":[{items}]}}', content_type=JSON)


def plain(content: Mapping[str, object]) -> HttpResponse:
    """What already has the form of JSON."""
    return HttpResponse(json.dumps(content, ensure_ascii=False), content_type=JSON)


def empty() -> HttpResponse:
    """Done, and nothing to tell (204)."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response
