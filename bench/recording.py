"""Recording a service over HTTP with eight writers at once, beside the same rows by bare SQL."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, connections, transaction

from bench.measure import Measure, percentile
from bench.million import Writer, writers
from bench.site import serving
from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.kernel.ids import uuid7

WARM_UP, EACH = 120, 150  # each of the server's sixteen connections learns its plans first


def run() -> list[Measure]:
    """p95 over HTTP beside 40 ms; and the rate beside a quarter of that of bare SQL (as times slower, at most four)."""
    crew = writers()
    service = ServiceItem.objects.filter(code="E01").values_list("id", flat=True)[0]
    with serving() as port:
        _at_once([_http(port, writer, service, WARM_UP, []) for writer in crew])
        took: list[float] = []
        seconds = _at_once([_http(port, writer, service, EACH, took) for writer in crew])
    rate = len(took) / seconds
    bare = len(crew) * EACH / _at_once([_bare(writer, EACH) for writer in crew])
    return [
        Measure("record_over_http_p95", percentile(took, 0.95), "ms", 40),
        Measure("record_over_http_median", percentile(took, 0.5), "ms", 40),
        Measure(f"bare_sql_is_faster ({bare:.0f}/s against {rate:.0f}/s)", bare / rate, "times", 4),
    ]


def _at_once(tasks: list[Callable[[], None]]) -> float:
    """Seconds until all tasks, started together, are done. Raises what the first of them raised."""
    failures: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - began


def _http(port: int, writer: Writer, service: int, rounds: int, took: list[float]) -> Callable[[], None]:
    def work() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {writer.token}", "Content-Type": "application/json"}
        for number in range(rounds):
            body = {
                "station_id": writer.station.id,
                "service_id": service,
                "started_at": (clock.now() - timedelta(hours=1 + number % 200)).isoformat(),
                "minutes": 30,
                "place": "home",
                "summary": "入户探访，量血压，聊家常，情况稳定。",
                "worker_ids": [writer.worker_id],
                "client_ids": [str(writer.clients[number % len(writer.clients)])],
            }
            began = time.perf_counter()
            link.request("PUT", f"/api/v1/service-records/{uuid7()}", json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 201:
                raise RuntimeError(f"{answer.status} {text[:500]!r}")

    return work


def _bare(writer: Writer, rounds: int) -> Callable[[], None]:
    """The same rows (journal, record, worker, client, and by trigger the tallies), one transaction each."""

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_jsonb(r) FROM practice_servicerecord r WHERE station_id = %s AND clients_count = 1 "
                "AND case_id IS NULL LIMIT 1",
                [writer.station.id],
            )
            pattern = json.loads(cursor.fetchone()[0])
        for number in range(rounds):
            row = pattern | {"id": str(uuid7()), "served_on": str(clock.today() - timedelta(days=number % 8))}
            ids = [row["id"], writer.station.hub_id, writer.station.id, row["served_on"]]
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO journal_event (at, account_id, verb, kind, object_id) VALUES (now(), 1, 'x', 'x', %s)",
                    [row["id"]],
                )
                cursor.execute(
                    "INSERT INTO practice_servicerecord "
                    "SELECT * FROM jsonb_populate_record(NULL::practice_servicerecord, %s)",
                    [json.dumps(row)],
                )
                cursor.execute(
                    "INSERT INTO practice_recordworker (record_id, hub_id, station_id, served_on, worker_id) "
                    "VALUES (%s, %s, %s, %s, %s)",
                    [*ids, writer.worker_id],
                )
                cursor.execute(
                    "INSERT INTO practice_recordclient "
                    "(record_id, hub_id, station_id, served_on, client_id, restricted) "
                    "VALUES (%s, %s, %s, %s, %s, false)",
                    [*ids, writer.clients[number % len(writer.clients)]],
                )

    return work
