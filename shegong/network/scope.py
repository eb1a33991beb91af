"""The viewer: who is acting, in which roles, and how far that reaches. Entered once in each transaction, and from then
on held by the database's row-level security.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from shegong.kernel import clock
from shegong.kernel.wall import APPLICATION_ROLE
from shegong.people.enums import Role

SETTINGS = ("account", "roles", "hubs", "stations", "staff_hubs", "organisations", "gate")


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account in action. `hubs` and `stations` are those whose clients may be seen by name, `units` those whose
    subtree's numbers may be read (the support centre stands for the whole city), `home` the station to start from.
    """

    account_id: int
    username: str = field(compare=False)
    display_name: str = field(compare=False)
    language: str = field(compare=False)
    roles: frozenset[str]
    hubs: tuple[int, ...]
    stations: tuple[int, ...]
    units: tuple[int, ...]
    organisations: tuple[int, ...]
    home: int | None

    def has(self, *roles: Role) -> bool:
        """Whether any of these roles is held today."""
        return any(role.value in self.roles for role in roles)

    def reaches(self, hub_id: int, station_id: int) -> bool:
        """Whether clients of this station may be seen by name."""
        return hub_id in self.hubs or station_id in self.stations


def enter(account_id: int) -> Viewer | None:
    """Enter the scope of an account for the rest of the transaction (one round trip); None for one that is unknown or
    switched off, and then the scope stays empty.

    Raises RuntimeError outside a transaction: the scope would end with the statement.
    """
    return _entered("SELECT %s, e.* FROM network_enter(%s, %s) AS e", [account_id, account_id, clock.today()])


def enter_by_token(token: str) -> Viewer | None:
    """Enter the scope of whoever holds a bearer token that is neither expired nor revoked (one round trip); None, and
    an empty scope, for any other token.

    Raises RuntimeError outside a transaction.
    """
    digest = sha256(token.encode("utf-8", "replace")).digest()
    return _entered(
        "SELECT t.account, e.* FROM (SELECT network_token_account(%s, %s) AS account OFFSET 0) AS t, "
        "network_enter(t.account, %s) AS e",
        [digest, clock.now(), clock.today()],
    )


def _entered(query: str, params: list[Any]) -> Viewer | None:
    if not connection.in_atomic_block:
        raise RuntimeError("a scope is entered inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        row = cursor.fetchone()
    if row is None:
        return None
    account_id, username, display_name, language, roles, hubs, stations, units, organisations, home = row
    return Viewer(
        account_id=account_id,
        username=username,
        display_name=display_name,
        language=language,
        roles=frozenset(roles),
        hubs=tuple(hubs),
        stations=tuple(stations),
        units=tuple(units),
        organisations=tuple(organisations),
        home=home,
    )


def counts_only(viewer: Viewer) -> Viewer:
    """Narrow the scope just entered, for the rest of the transaction, to what tells of nobody: the numbers of the
    viewer's units. No client, worker, account or event is seen any more.
    """
    names = [name for name in SETTINGS if name not in ("account", "gate")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('shegong.account', '', true), "
            "(SELECT count(set_config('shegong.' || name, '{}', true)) FROM unnest(%s::text[]) AS name)",
            [names],
        )
    return replace(viewer, hubs=(), stations=(), organisations=())


def account_of_token(token: str) -> int | None:
    """The account of a bearer token that is neither expired nor revoked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT network_token_account(%s, %s)", [sha256(token.encode()).digest(), clock.now()])
        account_id: int | None = cursor.fetchone()[0]
    return account_id


def become_unprivileged() -> None:
    """Give up the rights of the tables' owner for the rest of the transaction. (The server never has them.)"""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION_ROLE}")


@contextmanager
def viewing(account_id: int) -> Iterator[Viewer]:
    """A transaction in the scope of an account, under the unprivileged role: for commands, tasks and tests.

    Raises LookupError for an unknown or switched-off account.
    """
    with transaction.atomic():
        become_unprivileged()
        viewer = enter(account_id)
        if viewer is None:
            raise LookupError(f"no active account {account_id}")
        yield viewer
        leave()


def leave() -> None:
    """Back to no scope and to the connection's own rights, for an outer transaction that goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('shegong.' || name, '', true) FROM unnest(%s::text[]) AS name", [list(SETTINGS)]
        )
        cursor.execute("RESET ROLE")


@contextmanager
def signing_in() -> Iterator[None]:
    """A transaction in which accounts can be looked up by name: for the sign-in page and nothing else."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('shegong.gate', 'sign-in', true)")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('shegong.gate', '', true)")
