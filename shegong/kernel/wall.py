"""Migration operations for the wall: row-level security, rights of the application's role, and keys that include the
county hub.

The application works under an unprivileged role; tables belong to another role, which migrates. So a table's policies
bind each request, and a table that isn't granted here can't be touched by any. Conditions are SQL written by us in
migrations; names are quoted.
"""

from collections.abc import Sequence
from typing import Final, Literal

from django.db.migrations import RunSQL

APPLICATION_ROLE: Final = "shegong_app"
RIGHTS: Final = frozenset({"select", "insert", "update", "delete", "truncate", "references", "trigger"})
NAME_BYTES: Final = 63  # PostgreSQL cuts longer names silently
Command = Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]
OnDelete = Literal["NO ACTION", "RESTRICT", "CASCADE"]


def quoted(name: str) -> str:
    """An SQL identifier. Raises ValueError for a name that PostgreSQL would cut, refuse, or take for nothing."""
    if not name or "\0" in name or len(name.encode()) > NAME_BYTES:
        raise ValueError(f"not a usable SQL name: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    """Identifiers in parentheses. A lone string is a mistake: it would be taken letter by letter."""
    if isinstance(names, str) or not names:
        raise ValueError(f"not a list of columns: {names!r}")
    return "(" + ", ".join(quoted(name) for name in names) + ")"


def application_role() -> RunSQL:
    """Create the application's role unless the server has it (roles belong to the server, not to a database), and let
    us become it.
    """
    role = quoted(APPLICATION_ROLE)
    return RunSQL(
        f"""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
                CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server was faster
        END $$;
        DO $$
        BEGIN
            IF NOT pg_has_role(current_user, '{APPLICATION_ROLE}', 'MEMBER') THEN
                EXECUTE format('GRANT {role} TO %I', current_user);
            END IF;
        END $$;
        """,
        RunSQL.noop,
    )


def enable(table: str, *, force: bool = False) -> RunSQL:
    """Switch row-level security on: without a policy the application's role sees no row. `force` binds the table's
    owner too.
    """
    name = quoted(table)
    forward = f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    backward = f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"
    if force:
        forward += ", FORCE ROW LEVEL SECURITY"
        backward += ", NO FORCE ROW LEVEL SECURITY"
    return RunSQL(forward, backward)


def policy(
    table: str,
    name: str,
    using: str | None,
    check: str | None = None,
    command: Command = "ALL",
    *,
    restrictive: bool = False,
    role: str = APPLICATION_ROLE,
) -> RunSQL:
    """A policy: rows for which `using` holds are seen, changed and deleted; rows written must satisfy `check`
    (without it, `using`).

    Permissive policies of a table add up (or); a restrictive one must hold besides (and). Raises ValueError for a
    condition that the command can't have: INSERT has only a check, SELECT and DELETE have only a using.
    """
    if (using is None) != (command == "INSERT"):
        raise ValueError(f"a policy for {command} {'has no' if using else 'needs a'} USING condition")
    if check is not None and command in ("SELECT", "DELETE"):
        raise ValueError(f"a policy for {command} has no CHECK condition")
    if command == "INSERT" and check is None:
        raise ValueError("a policy for INSERT needs a CHECK condition")
    kind = "RESTRICTIVE" if restrictive else "PERMISSIVE"
    forward = f"CREATE POLICY {quoted(name)} ON {quoted(table)} AS {kind} FOR {command} TO {quoted(role)}"
    if using is not None:
        forward += f" USING ({using})"
    if check is not None:
        forward += f" WITH CHECK ({check})"
    return RunSQL(forward, f"DROP POLICY {quoted(name)} ON {quoted(table)}")


def grant(table: str, rights: str, columns: Sequence[str] | None = None, *, role: str = APPLICATION_ROLE) -> RunSQL:
    """Give the application's role these rights, such as "select, insert"; only on some columns where they are named.

    Raises ValueError for an unknown right.
    """
    wanted = [right.strip().lower() for right in rights.split(",")]
    if unknown := [right for right in wanted if right not in RIGHTS]:
        raise ValueError(f"unknown rights: {unknown}")
    scope = "" if columns is None else " " + _listed(columns)
    listed = ", ".join(right.upper() + scope for right in wanted)
    target = f"ON TABLE {quoted(table)}"
    return RunSQL(f"GRANT {listed} {target} TO {quoted(role)}", f"REVOKE {listed} {target} FROM {quoted(role)}")


def composite_key(table: str, columns: Sequence[str], *, was: str = "id") -> RunSQL:
    """Replace the one-column primary key that Django made by a key over these columns, as a table distributed by hub
    needs it.

    No one-column foreign key may point at the table: use `composite_reference` (and `db_constraint=False` in the
    model).
    """
    # The name PostgreSQL gives; `quoted` refuses a table whose name leaves no room for it.
    key = quoted(f"{table}_pkey")
    change = f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {key}, ADD CONSTRAINT {key} PRIMARY KEY "
    return RunSQL(change + _listed(columns), change + _listed([was]))


def composite_reference(
    table: str,
    columns: Sequence[str],
    to_table: str,
    to_columns: Sequence[str],
    name: str,
    *,
    on_delete: OnDelete = "NO ACTION",
    deferred: bool = False,
) -> RunSQL:
    """A foreign key over several columns, checked at the end of each statement, or of the transaction when `deferred`.

    Raises ValueError when the two sides have not the same number of columns.
    """
    if len(columns) != len(to_columns):
        raise ValueError(f"{len(columns)} columns can't refer to {len(to_columns)}")
    forward = (
        f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} FOREIGN KEY {_listed(columns)} "
        f"REFERENCES {quoted(to_table)} {_listed(to_columns)} ON DELETE {on_delete}"
    )
    if deferred:
        forward += " DEFERRABLE INITIALLY DEFERRED"
    return RunSQL(forward, f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")
