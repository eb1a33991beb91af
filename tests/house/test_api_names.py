"""In the API's document a schema goes by its class's name: two of one name would be told as one."""

from collections import defaultdict

from pydantic import BaseModel

from shegong.config.api import api


def test_no_two_schemas_have_one_name() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    found: list[type[BaseModel]] = [BaseModel]
    while found:
        for schema in found.pop().__subclasses__():
            found.append(schema)
            if schema.__module__.startswith("shegong.") and "[" not in schema.__name__:
                named[schema.__name__].add(schema.__module__)
    assert api.urls and named  # the API, which brings every schema there is, has been made
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}
