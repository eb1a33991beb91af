"""A case with 200 records as the head opens it, and as the county's officer does: server time beside 50 ms."""

from copy import copy
from datetime import timedelta
from functools import partial

from django.db import transaction

from bench.measure import Measure, milliseconds, percentile
from bench.pages import Browser
from bench.site import serving
from shegong.kernel.ids import uuid7
from shegong.practice.models import Case, RecordClient, RecordWorker, ServiceRecord
from shegong.workforce.models import Worker

RECORDS, WARM_UP, ROUNDS, LIMIT = 200, 60, 100, 50


def run() -> list[Measure]:
    """p95 and median for each of the two. Raises RuntimeError where the page doesn't tell of the case."""
    case = a_long_case()
    path, measures = f"/cases/{case.pk}/", []
    with serving() as port:
        for role in ("head", "county"):
            browser = Browser(port, role)
            status, body, _headers = browser.get(path)
            if status != 200 or case.number not in body.decode():
                raise RuntimeError(f"{path} answered {status}")
            took = [milliseconds(partial(browser.get, path)) for _round in range(WARM_UP + ROUNDS)][WARM_UP:]
            page = f"page_case_{RECORDS}_records_{role}"
            measures += [
                Measure(f"{page}_{name}", percentile(took, share), "ms", LIMIT)
                for name, share in (("p95", 0.95), ("median", 0.5))
            ]
    return measures


@transaction.atomic
def a_long_case() -> Case:
    """A case in hand in a room of the demonstration's town, with as many records as are wanted."""
    town = Worker.objects.get(account__username="head").station_id
    found = Case.objects.filter(station__town_id=town, stage="intervention", client__restricted_classes=[])
    case = found.order_by("id").first()
    if case is None:
        raise RuntimeError("there is no case in hand below the demonstration's head")
    known = list(ServiceRecord.objects.filter(case=case, hub_id=case.hub_id).order_by("-served_on", "id"))
    model = known[0] if known else _model(case)
    records = [_copy(model, case, number) for number in range(RECORDS - len(known))]
    place = {"hub_id": case.hub_id, "station_id": case.station_id}
    ServiceRecord.objects.bulk_create(records)
    RecordWorker.objects.bulk_create(
        RecordWorker(record_id=each.pk, worker_id=case.worker_id, served_on=each.served_on, **place) for each in records
    )
    RecordClient.objects.bulk_create(
        RecordClient(record_id=each.pk, client_id=case.client_id, served_on=each.served_on, **place) for each in records
    )
    return case


def _model(case: Case) -> ServiceRecord:
    """Some casework record of the station, for a case that has none of its own."""
    return ServiceRecord.objects.filter(station_id=case.station_id, method="C", voided_at=None, clients_count=1)[0]


def _copy(model: ServiceRecord, case: Case, number: int) -> ServiceRecord:
    """The same service once more, some days earlier; linked records have followed their case since it was opened."""
    made = copy(model)
    back = timedelta(days=number % 180)
    made.pk, made.case_id, made.hub_id, made.station_id = uuid7(), case.pk, case.hub_id, case.station_id
    made.served_on, made.started_at = model.served_on - back, model.started_at - back
    made.workers_count, made.clients_count, made.anonymous_count = 1, 1, 0
    made.person_times, made.work_minutes = 1, made.minutes
    return made
