"""Service records over HTTP: under the caller's key, in the caller's scope, whole or not at all."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shegong.indicators.actions import drift
from shegong.practice.models import RecordClient, ServiceRecord
from tests.api.conftest import Caller, Cast, token_of
from tests.factories import new_key


def test_the_same_key_and_content_is_one_record(cast: Cast) -> None:
    path, body = f"/service-records/{new_key()}", cast.record()
    first, again = cast.worker.put(path, body), cast.worker.put(path, body)
    assert (first.status_code, again.status_code) == (201, 200), first.content.decode()
    assert first.json() == again.json()
    assert first.json()["person_times"] == 1 and first.json()["work_minutes"] == 30
    assert ServiceRecord.objects.count() == 1 and drift() == []


def test_the_same_key_with_another_content_is_refused(cast: Cast) -> None:
    key = new_key()
    cast.recorded(key)
    refused = cast.worker.put(f"/service-records/{key}", cast.record(minutes=45))
    assert (refused.status_code, refused.json()["code"]) == (409, "key_used_otherwise")
    assert ServiceRecord.objects.get().minutes == 30


def test_a_key_of_somebody_else_tells_nothing_and_changes_nothing(cast: Cast) -> None:
    key = new_key()
    cast.recorded(key)
    world = cast.world
    colleague = world.account("worker", world.rooms["A2"])
    posted = world.worker(world.rooms["A2"], colleague)
    body = cast.record(station_id=world.rooms["A2"].id, worker_ids=[posted.pk], client_ids=[], anonymous_count=3)
    refused = Caller(token_of(colleague)).put(f"/service-records/{key}", body)
    assert refused.status_code == 409 and "探访" not in refused.content.decode()
    assert ServiceRecord.objects.get().station_id == world.rooms["A1"].id


def test_who_is_outside_finds_no_record(cast: Cast) -> None:
    key = new_key()
    cast.recorded(key)
    for caller, status, count in ((cast.county, 200, 1), (cast.stranger, 404, 0), (cast.city, 404, 0)):
        assert caller.get(f"/service-records/{key}").status_code == status
        assert len(caller.get("/service-records").json()["items"]) == count
        assert caller.post(f"/service-records/{key}/void", {"reason": "试试看"}).status_code in (403, 404)
    assert ServiceRecord.objects.get().voided_at is None


def test_a_record_is_read_as_it_was_written(cast: Cast) -> None:
    key = new_key()
    cast.recorded(key, next_step="下周再访", satisfaction=5, anonymous_count=2)
    read = cast.worker.get(f"/service-records/{key}").json()
    assert read["client_ids"] == [str(cast.clients[0].id)] and read["worker_ids"] == [cast.posted.pk]
    assert (read["person_times"], read["next_step"], read["satisfaction"]) == (3, "下周再访", 5)


def test_correction_and_voiding(cast: Cast) -> None:
    key = new_key()
    cast.recorded(key)
    done = cast.worker.post(f"/service-records/{key}/correction", {"record": cast.record(minutes=60), "reason": "记错"})
    assert (done.status_code, done.json()["revision"], done.json()["work_minutes"]) == (200, 1, 60)
    unexplained = cast.worker.post(f"/service-records/{key}/void", {"reason": " "})
    assert (unexplained.status_code, unexplained.json()["errors"][0]["field"]) == (422, "reason")
    assert cast.worker.post(f"/service-records/{key}/void", {"reason": "重复录入"}).status_code == 200
    assert cast.worker.post(f"/service-records/{key}/void", {"reason": "重复录入"}).status_code == 409
    assert cast.worker.get("/service-records").json()["items"] == []
    assert [item["id"] for item in cast.worker.get("/service-records?voided=true").json()["items"]] == [str(key)]
    assert drift() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 1500}, "minutes"),
        ({"minutes": 10**30}, "minutes"),
        ({"minutes": "30"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"started_at": 1700000000}, "started_at"),
        ({"started_at": "2024-02-30T10:00:00+08:00"}, "started_at"),
        ({"started_at": "2024-02-20T10:00:00"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"summary": "血压\0正常"}, "summary"),
        ({"summary": " "}, "summary"),
        ({"place": "moon"}, "place"),
        ({"client_ids": ["x"]}, "client_ids.0"),
        ({"service_id": 2**40}, "service_id"),
        ({"sumary": "错字"}, "sumary"),
        ({"next_on": "31/12/2024"}, "next_on"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_its_member(cast: Cast, changes: dict[str, object], field: str) -> None:
    response = cast.worker.put(f"/service-records/{new_key()}", cast.record(**changes))
    assert response.status_code == 422, response.content.decode()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert field in [each["field"] for each in response.json()["errors"]]
    assert ServiceRecord.objects.count() == 0


def test_nothing_is_half_written(cast: Cast) -> None:
    stranger = cast.world.client(cast.world.rooms["B1"])
    body = cast.record(client_ids=[str(cast.clients[0].id), str(stranger.id)])
    assert cast.worker.put(f"/service-records/{new_key()}", body).status_code == 422
    assert ServiceRecord.objects.count() == RecordClient.objects.count() == 0 and drift() == []


def test_lists_are_filtered(cast: Cast) -> None:
    first, second = new_key(), new_key()
    cast.recorded(first)
    cast.recorded(second, client_ids=[str(cast.clients[1].id)], service_id=cast.world.services["T02"].pk)

    def listed(query: str) -> list[str]:
        response = cast.county.get(f"/service-records?{query}")
        assert response.status_code == 200, response.content.decode()
        return [item["id"] for item in response.json()["items"]]

    assert listed(f"client_id={cast.clients[0].id}") == [str(first)]
    assert listed(f"service_id={cast.world.services['T02'].pk}") == [str(second)]
    assert listed(f"worker_id={cast.posted.pk}") == [str(second), str(first)]
    assert listed("station=A") == listed("station=A1") == listed("station=A11") == [str(second), str(first)]
    assert listed("station=A12") == listed("since=2100-01-01") == listed("until=2020-01-01") == []
    assert cast.county.get("/service-records?station=nowhere").status_code == 404


def test_pages_stay_true_while_rows_come_in(cast: Cast) -> None:
    keys = {str(new_key()) for _number in range(5)}
    for key in keys:
        cast.recorded(key)  # type: ignore[arg-type]
    first = cast.worker.get("/service-records?limit=2").json()
    cast.recorded(new_key())
    seen = [item["id"] for item in first["items"]]
    cursor = first["next"]
    while cursor:
        page = cast.worker.get(f"/service-records?limit=2&cursor={cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5 and set(seen) == keys
    bad = cast.worker.get("/service-records?cursor=abc")
    assert (bad.status_code, bad.json()["code"]) == (400, "cursor_invalid")


def test_the_queries_of_a_list_do_not_grow(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def read() -> None:
        assert cast.worker.get("/service-records").status_code == 200

    cast.recorded(new_key())
    # The role's two, savepoint and its release, the scope, and its end; then records, clients, workers.
    with django_assert_num_queries(9):
        read()
    for _number in range(4):
        cast.recorded(new_key(), client_ids=[str(client.id) for client in cast.clients])
    with django_assert_num_queries(9):
        read()
