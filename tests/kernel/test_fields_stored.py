"""Encrypted text and tree paths in PostgreSQL itself."""

import pytest
from django.db import DatabaseError, connection, models
from django.test.utils import isolate_apps

from shegong.kernel.fields import EncryptedTextField, LtreeField


@pytest.fixture
def place(db: None) -> type[models.Model]:
    with isolate_apps("shegong.kernel"):

        class Place(models.Model):
            phone = EncryptedTextField(null=True)
            path = LtreeField()

            class Meta:
                app_label = "kernel"

    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Place)
    return Place


def test_encrypted_text_is_not_in_the_table(place: type[models.Model]) -> None:
    rows = place._default_manager
    rows.bulk_create([place(phone=phone, path="a") for phone in ("13800138000", "", None)])
    assert list(rows.order_by("pk").values_list("phone", flat=True)) == ["13800138000", "", None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM kernel_place ORDER BY id")
        stored = [None if value is None else bytes(value) for (value,) in cursor.fetchall()]
    assert stored[1:] == [b"", None]
    assert stored[0] is not None
    assert b"138" not in stored[0]
    first = rows.earliest("pk")
    rows.filter(pk=first.pk).update(phone="02885551234")
    changed = rows.get(pk=first.pk)
    assert changed.serializable_value("phone") == "02885551234"
    rows.bulk_update([changed], ["phone", "path"])
    assert rows.get(pk=first.pk).serializable_value("phone") == "02885551234"
    assert rows.filter(phone__isnull=True).count() == 1


def test_paths_are_compared_as_a_tree(place: type[models.Model]) -> None:
    rows = place._default_manager
    rows.bulk_create([place(path=path) for path in ("cd", "cd.h1", "cd.h1.t1", "cd.h10", "cd.h-2.t_3")])

    def paths(**conditions: object) -> set[object]:
        return set(rows.filter(**conditions).values_list("path", flat=True))

    assert paths(path__descendant_of="cd.h1") == {"cd.h1", "cd.h1.t1"}
    assert paths(path__ancestor_of="cd.h1.t1") == {"cd", "cd.h1", "cd.h1.t1"}
    assert paths(path__level=3) == {"cd.h1.t1", "cd.h-2.t_3"}
    assert paths(path="cd.h10") == {"cd.h10"}
    assert paths(path__in=["cd", "cd.h10"]) == {"cd", "cd.h10"}


def test_the_database_refuses_what_is_no_path(place: type[models.Model]) -> None:
    with pytest.raises(DatabaseError):
        place._default_manager.create(path="a..b")


def test_a_path_can_be_compared_with_another_column(place: type[models.Model]) -> None:
    rows = place._default_manager
    rows.bulk_create([place(path=path) for path in ("cd", "cd.h1", "cd.h1.t1", "x")])
    below = rows.filter(path__descendant_of=models.OuterRef("path")).exclude(pk=models.OuterRef("pk"))
    leaves = rows.exclude(models.Exists(below))
    assert set(leaves.values_list("path", flat=True)) == {"cd.h1.t1", "x"}
