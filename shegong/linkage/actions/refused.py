"""Refusals of gifts that leave a trace in the journal."""

from contextlib import AbstractContextManager
from datetime import datetime

from shegong.journal.actions import log
from shegong.kernel.refused import traced
from shegong.linkage.rules.gift import TRACED
from shegong.network.scope import Viewer


def tracing(kind: str, key: object, *, by: Viewer, at: datetime) -> AbstractContextManager[None]:
    """What the block refuses for good reason leaves a trace in the journal."""
    return traced(TRACED, lambda code: log("refuse_gift", kind, key, by=by.account_id, at=at, detail={"reason": code}))
