"""Writing to the journal, and sealing it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction

from shegong.journal.models import Event, Seal
from shegong.kernel import clock

# No transaction of the server lives longer (its role's transaction timeout), so that events this old are all there.
SETTLED_AFTER = timedelta(seconds=90)
BATCH = 5000


def log(
    verb: str,
    kind: str,
    object_id: object,
    *,
    by: int | None,
    at: datetime | None = None,
    hub_id: int | None = None,
    station_id: int | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one event, in the writer's own transaction (one row, one round trip).

    `verb` is the action's name, `kind` the model's, `by` the account. Identity numbers, phones and addresses must
    never be put into `detail`: the journal is not encrypted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_event (at, account_id, verb, kind, object_id, hub_id, station_id, detail) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [at or clock.now(), by, verb, kind, str(object_id), hub_id, station_id, json.dumps(detail or {})],
        )


def seal_events() -> int:
    """Seal the settled events after the last seal; returns how many. Run as the tables' owner, by one at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('journal.seal'))")
        if not cursor.fetchone()[0]:
            return 0
        last = Seal.objects.order_by("-last_event_id").first()
        events = list(
            Event.objects.filter(id__gt=last.last_event_id if last else 0, at__lt=clock.now() - SETTLED_AFTER).order_by(
                "id"
            )[:BATCH]
        )
        if not events:
            return 0
        Seal.objects.create(
            first_event_id=events[0].id,
            last_event_id=events[-1].id,
            events=len(events),
            digest=chain_digest(bytes(last.digest) if last else b"", events),
            sealed_at=clock.now(),
        )
    return len(events)


def chain_digest(before: bytes, events: list[Event]) -> bytes:
    """SHA-256 over the digest of the seal before and the canonical JSON of each event."""
    digest = hashlib.sha256(before)
    for event in events:
        row = [
            event.id,
            event.at.isoformat(),
            event.account_id,
            event.verb,
            event.kind,
            event.object_id,
            event.hub_id,
            event.station_id,
            event.detail,
        ]
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
    return digest.digest()


def broken_seals() -> list[int]:
    """Ids of the seals whose events no longer match them; empty when the journal is untouched."""
    broken, before = [], b""
    for seal in Seal.objects.order_by("first_event_id"):
        events = list(Event.objects.filter(id__range=(seal.first_event_id, seal.last_event_id)).order_by("id"))
        if len(events) != seal.events or chain_digest(before, events) != bytes(seal.digest):
            broken.append(seal.pk)
        before = bytes(seal.digest)
    return broken
