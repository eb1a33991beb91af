"""A lost or another key ring stops everything before it does harm."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection as tests_connection
from django.test import Client
from pytest_django import Settings

from shegong.config.keymarks import note_keys, require_fitting_keys
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem
from shegong.kernel import clock
from shegong.kernel.keyring import load_keyring
from shegong.kernel.models import KeyMark
from tests.config.serving import free_port, shegong

ACCOUNT = """INSERT INTO people_account (username, display_name, password, is_superuser, email, language, is_active,
is_staff, must_change_password, joined_at) VALUES ('a', 'a', '', false, '', 'zh-hans', true, false, false, now())"""


@pytest.fixture(scope="module")
def used(new_installation: Callable[[], Path]) -> Iterator[Path]:
    """The home of an installation with an account in it."""
    home = new_installation()
    server = EmbeddedPostgres(home, durable=False)
    with server.running():
        with psycopg.connect(server.conninfo()) as connection:
            connection.execute(ACCOUNT)
        yield home


def connected(home: Path) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(EmbeddedPostgres(home).conninfo(), autocommit=True)


@pytest.mark.parametrize(
    "command", [["serve"], ["demo", "--size", "small"], ["verify"], ["backup", "x.tar"], ["migrate"]]
)
def test_without_its_key_ring_nothing_starts_and_none_is_made(used: Path, command: list[str], tmp_path: Path) -> None:
    ring = used / "keys.json"
    kept = ring.rename(tmp_path / "keys.json")
    try:
        done = shegong(*command, home=used, port=free_port())
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 2, done.stderr
        assert "put keys.json back from its backup" in done.stderr
        assert not ring.exists()
    finally:
        kept.rename(ring)


def test_another_key_ring_is_refused_and_the_right_one_taken_back(used: Path, tmp_path: Path) -> None:
    ring = used / "keys.json"
    right = ring.read_text()
    other = tmp_path / "other.json"
    load_keyring(other)
    try:
        ring.write_text(other.read_text())
        done = shegong("verify", home=used, port=free_port())
        assert done.returncode == 1
        assert "differs: data 1, index, root" in done.stderr
        mixed = {**json.loads(right), "index": json.loads(other.read_text())["index"]}
        ring.write_text(json.dumps(mixed))
        assert "differs: index" in shegong("verify", home=used, port=free_port()).stderr
    finally:
        ring.write_text(right)
    assert shegong("verify", home=used, port=free_port()).returncode == 0


def test_a_rotated_ring_is_noted_and_its_older_copy_then_refused(used: Path) -> None:
    path = used / "keys.json"
    older = path.read_text()
    with connected(used) as connection:
        assert load_keyring(path).rotate() == 2
        require_fitting_keys(connection, path)
        newer = path.read_text()
        path.write_text(older)
        with pytest.raises(LaunchProblem, match="data 2"):
            require_fitting_keys(connection, path)
        path.write_text(newer)
        require_fitting_keys(connection, path)


def test_without_fingerprints_a_stored_value_tells(used: Path, tmp_path: Path) -> None:
    """As in a database that comes from the version that kept none."""
    path, other = used / "keys.json", tmp_path / "keys.json"
    with connected(used) as connection:
        connection.execute("CREATE TABLE kept AS TABLE kernel_keymark")
        connection.execute("DELETE FROM kernel_keymark")
        connection.execute("SET session_replication_role = replica")  # a client alone, without what it refers to
        blob = load_keyring(path).encrypt("11010519491231002X", b"practice_client.identity")
        connection.execute(
            "INSERT INTO practice_client (id, hub_id, station_id, number, name, sort_key, sounds_key, sex, ethnicity, "
            "identity, phone, address, household_relation, restricted_classes, state, registered_at, registered_by_id) "
            "VALUES (gen_random_uuid(), 1, 1, 'n', 'n', 'n', 'n', '0', '', %s, '', '', '', '{}', 'active', now(), 1)",
            [blob],
        )
        load_keyring(other)
        with pytest.raises(LaunchProblem, match="differs: data"):
            note_then_require(connection, other)
        require_fitting_keys(connection, path)
        noted = {name for (name,) in connection.execute("SELECT name FROM kernel_keymark").fetchall()}
        assert noted == set(load_keyring(path).marks())


def note_then_require(connection: "psycopg.Connection[tuple[object, ...]]", path: Path) -> None:
    """What this process made would count as lost; so the file is copied first."""
    copy = path.with_name("copy.json")
    copy.write_text(path.read_text())
    require_fitting_keys(connection, copy)


def test_an_empty_database_takes_any_key_ring(new_installation: Callable[[], Path]) -> None:
    home = new_installation()
    (home / "keys.json").unlink()
    assert shegong("verify", home=home, port=free_port()).returncode == 0
    server = EmbeddedPostgres(home, durable=False)
    with server.running(), connected(home) as connection:
        note_keys(connection, load_keyring(home / "keys.json"))
        marks = dict(connection.execute("SELECT name, mark FROM kernel_keymark").fetchall())
        assert marks == load_keyring(home / "keys.json").marks()


@pytest.mark.django_db
def test_health_tells_of_another_key_ring(client: Client, settings: Settings) -> None:
    for name, mark in settings.KEYRING.marks().items():
        KeyMark.objects.create(name=name, mark=mark, noted_at=clock.now())
    assert client.get("/healthz").json()["checks"]["keyring"] is True
    KeyMark.objects.filter(name="index").update(mark=b"x" * 16)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["checks"]["keyring"]) == (503, False)
    with tests_connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shegong_app")
        cursor.execute("SELECT count(*) FROM kernel_keymark")
        assert cursor.fetchone()[0] >= 3
