"""The SQL of the wall: what goes forward comes back, names are quoted, senseless policies are refused."""

import pytest
from django.db.migrations import RunSQL

from shegong.kernel import wall


def both(operation: RunSQL) -> tuple[object, object]:
    return operation.sql, operation.reverse_sql


def test_enable() -> None:
    assert both(wall.enable("practice_client")) == (
        'ALTER TABLE "practice_client" ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE "practice_client" DISABLE ROW LEVEL SECURITY',
    )
    assert both(wall.enable("t", force=True)) == (
        'ALTER TABLE "t" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
        'ALTER TABLE "t" DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
    )


def test_policy() -> None:
    assert both(wall.policy("t", "seen", "station_id = ANY (scope())")) == (
        'CREATE POLICY "seen" ON "t" AS PERMISSIVE FOR ALL TO "shegong_app" USING (station_id = ANY (scope()))',
        'DROP POLICY "seen" ON "t"',
    )
    written = wall.policy("t", "w", "a", "b", "UPDATE", restrictive=True, role="r")
    assert written.sql == 'CREATE POLICY "w" ON "t" AS RESTRICTIVE FOR UPDATE TO "r" USING (a) WITH CHECK (b)'
    added = wall.policy("t", "w", None, "b", "INSERT")
    assert added.sql == 'CREATE POLICY "w" ON "t" AS PERMISSIVE FOR INSERT TO "shegong_app" WITH CHECK (b)'


@pytest.mark.parametrize(
    ("using", "check", "command"),
    [
        (None, None, "ALL"),
        (None, "b", "SELECT"),
        ("a", "b", "SELECT"),
        ("a", "b", "DELETE"),
        ("a", "b", "INSERT"),
        (None, None, "INSERT"),
    ],
)
def test_policy_refuses_what_postgresql_would(using: str | None, check: str | None, command: wall.Command) -> None:
    with pytest.raises(ValueError, match=command):
        wall.policy("t", "p", using, check, command)


def test_grant() -> None:
    assert both(wall.grant("t", "select, Insert")) == (
        'GRANT SELECT, INSERT ON TABLE "t" TO "shegong_app"',
        'REVOKE SELECT, INSERT ON TABLE "t" FROM "shegong_app"',
    )
    assert wall.grant("t", "update", ["a", "b"], role="r").sql == 'GRANT UPDATE ("a", "b") ON TABLE "t" TO "r"'


@pytest.mark.parametrize("rights", ["", "all", "select; drop table t", "select insert"])
def test_grant_refuses_unknown_rights(rights: str) -> None:
    with pytest.raises(ValueError, match="unknown rights"):
        wall.grant("t", rights)


def test_composite_key() -> None:
    assert both(wall.composite_key("t", ["id", "hub_id"])) == (
        'ALTER TABLE "t" DROP CONSTRAINT "t_pkey", ADD CONSTRAINT "t_pkey" PRIMARY KEY ("id", "hub_id")',
        'ALTER TABLE "t" DROP CONSTRAINT "t_pkey", ADD CONSTRAINT "t_pkey" PRIMARY KEY ("id")',
    )


def test_composite_reference() -> None:
    operation = wall.composite_reference("a", ["b_id", "hub_id"], "b", ["id", "hub_id"], "a_b", on_delete="CASCADE")
    assert both(operation) == (
        'ALTER TABLE "a" ADD CONSTRAINT "a_b" FOREIGN KEY ("b_id", "hub_id") '
        'REFERENCES "b" ("id", "hub_id") ON DELETE CASCADE',
        'ALTER TABLE "a" DROP CONSTRAINT "a_b"',
    )
    deferred = wall.composite_reference("a", ["b_id"], "b", ["id"], "a_b", deferred=True)
    assert str(deferred.sql).endswith("ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED")
    with pytest.raises(ValueError, match="2 columns can't refer to 1"):
        wall.composite_reference("a", ["b_id", "hub_id"], "b", ["id"], "a_b")


def test_names_are_quoted_and_bad_ones_refused() -> None:
    assert wall.quoted('a"b') == '"a""b"'
    assert wall.quoted("站" * 21) == f'"{"站" * 21}"'
    for name in ("", "a\0b", "x" * 64, "站" * 22):
        with pytest.raises(ValueError, match="usable SQL name"):
            wall.quoted(name)
    with pytest.raises(ValueError, match="usable SQL name"):
        wall.composite_key("x" * 60, ["id", "hub_id"])
    with pytest.raises(ValueError, match="list of columns"):
        wall.composite_key("t", "id")
    with pytest.raises(ValueError, match="list of columns"):
        wall.composite_key("t", [])


def test_the_role_is_made_once_and_never_dropped() -> None:
    operation = wall.application_role()
    assert 'CREATE ROLE "shegong_app" NOLOGIN NOSUPERUSER NOBYPASSRLS' in str(operation.sql)
    assert operation.reverse_sql == RunSQL.noop
