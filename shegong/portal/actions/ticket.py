"""Numbers and look-up codes for who has no account: both follow from the key for us, and from nothing for others."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shegong.kernel import tickets
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.problems import Problem

DRAWS: Final = 5
TABLE: Final = "practice_enquiry"  # the first that had numbers; letters keep them apart


def code_of(key: UUID) -> str:
    """The look-up code of what was left under a key."""
    return tickets.digits(key, "code", TABLE)


def number_of(key: UUID, letter: str, draw: int) -> str:
    """The number of what was left under a key, in a draw: another where somebody has it already."""
    return f"{letter}{tickets.digits(key, f'number {draw}', TABLE)}"


def code_digest(number: str, code: str) -> bytes:
    """Keyed digest of a look-up code."""
    return tickets.code_digest(number, code, TABLE)


def drawn(key: UUID, letter: str, door: str, values: Callable[[str], Sequence[Any]]) -> tuple[str, bool]:
    """Put something in through a door of the database under a number of its own; the number, and whether it is new.

    `values` gives the door's parameters for a number. Raises Problem `number_taken` (503).
    """
    for draw in range(DRAWS):
        number = number_of(key, letter, draw)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(door, values(number))
                is_new: bool = cursor.fetchone()[0]
        except IntegrityError as clash:
            if "number" not in str(clash):
                raise
            continue
        return number, is_new
    raise Problem("number_taken", _("暂时编不出号码，请再试一次。"), status=503)


def sealed(model: type[Model], field: str, text: str) -> bytes:
    """A text as a column of this model keeps it, encrypted."""
    column = model._meta.get_field(field)
    assert isinstance(column, EncryptedTextField)
    prepared: bytes = column.get_db_prep_value(text, connection)
    return prepared
