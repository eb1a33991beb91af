"""The pages of groups, activities and the calendar: who may do what, errors at their fields, few queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from icalendar import Calendar

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.activity import decide_activity, repeat_activity
from shegong.practice.actions.groupwork import submit_group
from shegong.practice.models import Activity, GroupMember, GroupSession, ServiceRecord, SocialGroup
from shegong.practice.queries import activity as activity_queries
from shegong.practice.queries import groupwork as group_queries
from shegong.practice.queries.gathering import agenda, waiting_for_decision
from tests.api.conftest import server_role
from tests.practice.county import County
from tests.practice.gatherings import (
    activity_held,
    approved,
    community_service,
    held,
    joined,
    planned_activity,
    planned_session,
    proposed,
    yesterday,
)


class Tab:
    """A signed-in browser under the server's role."""

    def __init__(self, account: Account) -> None:
        self.browser = Browser()
        self.browser.force_login(account, "django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, status: int = 200, **query: str) -> str:
        with server_role():
            answer = self.browser.get(path, query)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> str:
        with server_role():
            answer = self.browser.post(path, data)
        assert answer.status_code == status, answer.content.decode()[:4000]
        return answer.content.decode()


def proposal(county: County, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid7()),
        "station_id": county.room.pk,
        "service_id": county.world.services["T02"].pk,
        "title": "亲子小组",
        "kind": "growth",
        "aim": "学会倾听",
        "criteria": "家长和孩子",
        "risk": "陪同离场",
        "size_min": 2,
        "size_max": 8,
        "sessions_planned": 2,
        "first_on": clock.today().isoformat(),
        "measure_up": "yes",
        "budget": "茶点 80\n文具：12.5元",
    } | changes


def test_a_group_by_its_pages(county: County) -> None:
    worker, head = Tab(county.worker), Tab(county.head)
    clients = [county.client(name) for name in ("王秀英", "李国强", "赵敏")]
    assert "小组方案" in worker.get("/groups/new/")
    wrong = worker.post("/groups/new/", proposal(county, aim="", budget="茶点很多"), status=422)
    assert ("看不懂这一行" in wrong and "请填写" in wrong) or "必填" in wrong
    worker.post("/groups/new/", proposal(county) | {"submit": "yes"})
    group = SocialGroup.objects.get()
    assert group.state == "submitted" and [str(b.amount) for b in group.budget.all()] == ["80.00", "12.50"]
    page = f"/groups/{group.pk}/"
    assert "等您审批" in head.get("/") and group.title in head.get("/groups/")
    worker.get(page + "decide/", status=403)
    assert "请写明原因" in head.post(page + "decide/", {"approve": "no", "note": ""}, status=422)
    head.post(page + "decide/", {"approve": "yes", "note": "可以"})
    worker.post(page + "join/", {"client_ids": [str(client.pk) for client in clients]})
    for member in GroupMember.objects.all():
        worker.post(f"/members/{member.pk}/accept/", {})
    left = GroupMember.objects.get(client=clients[2])
    worker.post(f"/members/{left.pk}/screen/", {"decision": "left", "reason": "搬家"})
    first = yesterday().date().isoformat()
    worker.post(page + "sessions/", {"first_on": first, "at_time": "09:00", "minutes": 90, "weeks": 1})
    session = GroupSession.objects.get(number=1)
    at = f"/sessions/{session.pk}/"
    assert "先写本节目标和流程" in worker.get(at)
    plan = {"key": str(session.pk), "starts_at": f"{first}T09:00", "minutes": 90, "stage": "formation"}
    worker.post(at + "plan/", plan | {"place": "station", "aims": "认识", "flow": "破冰"})
    sheet = {
        "started_at": f"{first}T09:00", "minutes": 90, "place": "station", "worker_ids": [county.worker_row.pk],
        "content": "破冰，订约定", f"presence_{clients[0].pk.hex}": "present",
        f"presence_{clients[1].pk.hex}": "absent", f"reason_{clients[1].pk.hex}": "生病",
    }  # fmt: skip
    assert "请填写" in worker.post(at, sheet | {"content": " "}, status=422)
    worker.post(at, sheet)
    record = ServiceRecord.objects.get(pk=session.pk)
    assert record.clients_count == 1 and "生病" in worker.get(at)
    assert "请写明原因" in worker.post(at, sheet | {f"presence_{clients[1].pk.hex}": "late"}, status=422)
    last = GroupSession.objects.get(number=2)
    worker.post(f"/sessions/{last.pk}/cancel/", {"reason": "停电"})
    measures = {}
    for member in GroupMember.objects.filter(state="accepted"):
        measures |= {f"pre_{member.pk.hex}": "3", f"post_{member.pk.hex}": "7"}
    assert "10" in worker.post(page + "measures/", dict.fromkeys(measures, "99"), status=422)
    worker.post(page + "measures/", measures)
    worker.post(page + "summary/", {"outcome": "沟通变多", "satisfaction": "4.5", "spent_0": "75"})
    group.refresh_from_db()
    assert group.state == "closed"
    for text in ("沟通变多", "有改善", "75.00"):
        assert text in worker.get(page)
    assert group.title in worker.get(f"/clients/{clients[0].pk}/")
    assert group.title in worker.get("/groups/", done="yes")
    Tab(county.stranger).get(page, status=404)
    Tab(county.city).get(page, status=403)


