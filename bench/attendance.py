"""An activity's attendance of 300 clients saved in one request, over HTTP."""

import http.client
import json
from datetime import timedelta

from django.db.models import QuerySet

from bench.measure import Measure, milliseconds, percentile
from bench.million import Writer, writer_at
from bench.site import serving
from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.practice.models import Client

# Each of the server's sixteen connections learns its plans first.
PEOPLE, WARM_UP, ROUNDS, LIMIT = 300, 32, 40, 150


def run() -> list[Measure]:
    """p95 and median of the one request that saves who came, beside 150 ms."""
    hub = next(hub for hub in Station.objects.filter(tier="hub").order_by("id") if _clients(hub).count() >= PEOPLE)
    writer = writer_at(hub, f"bench-{hub.key}")
    service = ServiceItem.objects.filter(code="B23").values_list("id", flat=True)[0]
    with serving() as port:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        took = [_round(link, writer, service) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
    return [
        Measure(f"attendance_of_{PEOPLE}_p95", percentile(took, 0.95), "ms", LIMIT),
        Measure(f"attendance_of_{PEOPLE}_median", percentile(took, 0.5), "ms", LIMIT),
    ]


def _clients(hub: Station) -> QuerySet[Client]:
    return Client.objects.filter(hub=hub, restricted_classes=[], state="active")


def _round(link: http.client.HTTPConnection, writer: Writer, service: int) -> float:
    """Milliseconds to save who came to a fresh activity."""
    address, began = f"/api/v1/activities/{uuid7()}", (clock.now() - timedelta(hours=3)).isoformat()
    people = [str(key) for key in _clients(writer.station).order_by("?").values_list("id", flat=True)[:PEOPLE]]
    plan = {
        "station_id": writer.station.id, "service_id": service, "title": "邻里节", "purpose": "互相认识",
        "target": "居民", "venue": "广场", "starts_at": began, "minutes": 120, "flow": "游园", "safety": "急救箱",
        "expected": 40,
    }  # fmt: skip
    turnout = {"started_at": began, "minutes": 120, "worker_ids": [writer.worker_id], "content": "居民踊跃。"}
    _send(link, writer, "PUT", address, plan)
    _send(link, writer, "POST", f"{address}/submission", {})
    return milliseconds(lambda: _send(link, writer, "POST", f"{address}/attendances", turnout | {"client_ids": people}))


def _send(link: http.client.HTTPConnection, writer: Writer, method: str, address: str, body: object) -> None:
    headers = {"Authorization": f"Bearer {writer.token}", "Content-Type": "application/json"}
    link.request(method, address, json.dumps(body), headers)
    answer = link.getresponse()
    text = answer.read()
    if answer.status not in (200, 201):
        raise RuntimeError(f"{answer.status} {text[:500]!r}")
