"""Backup files: a tar of the database's dump, a manifest and, on request, the key ring.

Without the key ring of its time a backup's identity numbers, phones and addresses can't be read: keep both, apart.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import make_conninfo

from shegong import __version__
from shegong.config.database import owner_parts
from shegong.config.environment import home_folder, keyring_file
from shegong.config.postgres import binaries_folder
from shegong.config.problem import LaunchProblem

FORMAT = 1
DUMP, MANIFEST, KEYS = "database.dump", "manifest.json", "keys.json"
LOCK_SECONDS = 3


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. `keyring` is the SHA-256 of the key ring file of its time."""

    made_at: str
    shegong: str
    dump_sha256: str
    keyring_sha256: str
    has_keys: bool


def write_backup(file: Path, *, with_keys: bool) -> Manifest:
    """Write a backup of the database to `file`, readable by its owner only; whole or not at all.

    Needs the database server to run. Raises LaunchProblem if the dump fails, OSError if the file can't be written.
    """
    keys = keyring_file(home_folder()).read_bytes()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".shegong-backup-") as folder:
        dump = Path(folder) / DUMP
        _dump_database(dump)
        with dump.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        keys_digest = hashlib.sha256(keys).hexdigest()
        manifest = Manifest(made_at, __version__, digest, keys_digest, with_keys)
        whole = Path(folder) / "backup.tar"
        with whole.open("xb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            os.fchmod(raw.fileno(), 0o600)
            _add(tar, MANIFEST, json.dumps({"format": FORMAT, **vars(manifest)}, indent=1).encode())
            tar.add(dump, DUMP)
            if with_keys:
                _add(tar, KEYS, keys)
            tar.close()
            raw.flush()
            os.fsync(raw.fileno())
        whole.replace(file)
    return manifest


@contextmanager
def opened_backup(file: Path) -> Iterator[tuple[Manifest, Path, bytes | None]]:
    """The manifest, the unpacked dump and the key ring (if it is within) of a backup, checked to be undamaged.

    Raises LaunchProblem if the file isn't a backup of ours or is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="shegong-restore-") as folder:
        try:
            with tarfile.open(file) as tar:
                manifest = _manifest(json.loads(_member(tar, MANIFEST).read()))
                dump = Path(folder) / DUMP
                with dump.open("xb") as target:
                    digest = _copy(_member(tar, DUMP), target)
                keys = _member(tar, KEYS).read() if manifest.has_keys else None
        except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
            raise _no_backup(file) from error
        if digest != manifest.dump_sha256:
            raise _no_backup(file)
        if keys is not None and hashlib.sha256(keys).hexdigest() != manifest.keyring_sha256:
            raise _no_backup(file)
        yield manifest, dump, keys


def restore_database(dump: Path) -> None:
    """Replace everything in the database by the dump, in one transaction: all or nothing.

    Needs the database server to run and our roles to exist. Raises LaunchProblem with the first error.
    """
    before = (
        f"SET lock_timeout = '{LOCK_SECONDS}s';\n"
        "DROP SCHEMA public CASCADE;\n"
        "CREATE SCHEMA public AUTHORIZATION pg_database_owner;\n"
        "GRANT USAGE ON SCHEMA public TO PUBLIC;\n"
    )
    unpack = [*_program("pg_restore"), "--no-owner", "--file=-", str(dump)]
    psql = [*_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    psql += ["--file=-", _database()]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(unpack, stdout=subprocess.PIPE, stderr=errors) as script,
        subprocess.Popen(
            psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=_environment()
        ) as target,
    ):
        assert script.stdout is not None and target.stdin is not None
        try:
            target.stdin.write(before.encode())
            while block := script.stdout.read(1 << 20):
                target.stdin.write(block)
            if script.wait() != 0:
                target.stdin.write(b"DO $$ BEGIN RAISE 'the dump is damaged'; END $$;\n")  # so that nothing is kept
            target.stdin.close()
        except BrokenPipeError:
            script.kill()
        if target.wait() != 0 or script.returncode != 0:
            errors.seek(0)
            raise _restore_problem(errors.read().decode(errors="replace"))


def restore_keys(keys: bytes) -> Path | None:
    """Put the backup's key ring in place; where another one that was there is kept, or None."""
    file = keyring_file(home_folder())
    kept = None
    if file.exists():
        if file.read_bytes() == keys:
            return None
        kept = file.with_name(f"{file.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        file.rename(kept)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as target:
        os.fchmod(target.fileno(), 0o600)
        target.write(keys)
        target.flush()
        os.fsync(target.fileno())
    return kept


def _dump_database(dump: Path) -> None:
    command = [*_program("pg_dump"), "--format=custom", "--no-owner", f"--file={dump}", _database()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise LaunchProblem(
            f"备份失败({reason}),请检查数据库和磁盘后再试。",
            f"The backup failed ({reason}): check the database and the disk, then try again.",
        )


def _program(name: str) -> list[str]:
    return [str(binaries_folder() / name)]


def _database() -> str:
    parts = owner_parts(home_folder())
    parts.pop("password", None)
    return "--dbname=" + make_conninfo(**parts)


def _environment() -> dict[str, str]:
    """The password stands here, not in a command line that everybody on the machine can read."""
    password = owner_parts(home_folder()).get("password")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**environment, "PGPASSWORD": password} if password else environment


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    content = tar.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _manifest(found: dict[str, Any]) -> Manifest:
    if found.pop("format", None) != FORMAT:
        raise ValueError("another format")
    try:
        return Manifest(**found)
    except TypeError as error:
        raise ValueError("fields") from error


def _no_backup(file: Path) -> LaunchProblem:
    return LaunchProblem(
        f"{file} 不是社工平台的备份文件,或已损坏,请换一个备份文件。",
        f"{file} is not a backup of Shegong, or is damaged: use another backup.",
    )


def _restore_problem(output: str) -> LaunchProblem:
    lines = [line for line in output.splitlines() if "ERROR" in line or "error" in line] or ["?"]
    return LaunchProblem(
        f"恢复失败,数据库保持原样({lines[0].strip()})。",
        f"The restore failed and the database is as it was ({lines[0].strip()}).",
    )
