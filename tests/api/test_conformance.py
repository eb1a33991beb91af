"""The API against its own document, with whatever schemathesis thinks of: no server error, no undocumented status,
content type or form of an answer, for a worker, an officer and somebody unknown.
"""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import ROOT, Cast, server_role
from tests.factories import new_key

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
HOST = {"Host": "localhost", "Accept-Encoding": "identity"}
schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application(), headers=HOST)
OPERATIONS = [result.ok() for result in schema.get_all_operations()]


@pytest.fixture
def known(cast: Cast, settings: Any) -> Iterator[Cast]:
    """The server's view of a world with something in it; the keys of what there is are tried, too."""
    cast.recorded(new_key())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
    # As Django's own test client does: a request's end must not close the connection that holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with server_role():
        yield cast
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def try_out(operation: Any, token: str | None, kept: dict[str, Any], examples: int = 6) -> None:
    headers = HOST | ({"Authorization": f"Bearer {token}"} if token else {})

    @hypothesis.seed(20221231)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        case.headers.pop("Authorization", None)
        for name in (case.path_parameters or {}).keys() & kept.keys():
            case.path_parameters[name] = kept[name]
        case.call_and_validate(checks=CHECKS, headers=headers)

    attempt()


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
@pytest.mark.parametrize("who", ["worker", "county", "nobody"])
def test_operation_conforms(known: Cast, operation: Any, who: str) -> None:
    caller = {"worker": known.worker, "county": known.county}.get(who)
    # Who isn't known is turned away before anything is read.
    try_out(operation, caller.token if caller else None, {}, examples=8 if caller else 3)


PATHS_WITH_KEYS = [operation for operation in OPERATIONS if "{" in operation.path]


@pytest.mark.parametrize("operation", PATHS_WITH_KEYS, ids=[operation.label for operation in PATHS_WITH_KEYS])
def test_operation_conforms_on_what_exists(known: Cast, operation: Any) -> None:
    kept = {
        "key": "A11",
        "client_id": str(known.clients[0].id),
        "worker_id": known.posted.pk,
        "service_id": known.world.services["T01"].pk,
    }
    try_out(operation, known.worker.token, kept)
