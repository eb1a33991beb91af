"""Qualifications in the API: asked for, decided, listed as far as the caller may see; courses and hours."""

import base64
from datetime import timedelta

from shegong.kernel import clock
from shegong.workforce.models import Credential, LearningEntry, Registration
from shegong.workforce.rules.credential import years_after
from tests.api.conftest import Caller, Cast, token_of
from tests.factories import new_key
from tests.workforce.qualifications import certify, learn, make_course, photo, register

CERTIFICATE = {"kind": "certificate", "level": "assistant", "number": "D2020510001", "issued_on": "2020-10-31"}


def test_a_certificate_is_asked_for_and_decided(cast: Cast) -> None:
    path = f"/credentials/requests/{new_key()}"
    refused = cast.worker.put(path, CERTIFICATE)
    assert (refused.status_code, refused.json()["code"]) == (422, "proof_missing")
    body = CERTIFICATE | {"proof": {"name": "证书.jpg", "content": base64.b64encode(photo()).decode()}}
    made = cast.worker.put(path, body)
    assert made.status_code == 201 and made.json()["has_proof"] is True
    assert cast.worker.put(path, body).status_code == 200
    assert cast.worker.put(path, body | {"note": "另一个"}).status_code == 409
    assert cast.stranger.get(path).status_code == 404
    assert cast.worker.post(f"{path}/decision", {"approved": True}).status_code == 403
    done = cast.county.post(f"{path}/decision", {"approved": True})
    assert done.json()["state"] == "approved"
    assert cast.county.post(f"{path}/decision", {"approved": False, "answer": "错"}).status_code == 409
    for caller, count in ((cast.worker, 1), (cast.county, 1), (cast.city, 1), (cast.stranger, 0)):
        assert len(caller.get("/credentials").json()["items"]) == count
    assert Credential.objects.get().number == "D2020510001"


def test_registrations_are_listed_by_their_end(cast: Cast) -> None:
    until = clock.today() + timedelta(days=30)
    register(certify(cast.posted, on=years_after(until, -4)), years_after(until, -3), until)
    learn(cast.posted, 72, clock.today(), cast.worker_account)
    listed = cast.county.get(f"/registrations?on={clock.today()}").json()["items"]
    assert [(each["worker_id"], each["until"], each["level"]) for each in listed] == [
        (cast.posted.pk, str(until), "assistant")
    ]
    path = f"/credentials/requests/{new_key()}"
    assert cast.worker.put(path, {"kind": "renewal", "since": str(until)}).status_code == 201
    assert cast.county.post(f"{path}/decision", {"approved": True}).status_code == 200
    assert Registration.objects.filter(is_renewal=True).count() == 1
    assert len(cast.county.get("/registrations").json()["items"]) == 2
    assert cast.stranger.get("/registrations").json()["items"] == []


def test_a_course_and_its_hours(cast: Cast) -> None:
    start = clock.now() + timedelta(days=2)
    body = {
        "station_id": cast.world.hubs["A"].pk, "title": "个案管理", "capacity": 1, "place": "总站",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=3)).isoformat(), "enrol_until": start.isoformat(), "hours": 4,
    }  # fmt: skip
    path = f"/courses/{new_key()}"
    assert cast.worker.put(path, body).status_code == 403
    assert cast.stranger.put(path, body).status_code == 403
    assert cast.county.put(path, body).status_code == 201
    assert cast.county.put(path, body).status_code == 200
    place = f"{path}/enrolments/{new_key()}"
    assert cast.worker.put(place, {}).status_code == 201
    assert cast.worker.put(place, {}).status_code == 200
    other = cast.world.account("worker", cast.world.rooms["A2"])
    cast.world.worker(cast.world.rooms["A2"], other)
    full = Caller(token_of(other)).put(f"{path}/enrolments/{new_key()}", {})
    assert (full.status_code, full.json()["code"]) == (409, "course_full")
    assert cast.worker.get(path).json()["taken"] == 1
    assert cast.county.post(f"{path}/attendance", {"attended": []}).json()["code"] == "course_not_begun"


def test_hours_are_reported_and_decided(cast: Cast) -> None:
    path = f"/learning-entries/{new_key()}"
    body = {"kind": "training", "title": "危机介入", "learned_on": "2025-01-01", "hours": 8}
    assert cast.worker.put(path, body | {"hours": 0}).json()["code"] == "hours_range"
    assert cast.worker.put(path, body).json()["state"] == "waiting"
    assert cast.worker.post(f"{path}/decision", {"approved": True}).status_code == 403
    assert cast.county.post(f"{path}/decision", {"approved": True}).json()["state"] == "approved"
    assert cast.worker.get("/learning-entries?state=approved").json()["items"][0]["hours"] == 8
    assert cast.stranger.get("/learning-entries").json()["items"] == []
    make_course(cast.world, cast.worker_account)
    assert len(cast.worker.get("/courses?when=coming").json()["items"]) == 1
    assert LearningEntry.objects.count() == 1
