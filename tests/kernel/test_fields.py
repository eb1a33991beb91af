"""Fields that encrypt, and paths of a tree; as far as that goes without a database."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps, override_settings

from shegong.kernel.fields import EncryptedTextField, LtreeField
from shegong.kernel.keyring import KeyRing, UndecipherableProblem, load_keyring


@pytest.fixture
def ring(tmp_path: Path, settings: Any) -> KeyRing:
    settings.KEYRING = load_keyring(tmp_path / "keys.json")
    assert isinstance(settings.KEYRING, KeyRing)
    return settings.KEYRING


@pytest.fixture
def model() -> Any:
    with isolate_apps("shegong.kernel"):

        class Client(models.Model):
            phone = EncryptedTextField(blank=True)
            address = EncryptedTextField(null=True, context="old_table.address")
            path = LtreeField()

            class Meta:
                app_label = "kernel"

        yield Client


def stored(model: Any, field: str, value: object) -> Any:
    return model._meta.get_field(field).get_db_prep_save(value, connection)


def loaded(model: Any, field: str, value: object) -> Any:
    return model._meta.get_field(field).from_db_value(value, None, connection)


@pytest.mark.parametrize("text", ["13800138000", "𠮷䶮😀", "a\nb", " "])
def test_text_is_stored_encrypted_and_comes_back(model: Any, ring: KeyRing, text: str) -> None:
    blob = stored(model, "phone", text)
    assert isinstance(blob, bytes)
    assert text.encode() not in blob or text == " "
    assert loaded(model, "phone", blob) == loaded(model, "phone", memoryview(blob)) == text
    assert ring.decrypt(blob, b"kernel_client.phone") == text


def test_empty_stays_empty_and_null_stays_null(model: Any, ring: KeyRing) -> None:
    assert (stored(model, "phone", ""), stored(model, "phone", None)) == (b"", None)
    assert (loaded(model, "phone", b""), loaded(model, "phone", None)) == ("", None)


def test_a_blob_opens_only_in_its_column(model: Any, ring: KeyRing) -> None:
    with pytest.raises(UndecipherableProblem):
        loaded(model, "address", stored(model, "phone", "1"))
    assert ring.decrypt(stored(model, "address", "1"), b"old_table.address") == "1"


def test_the_ring_is_asked_for_at_each_use(model: Any, ring: KeyRing, tmp_path: Path) -> None:
    blob = stored(model, "phone", "1")
    with override_settings(KEYRING=load_keyring(tmp_path / "other.json")), pytest.raises(UndecipherableProblem):
        loaded(model, "phone", blob)


@pytest.mark.parametrize("lookup", ["phone", "phone__exact", "phone__in", "phone__contains", "phone__gt"])
def test_an_encrypted_field_cannot_be_compared(model: Any, lookup: str) -> None:
    with pytest.raises(FieldError, match="blind index"):
        model.objects.filter(**{lookup: "1"})


def test_an_encrypted_field_can_be_asked_for_null(model: Any) -> None:
    assert '"kernel_client"."address" IS NULL' in str(model.objects.filter(address__isnull=True).query)


def test_columns(model: Any) -> None:
    types = {field.name: field.db_type(connection) for field in model._meta.get_fields() if field.name != "id"}
    assert types == {"phone": "bytea", "address": "bytea", "path": "ltree"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (EncryptedTextField(blank=True), "EncryptedTextField(blank=True)"),
        (EncryptedTextField(context="a.b"), "EncryptedTextField(context='a.b')"),
        (LtreeField(unique=True), "LtreeField(unique=True)"),
    ],
)
def test_fields_can_be_written_into_migrations(field: Any, text: str) -> None:
    assert MigrationWriter.serialize(field) == (f"shegong.kernel.fields.{text}", {"import shegong.kernel.fields"})
    clone = field.clone()
    assert (clone.deconstruct(), type(clone)) == (field.deconstruct(), type(field))


def sql(queryset: Any) -> tuple[str, tuple[Any, ...]]:
    text, params = queryset.query.sql_with_params()
    return text.split(" WHERE ")[1], params


def test_path_lookups(model: Any) -> None:
    below = model.objects.filter(path__descendant_of="cd.h07")
    assert sql(below) == ('"kernel_client"."path" <@ (%s)::ltree', ("cd.h07",))
    above = model.objects.filter(path__ancestor_of="cd.h07")
    assert sql(above) == ('"kernel_client"."path" @> (%s)::ltree', ("cd.h07",))
    own = model.objects.filter(path__descendant_of=models.F("path"))
    assert sql(own) == ('"kernel_client"."path" <@ (("kernel_client"."path"))::ltree', ())
    assert sql(model.objects.filter(path__level=3)) == ('nlevel("kernel_client"."path") = %s', (3,))


def test_a_path_written_is_cast(model: Any) -> None:
    field = model._meta.get_field("path")
    assert field.get_placeholder("a.b", None, connection) == "%s::ltree"


@pytest.mark.parametrize("path", ["cd", "cd.h07.t0703", "a-b_C.1"])
def test_paths(path: str) -> None:
    assert LtreeField().clean(path, None) == path


@pytest.mark.parametrize("path", [".", "a.", ".a", "a..b", "a b", "成都", "a\n", "x" * 256])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LtreeField().clean(path, None)
    assert caught.value.error_list[0].code == "path"
