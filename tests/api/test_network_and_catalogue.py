"""Divisions, stations, organisations, workers and the catalogue over HTTP."""

from datetime import date
from typing import Any

from shegong.network.models import Division, Organisation
from tests.api.conftest import Caller, Cast, token_of
from tests.factories import START


def test_stations_with_those_above_and_below(cast: Cast) -> None:
    room = cast.city.get("/stations/A11").json()
    assert (room["tier"], room["parent"], room["town"], room["hub"]) == ("room", "A1", "A1", "A")
    assert [each["key"] for each in cast.city.get("/stations/A1/children").json()["items"]] == ["A11", "A12"]
    assert [each["key"] for each in cast.city.get("/stations?hub=A&tier=room").json()["items"]] == ["A11", "A12"]
    assert cast.city.get("/stations?stage=closed").json() == {"items": [], "next": None}
    assert (
        cast.city.get("/stations/nowhere").status_code == cast.city.get("/stations/nowhere/children").status_code == 404
    )


def test_pages_hold_every_station_once(cast: Cast) -> None:
    seen, cursor = [], ""
    while True:
        page = cast.city.get(f"/stations?limit=4&fields=key{cursor}").json()
        seen += [each["key"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["A", "A1", "A11", "A12", "B", "B1", "B11", "B12", "C"]


def test_only_the_members_asked_for_are_told(cast: Cast) -> None:
    assert cast.city.get("/stations/A?fields=key,tier").json() == {"key": "A", "tier": "hub"}
    refused = cast.city.get("/stations/A?fields=key,salary").json()
    assert refused["errors"][0]["field"] == "fields" and "salary" in refused["detail"]


def test_divisions_as_of_a_day(cast: Cast) -> None:
    city = Division.objects.create(code="510100000000", name="成都市", level="city", since=START)
    Division.objects.create(
        code="510104000000", name="锦江区", level="county", parent=city, since=START, until=date(2023, 1, 1)
    )
    Division.objects.create(code="510104000000", name="新锦江区", level="county", parent=city, since=date(2023, 1, 1))
    assert cast.city.get("/divisions/510104000000").json()["name"] == "新锦江区"
    assert cast.city.get("/divisions/510104000000?on=2022-12-31").json()["name"] == "锦江区"
    assert cast.city.get("/divisions/510104000000?on=2021-12-31").status_code == 404
    listed = cast.city.get("/divisions?level=county&parent=510100000000").json()["items"]
    assert [each["name"] for each in listed] == ["新锦江区"]


def test_organisations_without_their_contacts(cast: Cast) -> None:
    made = Organisation.objects.create(name="乐群", kinds=["agency"], contact="张三", phone="13800138000", since=START)
    Organisation.objects.create(name="旧社", kinds=["charity"], since=START, until=date(2023, 1, 1))
    assert [each["id"] for each in cast.city.get("/organisations").json()["items"]] == [made.pk]
    assert cast.city.get("/organisations?kind=charity").json()["items"] == []
    told = cast.city.get(f"/organisations/{made.pk}").content.decode()
    assert "13800138000" not in told and "张三" not in told


def test_workers_within_the_staff_s_scope(cast: Cast) -> None:
    world = cast.world
    cast.posted.phone = "13800138000"
    cast.posted.save()
    elsewhere = world.worker(world.rooms["B1"])
    told = cast.worker.get(f"/workers/{cast.posted.pk}")
    assert told.json()["station"] == "A11" and "13800138000" not in told.content.decode()
    assert [each["id"] for each in cast.worker.get("/workers").json()["items"]] == [cast.posted.pk]
    assert cast.worker.get(f"/workers/{elsewhere.pk}").status_code == 404
    assert len(cast.city.get("/workers").json()["items"]) == 2
    assert [each["id"] for each in cast.city.get("/workers?hub=B").json()["items"]] == [elsewhere.pk]
    volunteer = Caller(token_of(world.account("volunteer", world.hubs["A"])))
    assert volunteer.get("/workers").status_code == 403


def test_the_catalogue(cast: Cast) -> None:
    world = cast.world
    listed = cast.worker.get("/services?group=child&fields=code,group_id").json()["items"]
    assert listed == [{"code": "T02", "group_id": world.groups["child"].pk}]
    assert [each["code"] for each in cast.worker.get("/services?method=C").json()["items"]] == ["T01"]
    assert cast.worker.get("/services?on=2021-01-01").json()["items"] == []
    assert cast.worker.get(f"/services/{world.services['T01'].pk}").json()["name_en"] == "Home visit"
    assert "drugs" in [each["restricted_class"] for each in cast.worker.get("/groups").json()["items"]]
    assert {"CA", "FS"} <= {each["code"] for each in cast.worker.get("/fields?fields=code").json()["items"]}
    assert cast.worker.get("/instruments").status_code == 200


def test_the_queries_of_the_lists_do_not_grow(cast: Cast, django_assert_num_queries: Any) -> None:
    for path, queries in (("/stations", 7), ("/workers", 8), ("/services", 7)):
        for limit in (1, 3):
            if path == "/workers":
                cast.world.worker(cast.world.rooms["A1"])
            with django_assert_num_queries(queries):
                assert cast.city.get(f"{path}?limit={limit}").json()["items"]
