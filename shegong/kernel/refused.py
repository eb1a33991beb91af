"""What the database refuses, told in words; and traces of refusals, for whoever looks later."""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from shegong.kernel.problems import Problem


def broken_rule(error: IntegrityError) -> str:
    """The name of the constraint that was broken, or that a trigger named; empty where there is none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


@contextmanager
def told(words: Callable[[str], Problem | None]) -> Iterator[None]:
    """What the block writes, or nothing of it. Raises the Problem that `words` knows for the rule that was broken; the
    error as it is where it knows none.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        known = words(broken_rule(error))
        if known is None:
            raise
        raise known from error


@contextmanager
def traced(codes: Container[str], note: Callable[[str], None]) -> Iterator[None]:
    """What the block refuses by one of these codes is noted, after what was tried has been undone. The caller answers
    the Problem and does not let it end the transaction.
    """
    try:
        with transaction.atomic():
            yield
    except Problem as problem:
        for each in problem:
            if each.code in codes:
                note(each.code)
        raise
