"""What the database refuses, told in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.linkage.rules.gift import TRACED, refusal
from shegong.network.scope import Viewer


@contextmanager
def told_in_words() -> Iterator[None]:
    """A step that the database may refuse. Raises Problem for a rule of gifts or of the ledger."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        raise refusal(rule) or error from error


@contextmanager
def tracing(kind: str, key: object, *, by: Viewer, at: datetime) -> Iterator[None]:
    """What the block refuses for good reason leaves a trace in the journal, after what was tried has been undone."""
    try:
        with transaction.atomic():
            yield
    except Problem as problem:
        for each in problem:
            if each.code in TRACED:
                log("refuse_gift", kind, key, by=by.account_id, at=at, detail={"reason": each.code})
        raise
