"""What the database refuses, told in words at its field."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from shegong.kernel.problems import key_taken
from shegong.linkage.rules.opportunity import refused


@contextmanager
def told() -> Iterator[None]:
    """Undo what the block wrote when the database refuses it. Raises Problem; 409 `key_taken` for a key in use."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as problem:
        cause = problem.__cause__
        name = getattr(getattr(cause, "diag", None), "constraint_name", None)
        words = refused(name)
        if words is None and name and name.endswith("_pkey"):
            words = key_taken()
        if words is None:
            raise
        raise words from problem
