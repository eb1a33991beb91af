"""The open directory answers in the words of HSDS 3.0: what comes out validates against the published JSON schemas."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from shegong.network.models import City, Operation, Organisation, Station
from shegong.portal.hsds.rules import Kind, key, parts
from tests.factories import START, World
from tests.practice.county import County
from tests.practice.gatherings import community_service
from tests.practice.test_client_pages import Unprivileged

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hsds-3.0"
FOUND, MISSING = 200, 404


@pytest.fixture
def county(world: World) -> County:
    found = County(world)
    community_service(found)
    agency = Organisation.objects.create(
        name="同心社工", kinds=["agency"], credit_code="52510100MJR0000012", since=START
    )
    Operation.objects.filter(station=found.room).delete()
    Operation.objects.create(station=found.room, mode="agency", organisation=agency, since=START)
    Station.objects.filter(pk=found.room.pk).update(
        address="百花潭路 9 号", phone="028-80000001", hours="周一至周五 9:00—17:30", longitude=104.06, latitude=30.65
    )
    City.objects.get_or_create(defaults={"name": "蓉城", "authority": "蓉城民政局", "system_name": "社工"})
    return found


def got(address: str) -> Any:
    answer = Unprivileged().get(address)
    assert answer.status_code == FOUND and answer["Access-Control-Allow-Origin"] == "*", address
    return json.loads(answer.content)


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def test_a_key_holds_what_it_is_about() -> None:
    for kind in Kind:
        for numbers in ((0, 0, 0), (1, 2, 3), (2**32 - 1, 2**32 - 1, 2**16 - 1), (3189, 77, 0)):
            assert parts(key(kind, *numbers)) == (kind, *numbers)
    assert parts("x") is None and parts("d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610") is None


def test_lists_lead_to_their_things_and_pages_hold_together(county: County) -> None:
    assert got("/hsds/")["version"] == "3.0"
    for name in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"):
        page = got(f"/hsds/{name}?per_page=2")
        assert page["total_items"] >= page["size"] > 0 and page["first_page"], name
        assert got(f"/hsds/{name}/{page['contents'][0]['id']}")["id"] == page["contents"][0]["id"]
        assert Unprivileged().get(f"/hsds/{name}/{key(Kind.LANGUAGE, 1)}").status_code == MISSING
        assert Unprivileged().get(f"/hsds/{name}/nonsense").status_code == MISSING
    pairs = got("/hsds/service_at_locations?per_page=500")
    assert pairs["total_items"] == got("/hsds/services")["total_items"] * got("/hsds/locations")["total_items"]
    assert len({each["id"] for each in pairs["contents"]}) == pairs["size"] == pairs["total_items"]
    assert got("/hsds/services?page=99")["empty"] and got("/hsds/services?page=x&per_page=-1")["page_number"] == 1
    found = got("/hsds/service_at_locations?search=百花潭&full=true")["contents"]
    assert {each["location"]["phones"][0]["number"] for each in found} == {"028-80000001"}
    packed = zipfile.ZipFile(io.BytesIO(Unprivileged().get("/hsds/export.zip").content))
    rows = list(csv.DictReader(io.StringIO(packed.read("services_at_location.csv").decode())))
    assert len(rows) == pairs["total_items"] and {"organizations.csv", "phones.csv"} <= set(packed.namelist())


def test_what_comes_out_validates_against_the_published_schemas(county: County) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip(f"the HSDS 3.0 schemas are not at {SCHEMAS}")
    for name, listed in (("service", "services"), ("organization", "organizations"),
                         ("service_at_location", "service_at_locations")):  # fmt: skip
        checker = jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True)
        for each in got(f"/hsds/{listed}")["contents"][:3]:
            for thing in (each, got(f"/hsds/{listed}/{each['id']}?full=true")):
                checker.validate(thing)
                assert set(thing) <= set(schema(name)["properties"]), set(thing) - set(schema(name)["properties"])
    checker = jsonschema_rs.Draft202012Validator(schema("organization_list"), validate_formats=True)
    for each in got("/hsds/organizations")["contents"]:
        checker.validate(each)