def test_an_activity_by_its_pages(county: County, settings: Any) -> None:
    settings.ACTIVITY_APPROVAL_SIZE = 50
    worker, head = Tab(county.worker), Tab(county.head)
    clients = [county.client(name) for name in ("王秀英", "李国强")]
    day = yesterday().date().isoformat()
    plan = {
        "key": str(uuid7()), "station_id": county.room.pk, "service_id": community_service(county).pk,
        "title": "邻里节", "purpose": "互相认识", "target": "居民", "venue": "广场", "place": "community",
        "starts_at": f"{day}T09:00", "minutes": 120, "expected": 60, "flow": "游园", "safety": "急救箱",
        "budget": "布展 300", "repeat": "weekly", "submit": "yes",
    }  # fmt: skip
    assert "请选择重复到哪天" in worker.post("/activities/new/", plan, status=422)
    until = (yesterday() + timedelta(weeks=2)).date().isoformat()
    worker.post("/activities/new/", plan | {"until": until})
    assert list(Activity.objects.values_list("state", flat=True)) == ["submitted"] * 3
    activity = Activity.objects.order_by("starts_at").first()
    assert activity is not None
    page = f"/activities/{activity.pk}/"
    assert activity.title in head.get("/")
    head.post(page + "decide/", {"approve": "yes", "note": ""})
    worker.post(page + "join/", {"client_ids": [str(clients[0].pk)]})
    worker.post(page + "residents/", {"name": "陈静", "phone": "13800000000"})
    assert "138****0000" in worker.get(page)
    resident = activity.signups.get(client__isnull=True)
    turnout = {
        "client_ids": [str(client.pk) for client in clients], "signup_ids": [str(resident.pk)], "walk_in_count": 20,
        "band_f60": 12, "started_at": f"{day}T09:00", "minutes": 120, "worker_ids": [county.worker_row.pk],
        "content": "居民踊跃",
    }  # fmt: skip
    assert "超过了未登记人数" in worker.post(page + "turnout/", turnout | {"band_f60": 50}, status=422)
    worker.post(page + "turnout/", turnout)
    record = ServiceRecord.objects.get(pk=activity.pk)
    assert (record.clients_count, record.anonymous_count) == (2, 21)
    assert "checked" in worker.get(page + "turnout/")
    gift = {"giver": "超市", "kind": "goods", "what": "水", "linked_on": day}
    assert "写明是谁提供的" in worker.post(page + "gifts/new/", gift | {"giver": ""}, status=422)
    worker.post(page + "gifts/new/", gift)
    worker.post(page + "summary/", {"outcome": "邻居认识了", "spent_0": "280"})
    for text in ("邻居认识了", "超市", "280.00", "12"):
        assert text in worker.get(page)
    later = Activity.objects.order_by("starts_at").last()
    assert later is not None
    worker.post(f"/activities/{later.pk}/cancel/", {"reason": "下雨"})
    assert "下雨" in worker.get(f"/activities/{later.pk}/")
    Tab(county.stranger).get(page, status=404)


def test_people_ticked_stay_ticked_while_one_searches(county: County) -> None:
    first, second = county.client("王秀英"), county.client("李国强")
    page = Tab(county.worker).get("/groups/people/", who="李", client_ids=str(first.pk))
    assert f'value="{first.pk}" checked' in page and f'value="{second.pk}"' in page
    group = approved(county)
    data = {"who": "王", "find": "yes", "client_ids": [str(second.pk)]}
    page = Tab(county.worker).post(f"/groups/{group.pk}/join/", data, status=200)
    assert f'value="{second.pk}" checked' in page and f'value="{first.pk}"' in page


