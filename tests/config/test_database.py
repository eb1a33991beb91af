"""DATABASE_URL is understood as libpq understands it, and a wrong one is a one-line message without its password."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shegong.config.database import database_settings, ensure_roles
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem


def test_url_becomes_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://al%40ice:s%2Fecret@db.example:6432/city?sslmode=require")
    settings = database_settings(tmp_path)
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"]) == ("al@ice", "s/ecret", "db.example")
    assert (settings["PORT"], settings["NAME"]) == ("6432", "city")
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_web_server_signs_in_as_its_own_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEGONG_DATABASE_ROLE", "app")
    monkeypatch.setenv("SHEGONG_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:secret@db.example/city")
    settings = database_settings(tmp_path)
    assert settings["USER"] == "shegong_web_city"
    assert settings["PASSWORD"] not in ("", "secret")
    assert settings["PASSWORD"] == database_settings(tmp_path)["PASSWORD"]
    monkeypatch.setenv("DATABASE_URL", "")
    assert database_settings(tmp_path)["USER"] == "shegong_web"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:geheim@h/n",
        "postgres://u:geheim@h",
        "postgres://u:geheim@h:99999/n",
        "postgres://u:geheim@h:port/n",
        "postgres://u:geheim@h/n?nosuch=1",
        "postgres://u:geheim@[h/n",
        "geheim",
    ],
)
def test_wrong_url(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(LaunchProblem) as caught:
        database_settings(tmp_path)
    assert "geheim" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


def test_server_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEGONG_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setenv("DATABASE_URL", "postgres://u:geheim@127.0.0.1:1/n")
    with pytest.raises(LaunchProblem, match="Can't connect to the database") as caught:
        ensure_roles(tmp_path)
    assert "geheim" not in str(caught.value)


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedPostgres]:
    """Stands for a city's own server: passwords are asked for, and our owner may make roles but is no superuser."""
    with tempfile.TemporaryDirectory(prefix="shegong-own-") as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        with server.running():
            with psycopg.connect(server.conninfo(dbname="postgres"), autocommit=True) as connection:
                connection.execute("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'geheim'")
                connection.execute("CREATE DATABASE city OWNER keeper")
                (server.data / "pg_hba.conf").write_text("local all shegong_owner trust\nlocal all all scram-sha-256\n")
                connection.execute("SELECT pg_reload_conf()")
            monkeypatch.setenv("DATABASE_URL", f"postgres://keeper:geheim@/city?host={server.socket_folder}&port=5432")
            monkeypatch.setenv("SHEGONG_KEYS", str(tmp_path / "keys.json"))
            yield server


def test_roles_on_a_server_of_ones_own(
    own_server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_roles(tmp_path)
    ensure_roles(tmp_path)
    monkeypatch.setenv("SHEGONG_DATABASE_ROLE", "app")
    web = database_settings(tmp_path)
    place = {"host": web["HOST"], "port": web["PORT"], "dbname": web["NAME"]}
    with psycopg.connect(**place, user=web["USER"], password=web["PASSWORD"]) as connection:
        assert connection.execute("SELECT pg_has_role('shegong_app', 'USAGE')").fetchone() == (True,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**place, user=web["USER"], password="wrong")
    with psycopg.connect(**place, user="keeper", password="geheim") as connection:
        connection.execute("SET LOCAL ROLE shegong_app")
        assert connection.execute("SELECT current_user::text").fetchone() == ("shegong_app",)


def test_owner_that_may_not_make_roles(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    with psycopg.connect(own_server.conninfo(dbname="postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE keeper NOCREATEROLE")
    with pytest.raises(LaunchProblem, match="may not make roles"):
        ensure_roles(tmp_path)


def test_unknown_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEGONG_DATABASE_ROLE", "root")
    with pytest.raises(LaunchProblem, match="must be owner or app"):
        database_settings(tmp_path)
