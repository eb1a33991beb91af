"""Premises in the API: opening hours, who shares a site, equipment, and plans for communities without a room."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from shegong.kernel import clock
from shegong.network.enums import Level
from shegong.network.models import Division, Equipment, SharingAgreement, Site, Station
from tests.api.conftest import Cast
from tests.factories import START, new_key
from tests.network.premises import make_area, make_site


def said(answer: HttpResponse, status: int = 200) -> Any:
    content = json.loads(answer.content)
    assert answer.status_code == status, content
    return content


@pytest.fixture
def site(cast: Cast) -> Site:
    """A site of hub A's town."""
    return make_site(cast.world.towns["A"])


def test_opening_hours_are_read_and_set(cast: Cast, site: Site) -> None:
    path = f"/premises/{site.pk}/opening-hours"
    assert said(cast.county.get(path))["items"][0] == {"weekday": 1, "opens": "09:00:00", "closes": "18:00:00"}
    week = [
        {"weekday": 1, "opens": "14:00", "closes": "00:00"},
        {"weekday": 1, "opens": "08:30", "closes": "12:00"},
    ]
    found = said(cast.county.put(path, {"hours": week}))["items"]
    assert [(each["opens"], each["closes"]) for each in found] == [("08:30:00", "12:00:00"), ("14:00:00", "00:00:00")]
    wrong = said(cast.county.put(path, {"hours": [*week, {"weekday": 1, "opens": "11:00", "closes": "15:00"}]}), 422)
    assert wrong["errors"][0]["field"] == "hours" and len(said(cast.county.get(path))["items"]) == 2
    said(cast.worker.put(path, {"hours": week}), 403)
    said(cast.stranger.get(f"/premises/{new_key()}/opening-hours"), 404)


def test_a_site_is_shared_under_the_callers_key(cast: Cast, site: Site) -> None:
    path = f"/premises/{site.pk}/agreements/{new_key()}"
    content = {
        "station_id": cast.world.rooms["A1"].id, "purpose": "老年活动", "payer": "station", "yearly": 1200.5,
        "since": clock.today().isoformat(),
    }  # fmt: skip
    made = said(cast.county.put(path, content), 201)
    assert made["station"] == "A11" and said(cast.county.put(path, content))["id"] == made["id"]
    said(cast.county.put(path, {**content, "yearly": 9}), 409)
    said(cast.county.put(f"/premises/{site.pk}/agreements/{new_key()}", {**content, "yearly": -1}), 422)
    said(cast.worker.put(f"/premises/{site.pk}/agreements/{new_key()}", content), 403)
    assert len(said(cast.county.get(f"/premises/{site.pk}/agreements"))["items"]) == 1
    assert said(cast.stranger.get(f"/premises/{site.pk}/agreements"))["items"] == []  # of another county
    until = (clock.today() + timedelta(days=30)).isoformat()
    assert said(cast.county.post(f"{path}/end", {"until": until}))["until"] == until
    said(cast.stranger.post(f"{path}/end", {"until": until}), 404)
    assert SharingAgreement.objects.count() == 1


def test_equipment_is_noted_and_corrected(cast: Cast, site: Site) -> None:
    path = f"/premises/{site.pk}/equipment/{new_key()}"
    content = {
        "name": "投影仪",
        "number": 2,
        "condition": "good",
        "source": "donated",
        "checked_on": clock.today().isoformat(),
    }
    assert said(cast.county.put(path, content), 201)["number"] == 2
    assert said(cast.county.put(path, {**content, "condition": "worn"}))["condition"] == "worn"
    said(cast.county.put(path, {**content, "number": -1}), 422)
    said(cast.county.put(path, {**content, "colour": "red"}), 422)
    other = make_site(cast.world.towns["A"], "别处")
    said(cast.county.put(f"/premises/{other.pk}/equipment/{path[-36:]}", content), 409)
    assert [each["name"] for each in said(cast.worker.get(f"/premises/{site.pk}/equipment"))["items"]] == ["投影仪"]
    assert Equipment.objects.get().number == 2


def town_with_a_gap(town: Station) -> Division:
    """A community of the town, without a room."""
    above = Division.objects.create(code="510100001000", name="某街道", level=Level.TOWN, since=START)
    Station.objects.filter(pk=town.pk).update(division=above)
    return Division.objects.create(
        code="510100001001", name="某社区", level=Level.COMMUNITY, parent=above,
        since=START,
    )  # fmt: skip


def test_a_plan_leads_to_a_room(cast: Cast, site: Site) -> None:
    town = cast.world.towns["A"]
    make_area(site)
    community = town_with_a_gap(town)
    path, today = f"/coverage-plans/{new_key()}", clock.today().isoformat()
    content = {
        "community": community.code, "town_id": town.id, "premises_id": str(site.pk), "needs": ["access"],
        "opens_on": today,
    }  # fmt: skip
    said(cast.worker.put(path, content), 403)
    said(cast.county.put(path, {**content, "community": "999"}), 422)
    said(cast.county.put(path, {**content, "premises_id": str(new_key())}), 422)
    made = said(cast.county.put(path, content), 201)
    assert (made["state"], made["needs"], made["town"]) == ("proposed", ["access"], town.key)
    assert said(cast.county.put(path, content)) == made
    said(cast.county.put(path, {**content, "opens_on": (clock.today() + timedelta(days=1)).isoformat()}), 409)
    assert said(cast.county.put(f"/coverage-plans/{new_key()}", content), 409)["code"] == "plan_twice"
    assert said(cast.county.get("/coverage-plans?state=proposed"))["items"] == [made]
    for step in ("agreed", "fitting"):
        assert said(cast.county.post(f"{path}/step", {"to": step, "on": today}))["state"] == step
    opened = said(cast.county.post(f"{path}/step", {"to": "opened", "on": today}))
    assert opened["state"] == "opened" and Station.objects.get(key=opened["room"]).parent_id == town.id
    assert cast.county.post(f"{path}/drop", {"note": "晚了"}).status_code in (409, 422)
    assert said(cast.stranger.get(path))["room"] == opened["room"]  # where a room is planned is no secret
    said(cast.county.get(f"/coverage-plans/{new_key()}"), 404)
