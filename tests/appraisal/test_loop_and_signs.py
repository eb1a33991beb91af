"""The loop's stages from live data, and signs for reviewers that lead to nothing by themselves."""

import html
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from shegong.appraisal.actions.self_check import Answer, review_check
from shegong.appraisal.actions.sign import review_sign
from shegong.appraisal.enums import LoopStage, SignKind
from shegong.appraisal.models import Finding, SignReview
from shegong.appraisal.queries.loop import by_county, loop_facts, summed
from shegong.appraisal.queries.signs import records_behind, signs_of
from shegong.appraisal.rules.loop import Facts
from shegong.appraisal.rules.signs import READINGS, month_of
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.models import Site, Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.models import RecordWorker, ServiceRecord
from shegong.workforce.models import Worker
from tests.appraisal.test_finding import Corrected
from tests.appraisal.test_pages import browser
from tests.factories import World, make_station

SEEN_PAGES = ("/findings/", "/rule-questions/", "/findings/terms/", "/loop/")


@pytest.fixture
def place(world: World) -> Corrected:
    return Corrected(world)


class Recorded:
    """Records of a month, as they were written down."""

    def __init__(self, place: Corrected) -> None:
        self.place = place
        self.month = (place.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        self.account = place.world.account("worker", place.town)

    def record(self, station: Station, worker: Worker, day: int = 5, hour: int = 9, **more: Any) -> ServiceRecord:
        on = self.month.replace(day=day)
        begin = datetime.combine(on, time(hour), tzinfo=timezone.get_default_timezone())
        wanted: dict[str, Any] = {
            "minutes": 30, "place": "home", "clients_count": 0, "anonymous_count": 1, "person_times": 1,
            "summary": f"第 {day} 日 {hour} 时入户探访，了解近况", "recorded_at": begin + timedelta(hours=1), **more,
        }  # fmt: skip
        service = self.place.world.services["T01"]
        made = ServiceRecord.objects.create(
            hub_id=station.hub_id, station=station, service=service, method=service.method, group=service.group,
            started_at=begin, served_on=on, workers_count=1, work_minutes=wanted["minutes"], digest=b"x" * 16,
            recorded_by=self.account, **wanted,
        )  # fmt: skip
        RecordWorker.objects.create(
            record=made, worker=worker, hub_id=station.hub_id, station_id=station.pk, served_on=on
        )
        return made

    def kinds(self, account: Account) -> dict[str, tuple[int, int]]:
        with viewing(account.pk):
            return {each.sign.kind: (each.sign.number, each.sign.of) for each in signs_of(self.hub, self.month)}

    @property
    def hub(self) -> int:
        return self.place.world.hubs["A"].pk


@pytest.fixture
def recorded(place: Corrected) -> Recorded:
    return Recorded(place)


def test_an_ordinary_month_has_no_sign(recorded: Recorded) -> None:
    for day in range(1, 21):
        recorded.record(recorded.place.town, recorded.place.worker, day, satisfaction=4 + day % 2)
    assert recorded.kinds(recorded.place.county) == {}


def test_each_sign_is_seen_with_its_numbers(recorded: Recorded) -> None:
    place = recorded.place
    end = recorded.month.replace(day=28) + timedelta(days=5)
    late = datetime.combine(end, time(20), tzinfo=timezone.get_default_timezone())
    for day in range(1, 13):
        recorded.record(
            place.town, place.worker, day, recorded_at=late, satisfaction=5, summary="电话问候并了解近期身体状况"
        )
    site = Site.objects.create(
        hub_id=place.town.hub_id, town_id=place.town.pk, keeper=place.town, name="场地", host_kind="party",
        owner="街道", address="一号", access="full", since=date(2022, 1, 1), longitude="104.0", latitude="30.6",
    )  # fmt: skip
    site.areas.create(name="活动室", kind="activity", capacity=20)
    far = place.world.rooms["A1"]
    Station.objects.filter(pk=far.pk).update(longitude="104.200000", latitude="30.600000")
    recorded.record(place.town, place.worker, 20, 9, minutes=55)
    recorded.record(far, place.worker, 20, 10, minutes=20)
    recorded.record(place.town, place.worker, 21, 14, place="station", anonymous_count=45, person_times=45)
    found = recorded.kinds(place.county)
    assert found == {
        SignKind.BURST: (12, 14), SignKind.SAME_TEXT: (12, 14), SignKind.ALL_EQUAL: (12, 12),
        SignKind.ABOVE_BASE: (1, 1), SignKind.TRAVEL: (1, 1),
    }  # fmt: skip
    with viewing(place.county.pk) as viewer:
        seen = {each.sign.kind: each for each in signs_of(recorded.hub, recorded.month)}
        travel = seen[SignKind.TRAVEL].sign
        assert travel.most is not None and 18 < travel.most < 21 and travel.least == 5
        assert "45" in seen[SignKind.ABOVE_BASE].sign.told and "20" in seen[SignKind.ABOVE_BASE].sign.told
        assert len(records_behind(viewer, seen[SignKind.TRAVEL])) == 2
    with viewing(place.city.pk) as viewer:
        seen = {each.sign.kind: each for each in signs_of(recorded.hub, recorded.month)}
        assert set(seen) == set(READINGS) and records_behind(viewer, seen[SignKind.BURST]) == []


def test_whoever_may_not_look_sees_no_sign_by_sql_either(recorded: Recorded, world: World) -> None:
    place = recorded.place
    for day in range(1, 15):
        recorded.record(place.town, place.worker, day, satisfaction=5)
    assert set(recorded.kinds(place.county)) == {SignKind.ALL_EQUAL}
    for account in (place.head, world.account("county", world.hubs["B"]), world.account("worker", place.town)):
        assert recorded.kinds(account) == {}
    with viewing(place.county.pk) as viewer:
        review_sign(place.town, "all_equal", recorded.month, "explained", "代问", by=viewer, at=clock.now())
    for account in (place.head, world.account("county", world.hubs["B"])):
        with viewing(account.pk):
            assert not SignReview.objects.exists()
    with pytest.raises(DatabaseError), viewing(place.head.pk) as viewer:
        SignReview.objects.create(
            hub_id=place.town.hub_id, station=place.town, kind="burst", month=recorded.month, outcome="explained",
            note="无", at=clock.now(), by=place.head,
        )  # fmt: skip
    assert browser(place.head).get("/signs/").status_code == 403


def test_a_reviewer_explains_a_sign_or_leads_it_to_a_finding(recorded: Recorded) -> None:
    place = recorded.place
    for day in range(1, 15):
        recorded.record(place.town, place.worker, day, satisfaction=5)
    county = browser(place.county)
    month = f"{recorded.month:%Y-%m}"
    page = county.get(f"/signs/?month={month}").content.decode()
    assert "满意度完全一致" in page and "待核看" in page
    sheet = f"/signs/{place.town.key}/all_equal/?month={month}"
    detail = county.get(sheet).content.decode()
    assert "可能的原因" in detail and "全区（市）县当月满意度中这一分占" in detail and "/records/" in detail
    wrong = county.post(sheet, {"outcome": "explained", "note": " "})
    assert wrong.status_code == 422 and "请写明" in wrong.content.decode()
    assert county.post(sheet, {"outcome": "explained", "note": "同一小组"}).status_code == 302
    again = county.post(sheet, {"outcome": "discuss", "note": "再谈谈"})
    assert again.status_code == 302 and SignReview.objects.get().outcome == "discuss"
    assert not Finding.objects.exists()  # nothing follows by itself
    form = county.get(
        f"/findings/new/?station={place.town.key}&source=inspection&wrong=满意度&key=sign"
    ).content.decode()
    assert "满意度" in form
    city = browser(place.city).get(f"/signs/?month={month}&hub={place.world.hubs['A'].key}").content.decode()
    assert "再谈谈" in city
    assert county.get(f"/signs/{place.world.towns['B'].key}/all_equal/?month={month}").status_code == 404


def test_months_are_read_with_patience() -> None:
    today = date(2026, 3, 5)
    assert month_of("2026-02", today) == date(2026, 2, 1)
    for words in ("", "x", "2026-13", "2026", "2027-01", "0001-01"):
        assert month_of(words, today) == date(2026, 3, 1)


def test_the_stages_of_a_station_move_with_its_data(place: Corrected) -> None:
    def blocked() -> tuple[Facts, LoopStage | None]:
        with viewing(place.head.pk):
            facts = loop_facts(place.today)[place.town.pk]
        return facts, facts.blocked

    facts, stage = blocked()
    assert facts.is_running and stage == LoopStage.STAFFED
    place.fit(place.town)
    facts, stage = blocked()
    assert facts.present >= facts.needed > 0 and stage == LoopStage.SERVING
    recorded = Recorded(place)
    recorded.month = place.today.replace(day=1)
    recorded.record(place.town, place.worker, place.today.day)
    assert blocked()[1] == LoopStage.APPRAISED
    finding = place.found()
    assert blocked()[0].findings == 1
    place.rechecked(place.corrected(place.planned(finding)))
    assert blocked()[0].findings == 0
    page = browser(place.head).get(f"/loop/{place.town.key}/").content.decode()
    assert "还没有自评" in page and f"/standardisation/stations/{place.town.key}/" in page


def test_everybody_sees_the_loop_of_the_own_reach(place: Corrected, world: World) -> None:
    place.found()
    with viewing(place.city.pk):
        facts = loop_facts(place.today)
        assert len(facts) == 8 and summed(facts.values()).stations == 8
        assert [hub.key for hub, _sum in by_county(facts.values())] == ["A", "B"]
    with viewing(place.county.pk):
        assert len(loop_facts(place.today)) == 4
    with viewing(world.account("assessor", world.hubs["A"]).pk):
        assert loop_facts(place.today) == {}
    with viewing(world.account("county", world.hubs["B"]).pk):
        assert place.town.pk not in loop_facts(place.today, station_ids=[place.town.pk])
    assert browser(world.account("head", world.towns["B"])).get(f"/loop/{place.town.key}/").status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM appraisal_loop(%s, NULL, NULL)", [place.today])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("role", ["city", "county", "head"])
@pytest.mark.parametrize("path", SEEN_PAGES)
def test_lists_cost_the_same_whatever_the_number(
    place: Corrected, role: str, path: str, django_assert_max_num_queries: Any
) -> None:
    client = browser({"city": place.city, "county": place.county, "head": place.head}[role])
    client.get(path)
    with django_assert_max_num_queries(12) as counted:  # three of signing in, two of the savepoint
        assert client.get(path).status_code == 200
    assert counted.captured_queries
    for number in range(3, 8):
        make_station_with_findings(place, f"A{number}")
    with django_assert_max_num_queries(12):
        assert client.get(path + "?state=unsettled").status_code == 200


def make_station_with_findings(place: Corrected, key: str) -> None:
    town = make_station(Tier.STATION, key, place.world.hubs["A"])
    for anchor in ("safety", "privacy", "access"):
        place.found(town, anchor=anchor)
        place.found(anchor=anchor)


def test_a_head_and_an_officer_go_the_whole_way_by_pages(place: Corrected) -> None:
    county, head = browser(place.county), browser(place.head)
    new = f"/findings/new/?station={place.town.key}"
    assert "政策条款" in county.get(new).content.decode()
    typed = {"station": place.town.key, "source": "inspection", "wrong": "承诺书缺三份", "severity": "minor",
             "found_on": place.today.isoformat()}  # fmt: skip
    wrong = county.post("/findings/new/", typed)
    assert wrong.status_code == 422 and "承诺书缺三份" in wrong.content.decode()
    made = county.post("/findings/new/", typed | {"rests": "clause:management-rule#privacy"})
    page = made.headers["Location"]
    assert "定整改计划" in head.get(page).content.decode()
    plan = {"responsible": str(place.worker.pk), "plan": "补签", "planned_for": place.today.isoformat()}
    assert head.post(page + "plan/", plan).status_code == 302
    assert head.post(page + "correct/", {"correction": "已补签"}).status_code == 422
    finding = Finding.objects.get()
    place.corrected(finding)
    proof = f"/findings/proofs/{finding.proofs.get().pk}/?show"
    assert county.get(proof).headers["Content-Type"] == "image/jpeg"
    assert browser(place.world.account("head", place.world.towns["B"])).get(proof).status_code == 404
    assert county.post(page + "recheck/", {"closes": "no", "note": ""}).status_code == 422
    assert county.post(page + "recheck/", {"closes": "yes", "note": ""}).status_code == 302
    assert "已关闭" in head.get(page).content.decode()
    assert county.post(page + "extend/", {"until": "2030-01-01", "reason": "x"}).status_code in (409, 422)
    assert head.get(page + "recheck/").status_code == 403
    assert browser(place.city).get("/findings/terms/grave/").status_code == 200


def test_what_a_review_refused_becomes_a_finding_by_one_tap(place: Corrected) -> None:
    check = place.submitted()
    refused = {"V5": Answer(False, "缺三份")}
    with viewing(place.county.pk) as viewer:
        review_check(check, "returned", refused, "补齐", by=viewer, at=clock.now(), today=place.today)
    county = browser(place.county)
    page = county.get(f"/self-checks/{check.pk}/").content.decode()
    link = re.search(r'href="(/findings/new/[^"]+)"', page)
    assert link is not None
    sheet = county.get(html.unescape(link[1])).content.decode()
    item = check.standard.items.get(code="V5")
    assert f'value="item:{item.pk}" selected' in sheet and "缺三份" in sheet and str(check.pk) in sheet
    assert "/findings/new/" not in browser(place.head).get(f"/self-checks/{check.pk}/").content.decode()
