"""The city that is measured: the demonstration city, its records multiplied to one million, and workers who write."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from rich.console import Console

from shegong.config.demo.loading import load
from shegong.indicators.actions import recount
from shegong.kernel import clock
from shegong.network.models import Station
from shegong.people.actions import issue_token
from shegong.people.models import Account
from shegong.practice.models import Client
from shegong.workforce.models import Worker

RECORDS = 1_000_000
WRITERS = 8
FEWEST_CLIENTS = 8
SEED = 2022
CHUNK = 50_000

# Each copy keeps its people and station and moves by up to four weeks into the past.
COPY = """
CREATE TEMP TABLE twin ON COMMIT DROP AS
    SELECT r.id AS old, r.hub_id, uuidv7() AS new, (random() * 27)::int AS days
    FROM practice_servicerecord r WHERE r.served_on > %(first)s AND r.voided_at IS NULL
    ORDER BY random() LIMIT %(rows)s;
"""


@dataclass(frozen=True, slots=True)
class Writer:
    """A worker with a token, and whom and where the worker serves."""

    token: str
    worker_id: int
    station: Station
    clients: tuple[UUID, ...]


def prepare(console: Console) -> None:
    """Make the city unless it is there. All or nothing in each step, so that an interrupted one goes on."""
    load("city", SEED, lambda phase, done, total: None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM practice_servicerecord")
        present: int = cursor.fetchone()[0]
    while present < RECORDS:
        console.print(f"  {present:,} / {RECORDS:,} records")
        present += _multiply(min(4 * CHUNK, RECORDS - present))
    if not _tallied():
        recount()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _multiply(rows: int) -> int:
    """Copy `rows` records with their people, triggers off."""
    made = 0
    tables = ("practice_servicerecord", "practice_recordclient", "practice_recordworker")
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(COPY, {"first": date(2000, 1, 1), "rows": rows})
        moved = {"id": "t.new", "record_id": "t.new", "served_on": "x.served_on - t.days"}
        moved |= {"started_at": "x.started_at - t.days * interval '1 day'", "next_on": "NULL"}
        for table, key in zip(tables, ("id", "record_id", "record_id"), strict=True):
            columns = columns_of(table)
            values = ", ".join(moved.get(name, f"x.{name}") for name in columns)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM twin t "
                f"JOIN {table} x ON x.{key} = t.old AND x.hub_id = t.hub_id"
            )
            if key == "id":
                made = cursor.rowcount
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    return made


def columns_of(table: str) -> list[str]:
    """A table's columns in their order."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _tallied() -> bool:
    """Whether the tallies know of all records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT sum(records) FROM indicators_tally t JOIN network_station s ON s.id = t.unit_id "
            "WHERE s.tier IN ('hub', 'centre') AND kind = 1 AND facet = 0) = "
            "(SELECT count(*) FROM practice_servicerecord WHERE voided_at IS NULL)"
        )
        return bool(cursor.fetchone()[0])


def writers() -> list[Writer]:
    """Workers in as many rooms of different counties (the last two share one), each with a fresh token.

    The rooms are drawn anew each time: written to again and again, the same few people would come to have more services
    than anybody ever has, and the next run would measure that.
    """
    hubs = list(Station.objects.filter(tier="hub").order_by("?")[: WRITERS - 1])
    found: list[Writer] = []
    for hub in (*hubs, hubs[-1]):
        taken = [writer.station.pk for writer in found]
        rooms = Station.objects.filter(hub=hub, tier="room", stage="running").exclude(pk__in=taken)
        station = next(room for room in rooms.order_by("?") if len(_clients(room)) >= FEWEST_CLIENTS)
        found.append(writer_at(station, f"bench-{station.key}"))
    return found


def _clients(station: Station) -> tuple[UUID, ...]:
    return tuple(Client.objects.filter(station=station, restricted_classes=[]).values_list("id", flat=True)[:40])


def writer_at(station: Station, name: str) -> Writer:
    """A worker posted at a station, with a fresh token."""
    account, made = Account.objects.get_or_create(username=name, defaults={"display_name": name})
    if made:
        since, hub = clock.today() - timedelta(days=400), station.hub
        account.grants.create(role="worker", station=station, since=since)
        worker = Worker.objects.create(
            account=account, name=name, sort_key=name, source="other", station=station, hub=hub, since=since,
            is_professional=False,
        )  # fmt: skip
        worker.postings.create(station=station, hub=hub, since=since)
    worker_id = Worker.objects.get(account=account).id
    return Writer(issue_token(account, "bench", 1), worker_id, station, _clients(station))
