"""The command serves, says why when it can't, leaves nothing behind when it ends, and recovers when it was killed."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shegong.config.postgres import EmbeddedPostgres
from tests.config.serving import Serving, free_port, listens, shegong


@pytest.fixture(scope="module")
def serving(new_installation: Callable[[], Path]) -> Iterator[Serving]:
    """One that serves through the tests that only look or that it survives; then Ctrl-C must end it all."""
    home = new_installation()
    accounts = home / "demo-accounts.json"
    accounts.write_text(json.dumps([{"username": "worker", "password": "a-b-c", "role": "worker"}]))
    serving = Serving(home, free_port())
    yield serving
    assert serving.end(signal.SIGINT) == 0, "\n".join(serving.lines)
    assert not listens(serving.port)
    assert not EmbeddedPostgres(home).is_running()


@pytest.fixture(scope="module")
def other_home(new_installation: Callable[[], Path]) -> Path:
    """Another installation, for tests that start and end servers themselves."""
    return new_installation()


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_ready_and_measured(serving: Serving) -> None:
    assert serving.health() == {
        "ready": True,
        "checks": {"database": True, "keyring": True, "migrations": True},
        "reasons": [],
    }
    assert serving.get("/no-such-page")[0] == 404
    assert 'shegong_requests_total{method="GET",status="404",view="unmatched"} 1.0' in serving.get("/metrics")[1]
    last = json.loads((serving.home / "log" / "server.log").read_text().splitlines()[-1])
    assert {"at", "level", "logger", "message", "process"} <= set(last)


def test_pages_use_the_unprivileged_login(serving: Serving) -> None:
    asked = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'shegong app'"
    serving.health()
    with psycopg.connect(EmbeddedPostgres(serving.home).conninfo()) as connection:
        assert connection.execute(asked).fetchall() == [("shegong_web",)]


def test_demonstration_accounts_are_shown(serving: Serving) -> None:
    assert any("worker" in line and "a-b-c" in line for line in serving.lines)
    assert f"http://localhost:{serving.port}/" in serving.lines[-1]


def test_second_serve_says_where_the_first_is(serving: Serving) -> None:
    second = shegong("serve", home=serving.home, port=free_port())
    assert second.returncode == 0
    assert f"http://localhost:{serving.port}/" in second.stdout
    assert second.stderr == ""
    assert serving.health()["ready"]


def test_restore_is_refused_while_serving(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"")
    done = shegong("restore", str(tmp_path / "backup.tar"), "--yes", home=serving.home, port=serving.port)
    assert (done.returncode, done.stdout) == (1, "")
    assert "stop it" in done.stderr


def test_killed_server_frees_the_port_and_recovers(other_home: Path) -> None:
    killed = Serving(other_home, free_port())
    killed.end(signal.SIGKILL)
    assert until(lambda: not listens(killed.port))
    again = Serving(other_home, killed.port)
    assert again.health()["ready"]
    assert again.end(signal.SIGTERM) == 0
    assert not listens(again.port)
    assert not EmbeddedPostgres(other_home).is_running()


def test_killed_database_is_started_again(serving: Serving) -> None:
    killed = serving.postmaster()
    os.kill(killed, signal.SIGKILL)
    assert until(lambda: serving.get("/healthz")[0] == 200 and serving.postmaster() != killed)


def test_unreachable_database_is_told_not_thrown(serving: Serving) -> None:
    os.kill(serving.process.pid, signal.SIGSTOP)  # so that nobody starts it again
    try:
        os.kill(serving.postmaster(), signal.SIGKILL)
        assert until(lambda: serving.get("/healthz")[0] == 503)
        answer = serving.health()
        assert (answer["ready"], answer["checks"]["database"]) == (False, False)
        assert answer["reasons"]
    finally:
        os.kill(serving.process.pid, signal.SIGCONT)


def assert_one_line_each(stderr: str, *texts: str) -> None:
    """Chinese and English, a line each, and no traceback."""
    assert len(stderr.strip().splitlines()) == 2, stderr
    for text in texts:
        assert text in stderr


def test_port_in_use(other_home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = shegong("serve", home=other_home, port=port)
    assert done.returncode == 1
    assert_one_line_each(done.stderr, f"Port {port} is in use", "SHEGONG_PORT=")
    assert not EmbeddedPostgres(other_home).is_running()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "Can't connect to the database"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL is wrong"),
        ({"SHEGONG_PORT": "eighty"}, "SHEGONG_PORT='eighty' is not a whole number"),
        ({"SHEGONG_ADDRESS": "everywhere"}, "SHEGONG_ADDRESS='everywhere' is no IP address"),
        ({"SHEGONG_HOME": "/proc/nowhere"}, "Can't write to /proc/nowhere"),
        ({"SHEGONG_KEYS": "/dev/null"}, "/dev/null"),
    ],
)
def test_wrong_environment(changes: dict[str, str], text: str, tmp_path: Path) -> None:
    ours = {name: value for name, value in changes.items() if name not in ("SHEGONG_HOME", "SHEGONG_PORT")}
    place = Path(changes.get("SHEGONG_HOME", tmp_path))
    changed_port = {"SHEGONG_PORT": changes["SHEGONG_PORT"]} if "SHEGONG_PORT" in changes else {}
    done = shegong("serve", home=place, port=free_port(), **ours, **changed_port)
    assert done.returncode == 1
    assert_one_line_each(done.stderr, text)
