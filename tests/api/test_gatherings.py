"""Budgets and sign-ups through the API."""

from typing import Any

from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from tests.api.conftest import Cast
from tests.factories import START, new_key


def group_of(cast: Cast) -> dict[str, Any]:
    return {
        "station_id": cast.world.rooms["A1"].pk,
        "service_id": cast.world.services["T02"].pk,
        "title": "亲子沟通小组",
        "kind": "growth",
        "aim": "家长学会倾听",
        "criteria": "辖区内家长",
        "risk": "由协同社工陪同离场",
        "size_min": 2,
        "size_max": 8,
        "sessions_planned": 3,
        "first_on": clock.today().isoformat(),
        "budget": [{"item": "文具", "amount": "120.00"}],
    }


def activity_of(cast: Cast, **changes: Any) -> dict[str, Any]:
    world = cast.world
    item = ServiceItem.objects.get_or_create(
        code="T03", version=1,
        defaults={
            "name_zh": "社区活动", "name_en": "Event", "kind": "basic", "field": world.fields["FS"],
            "group": world.groups["older"], "method": "M", "unit": "场", "clause": "试验", "since": START,
        },
    )[0]  # fmt: skip
    return {
        "station_id": world.rooms["A1"].pk,
        "service_id": item.pk,
        "title": "邻里节",
        "purpose": "让邻居互相认识",
        "target": "辖区居民",
        "venue": "小区广场",
        "starts_at": timezone.localtime().isoformat(),
        "minutes": 120,
        "flow": "开场，游园",
        "safety": "备急救箱",
        "expected": 40,
        "capacity": 1,
        "budget": [{"item": "布展", "amount": "300.00"}],
    } | changes


def test_a_budget_is_read_and_replaced_while_the_plan_may_be_changed(cast: Cast) -> None:
    group = f"/social-groups/{new_key()}"
    assert cast.worker.put(group, group_of(cast)).status_code == 201
    first = {"position": 0, "item": "文具", "amount": "120.00", "spent": None}
    assert cast.county.get(f"{group}/budget").json() == {"items": [first]}
    lines = {"lines": [{"item": "文具", "amount": "80.00"}, {"item": "茶点", "amount": "60.50"}]}
    assert [each["amount"] for each in cast.worker.put(f"{group}/budget", lines).json()["items"]] == ["80.00", "60.50"]
    assert cast.worker.put(f"{group}/budget", {"lines": [{"item": " ", "amount": "1"}]}).status_code == 422
    assert cast.county.put(f"{group}/budget", lines).status_code == 403
    assert cast.stranger.get(f"{group}/budget").status_code == 404
    cast.worker.post(f"{group}/submission", {})
    assert cast.worker.put(f"{group}/budget", lines).status_code == 409
    read = cast.worker.get(group).json()
    assert (read["title"], read["satisfaction"], read["evaluations"]) == ("亲子沟通小组", None, 0)


def test_more_than_was_approved_needs_approval_again(cast: Cast, settings: Any) -> None:
    activity = f"/activities/{new_key()}"
    assert cast.worker.put(activity, activity_of(cast)).status_code == 201
    cast.worker.post(f"{activity}/submission", {})
    assert cast.worker.get(activity).json()["state"] == "planned"
    much = {"lines": [{"item": "布展", "amount": str(settings.ACTIVITY_APPROVAL_BUDGET + 1)}]}
    assert cast.worker.put(f"{activity}/budget", much).status_code == 200
    assert cast.worker.get(activity).json()["state"] == "draft"
    assert cast.county.get(f"{activity}/budget").json()["items"][0]["item"] == "布展"


def test_people_sign_up_wait_and_call_off(cast: Cast) -> None:
    activity = f"/activities/{new_key()}"
    cast.worker.put(activity, activity_of(cast))
    cast.worker.post(f"{activity}/submission", {})
    first, second, key = new_key(), new_key(), str(cast.clients[0].pk)
    made = cast.worker.put(f"{activity}/sign-ups/{first}", {"client_id": key})
    assert (made.status_code, made.json()["state"], made.json()["client_id"]) == (201, "signed", key)
    assert cast.worker.put(f"{activity}/sign-ups/{first}", {"client_id": key}).status_code == 200
    assert cast.worker.put(f"{activity}/sign-ups/{new_key()}", {"client_id": key}).status_code == 409
    assert cast.worker.put(f"{activity}/sign-ups/{first}", {"name": "张强"}).status_code == 409
    resident = {"name": "张强", "phone": "13812341234"}
    waits = cast.worker.put(f"{activity}/sign-ups/{second}", resident)
    assert (waits.status_code, waits.json()["state"], waits.json()["phone"]) == (201, "waitlisted", "138****1234")
    assert cast.worker.put(f"{activity}/sign-ups/{second}", resident).status_code == 200
    assert cast.worker.put(f"{activity}/sign-ups/{new_key()}", {"name": "张强", "phone": "1"}).status_code == 422
    assert cast.county.put(f"{activity}/sign-ups/{new_key()}", resident).status_code == 403
    gone = cast.worker.post(f"{activity}/sign-ups/{first}/cancellation", {})
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    listed = {each["id"]: each["state"] for each in cast.county.get(f"{activity}/sign-ups").json()["items"]}
    assert listed == {str(first): "cancelled", str(second): "signed"}
    assert cast.stranger.get(f"{activity}/sign-ups").status_code == 404
    assert cast.worker.post(f"{activity}/sign-ups/{new_key()}/cancellation", {}).status_code == 404
