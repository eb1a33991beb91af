"""The journal as people read it: who did what, when and to whose file. Everybody sees the own part, the data-protection
officer all of it (the database's policy says so, the page only narrows).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise

from shegong.desk.journal_words import KINDS, VERBS
from shegong.journal.models import Event, Seal
from shegong.kernel.pages import page_of
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in words. `kind` and `key` say which object."""

    at: datetime
    who: str
    verb: str | Promise
    kind: str | Promise
    key: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A page of entries; `sealed` is the moment of the last seal, None before the first."""

    entries: tuple[Entry, ...]
    next_cursor: str | None
    previous_cursor: str | None
    sees_all: bool
    sealed: datetime | None
    seals: int


def journal_page(
    viewer: Viewer, cursor: str | None, *, verb: str = "", who: str = "", day: date | None = None
) -> JournalPage:
    """25 events, the newest first, narrowed by what was done, by the account's name and by day (six queries).

    Raises Problem `cursor_invalid` (400).
    """
    sees_all = viewer.has(Role.DPO)
    events = Event.objects.all() if sees_all else Event.objects.filter(account_id=viewer.account_id)
    if verb in VERBS:
        events = events.filter(verb=verb)
    if who and sees_all:
        events = events.filter(account_id__in=list(Account.objects.filter(username=who).values_list("pk", flat=True)))
    if day is not None:
        start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        events = events.filter(at__gte=start, at__lt=start + timedelta(days=1))
    page = page_of(events, ("-id",), cursor)
    last = Seal.objects.order_by("-id").first()
    return JournalPage(
        entries=tuple(_entries(page.items)),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        sees_all=sees_all,
        sealed=last.sealed_at if last else None,
        seals=Seal.objects.count(),
    )


def _entries(events: Iterable[Event]) -> Iterable[Entry]:
    events = list(events)
    names = Account.objects.in_bulk({event.account_id for event in events if event.account_id})
    stations = Station.objects.in_bulk({event.station_id for event in events if event.station_id})
    for event in events:
        account = names.get(event.account_id) if event.account_id else None
        station = stations.get(event.station_id) if event.station_id else None
        yield Entry(
            at=event.at,
            who=str(account) if account else "",
            verb=VERBS.get(event.verb, event.verb),
            kind=KINDS.get(event.kind, event.kind),
            key=event.object_id,
            where=station.name if station else "",
            reason=str(event.detail.get("reason", "")),
        )
