"""DATABASE_URL is understood as libpq understands it, and a wrong one is a one-line message without its password."""

from pathlib import Path

import pytest

from shegong.config.database import database_settings, ensure_roles
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


def test_unknown_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEGONG_DATABASE_ROLE", "root")
    with pytest.raises(LaunchProblem, match="must be owner or app"):
        database_settings(tmp_path)
