"""Writing very many rows: COPY into tables whose indexes and references are put back afterwards, in one go.

Everything happens in the caller's transaction: another session sees the tables as they were until it commits, and after
a kill they are as they were.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models
from psycopg import sql

NULL: Final = r"\N"
CHUNK: Final = 1 << 20

# Keys, references from and to the tables; and indexes, without those that serve a key.
CONSTRAINTS: Final = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
WHERE c.conrelid = ANY (%(tables)s::regclass[]) AND c.contype IN ('p', 'u', 'f')
   OR c.confrelid = ANY (%(tables)s::regclass[]) AND c.contype = 'f'
ORDER BY c.contype = 'f', c.conrelid::regclass::text, c.conname"""
INDEXES: Final = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1"""


def text(value: object) -> str:
    """A value as COPY reads it in a column of text."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    written = str(value)
    if "\\" in written or "\t" in written or "\n" in written or "\r" in written:
        for sign, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            written = written.replace(sign, escape)
    return written


def line(*values: object) -> str:
    """A row as COPY reads it."""
    return "\t".join(map(text, values)) + "\n"


class Table:
    """A model's table and the columns that are given; the other columns get their model's defaults."""

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.name = model._meta.db_table
        self._filled: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            # A composite key is made of other fields and has no column.
            if field.column is None or field.column in columns or field.null or field.primary_key:
                continue
            self._filled[field.column] = field.get_db_prep_save(field.get_default(), connection)
        self.columns = [*columns, *self._filled]
        ending = "".join("\t" + text(value) for value in self._filled.values())
        self._ending = ending.encode() + b"\n"

    def copy(self, lines: Iterable[str]) -> int:
        """Append rows, each a line of COPY's text format for the given columns. Returns how many."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.name), sql.SQL(", ").join(map(sql.Identifier, self.columns))
        )
        count = 0
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block, rows in _blocks(lines):
                copy.write(block if not self._filled else block.replace(b"\n", self._ending))
                count += rows
        return count


def _blocks(lines: Iterable[str]) -> Iterator[tuple[bytes, int]]:
    waiting: list[str] = []
    size = 0
    for each in lines:
        waiting.append(each)
        size += len(each)
        if size > CHUNK:
            yield "".join(waiting).encode(), len(waiting)
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode(), len(waiting)


def reserve_ids(model: type[models.Model], count: int) -> range:
    """`count` ids in a row that the table's sequence will not give out any more."""
    if not count:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        first: int = cursor.fetchone()[0]
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + count - 1])
    return range(first, first + count)


@contextmanager
def bare(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Inside the block the tables have no keys, indexes, references and triggers of ours; at its end they have them all
    again, made (and so checked) over all rows at once.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        # References are checked at the end of a transaction; a table with waiting checks can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(CONSTRAINTS, {"tables": names})
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, [names])
        indexes = cursor.fetchall()
        for table, name, _ in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for name in names:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {name}")
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for _, definition in indexes:
            cursor.execute(definition)
