"""Purchases and bids in the API."""

from datetime import timedelta
from typing import Any

import pytest

from shegong.kernel import clock
from shegong.purchase.models import Bid, Project
from tests.api.conftest import Caller, token_of
from tests.factories import World, new_key
from tests.purchase.market import Market
from tests.purchase.purse import YEAR, Purse


@pytest.fixture
def market(world: World) -> Market:
    return Market(Purse(world).fill())


def test_a_need_is_put_down_and_changed(market: Market) -> None:
    county, today = Caller(token_of(market.county)), clock.today()
    need: dict[str, Any] = {
        "hub_id": market.purse.a.pk, "title": "长者陪伴", "need": "每周一次", "buyer_id": market.buyer.pk,
        "station_ids": [market.world.towns["A"].pk], "fund": "SW", "year": YEAR, "pays": "project", "budget": "600.00",
        "since": today.isoformat(), "until": (today + timedelta(days=300)).isoformat(),
    }  # fmt: skip
    key = new_key()
    assert county.put(f"/projects/{key}", need).status_code == 201
    changed = county.put(f"/projects/{key}", {**need, "need": "每周两次"})
    assert changed.status_code == 200 and changed.json()["need"] == "每周两次"
    wrong = county.put(f"/projects/{new_key()}", {**need, "nature": "dispatch", "until": need["since"]})
    assert wrong.status_code == 422 and {each["field"] for each in wrong.json()["errors"]} == {"nature", "until"}
    assert county.put(f"/projects/{new_key()}", {**need, "hub_id": market.purse.b.pk}).status_code == 403
    assert county.put(f"/projects/{new_key()}", {**need, "fund": "XX"}).json()["code"] == "fund_unknown"
    listed = county.get("/projects?state=need").json()["items"]
    assert [each["id"] for each in listed] == [str(key)] == [str(Project.objects.get().pk)]
    stranger = Caller(token_of(market.purse.county_b))
    assert stranger.get(f"/projects/{key}").status_code == 404 and stranger.get("/projects").json()["items"] == []
    assert Caller(token_of(market.firms[0])).get(f"/projects/{key}").status_code == 404


def test_a_sealed_bid_is_handed_in_and_taken_back(market: Market) -> None:
    project = market.invited()
    county, firm, other = (Caller(token_of(each)) for each in (market.county, market.firms[0], market.firms[1]))
    assert firm.get(f"/projects/{project.pk}").json()["state"] == "invited"
    bid = {
        "project_id": str(project.pk),
        "price": "500.00",
        "labour_share": 70,
        "workers": 2,
        "hours": 800,
        "plan": "方案",
    }
    key = new_key()
    assert firm.put(f"/bids/{new_key()}", {**bid, "price": "700.00"}).status_code == 422
    assert firm.put(f"/bids/{key}", bid).status_code == 201
    assert firm.put(f"/bids/{key}", bid).status_code == 200
    assert firm.put(f"/bids/{key}", {**bid, "price": "400.00"}).status_code == 409
    assert firm.put(f"/bids/{new_key()}", bid).status_code == 409
    assert firm.put(f"/bids/{new_key()}", {**bid, "organisation_id": market.agencies[1].pk}).status_code == 403
    assert county.get("/bids").json()["items"] == [] and county.get(f"/bids/{key}").status_code == 404
    assert other.get(f"/bids/{key}").status_code == 404 and county.put(f"/bids/{new_key()}", bid).status_code == 403
    assert firm.get(f"/bids?project_id={project.pk}").json()["items"][0]["id"] == str(key)
    taken = firm.post(f"/bids/{key}/withdrawal", {})
    assert taken.status_code == 200 and taken.json()["state"] == "withdrawn" == Bid.objects.get().state
    market.close(project)
    assert firm.put(f"/bids/{new_key()}", bid).json()["code"] == "bid_late"
