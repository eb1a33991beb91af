"""Whether the key ring is the one that the stored data belong to.

The database keeps a fingerprint of every key (kernel.KeyMark). A missing or another key ring is refused before anything
is read or written with it: a new one can't open what the old one encrypted, and would not find by blind index what is
there. Runs before Django is set up, as the tables' owner.
"""

from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from shegong.config.problem import LaunchProblem
from shegong.kernel.keyring import KeyRing, KeyringProblem, discard_if_made_here, load_keyring

TABLE: Final = "kernel_keymark"
# What tells whether keys fit in a database of the version that kept no fingerprints: columns of practice_client.
SAMPLES: Final = ("identity", "phone", "address")


def require_fitting_keys(connection: psycopg.Connection[Any], path: Path) -> None:
    """Raises LaunchProblem when the database is in use and the key ring at `path` is missing or another one.

    A database without accounts and personal data takes any key ring. Keys that are new in the ring are noted.
    """
    if not _in_use(connection):
        return
    if discard_if_made_here(path) or not path.is_file():
        raise _lost(path)
    ring = load_keyring(path)
    strange = strange_keys(_marks(connection), ring)
    if strange or not _opens_samples(connection, ring):
        raise _other(path, strange)
    note_keys(connection, ring)


def strange_keys(known: dict[str, bytes], ring: KeyRing) -> list[str]:
    """Names of the keys that the database knows and the ring lacks, or has otherwise."""
    present = ring.marks()
    return sorted(name for name, mark in known.items() if present.get(name) != mark)


def note_keys(connection: psycopg.Connection[Any], ring: KeyRing) -> None:
    """Note the fingerprints that the database lacks. In a database that isn't in use these keys are the only ones from
    now on. Before the first migration there is nowhere to note them.
    """
    if not _exists(connection, TABLE):
        return
    if strange_keys(_marks(connection), ring):
        if _in_use(connection):
            return
        connection.execute("DELETE FROM kernel_keymark")
    for name, mark in ring.marks().items():
        connection.execute(
            "INSERT INTO kernel_keymark (name, mark, noted_at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [name, mark],
        )


def _marks(connection: psycopg.Connection[Any]) -> dict[str, bytes]:
    if not _exists(connection, TABLE):
        return {}
    return {name: bytes(mark) for name, mark in connection.execute("SELECT name, mark FROM kernel_keymark").fetchall()}


def _exists(connection: psycopg.Connection[Any], table: str) -> bool:
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"]).fetchone()
    return found == (True,)


def _in_use(connection: psycopg.Connection[Any]) -> bool:
    return any(
        _exists(connection, table)
        and connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))).fetchone()
        == (True,)
        for table in ("people_account", "practice_client")
    )


def _opens_samples(connection: psycopg.Connection[Any], ring: KeyRing) -> bool:
    """Whether a stored value of each kind can be read, asked only where no fingerprint was noted."""
    if _marks(connection) or not _exists(connection, "practice_client"):
        return True
    for column in SAMPLES:
        query = sql.SQL("SELECT {0} FROM practice_client WHERE {0} <> ''::bytea LIMIT 1")
        row = connection.execute(query.format(sql.Identifier(column))).fetchone()
        try:
            if row is not None:
                ring.decrypt(bytes(row[0]), f"practice_client.{column}".encode())
        except KeyringProblem:
            return False
    return True


def _lost(path: Path) -> LaunchProblem:
    return LaunchProblem(
        f"密钥文件 {path} 不见了,而数据库里的内容是用它加密的:请从备份放回 keys.json(或用 SHEGONG_KEYS 指明)再启动。",
        f"The key ring {path} is missing, but the database holds data encrypted with it: put keys.json back from its "
        "backup (or name it by SHEGONG_KEYS), then start.",
    )


def _other(path: Path, strange: list[str]) -> LaunchProblem:
    which = ", ".join(strange) or "data"
    return LaunchProblem(
        f"密钥文件 {path} 不是这个数据库的(不符: {which}):请从备份放回原来的 keys.json 再启动。",
        f"The key ring {path} doesn't belong to this database (differs: {which}): put the right keys.json back from "
        "its backup, then start.",
    )
