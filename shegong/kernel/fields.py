"""Model fields: text that is encrypted before it reaches the database, and paths of a tree (PostgreSQL's ltree)."""

from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.exceptions import FieldError
from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from shegong.kernel.keyring import KeyRing
from shegong.kernel.names import query_token, search_tokens

# What may be assigned to a field and what is read from it: with null=True, django-stubs lets None into both.
Assigned = TypeVar("Assigned", contravariant=True)
Given = TypeVar("Given", covariant=True)

if TYPE_CHECKING:
    TextField = models.TextField
    PathLookup = models.Lookup[str]
else:
    PathLookup = models.Lookup

    class TextField(models.TextField):
        """Django's, but it may be written with type parameters."""

        __class_getitem__ = classmethod(GenericAlias)


class EncryptedTextField(TextField[Assigned, Given]):
    """Text in Python, an encrypted blob (bytea) in the database. The empty text stays empty and NULL stays NULL.

    A blob opens only in the column it was written to: its context is "table.column". Give `context` when a table or
    column with data is renamed, so that the old blobs stay readable. It can't be searched or sorted; put a blind
    index beside it.
    """

    def __init__(self, *args: Any, context: str | None = None, **kwargs: Any) -> None:
        self.context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """As Django's, with the context where one was given."""
        name, path, args, kwargs = super().deconstruct()
        if self.context is not None:
            kwargs["context"] = self.context
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        """The column is a bytea."""
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: equal texts have different blobs, so that any comparison would silently find nothing."""
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.model.__name__}.{self.name} is encrypted and can't be compared; use its blind index"
            )
        return super().get_lookup(lookup_name)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Encrypt on the way in."""
        text = value if prepared else self.get_prep_value(value)
        if text is None:
            return None
        return _keyring().encrypt(text, self._context_bytes()) if text else b""

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> str | None:
        """Decrypt on the way out. Raises UndecipherableProblem."""
        if value is None:
            return None
        blob = bytes(value)
        return _keyring().decrypt(blob, self._context_bytes()) if blob else ""

    def _context_bytes(self) -> bytes:
        return (self.context or f"{self.model._meta.db_table}.{self.column}").encode()


def _keyring() -> KeyRing:
    """Asked for at each use, so that importing models doesn't need keys and a test can change them."""
    ring = settings.KEYRING
    assert isinstance(ring, KeyRing)
    return ring


class LtreeField(TextField[Assigned, Given]):
    """A path of labels with dots between, such as `cd.h07.t0703`: letters, digits, `_` and `-` (PostgreSQL 16+),
    ltree in the database.

    Lookups: `descendant_of` and `ancestor_of` (both include the path itself, and both can use a GiST index), `level`
    (number of labels).
    """

    default_validators = [
        RegexValidator(
            r"\A(?:[A-Za-z0-9_-]{1,255}(?:\.[A-Za-z0-9_-]{1,255})*)?\Z",
            _("路径只能由字母、数字、下划线和连字符组成，各级以点分隔。"),
            "path",
        )
    ]

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "ltree"

    def get_placeholder(self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        """Text doesn't become ltree by itself where the driver sends its type along."""
        return "%s::ltree"


class _PathComparison(PathLookup):
    operator: str

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.operator} ({right})::ltree", [*left_params, *right_params]


@LtreeField.register_lookup
class DescendantOf(_PathComparison):
    """The path is this one or below it."""

    lookup_name = "descendant_of"
    operator = "<@"


@LtreeField.register_lookup
class AncestorOf(_PathComparison):
    """The path is this one or above it."""

    lookup_name = "ancestor_of"
    operator = "@>"


@LtreeField.register_lookup
class Level(models.Transform):
    """How many labels the path has."""

    lookup_name = "level"
    function = "nlevel"
    output_field = models.IntegerField()


ITSELF: Any = {"editable": False, "default": "", "blank": True}  # nobody types it


class SpellingField(TextField[str, str]):
    """How another field's text is spelt in Latin letters: pinyin and initials from each character on, each after a
    blank. Kept by itself on every save; `spelt_like` finds by it. For tables of some thousand rows: it is scanned.
    """

    def __init__(self, *args: Any, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{**ITSELF, **kwargs})

    def deconstruct(self) -> Any:
        """As Django's, with the field that is spelt."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Spell anew."""
        spelt = spelling(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, spelt)
        return spelt


def spelling(text: str) -> str:
    """What a SpellingField holds for this text."""
    return "".join(f" {token}" for token in sorted(search_tokens(text)) if token.isascii())


def spelt_like(text: str, field: str = "spelling") -> models.Q:
    """Rows whose spelling has a word that begins with the text; none for what isn't written in Latin letters."""
    token = query_token(text)
    return models.Q(**{f"{field}__contains": f" {token}"}) if token and token.isascii() else models.Q(pk__in=[])
