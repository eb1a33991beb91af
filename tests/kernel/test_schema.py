"""Changes of the schema made at once: which belong together, and that they are made and taken back as each alone."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from shegong.kernel.schema import AtOnce, together

KEY = ("id", models.BigAutoField(primary_key=True))
HOUSE = migrations.CreateModel("House", [KEY, ("name", models.CharField(max_length=9))])
ROOM = migrations.CreateModel("Room", [KEY, ("house", models.ForeignKey("kernel.House", models.CASCADE))])
DOORS = migrations.AddField("Room", "doors", models.IntegerField(default=1))
MORE_DOORS = migrations.AlterField("Room", "doors", models.BigIntegerField(default=1))
INDEX = migrations.AddIndex("House", models.Index(fields=["name"], name="kernel_house_name"))
SQL = migrations.RunSQL("SELECT 1", migrations.RunSQL.noop)


def grouped(*listed: migrations.operations.base.Operation) -> list[list[object]]:
    return [list(each.changes) if isinstance(each, AtOnce) else [each] for each in together(listed)]


def test_what_builds_on_a_change_comes_after_it() -> None:
    assert grouped(HOUSE, ROOM, SQL, DOORS, MORE_DOORS) == [[HOUSE, ROOM], [SQL], [DOORS], [MORE_DOORS]]
    assert grouped(HOUSE, ROOM, INDEX, DOORS) == [[HOUSE, ROOM], [INDEX, DOORS]]
    renamed = migrations.RenameField("Room", "doors", "gates")
    assert grouped(DOORS, renamed) == [[DOORS], [renamed]]
    assert together([]) == []


@pytest.mark.django_db(transaction=True)
def test_tables_are_made_and_taken_back() -> None:
    steps = together([HOUSE, ROOM, DOORS, INDEX, MORE_DOORS])
    states = [ProjectState()]
    with connection.schema_editor() as editor:
        for step in steps:
            states.append(states[-1].clone())
            step.state_forwards("kernel", states[-1])
            step.database_forwards("kernel", editor, states[-2], states[-1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_type FROM information_schema.columns WHERE table_name = 'kernel_room'")
        assert {row[0] for row in cursor.fetchall()} == {"bigint"}
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conrelid = 'kernel_room'::regclass AND contype = 'f'")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'kernel_house_name'")
        assert cursor.fetchone() == (1,)
    with connection.schema_editor() as editor:
        for number in range(len(steps), 0, -1):
            steps[number - 1].database_backwards("kernel", editor, states[number], states[number - 1])
    assert not {"kernel_house", "kernel_room"} & set(connection.introspection.table_names())
