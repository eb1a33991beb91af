"""What Prometheus is told: requests by view, and the database connections. No paths, since those may name a person."""

import logging
import os
import time
from collections.abc import Callable, Iterable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = logging.getLogger("shegong.request")

REQUESTS = Counter("shegong_requests_total", "Requests answered", ["view", "method", "status"])
SECONDS = Histogram(
    "shegong_request_seconds",
    "Server time of a request",
    ["view"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"


class RequestMetrics:
    """Outermost middleware: counts and times every request under the name of its view, and logs one line for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The inner answer, counted."""
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        view = view_name(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(seconds)
        log.info(
            "request",
            extra={"view": view, "method": method, "status": response.status_code, "ms": round(seconds * 1000, 1)},
        )
        return response


def view_name(request: HttpRequest) -> str:
    """The view's name, else its route; "unmatched" for an address that leads nowhere, so that labels stay few."""
    match = request.resolver_match
    if match is None:
        return "unmatched"
    return match.view_name or match.route or "unnamed"


class DatabaseConnections(Collector):
    """This installation's connections to the database by state, read when asked."""

    def collect(self) -> Iterable[Metric]:
        """One gauge with the label `state`."""
        gauge = GaugeMetricFamily("shegong_database_connections", "Connections by state", labels=["state"])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user GROUP BY 1"
            )
            for state, count in cursor.fetchall():
                gauge.add_metric([state], count)
        yield gauge


def exposition() -> bytes:
    """All metrics in Prometheus' text format: of all worker processes, where there are several."""
    registry = CollectorRegistry()
    if os.environ.get(MULTIPROCESS):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    else:
        for collector in (REQUESTS, SECONDS):
            registry.register(collector)
    registry.register(DatabaseConnections())
    return generate_latest(registry)
