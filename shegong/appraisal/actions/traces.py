"""Traces of what was refused: some refusals are told to whoever looks later."""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from django.db import transaction

from shegong.kernel.problems import Problem


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