def test_the_calendar_and_its_feed(county: County) -> None:
    client = county.client("王秀英")
    group = approved(county, title="亲子沟通")
    secret = approved(county, title="防复吸小组", group_id=county.group("drug").pk)
    joined(county, group, [client])
    session, hidden = planned_session(county, group), planned_session(county, secret)
    activity = planned_activity(county, title="邻里节")
    worker = Tab(county.worker)
    month = f"{yesterday():%Y-%m}"
    page = worker.get("/calendar/", month=month)
    assert "亲子沟通" in page and "邻里节" in page
    assert "邻里节" in worker.get("/calendar/", month=month, station=county.room.key)
    assert "邻里节" not in worker.get("/calendar/", month=month, station=county.next_room.key)
    worker.get("/calendar/", month="9999-99")
    worker.get("/calendar/", status=404, station="nowhere")
    made = worker.post("/calendar/feeds/new/", {}, status=200)
    address = made.split('value="http://testserver')[1].split('"')[0]
    nobody = Browser()
    with server_role():
        answer = nobody.get(address)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/calendar")
    events = {str(e["uid"]).split("@")[0]: str(e["summary"]) for e in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert events[str(activity.pk)] == "邻里节" and "亲子沟通" in events[str(session.pk)]
    assert "防复吸" not in answer.content.decode() and str(hidden.pk) in events
    assert "王秀英" not in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM practice_calendarfeed")
        feed_id = cursor.fetchone()[0]
    Tab(county.head).post(f"/calendar/feeds/{feed_id}/revoke/", {}, status=404)
    worker.post(f"/calendar/feeds/{feed_id}/revoke/", {})
    with server_role():
        assert nobody.get(address).status_code == 404
        assert nobody.get(reverse("practice:feed", args=["sg_nothing"])).status_code == 404
    station = worker.post("/calendar/feeds/new/", {"station": county.room.key}, status=200)
    address = station.split('value="http://testserver')[1].split('"')[0]
    county.worker.grants.update(until=clock.today())
    with server_role():
        assert "VEVENT" not in nobody.get(address).content.decode()  # who has no role any more sees nothing by it


@pytest.mark.parametrize("size", [1, 6])
def test_pages_take_few_queries_whatever_their_size(
    county: County, size: int, django_assert_max_num_queries: Any
) -> None:
    clients = [county.client(f"人{number}") for number in range(size + 1)]
    group = approved(county, size_max=20)
    joined(county, group, clients)
    for _ in range(size):
        session = planned_session(county, group)
        held(county, session, came=clients)
    activity = planned_activity(county)
    activity_held(county, activity, came=clients)
    with viewing(county.worker.pk) as viewer:
        with django_assert_max_num_queries(6):
            file = group_queries.group_file(viewer, group.pk)
            assert file and len(file.members) == size + 1 and file.held == size
        with django_assert_max_num_queries(6):
            assert group_queries.session_file(viewer, session.pk)
        with django_assert_max_num_queries(9):
            done = activity_queries.activity_file(viewer, activity.pk)
            assert done and len(done.clients) == size + 1
        with django_assert_max_num_queries(1):
            assert len(group_queries.groups_page(viewer).items) == 1
        with django_assert_max_num_queries(1):
            assert len(activity_queries.activities_page(viewer).items) == 1
        with django_assert_max_num_queries(2):
            assert len(agenda(viewer, yesterday().date(), clock.today())) == size + 1
        with django_assert_max_num_queries(2):
            assert not waiting_for_decision(viewer)


def test_only_others_plans_wait_for_a_head(county: County, settings: Any) -> None:
    settings.ACTIVITY_APPROVAL_SIZE = 10
    group, activity = proposed(county), planned_activity(county)
    with viewing(county.worker.pk) as viewer:
        submit_group(group, by=viewer, at=clock.now())
        until = yesterday().date() + timedelta(weeks=1)
        assert waiting_for_decision(viewer).groups == ()
    with viewing(county.head.pk) as viewer:
        waiting = waiting_for_decision(viewer)
        assert (len(waiting.groups), len(waiting.activities)) == (1, 1)
        decide_activity(activity, approve=True, note="", by=viewer, at=clock.now())
        assert waiting_for_decision(viewer).activities == ()
    with viewing(county.worker.pk) as viewer:
        made = repeat_activity(activity, "weekly", until, by=viewer, at=clock.now())
    assert [each.state for each in made] == ["planned"] * 2
