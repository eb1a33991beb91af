"""Enquiries, referrals and reports over the API: the same rules and the same scope as the pages."""

from typing import Any

import pytest

from shegong.kernel import clock
from shegong.practice.models import Case, Client, Consent
from tests.api.conftest import Caller, Cast, token_of
from tests.factories import START, new_key


def enquiry(cast: Cast, **changes: Any) -> dict[str, Any]:
    basis = {"station_id": cast.world.rooms["A1"].pk, "need": "想有人陪去医院", "name": "赵敏"}
    return {**basis, "asker_phone": "13900000001", "urgency": "urgent", **changes}


def test_an_enquiry_is_put_read_listed_and_accepted(cast: Cast) -> None:
    key = new_key()
    made = cast.worker.put(f"/enquiries/{key}", enquiry(cast))
    assert made.status_code == 201 and made.json()["asker_phone"] == "139****0001"
    assert cast.worker.put(f"/enquiries/{key}", enquiry(cast)).status_code == 200
    assert cast.worker.put(f"/enquiries/{key}", enquiry(cast, need="别的")).status_code == 409
    listed = cast.county.get("/enquiries?decision=none&station=A").json()["items"]
    assert [each["id"] for each in listed] == [str(key)]
    assert cast.stranger.get(f"/enquiries/{key}").status_code == 404
    wanted = {"group_id": cast.world.groups["older"].pk, "problem": "独居"}
    unknown = cast.worker.post(f"/enquiries/{key}/acceptance", {**wanted, "supervisor_id": 999_999})
    assert unknown.status_code == 422 and "supervisor_id" in unknown.content.decode()
    accepted = cast.worker.post(f"/enquiries/{key}/acceptance", wanted)
    assert accepted.json()["decision"] == "accept" and accepted.json()["case_id"] == str(Case.objects.get().pk)
    assert Client.objects.filter(name="赵敏").count() == 1
    assert cast.worker.post(f"/enquiries/{key}/acceptance", wanted).status_code == 409


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("brief-service", {"minutes": 15, "place": "phone", "summary": "解答政策"}),
        ("refusal", {"decline_kind": "scope", "decision_note": "属于物业维修"}),
    ],
)
def test_the_other_decisions(cast: Cast, step: str, body: dict[str, Any]) -> None:
    key = new_key()
    cast.worker.put(f"/enquiries/{key}", enquiry(cast))
    if step == "brief-service":
        body = {**body, "service_id": cast.world.services["T01"].pk}
    decided = cast.worker.post(f"/enquiries/{key}/{step}", body)
    assert decided.status_code == 200 and decided.json()["decision"] in ("brief", "decline")


def test_a_referral_waits_for_consent_and_comes_back(cast: Cast) -> None:
    client, far = cast.clients[0], cast.world.towns["B"]
    head = Caller(token_of(cast.world.account("head", far)))
    key = new_key()
    asked = {
        "client_id": str(client.pk),
        "receiver_kind": "station",
        "to_station_id": far.pk,
        "reason": "搬家",
        "asked": "继续探访",
        "basis": "consent",
    }
    made = cast.worker.put(f"/referrals/{key}", asked)
    assert made.status_code == 201 and made.json()["state"] == "waiting"
    assert head.get(f"/referrals/{key}").status_code == 404 and head.get("/referrals?box=in").json()["items"] == []
    assert cast.worker.post(f"/referrals/{key}/release", {}).status_code == 409
    Consent.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, purpose="sharing", basis="consent",
        given_on=START, recorded_by=cast.worker_account,
    )  # fmt: skip
    assert cast.worker.post(f"/referrals/{key}/release", {}).json()["state"] == "sent"
    assert head.post(f"/referrals/{key}/answer", {"accepted": False}).status_code == 422
    assert head.post(f"/referrals/{key}/answer", {"accepted": True}).json()["state"] == "accepted"
    assert head.post(f"/referrals/{key}/result", {"result": "已每周探访"}).json()["state"] == "returned"
    assert head.post(f"/referrals/{key}/closure", None).status_code == 403
    assert cast.worker.post(f"/referrals/{key}/closure", None).json()["state"] == "closed"
    assert cast.worker.post(f"/referrals/{key}/withdrawal", None).status_code == 409


def test_a_report_is_saved_from_its_first_word_and_closed_by_another(cast: Cast) -> None:
    key, station = new_key(), cast.world.rooms["A1"].pk
    first = cast.worker.put(f"/reports/{key}", {"station_id": station, "facts": "手"})
    assert first.status_code == 201
    seen = {"facts": "手臂多处瘀伤", "person": "minor", "triggers": ["violence"], "age": 9}
    again = cast.worker.put(f"/reports/{key}", {"station_id": station, **seen})
    assert again.status_code == 200 and again.json()["due_at"] == first.json()["due_at"]
    told = {"authority": "police", "told_at": clock.now().isoformat(), "channel": "phone", "officer": "张警官"}
    assert cast.worker.post(f"/reports/{key}/notices", told).json()["state"] == "reported"
    assert cast.worker.post(f"/reports/{key}/follow-up", {"follow_up": "已就医"}).json()["state"] == "followed"
    done = {"result": "protected", "result_note": "由亲属照料"}
    assert cast.worker.post(f"/reports/{key}/closure", done).status_code == 403
    assert cast.county.post(f"/reports/{key}/closure", done).json()["state"] == "closed"
    assert cast.stranger.get(f"/reports/{key}").status_code == 404
    assert cast.city.get("/reports").json()["items"] == []
