"""In the API's document a schema goes by its class's name: two of one name would be told as one."""

from collections import defaultdict
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel

from shegong.config.api import api


def words_in(annotation: Any) -> list[type[Enum]]:
    """The choices that a member's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [annotation]
    return [found for part in get_args(annotation) for found in words_in(part)]


def test_no_two_schemas_have_one_name() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    found: list[type[BaseModel]] = [BaseModel]
    while found:
        for schema in found.pop().__subclasses__():
            found.append(schema)
            if schema.__module__.startswith("shegong.") and "[" not in schema.__name__:
                named[schema.__name__].add(schema.__module__)
                for field in schema.model_fields.values():
                    for words in words_in(field.annotation):
                        named[words.__name__].add(words.__module__)
    assert api.urls and named  # the API, which brings every schema there is, has been made
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}
