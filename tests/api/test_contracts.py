"""Contracts in the API: read by both sides, judged and paid under the caller's key."""

import pytest

from shegong.kernel import clock
from shegong.purchase.rules.contract import PARTS
from tests.api.conftest import Caller, token_of
from tests.factories import World, new_key
from tests.purchase.purse import Purse
from tests.purchase.signed import Deal


@pytest.fixture
def deal(world: World) -> Deal:
    """A contract of 600, in parts of 240, 240 and 120."""
    return Deal(Purse(world).fill())


def test_a_contract_is_read_judged_and_paid(deal: Deal) -> None:
    county, agency = Caller(token_of(deal.purse.county)), Caller(token_of(deal.agency))
    stranger, today = Caller(token_of(deal.purse.county_b)), clock.today().isoformat()
    told = next(each for each in agency.get("/contracts").json()["items"] if each["id"] == deal.contract.pk)
    assert (told["number"], told["amount"], told["paid"]) == (deal.contract.number, "600.00", "0.00")
    address = f"/contracts/{told['id']}"
    assert county.get(address).json() == told and stranger.get(address).status_code == 404
    assert agency.get("/contracts?status=terminated").json()["items"] == []
    assert stranger.get("/contracts").json()["items"] == stranger.get("/commitments").json()["items"] == []
    first, second = county.get(f"/commitments?contract_id={told['id']}").json()["items"]
    assert (first["measure"], first["target"], first["done"], first["min_sessions"]) == ("cases", 3, 0.0, 5)
    assert second["unit"] == "小时" and county.get("/commitments?contract_id=999999").json()["items"] == []
    plan = county.get(f"{address}/instalments").json()["items"]
    assert [(each["gate"], each["is_open"]) for each in plan] == [
        ("signature", True), ("mid_term", False), ("final", False)
    ]  # fmt: skip
    deal.claim(1)
    payment, key = {"contract_id": told["id"], "instalment": 1}, new_key()
    assert agency.put(f"/payments/{key}", payment).status_code == 403
    assert county.put(f"/payments/{key}", payment).status_code == 201
    assert county.put(f"/payments/{key}", payment).status_code == 200
    assert county.put(f"/payments/{new_key()}", payment).status_code == 409
    early = county.put(f"/payments/{new_key()}", payment | {"instalment": 2})
    assert early.status_code == 422 and "gate_closed" in {each["code"] for each in early.json()["errors"]}
    assert county.put(f"/payments/{new_key()}", payment | {"instalment": 9}).status_code == 422
    points = {code: str(most) for code, most, _label in PARTS}
    judged = {"contract_id": told["id"], "kind": "mid_term", "held_on": today, "points": points}
    bad = county.put(f"/acceptances/{new_key()}", judged | {"points": points | {"finance": "6"}})
    assert bad.status_code == 422 and bad.json()["errors"][0]["field"] == "finance"
    key = new_key()
    assert county.put(f"/acceptances/{key}", judged).json()["grade"] == "excellent"
    assert county.put(f"/acceptances/{key}", judged).status_code == 200
    assert agency.get("/acceptances").json()["items"][0]["score"] == "100.00"
    assert [each["amount"] for each in agency.get("/payments").json()["items"]] == ["240.00"]
    assert stranger.get("/payments").json()["items"] == stranger.get("/acceptances").json()["items"] == []
