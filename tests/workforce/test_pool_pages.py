"""Pages and interface of the shared pool."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.people.models import Account
from shegong.workforce import tasks
from shegong.workforce.models import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
)
from tests.factories import World, new_key
from tests.practice.test_client_pages import FOUND, SEE_OTHER, signed_in
from tests.workforce.pool import Pool

WRONG = 422
# Role, session, scope, account, city, the session's clock, and the scope's end (two).
FRAME = 8


@pytest.fixture
def pool(world: World) -> Pool:
    return Pool(world)


def text(account: Account, path: str) -> str:
    answer = signed_in(account).get(path)
    assert answer.status_code == FOUND, (path, answer.status_code)
    return answer.content.decode()


def post(account: Account, path: str, **typed: Any) -> Any:
    return signed_in(account).post(path, typed)


def test_a_supervisor_offers_hours_on_a_phone(pool: Pool) -> None:
    hubs = [each.pk for each in pool.world.hubs.values()]
    typed = {"month": pool.month.isoformat(), "hours": "0.7", "hub_ids": hubs}
    wrong = post(pool.near_account, "/pool/offers/new/", **typed)
    assert wrong.status_code == WRONG and "以半小时计" in wrong.content.decode()
    assert post(pool.near_account, "/pool/offers/new/", **typed | {"hours": "6"}).status_code == SEE_OTHER
    offer = SupervisionOffer.objects.get()
    assert "0 / 6" in text(pool.near_account, "/pool/mine/").replace(".0", "")
    assert f"month={pool.month.isoformat()}" in text(pool.near_account, "/pool/mine/")
    assert post(pool.near_account, f"/pool/offers/{offer.pk}/withdraw/").status_code == SEE_OTHER
    assert "还没有提供时间" in text(pool.near_account, "/pool/mine/")


def test_a_worker_asks_and_takes_back(pool: Pool) -> None:
    typed = {
        "key": new_key(), "whom": "worker", "month": pool.month.isoformat(), "hours": "2", "topic": "risk",
        "urgency": "urgent", "note": "家庭暴力个案",
    }  # fmt: skip
    assert post(pool.worker, "/pool/requests/new/", **typed).status_code == SEE_OTHER
    assert post(pool.worker, "/pool/requests/new/", **typed).status_code == SEE_OTHER  # a double tap
    request = SupervisionRequest.objects.get()
    assert request.worker == pool.worker_row
    assert "家庭暴力个案" in text(pool.worker, "/pool/mine/")
    assert "家庭暴力个案" not in text(pool.colleague, "/pool/mine/")
    assert post(pool.colleague, f"/pool/requests/{request.pk}/withdraw/").status_code == 404
    assert post(pool.worker, f"/pool/requests/{request.pk}/withdraw/").status_code == SEE_OTHER
    assert "没有等待安排的申请" in text(pool.worker, "/pool/mine/")


def test_a_coordinator_runs_edits_and_publishes(pool: Pool) -> None:
    pool.offer(pool.near_account, 4)
    pool.offer(pool.far_account, 4)
    pool.ask(pool.worker, urgency="urgent")
    pool.ask(pool.head, 2, speciality="group:child")
    assert "生成分配方案" in text(pool.city, f"/pool/board/?month={pool.month.isoformat()}")
    made = post(pool.city, "/pool/proposals/new/", month=pool.month.isoformat())
    path = made["Location"]
    assert "排队中" in text(pool.city, path)
    assert tasks.work_pool()
    page = text(pool.city, path)
    assert "先到先得" in page and "得分上限" in page and "紧急程度 +" in page and "发布" in page
    left = text(pool.city, f"{path}?show=left")
    assert "没有这方面专长的督导能到" in left and "儿童" in left
    line = PoolAssignment.objects.get(supervisor__isnull=False)
    other = pool.far if line.supervisor_id == pool.near.pk else pool.near
    change = f"/pool/assignments/{line.pk}/change/"
    assert other.worker.name in text(pool.city, change)
    assert post(pool.city, change, supervisor=str(line.supervisor_id)).status_code == WRONG
    assert post(pool.city, change, supervisor=str(other.pk)).status_code == SEE_OTHER
    assert "没有可以对调的需求" in text(pool.city, f"/pool/assignments/{line.pk}/swap/")
    assert post(pool.city, f"/pool/assignments/{line.pk}/swap/", other="x").status_code == SEE_OTHER
    for step in ("unpin", "pin", "remove", "remove"):
        assert post(pool.city, f"/pool/assignments/{line.pk}/{step}/").status_code == SEE_OTHER
    assert "合适的督导已被移除" in text(pool.city, f"{path}?show=left")
    assert post(pool.city, f"{path}again/").status_code == SEE_OTHER
    assert tasks.work_pool()
    assert post(pool.city, f"{path}publish/").status_code == SEE_OTHER
    booking = SupervisionBooking.objects.get()
    assert PoolProposal.objects.get().state == "published"
    assert "约定时间" in text(booking.supervisor.worker.account, "/pool/mine/")
    arrange = f"/pool/bookings/{booking.pk}/arrange/"
    typed = {"starts_at": f"{pool.month.replace(day=9).isoformat()}T09:30", "mode": "onsite", "place": "会议室"}
    who = booking.supervisor.worker.account
    assert who is not None
    assert post(who, arrange, **typed | {"starts_at": "2020-01-01T09:30"}).status_code == WRONG
    assert post(who, arrange, **typed).status_code == SEE_OTHER
    assert post(pool.worker, f"/pool/bookings/{booking.pk}/cancel/", reason="").status_code == WRONG
    assert post(pool.worker, f"/pool/bookings/{booking.pk}/cancel/", reason="撞了培训").status_code == SEE_OTHER


def test_each_page_is_for_whom_it_is(pool: Pool) -> None:
    made = pool.proposed(pool.officer)
    for path in ("/pool/board/", "/pool/coverage/", f"/pool/proposals/{made.pk}/"):
        assert text(pool.officer, path)
        assert signed_in(pool.worker).get(path).status_code == 403
    assert signed_in(pool.other_officer).get(f"/pool/proposals/{made.pk}/").status_code == 404
    assert signed_in(pool.city).get("/pool/mine/").status_code == 403
    assert signed_in(pool.city).get("/pool/")["Location"] == "/pool/board/"
    assert signed_in(pool.head).get("/pool/")["Location"] == "/pool/mine/"
    assert signed_in(pool.near_account).get("/pool/offers/new/").status_code == FOUND
    assert post(pool.officer, "/pool/proposals/new/", month="so").status_code == 404


def test_queries_do_not_grow_with_rows(pool: Pool) -> None:
    def used(account: Account, path: str) -> int:
        browser = signed_in(account)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == FOUND
        return sum(not each["sql"].startswith(("SAVEPOINT", "RELEASE")) for each in captured) - FRAME

    pool.offer(pool.near_account, 100)
    found = []
    for count in (1, 6):
        for _each in range(count):
            pool.ask(pool.worker, speciality="group:older")
        made = pool.published(pool.city)
        for _each in range(count):
            pool.ask(pool.worker)
        pages = (
            (pool.city, "/pool/board/"),
            (pool.city, f"/pool/proposals/{made.pk}/"),
            (pool.city, "/pool/coverage/"),
            (pool.worker, "/pool/mine/"),
            (pool.near_account, "/pool/mine/"),
        )
        found.append([used(account, path) for account, path in pages])
    assert found == [[6, 6, 3, 4, 4]] * 2


def test_the_interface_does_what_the_pages_do(pool: Pool) -> None:
    def call(account: Account, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        browser = signed_in(account)
        answer = browser.generic(method, f"/api/v1{path}", json.dumps(body or {}), "application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    month, hubs = pool.month.isoformat(), [each.pk for each in pool.world.hubs.values()]
    offer = call(pool.near_account, "POST", "/pool/offers", {"month": month, "hours": 6, "hub_ids": hubs})
    assert offer["hours"] == "6.0" or float(offer["hours"]) == 6
    key = str(new_key())
    asked = {"month": month, "hours": 1.5, "topic": "casework", "speciality": "group:older"}
    call(pool.worker, "PUT", f"/pool/requests/{key}", asked, 201)
    call(pool.worker, "PUT", f"/pool/requests/{key}", asked, 200)
    call(pool.worker, "PUT", f"/pool/requests/{key}", asked | {"hours": 2}, 409)
    call(pool.worker, "PUT", f"/pool/requests/{new_key()}", asked | {"hours": 1.2}, 422)
    proposal = str(new_key())
    assert call(pool.city, "PUT", f"/pool/proposals/{proposal}", {"month": month}, 201)["state"] == "queued"
    assert tasks.work_pool()
    found = call(pool.city, "GET", f"/pool/proposals/{proposal}")
    assert found["state"] == "ready" and found["served"] == 1 and found["value"] <= found["bound"]
    (line,) = call(pool.city, "GET", f"/pool/proposals/{proposal}/assignments")["items"]
    assert sum(part["points"] for part in line["parts"]) == line["points"] == found["value"]
    assert call(pool.city, "POST", f"/pool/assignments/{line['id']}", {"pinned": True})["is_pinned"]
    refused = call(pool.city, "POST", f"/pool/assignments/{line['id']}", {"swap_with": line["id"]}, 422)
    assert refused["errors"][0]["field"] == "swap_with"
    assert call(pool.city, "POST", f"/pool/proposals/{proposal}/publication")["state"] == "published"
    (booking,) = call(pool.near_account, "GET", "/pool/bookings")["items"]
    when = {"starts_at": f"{date.fromisoformat(month).replace(day=8).isoformat()}T09:00:00+08:00"}
    assert call(pool.near_account, "POST", f"/pool/bookings/{booking['id']}/time", when)["session_id"]
    why = {"reason": "督导生病"}
    assert call(pool.near_account, "POST", f"/pool/bookings/{booking['id']}/cancellation", why)["state"] == "cancelled"
    assert call(pool.worker, "GET", "/pool/requests")["items"][0]["state"] == "waiting"
    call(pool.worker, "GET", "/pool/proposals", status=403)
