"""Findings over the API: written down under a key, planned, corrected, checked again; the paper that goes with one."""

import io
from base64 import b64encode
from typing import Any

import pytest
from pypdf import PdfReader

from shegong.appraisal.models import Finding
from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice import tasks
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.queries.paper import printed
from tests.api.conftest import Caller, token_of
from tests.appraisal.place import PROOF
from tests.appraisal.test_finding import Corrected
from tests.factories import World, new_key

FILE = {"name": "整改后.png", "content": b64encode(PROOF).decode()}


@pytest.fixture
def place(world: World) -> Corrected:
    return Corrected(world)


def wish(place: Corrected, **changed: Any) -> dict[str, Any]:
    return {"station_id": place.town.pk, "source": "inspection", "wrong": "灭火器过期", "severity": "serious",
            "found_on": place.today.isoformat(), "document": "management-rule", "anchor": "safety",
            **changed}  # fmt: skip


def caller(account: Account) -> Caller:
    return Caller(token_of(account))


def test_a_finding_is_led_to_its_end(place: Corrected) -> None:
    county, head = caller(place.county), caller(place.head)
    address = f"/findings/{new_key()}"
    assert county.put(address, wish(place)).status_code == 201
    assert county.put(address, wish(place)).status_code == 200
    assert county.put(address, wish(place, wrong="别的")).status_code == 409
    assert head.get("/findings?state=open&overdue=false").json()["items"][0]["wrong"] == "灭火器过期"
    plan = {"responsible_id": place.worker.pk, "plan": "更换", "planned_for": place.today.isoformat()}
    assert county.post(f"{address}/plan", plan).status_code == 403
    assert head.post(f"{address}/plan", plan).json()["state"] == "planned"
    assert head.post(f"{address}/correction", {"correction": "换好了", "files": []}).status_code == 422
    program = {"name": "照片.jpg", "content": b64encode(b"MZ\x90\x00" + bytes(500)).decode()}
    wrong = head.post(f"{address}/correction", {"correction": "换好了", "files": [program]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "file_kind")
    done = head.post(f"{address}/correction", {"correction": "换好了", "files": [FILE]})
    assert done.json()["state"] == "corrected"
    assert head.post(f"{address}/recheck", {"closes": True}).status_code == 403
    closed = county.post(f"{address}/recheck", {"closes": True, "note": "看过"})
    assert (closed.json()["state"], closed.json()["closed_on"]) == ("closed", place.today.isoformat())
    assert county.post(f"{address}/recheck", {"closes": False, "note": "再看"}).status_code == 409
    details = head.get(address).json()
    assert details["responsible_id"] == place.worker.pk and details["proofs"][0]["stage"] == "corrected"


def test_strangers_find_nothing(place: Corrected, world: World) -> None:
    finding = place.found()
    for account in (world.account("county", world.hubs["B"]), world.account("head", world.towns["B"])):
        stranger = caller(account)
        assert stranger.get(f"/findings/{finding.pk}").status_code == 404
        assert stranger.get("/findings").json()["items"] == []
        assert stranger.put(f"/findings/{new_key()}", wish(place)).status_code == 403
    assert caller(world.account("assessor", world.hubs["A"])).get("/findings").status_code == 403
    assert Caller().get("/findings").status_code == 401
    elsewhere = caller(world.account("county", world.hubs["B"]))
    other = wish(place, station_id=world.towns["B"].pk)
    assert elsewhere.put(f"/findings/{finding.pk}", other).status_code == 409
    assert caller(place.county).get("/rule-questions").json()["items"] == []


def test_the_notice_says_what_is_wrong_and_until_when(place: Corrected) -> None:
    finding = Finding.objects.select_related("station").get(pk=place.planned(place.found()).pk)
    with viewing(place.county.pk) as viewer:
        job = ask_for_paper("rectification", finding.pk, by=viewer, at=clock.now())
    assert tasks.make_next_paper()
    job.refresh_from_db()
    with viewing(place.county.pk):
        content = printed(job)
    assert content is not None
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    words = words.replace("\n", "").replace(" ", "")
    for each in ("整改通知书", "灭火器过期", place.worker.name, "更换灭火器", "安全应急", finding.station.name):
        assert each in words
    due = f"{finding.due_on.year}年{finding.due_on.month}月{finding.due_on.day}日"
    assert due in words
