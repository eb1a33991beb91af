"""The pages of service records, as the web server's role answers them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.case import open_case
from shegong.practice.models import RecordRevision, ServiceRecord
from shegong.practice.queries.record import worker_day
from tests.factories import World, new_key
from tests.people.conftest import Browser
from tests.practice.test_record import Room

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "/records/new/"


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


@pytest.fixture
def phone(room: Room) -> Browser:
    return signed_in(room.account)


def signed_in(account: Account) -> Browser:
    browser = Browser()
    browser.force_login(account, BACKEND)
    return browser


@contextmanager
def queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as captured:
        yield captured


def said(room: Room, **changes: Any) -> dict[str, Any]:
    """A filled sheet."""
    began = room.draft.started_at.replace(second=0, microsecond=0)
    return {
        "key": str(new_key()),
        "station_id": room.station.id,
        "client_ids": [str(room.clients[0].id)],
        "anonymous_count": "0",
        "service_id": room.draft.service_id,
        "minutes": "30",
        "started_at": began.strftime("%Y-%m-%dT%H:%M"),
        "place": "home",
        "worker_ids": [room.worker.id],
        "summary": "量血压，聊家常。",
    } | changes


def page(response: HttpResponse) -> str:
    return response.content.decode()


def value_of(html: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', html)
    assert found, name
    return found[1]


def test_a_sheet_is_saved_and_says_what_is_next(phone: Browser, room: Room) -> None:
    response = phone.post(NEW, said(room), follow=True)
    assert response.redirect_chain[0][1] == 302
    assert "已记录" in page(response) and "一周后" in page(response) and "王秀英" in page(response)
    record = ServiceRecord.objects.get()
    assert (record.minutes, record.place, record.recorded_by_id) == (30, "home", room.account.pk)


def test_sent_twice_it_is_one_record(phone: Browser, room: Room) -> None:
    form = said(room)
    first, second = (phone.post(NEW, form) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert ServiceRecord.objects.count() == 1


def test_the_same_key_with_another_content_leads_to_what_was_saved(phone: Browser, room: Room) -> None:
    form = said(room)
    phone.post(NEW, form)
    response = phone.post(NEW, form | {"summary": "另一件事。"})
    assert response.status_code == 422
    assert f"/records/{form['key']}/" in page(response) and "另一件事。" in page(response)
    assert ServiceRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"minutes": "-5"}, "minutes", "时长须在"),
        ({"minutes": str(25 * 60)}, "minutes", "时长须在"),
        ({"summary": ""}, "summary", ""),
        ({"summary": "血压\0正常"}, "summary", ""),
        ({"client_ids": []}, "client_ids", "请选择服务对象"),
        ({"client_ids": ["nonsense"]}, "client_ids", "不在您的范围内"),
        ({"client_ids": [str(new_key())]}, "client_ids", "不在您的范围内"),
        ({"started_at": "2021-06-01T10:00"}, "started_at", "没有运行"),
        ({"started_at": "2999-06-01T10:00"}, "started_at", "还没有到"),
        ({"started_at": "昨天"}, "started_at", ""),
        ({"next_on": "2021-01-01"}, "next_on", "不能早于"),
        ({"next_time": "09:30"}, "next_on", "请同时选择下次日期"),
        ({"satisfaction": "9"}, "satisfaction", ""),
        ({"place": "moon"}, "place", ""),
        ({"station_id": "999999"}, "station_id", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    phone: Browser, room: Room, changes: dict[str, Any], field: str, words: str
) -> None:
    form = said(room, next_step="带降压药说明") | changes
    response = phone.post(NEW, form)
    html = page(response)
    assert response.status_code == 422
    assert field in response.context["form"].errors and "data-error-summary" in html
    assert words in html and "带降压药说明" in html
    if field != "summary":
        assert "量血压，聊家常。" in html
    assert value_of(html, "key") == form["key"]
    assert ServiceRecord.objects.count() == 0


def test_emoji_and_rare_characters_come_back_as_they_went(phone: Browser, room: Room) -> None:
    phone.post(NEW, said(room, summary="𠮷老师与䶮先生😀\r\n两行"))
    assert ServiceRecord.objects.get().summary == "𠮷老师与䶮先生😀\n两行"


def test_a_client_outside_the_scope_is_neither_offered_nor_served(phone: Browser, room: Room, world: World) -> None:
    stranger = world.client(world.rooms["B1"], "陌生人")
    html = page(phone.get(NEW, {"client": str(stranger.id)}))
    assert "陌生人" not in html
    assert phone.post(NEW, said(room, client_ids=[str(stranger.id)])).status_code == 422


def test_the_sheet_is_filled_from_the_record_that_it_follows(phone: Browser, room: Room) -> None:
    record = room.record()
    html = page(phone.get(NEW, {"next_of": str(record.id)}))
    checked = re.findall(r'name="(\w+)" value="([^"]+)"[^>]*checked', html)
    assert ("client_ids", str(room.clients[0].id)) in checked
    assert ("service_id", str(record.service_id)) in checked
    assert ("place", "home") in checked and ("worker_ids", str(room.worker.id)) in checked
    assert "探访独居老人，量血压，聊家常。" in html  # an own sentence, one tap away


def test_without_script_people_are_found_by_a_press(phone: Browser, room: Room, world: World) -> None:
    found = world.client(room.station, "赵一鸣")
    found.tokens.create(hub_id=found.hub_id, station_id=found.station_id, token="zhaoyiming")
    response = phone.post(NEW, said(room, find="yes", who="zhaoyi", client_ids=[]))
    html = page(response)
    assert response.status_code == 200 and "赵一鸣" in html and "量血压，聊家常。" in html
    assert ServiceRecord.objects.count() == 0


def test_people_are_found_as_one_types(phone: Browser, room: Room, world: World) -> None:
    for client in (world.client(room.station, "赵一鸣"), world.client(world.rooms["A2"], "赵二鸣")):
        client.tokens.create(hub_id=client.hub_id, station_id=client.station_id, token="zhao")
    html = page(phone.get("/records/clients/", {"who": "zh"}))
    assert "赵一鸣" in html and "赵二鸣" not in html


def test_only_workers_and_heads_record(world: World, room: Room) -> None:
    assert Browser().get(NEW).status_code == 302
    assert Browser().get(NEW, headers={"HX-Request": "true"}).status_code == 401
    for role in ("county", "city", "supervisor", "dpo"):
        place = world.centre if role in ("city", "dpo") else world.hubs["A"]
        assert signed_in(world.account(role, place)).get(NEW).status_code == 403, role


def test_one_record_is_read_in_scope_only(phone: Browser, room: Room, world: World) -> None:
    record = room.record()
    address = f"/records/{record.id}/"
    assert "王秀英" in page(phone.get(address))
    for role, place, status in (
        ("head", world.towns["A"], 200),
        ("county", world.hubs["A"], 200),
        ("worker", world.rooms["A2"], 404),
        ("worker", world.rooms["B1"], 404),
        ("city", world.centre, 403),
    ):
        assert signed_in(world.account(role, place)).get(address).status_code == status, role


def test_a_correction_keeps_the_history_on_the_page(phone: Browser, room: Room) -> None:
    record = room.record()
    address = f"/records/{record.id}/correct/"
    html = page(phone.get(address))
    assert value_of(html, "key") == str(record.id) and "探访独居老人" in html
    form = said(room, key=str(record.id), minutes="45")
    assert phone.post(address, form).status_code == 422  # no reason yet
    assert phone.post(address, form | {"reason": "时长记错了"}).status_code == 302
    assert "时长记错了" in page(phone.get(f"/records/{record.id}/"))
    assert RecordRevision.objects.count() == 1


def test_a_colleague_may_read_but_not_correct_or_void(room: Room, world: World) -> None:
    record = room.record()
    colleague = signed_in(world.account("worker", room.station))
    assert colleague.get(f"/records/{record.id}/").status_code == 200
    for verb in ("correct", "void"):
        assert colleague.get(f"/records/{record.id}/{verb}/").status_code == 404


def test_a_voided_record_says_so(phone: Browser, room: Room) -> None:
    record = room.record()
    address = f"/records/{record.id}/void/"
    assert phone.post(address, {"reason": ""}).status_code == 422
    assert phone.post(address, {"reason": "重复"}).status_code == 302
    html = page(phone.get(f"/records/{record.id}/"))
    assert "已作废" in html and "重复" in html
    assert phone.get(address).status_code == 404


def test_the_next_visit_is_booked_with_a_tap_and_moved_with_another(phone: Browser, room: Room) -> None:
    record = room.record()
    address = f"/records/{record.id}/plan/"
    day = clock.today() + timedelta(days=7)
    assert phone.post(address, {"next_on": day.isoformat()}).status_code == 302
    response = phone.post(address, {"next_on": day.isoformat(), "next_time": "09:30"}, headers={"HX-Request": "true"})
    assert "已约好" in page(response) and "09:30" in page(response)
    record.refresh_from_db()
    assert (record.next_on, record.next_time.isoformat()) == (day, "09:30:00")
    assert "不能早于" in page(phone.post(address, {"next_on": "2020-01-01"}))


def test_asking_for_a_number_is_journalled_and_answers_a_link(phone: Browser, room: Room, world: World) -> None:
    client = room.clients[0]
    client.phone = "13812341234"
    client.save()
    response = phone.post(f"/records/reach/{client.id}/phone/", headers={"HX-Request": "true"})
    assert "tel:13812341234" in page(response)
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM journal_event WHERE verb = 'reveal'")
        assert ["138" not in row[0] for row in cursor.fetchall()] == [True]
    assert phone.post(f"/records/reach/{client.id}/identity/").status_code == 404
    stranger = world.client(world.rooms["B1"])
    assert phone.post(f"/records/reach/{stranger.id}/phone/").status_code == 404


def test_the_list_is_narrowed_and_its_queries_do_not_grow(phone: Browser, room: Room) -> None:
    room.record()
    phone.get("/records/")  # the session's first page writes down when
    with queries() as few:
        assert "王秀英" in page(phone.get("/records/"))
    for _ in range(30):
        room.record()
    with queries() as many:
        html = page(phone.get("/records/"))
    assert len(few) == len(many)
    assert html.count('class="row-item"') == 25 and "cursor=" in html
    assert "王秀英" not in page(phone.get("/records/", {"day": clock.today().isoformat()}))
    assert phone.get("/records/", {"station": "nowhere"}).status_code == 404
    assert phone.get("/records/", {"cursor": "broken"}).status_code == 302


def test_the_sheet_asks_the_same_few_questions_however_much_there_is(phone: Browser, room: Room, world: World) -> None:
    phone.get(NEW)
    with queries() as few:
        phone.get(NEW)
    for number in range(12):
        client = world.client(room.station, f"居民{number}")
        room.record(replace(room.draft, client_ids=(client.id,)))
        world.worker(room.station)
    with queries() as many:
        phone.get(NEW)
    assert len(many) - len(few) in (0, 1)  # once there are records, their people are asked for
    assert len(many) <= 20


def test_a_day_shows_who_waits_and_not_who_was_seen(room: Room, world: World) -> None:
    today = clock.today()
    due, done, late = (world.client(room.station, name) for name in ("今天", "见过", "迟了"))
    for client, day in ((due, today), (done, today), (late, today - timedelta(days=1))):
        plan_for(room, client.id, day)
    seen = clock.now()
    room.record(replace(room.draft, client_ids=(done.id,), started_at=seen))
    with viewing(room.account.pk) as viewer:
        day = worker_day(viewer, today)
        assert [[c.name for c in visit.clients] for visit in day.visits] == [["今天"]]
        assert [[c.name for c in visit.clients] for visit in day.overdue] == [["迟了"]]
        assert len(day.given) == 1 and day.week.records >= 1


def plan_for(room: Room, client: UUID, day: Any) -> None:
    room.record(replace(room.draft, client_ids=(client,), next_on=day, started_at=room.draft.started_at))


def test_the_questions_of_a_day_do_not_grow(room: Room, world: World) -> None:
    def count() -> int:
        with viewing(room.account.pk) as viewer, queries() as asked:
            worker_day(viewer, clock.today())
        return len(asked)

    plan_for(room, room.clients[0].id, clock.today())
    few = count()
    for number in range(10):
        plan_for(room, world.client(room.station, f"居民{number}").id, clock.today())
    assert count() == few <= 8


def test_from_a_case_the_sheet_knows_the_case(phone: Browser, room: Room, world: World) -> None:
    mine, other = room.clients[0], room.clients[1]
    with viewing(room.account.pk) as by:
        case = open_case(mine, group=world.groups["older"], problem="独居。", by=by, at=clock.now())
    chosen = f'<option value="{case.pk}" selected>'
    assert chosen in page(phone.get(f"{NEW}?client={mine.pk}&case={case.pk}"))
    for address in (f"{NEW}?client={mine.pk}", f"{NEW}?client={other.pk}&case={case.pk}", f"{NEW}?case={new_key()}"):
        assert chosen not in page(phone.get(address))
    phone.post(NEW, said(room, case_id=str(case.pk)))
    assert ServiceRecord.objects.get().case_id == case.pk
