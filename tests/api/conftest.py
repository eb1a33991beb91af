"""Callers of the API: each with a token, all under the unprivileged role that the server has."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from shegong.kernel import clock
from shegong.kernel.wall import APPLICATION_ROLE
from shegong.people.models import AccessToken, Account
from shegong.people.rules import new_token, token_digest
from shegong.practice.models import Client
from shegong.workforce.models import Worker
from tests.factories import World

ROOT = "/api/v1"


class Caller:
    """Somebody, or a program, that calls the API."""

    def __init__(self, token: str | None = None, language: str = "zh-hans") -> None:
        self.browser = Browser(raise_request_exception=False)
        self.token = token
        self.headers = {"Host": "localhost", "Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Any method, under the server's role."""
        content = body if isinstance(body, bytes | str) else b"" if body is None else json.dumps(body)
        with server_role():
            return self.browser.generic(
                method,
                ROOT + path,
                content,
                content_type=headers.pop("content_type", "application/json"),
                headers={**self.headers, **headers},
            )

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Read."""
        return self.call("GET", path, **headers)

    def put(self, path: str, body: Any) -> HttpResponse:
        """Make under a key."""
        return self.call("PUT", path, body)

    def post(self, path: str, body: Any) -> HttpResponse:
        """Do."""
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any) -> HttpResponse:
        """Change."""
        return self.call("PATCH", path, body)


class server_role:
    """What the server may: the tests' own connection belongs to the tables' owner."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APPLICATION_ROLE}")

    def __exit__(self, *error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            # In a test all calls share one outer transaction, and so would share the scope of the last one.
            cursor.execute(
                "SELECT set_config('shegong.' || name, '', true) FROM unnest(%s::text[]) AS name",
                [["account", "roles", "hubs", "stations", "staff_hubs", "organisations", "gate"]],
            )


def token_of(account: Account) -> str:
    """A token of an account, for a month."""
    token = new_token()
    AccessToken.objects.create(
        account=account, name="test", digest=token_digest(token), expires_at=clock.now() + timedelta(days=30)
    )
    return token


@dataclass
class Cast:
    """A world, and those in it who call."""

    world: World
    worker: Caller
    worker_account: Account
    posted: Worker
    county: Caller
    city: Caller
    stranger: Caller
    clients: list[Client]

    def record(self, **changes: object) -> dict[str, object]:
        """The content of a good record."""
        yesterday = timezone.localtime() - timedelta(days=1)
        return {
            "station_id": self.world.rooms["A1"].id,
            "service_id": self.world.services["T01"].pk,
            "started_at": yesterday.isoformat(),
            "minutes": 30,
            "place": "home",
            "summary": "探访独居老人，量血压。",
            "worker_ids": [self.posted.pk],
            "client_ids": [str(self.clients[0].id)],
        } | changes

    def recorded(self, key: UUID, **changes: object) -> dict[str, Any]:
        """Record, and be sure of it."""
        response = self.worker.put(f"/service-records/{key}", self.record(**changes))
        assert response.status_code == 201, response.content.decode()
        return dict(response.json())


@pytest.fixture
def cast(world: World) -> Iterator[Cast]:
    """The room A1's worker, the county officers of A and B, and the city's."""
    room = world.rooms["A1"]
    account = world.account("worker", room)
    yield Cast(
        world=world,
        worker=Caller(token_of(account)),
        worker_account=account,
        posted=world.worker(room, account),
        county=Caller(token_of(world.account("county", world.hubs["A"]))),
        city=Caller(token_of(world.account("city", world.centre))),
        stranger=Caller(token_of(world.account("county", world.hubs["B"]))),
        clients=[world.client(room, name) for name in ("王秀英", "李国强")],
    )
