"""Workers, postings and staffing over HTTP."""

from datetime import timedelta
from typing import Any

from shegong.kernel import clock
from shegong.workforce.models import Worker
from tests.api.conftest import Cast
from tests.factories import new_key

HIRE: dict[str, Any] = {
    "name": "曾晓燕", "source": "purchased", "phone": "13900000001", "education": "bachelor",
    "specialities": ["youth"], "languages": ["sichuan", "mandarin"],
    "posting": {"station": "A12", "since": "2023-05-01"},
}  # fmt: skip


def test_somebody_is_hired_once_changed_and_gone(cast: Cast) -> None:
    address = f"/workers/by-key/{new_key()}"
    made = cast.county.put(address, HIRE)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["station"], told["phone"], told["languages"]) == ("A12", "139****0001", ["mandarin", "sichuan"])
    assert cast.county.put(address, HIRE).status_code == 200
    assert cast.county.put(address, HIRE | {"name": "别人"}).status_code == 409
    assert cast.worker.put(f"/workers/by-key/{new_key()}", HIRE).status_code == 403
    worker = f"/workers/{told['id']}"
    assert cast.county.patch(worker, {"major": "社会工作", "education": None}).json()["education"] is None
    assert cast.county.patch(worker, {"name": None}).status_code == 422
    assert cast.county.patch(worker, {"phone": "12"}).json()["errors"][0]["field"] == "phone"
    assert cast.stranger.patch(worker, {"major": "x"}).status_code == 404
    assert cast.county.get("/workers?q=zxy").json()["items"][0]["id"] == told["id"]
    assert cast.county.get("/workers?speciality=drugs").json()["items"] == []
    gone = cast.county.post(f"{worker}/departure", {"on": clock.today().isoformat(), "reason": "辞职"})
    assert gone.json()["until"] == clock.today().isoformat()
    assert cast.county.post(f"{worker}/departure", {"on": clock.today().isoformat(), "reason": "x"}).status_code == 409


def test_postings(cast: Cast) -> None:
    posting = {"worker_id": cast.posted.pk, "station": "A12", "share": 40, "since": "2024-01-01"}
    address = f"/postings/{new_key()}"
    refused = cast.county.put(address, posting)
    assert (refused.status_code, refused.json()["code"]) == (422, "beyond_full_time")
    present = cast.county.get(f"/postings?worker_id={cast.posted.pk}").json()["items"][0]
    changed = cast.county.patch(f"/postings/{present['id']}", {"role": "worker", "share": 60, "until": None})
    assert changed.json()["share"] == 60
    assert cast.county.put(address, posting).status_code == 201
    assert cast.county.put(address, posting).status_code == 200
    assert cast.county.get(address).json()["station"] == "A12"
    assert [each["share"] for each in cast.county.get("/postings?station=A12&on=2024-02-01").json()["items"]] == [40]
    assert cast.county.call("DELETE", address).status_code == 409
    ahead = {**posting, "since": (clock.today() + timedelta(days=9)).isoformat(), "station": "A1", "share": 0}
    assert cast.county.put(f"/postings/{new_key()}", ahead).status_code == 422
    assert cast.stranger.get(address).status_code == 404


def test_a_transfer_by_way_of_what_if(cast: Cast) -> None:
    to = {"station": "A12", "since": "2024-01-01", "share": 100}
    seen = cast.county.post("/staffing/what-if", {"worker_id": cast.posted.pk, **to})
    assert seen.status_code == 200, seen.content
    left, reached = seen.json()["left"], seen.json()["reached"]
    assert (left["station"], left["before"]["present"], left["after"]["present"]) == ("A11", 1, 0)
    assert (reached["station"], reached["before"]["present"], reached["after"]["present"]) == ("A12", 0, 1)
    assert Worker.objects.get(pk=cast.posted.pk).station.key == "A11"
    assert cast.county.post(f"/workers/{cast.posted.pk}/transfer", to).json()["station"] == "A12"
    assert Worker.objects.get(pk=cast.posted.pk).station.key == "A12"


def test_staffing(cast: Cast) -> None:
    rows = cast.county.get("/staffing?hub=A&tier=room").json()["items"]
    assert [(row["station"], row["present"], row["needed"], row["met"]) for row in rows] == [
        ("A11", 1, 2, False), ("A12", 0, 2, False),
    ]  # fmt: skip
    assert cast.county.get("/staffing?met=true").json()["items"] == []
    assert cast.county.get("/staffing?hub=B").json()["items"] == []
    assert len(cast.city.get("/staffing?limit=100").json()["items"]) == 9
    assert cast.worker.get("/staffing").status_code == 403
    rules = cast.county.get("/staffing-rules").json()["items"]
    assert [(rule["tier"], rule["least"], rule["certified_only"]) for rule in rules] == [
        ("centre", 3, False), ("hub", 2, True), ("station", 2, True), ("room", 2, False),
    ]  # fmt: skip
    change = {"least": 1, "certified_only": False, "counts_from": 50, "clause": "市级通知", "since": "2024-01-01"}
    assert cast.county.post("/staffing-rules/room", change).status_code == 403
    assert cast.city.post("/staffing-rules/room", change).status_code == 201
    assert [row["met"] for row in cast.county.get("/staffing?tier=room").json()["items"]] == [True, False]


def test_a_correction_is_asked_for_and_decided(cast: Cast) -> None:
    key = str(new_key())
    address = f"/worker-corrections/{key}"
    asked = {
        "worker_id": cast.posted.pk, "reason": "换了号码",
        "proposed": {"name": cast.posted.name, "phone": "139 0000 0007", "languages": ["sign"]},
    }  # fmt: skip
    made = cast.worker.put(address, asked)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["proposed"]) == ("waiting", {"phone": "139****0007", "languages": ["sign"]})
    assert cast.worker.put(address, asked).status_code == 200  # though the name says nothing new
    assert cast.worker.put(address, asked | {"proposed": {"major": "x"}}).status_code == 409
    assert cast.worker.put(f"/worker-corrections/{new_key()}", asked).status_code == 409  # one waits
    assert cast.county.put(f"/worker-corrections/{new_key()}", asked).status_code == 403
    wrong = cast.worker.put(f"/worker-corrections/{new_key()}", asked | {"proposed": {"phone": "12"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "phone")
    assert cast.worker.put(f"/worker-corrections/{new_key()}", asked | {"proposed": {"name": None}}).status_code == 422
    assert cast.stranger.get(address).status_code == 404
    assert cast.stranger.get("/worker-corrections").json()["items"] == []
    assert [each["id"] for each in cast.county.get("/worker-corrections?state=waiting").json()["items"]] == [key]
    assert cast.worker.post(f"{address}/decision", {"accepted": True}).status_code == 403
    assert cast.county.post(f"{address}/decision", {"accepted": False}).json()["errors"][0]["field"] == "answer"
    assert cast.county.post(f"{address}/decision", {"accepted": True}).json()["state"] == "accepted"
    assert Worker.objects.get(pk=cast.posted.pk).phone == "13900000007"
    assert cast.county.post(f"{address}/decision", {"accepted": True}).status_code == 409
    assert cast.worker.put(address, asked).status_code == 200  # sent once more, it is the same
    again = f"/worker-corrections/{new_key()}"
    assert cast.worker.put(again, asked | {"proposed": {"major": "法学"}}).status_code == 201
    assert cast.county.call("DELETE", again).status_code == 403
    assert cast.worker.call("DELETE", again).json()["state"] == "withdrawn"
