"""A backup brings everything back, or nothing changes."""

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shegong.config.backups import opened_backup
from shegong.config.postgres import EmbeddedPostgres
from shegong.config.problem import LaunchProblem
from tests.config.serving import shegong


class Installation:
    """A migrated installation with one table of our own in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.server = EmbeddedPostgres(home, durable=False)

    def run(self, *arguments: str) -> str:
        done = shegong(*arguments, home=self.home, port=8000)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def words(self, change: str | None = None) -> list[str]:
        with psycopg.connect(self.server.conninfo(), autocommit=True) as connection:
            if change is not None:
                connection.execute(change.encode())
            return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


@pytest.fixture(scope="module")
def installation(new_installation: Callable[[], Path]) -> Iterator[Installation]:
    installation = Installation(new_installation())
    with installation.server.running():
        installation.words("CREATE TABLE words (word text)")
        installation.words("GRANT SELECT ON words TO shegong_app")
        installation.words("INSERT INTO words VALUES ('一'), ('𠮷')")
        yield installation


def test_everything_comes_back(installation: Installation, tmp_path: Path) -> None:
    first, second = tmp_path / "first.tar", tmp_path / "second.tar"
    installation.run("backup", str(first), "--with-keys")
    keys = (installation.home / "keys.json").read_bytes()
    assert first.stat().st_mode & 0o077 == 0
    installation.words("DELETE FROM words WHERE word = '一'")
    installation.words("CREATE TABLE IF NOT EXISTS later (n int)")
    (installation.home / "keys.json").unlink()
    installation.run("restore", str(first), "--yes")
    assert installation.words() == ["一", "𠮷"]
    assert (installation.home / "keys.json").read_bytes() == keys
    with psycopg.connect(installation.server.conninfo("shegong_web")) as connection:
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (2,)
        assert connection.execute("SELECT to_regclass('later')").fetchone() == (None,)
    # A restored database can be backed up and restored again.
    installation.run("backup", str(second))
    with tarfile.open(second) as tar:
        assert "keys.json" not in tar.getnames()
    installation.run("restore", str(second), "--yes")
    assert installation.words() == ["一", "𠮷"]


def test_other_keys_are_kept_and_told(installation: Installation, tmp_path: Path) -> None:
    file, ring = tmp_path / "b.tar", installation.home / "keys.json"
    installation.run("backup", str(file), "--with-keys")
    ours = ring.read_bytes()
    ring.unlink()
    installation.run("migrate")  # makes another key ring
    other = ring.read_bytes()
    assert "differs" in installation.run("restore", str(without_keys(file, tmp_path)), "--yes")
    said = installation.run("restore", str(file), "--yes")
    assert ring.read_bytes() == ours
    kept = next(installation.home.glob("keys.json.before-*"))
    assert kept.read_bytes() == other
    assert str(kept) in said


def without_keys(file: Path, folder: Path) -> Path:
    changed = folder / "without.tar"
    with tarfile.open(file) as whole, tarfile.open(changed, "w") as tar:
        manifest = json.loads(whole.extractfile("manifest.json").read())  # type: ignore[union-attr]
        (folder / "manifest.json").write_text(json.dumps({**manifest, "has_keys": False}))
        tar.add(folder / "manifest.json", "manifest.json")
        dump = whole.extractfile("database.dump")  # `extract` knows no filter before Python 3.11.4
        assert dump is not None
        (folder / "database.dump").write_bytes(dump.read())
        tar.add(folder / "database.dump", "database.dump")
    return changed


def test_failing_restore_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    installation.run("backup", str(file))
    before = installation.words("INSERT INTO words VALUES ('三')")
    # Somebody else uses a table: the restore can't have it to itself, and gives up.
    with psycopg.connect(installation.server.conninfo()) as connection:
        connection.execute("SELECT * FROM words")
        done = shegong("restore", str(file), "--yes", home=installation.home, port=8000)
    assert done.returncode == 1
    assert "the database is as it was" in done.stderr
    assert installation.words() == before


def test_damaged_or_foreign_files(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    for content in (b"", os.urandom(4096)):
        foreign.write_bytes(content)
        with pytest.raises(LaunchProblem, match="not a backup"), opened_backup(foreign):
            pass
