"""Own data: asked for at the door, let through face to face, seen for a day, erased by two."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from shegong.kernel import clock
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.enums import Role
from shegong.portal.actions.forgetting import forget_left
from shegong.portal.models import OwnDataRequest
from shegong.practice.models import Client, SubjectRequest
from tests.factories import World
from tests.portal.people import key, ticket
from tests.practice.county import County
from tests.practice.test_client_pages import Unprivileged, signed_in, text

FOUND, WRONG, MISSING = 200, 422, 404


@pytest.fixture
def county(world: World) -> County:
    return County(world)


def left(county: County, kind: str, **changes: str) -> tuple[str, str]:
    sent = {"key": key(), "kind": kind, "name": "王秀英", "phone": "13900000001", "text": "请改住址", **changes}
    return ticket(Unprivileged().post(f"/door/own-data/?station={county.room.key}", sent))


def pass_on(values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_pass_on(%s, %s, %s, %s, %s, %s, %s, %s)", values)


def test_what_is_kept_is_seen_for_a_day_with_the_code_that_was_handed_over(county: County) -> None:
    client = county.client(phone="13900000001", address="百花潭路 9 号")
    wrong = Unprivileged().post(f"/door/own-data/?station={county.room.key}", {"key": key(), "kind": "correct"})
    assert wrong.status_code == WRONG and "请写" in text(wrong)
    number, code = left(county, "access")
    row = OwnDataRequest.objects.get()
    assert row.due_on == row.received_on + timedelta(days=30)
    visitor, worker = Unprivileged(), signed_in(county.worker)
    assert "等您来核对身份" in text(visitor.post("/help/state/", {"number": number, "code": code}))
    assert row.number in text(worker.get("/data-requests/")) and "1 个本人信息请求" in text(
        worker.get("/asker-words/", headers={"HX-Request": "true"})
    )
    page = f"/data-requests/{row.pk}/"
    assert signed_in(county.stranger).get(page).status_code == MISSING
    assert worker.post(f"{page}check/", {"file_number": client.number}).status_code == WRONG
    assert "没有这个编号" in text(worker.post(f"{page}check/", {"file_number": "X1", "seen": "on"}))
    html = text(worker.post(f"{page}check/", {"file_number": client.number, "seen": "on"}))
    handed = html.split("data-open-code>")[1].split("<")[0]
    asked = SubjectRequest.objects.get()
    assert (asked.client_id, asked.kind, asked.outcome, asked.recorded_by) == (
        client.pk, "access", "granted", county.worker,
    )  # fmt: skip
    shown = text(visitor.post("/door/own-data/open/", {"number": number, "code": handed}))
    assert "13900000001" in shown and "百花潭路" in shown and "别人家" not in shown
    plain = visitor.post("/door/own-data/open/", {"number": number, "code": handed, "as": "json"})
    assert plain.json()["name"] == "王秀英" and "attachment" in plain["Content-Disposition"]
    pdf = visitor.post("/door/own-data/open/", {"number": number, "code": handed, "as": "pdf"})
    assert pdf.content.startswith(b"%PDF") and "no-store" in pdf["Cache-Control"]
    assert visitor.post("/door/own-data/open/", {"number": number, "code": code}).status_code == WRONG
    assert "已照办" in text(visitor.post("/help/state/", {"number": number, "code": code}))
    again = text(worker.post(f"{page}open/")).split("data-open-code>")[1].split("<")[0]
    assert visitor.post("/door/own-data/open/", {"number": number, "code": handed}).status_code == WRONG
    assert forget_left(clock.today(), clock.now() + timedelta(hours=25)) == 0
    assert visitor.post("/door/own-data/open/", {"number": number, "code": again}).status_code == WRONG
    row.refresh_from_db()
    assert row.content == "" and row.open_until is None


def test_an_erasure_goes_to_the_officer_and_takes_the_request_along(county: County) -> None:
    client = county.client()
    number, code = left(county, "erase")
    row, worker = OwnDataRequest.objects.get(), signed_in(county.worker)
    worker.post(f"/data-requests/{row.pk}/check/", {"file_number": client.number, "seen": "on"})
    asked = SubjectRequest.objects.get()
    assert (asked.kind, asked.outcome, asked.due_on) == ("erase", "", row.due_on)
    dpo = signed_in(county.world.account(Role.DPO, county.world.centre))
    assert row.number in text(dpo.get("/data-requests/?state=decided"))
    assert f"/protection/requests/{asked.pk}/" in text(dpo.get(f"/data-requests/{row.pk}/"))
    answer = {"outcome": "granted", "answer": "已删除，统计数字不含个人信息。", "answered_on": clock.today()}
    dpo.post(f"/protection/requests/{asked.pk}/answer/", answer)
    dpo.post(f"/protection/requests/{asked.pk}/erasure/")
    proposal = client.erasures.get()
    signed_in(county.officer).post(f"/protection/erasures/{proposal.pk}/approve/", {"agreed": "on", "sure": "on"})
    assert Client.objects.get(pk=client.pk).state == "erased"
    row.refresh_from_db()
    assert (row.name, row.phone, row.text) == ("—", "", "")
    html = text(Unprivileged().post("/help/state/", {"number": number, "code": code}))
    assert "已照办" in html and "已删除" in html
    assert "已经处理" in text(worker.post(f"/data-requests/{row.pk}/refuse/", {"note": "没有来"}))


def test_who_never_comes_is_told_why_and_strangers_see_and_pass_on_nothing(county: County) -> None:
    client = county.client()
    number, code = left(county, "correct")
    row = OwnDataRequest.objects.get()
    with transaction.atomic():
        become_unprivileged()
        assert not OwnDataRequest.objects.exists()
    values: list[Any] = [row.pk, key(), client.pk, b"", "x", "", clock.now(), clock.today()]
    for account in (county.stranger, county.officer):
        with viewing(account.pk), pytest.raises(Error, match="not to be passed on"), transaction.atomic():
            pass_on(values)
    with viewing(county.worker.pk), pytest.raises(Error, match="portal_owndata"), transaction.atomic():
        OwnDataRequest.objects.update(open_digest=b"x" * 16, open_until=clock.now())
    worker = signed_in(county.worker)
    worker.post(f"/data-requests/{row.pk}/refuse/", {"note": "约了三次没有来"})
    assert "约了三次没有来" in text(Unprivileged().post("/help/state/", {"number": number, "code": code}))
    with viewing(county.worker.pk), pytest.raises(Error, match="what was decided stays"), transaction.atomic():
        OwnDataRequest.objects.update(state="left", decided_at=None, decided_by=None)
    assert forget_left(clock.today() + timedelta(days=5 * 366), clock.now()) == 1
