"""Pages of supervision: each role's own, forms that keep what was typed, the number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.models import SupervisionAdvice, SupervisionAgreement, SupervisionRating, SupervisionSession
from shegong.workforce.queries import supervision as queries
from tests.factories import World
from tests.workforce.supervising import make_advice, make_agreement, make_session
from tests.workforce.test_supervision import Desk


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def page(client: Browser, account: Account, url: str, status: int = 200) -> str:
    client.force_login(account)
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode()


def sheet_values(desk: Desk, **more: object) -> dict[str, object]:
    start = (clock.now() - timedelta(hours=2)).astimezone().strftime("%Y-%m-%dT%H:%M")
    return {
        "key": uuid7(), "starts_at": start, "minutes": "60", "worker_ids": [desk.worker.pk], "mode": "onsite",
        "functions": ["support"], "topics": ["emotion"], "record": "谈了压力", "advice_1": "每天留半小时整理",
        "due_1": (clock.today() + timedelta(days=7)).isoformat(), **more,
    }  # fmt: skip


def test_each_role_has_its_page(desk: Desk, client: Browser) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    session = make_session(agreement, [desk.worker])
    advice = make_advice(session, desk.worker)
    county = desk.world.account("county", desk.world.hubs["A"])
    city = desk.world.account("city", desk.world.centre)
    for account, url in ((desk.boss, "give"), (desk.account, "receive"), (county, "stations"), (city, "stations")):
        client.force_login(account)
        assert client.get("/supervision/").headers["Location"] == f"/supervision/{url}/"
        page(client, account, f"/supervision/{url}/")
    assert desk.worker.name in page(client, desk.boss, "/supervision/give/")
    assert advice.text in page(client, desk.account, "/supervision/receive/")
    assert desk.supervisor.worker.name in page(client, county, "/supervision/stations/?hub=A")
    page(client, county, "/supervision/stations/?hub=B", 404)
    assert "B1" in page(client, city, "/supervision/stations/?hub=B")
    for account in (desk.boss, desk.account, desk.head, county):
        page(client, account, f"/supervision/agreements/{agreement.pk}/")
        page(client, account, f"/supervision/sessions/{session.pk}/")
        page(client, account, f"/supervision/advice/{advice.pk}/")
    page(client, desk.world.account("worker", desk.world.rooms["B1"]), f"/supervision/sessions/{session.pk}/", 404)
    page(client, desk.world.account("volunteer", desk.world.towns["A"]), "/supervision/", 403)
    assert advice.text in page(client, desk.account, "/day/beside/")


def test_a_supervisor_writes_a_session_down_and_the_worker_acts_on_the_advice(desk: Desk, client: Browser) -> None:
    agreement = make_agreement(desk.supervisor, desk.world.towns["A"], hours="5")
    url = f"/supervision/agreements/{agreement.pk}/hold/"
    client.force_login(desk.boss)
    assert 'data-draft="' in client.get(url).content.decode()
    wrong = client.post(url, sheet_values(desk, functions=[], record=""))
    assert wrong.status_code == 422
    assert "请选择督导功能" in wrong.content.decode()
    wrong = client.post(url, sheet_values(desk, minutes="360"))
    assert wrong.status_code == 422 and "超出约定时数" in wrong.content.decode()
    assert "谈了压力" in wrong.content.decode()
    assert client.post(url, sheet_values(desk)).status_code == 302
    session, advice = SupervisionSession.objects.get(), SupervisionAdvice.objects.get()
    assert (session.form, session.state, advice.responsible_id) == ("individual", "held", desk.worker.pk)
    client.force_login(desk.account)
    assert client.post(f"/supervision/advice/{advice.pk}/acted/", {"note": "做到了"}).status_code == 302
    scores = {"helpful": "5", "respected": "4", "clear": "4"}
    assert client.post(f"/supervision/sessions/{session.pk}/rate/", scores).status_code == 302
    assert SupervisionRating.objects.get().helpful == 5
    client.force_login(desk.boss)
    assert client.post(f"/supervision/advice/{advice.pk}/done/", {"note": "看到变化"}).status_code == 302
    advice.refresh_from_db()
    assert advice.state == "done"


def test_a_head_agrees_plans_and_ends(desk: Desk, client: Browser) -> None:
    client.force_login(desk.head)
    assert client.get("/supervision/agreements/new/").status_code == 200
    today = clock.today()
    values = {
        "key": uuid7(), "station_id": desk.world.towns["A"].pk, "supervisor_id": desk.supervisor.pk, "kind": "internal",
        "since": today.isoformat(), "until": (today + timedelta(days=180)).isoformat(), "hours": "24", "price": "0",
        "goals": "每月一次个别督导",
    }  # fmt: skip
    assert client.post("/supervision/agreements/new/", {**values, "hours": "0"}).status_code == 422
    assert client.post("/supervision/agreements/new/", values).status_code == 302
    made = SupervisionAgreement.objects.get()
    assert client.get(f"/supervision/agreements/{made.pk}/edit/").status_code == 200
    assert client.post(f"/supervision/agreements/{made.pk}/start/").status_code == 302
    start = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    plan = {"key": uuid7(), "starts_at": start, "minutes": "60", "worker_ids": [desk.worker.pk], "mode": "video"}
    assert client.post(f"/supervision/agreements/{made.pk}/plan/", plan).status_code == 302
    session = SupervisionSession.objects.get()
    assert "记录督导" in page(client, desk.boss, f"/supervision/sessions/{session.pk}/")
    assert client.get(f"/supervision/sessions/{session.pk}/hold/").status_code == 200
    client.force_login(desk.head)
    assert client.post(f"/supervision/agreements/{made.pk}/end/", {"reason": "督导离职"}).status_code == 302
    session.refresh_from_db()
    assert session.state == "cancelled"


def test_a_supervisor_keeps_the_own_profile(desk: Desk, client: Browser) -> None:
    client.force_login(desk.boss)
    assert client.get("/supervision/profile/").status_code == 200
    values = {"monthly_hours": "16", "functions": ["support"], "groups": ["older"], "methods": ["C"], "hub_ids": []}
    assert client.post("/supervision/profile/", {**values, "monthly_hours": "900"}).status_code == 422
    assert client.post("/supervision/profile/", values).status_code == 302
    desk.supervisor.refresh_from_db()
    assert (desk.supervisor.monthly_hours, desk.supervisor.hub_ids) == (16, [desk.world.hubs["A"].pk])


def test_pages_cost_the_same_however_much_there_is(desk: Desk) -> None:
    county = desk.world.account("county", desk.world.hubs["A"])

    def counted() -> tuple[int, int, int]:
        with (
            viewing(desk.boss.pk) as viewer,
            CaptureQueriesContext(
                connection,
            ) as give,
        ):
            assert queries.supervisor_desk(viewer, clock.now())
        with viewing(desk.account.pk) as viewer, CaptureQueriesContext(connection) as receive:
            queries.worker_desk(viewer, desk.worker)
        with viewing(county.pk) as viewer, CaptureQueriesContext(connection) as stations:
            queries.pairings(viewer, desk.world.hubs["A"], clock.today())
            queries.hub_ledger(viewer, desk.world.hubs["A"], clock.today())
            queries.unsupervised_of(viewer, desk.world.hubs["A"], clock.today())
        return len(give), len(receive), len(stations)

    agreement = make_agreement(desk.supervisor, desk.world.towns["A"])
    make_advice(make_session(agreement, [desk.worker]), desk.worker)
    make_session(agreement, [desk.worker], starts_at=clock.now() + timedelta(days=1), state="planned")
    few = counted()
    for number in range(2, 9):
        more = make_agreement(desk.supervisor, desk.world.hubs["A"])
        desk.world.worker(desk.world.rooms["A1"])
        make_advice(make_session(agreement, [desk.worker], starts_at=clock.now() - timedelta(days=number)), desk.worker)
        make_session(more, [desk.worker], starts_at=clock.now() + timedelta(days=number), state="planned")
    assert counted() == few
    assert few <= (11, 7, 9)
