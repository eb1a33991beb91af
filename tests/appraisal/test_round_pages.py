"""A round by its pages: the city plans and runs it, assessors score, stations appeal, everybody reads what is out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shegong.appraisal.actions import round as actions
from shegong.appraisal.models import Draw, Round, RoundResult, RoundUnit, ScoreSheet
from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.typesetting import typeset
from shegong.network.enums import Tier
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.models import ServiceRecord
from shegong.practice.papers.maker import maker_of, stamp_of
from tests.appraisal.rounds import SEED, Assessed
from tests.factories import World, make_station
from tests.papers import picture_of


@pytest.fixture
def place(world: World) -> Assessed:
    return Assessed(world)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def plan_typed(place: Assessed, **more: Any) -> dict[str, Any]:
    return {
        "title": "年度评估", "unit": "station", "tiers": ["room"], "share": 100, "records_share": 50,
        "records_since": "2026-01-01", "records_last": place.today.isoformat(), "since": place.today.isoformat(),
        "last": place.today.isoformat(), "weight_professional": 50, "weight_financial": 15, "weight_town": 10,
        "weight_community": 10, "weight_county": 15, "excellent_from": 90, "good_from": 80, "pass_from": 60,
        "tolerance": 20, "appeal_days": 10, "contract": "", "budget": "20000", "sheet": "own", **more,
    }  # fmt: skip


def scores(client: Client, sheet: ScoreSheet, share: str = "0.9") -> dict[str, Any]:
    items = sheet.round.items.filter(rater=sheet.rater)
    return {f"points-{item.code}": item.points * Decimal(share) for item in items} | {"submit": "yes"}


def test_a_round_by_its_pages(place: Assessed, world: World) -> None:
    city = browser(place.city)
    new = reverse("appraisal:round-new")
    wrong = city.post(new, plan_typed(place, weight_town=20))
    assert wrong.status_code == 422 and "五方权重合计应为 100" in wrong.content.decode()
    page = city.post(new, plan_typed(place)).headers["Location"]
    found = Round.objects.get()
    assert (found.last, found.until) == (place.today, place.today + timedelta(days=1))

    def step(verb: str, **typed: Any) -> str:
        answer = city.post(reverse("appraisal:round-step", args=[found.pk, verb]), typed, follow=True)
        return answer.content.decode()

    assert city.get(reverse("appraisal:round-step", args=[found.pk, "edit"])).status_code == 200
    for account, rater in zip(place.assessors, ("professional", "professional", "financial"), strict=True):
        member = {"account": account.pk, "rater": rater}
        assert city.post(reverse("appraisal:member-new", args=[found.pk]), member).status_code == 302
    item = reverse("appraisal:round-item", args=[found.pk, "P1"])
    assert city.get(item).status_code == 200
    assert "已公布" in step("publish", seed=SEED)
    assert "已按公布的种子抽样" in step("draw")
    assert "复算一致" in city.post(reverse("appraisal:draw-check", args=[found.pk, 1]), follow=True).content.decode()
    assert "还有抽中的站点没有分派评估员" in step("start")
    assert "已按距离" in step("assign")
    assert "距离未知" in city.get(reverse("appraisal:round-sample", args=[found.pk])).content.decode()
    step("start")
    for sheet in ScoreSheet.objects.filter(account__isnull=False).select_related("round"):
        client = browser(Account.objects.get(pk=sheet.account_id))
        mine = client.get(reverse("appraisal:score-sheets")).content.decode()
        assert reverse("appraisal:score-sheet", args=[sheet.pk]) in mine
        address = reverse("appraisal:score-sheet", args=[sheet.pk])
        assert client.get(address).status_code == 200
        high = client.post(address, {"points-P1": "99", "points-F1": "99", "note-P1": "台账缺页"})
        assert high.status_code == 422 and "得分不能超过满分" in high.content.decode()
        photo = SimpleUploadedFile("现场.png", picture_of(80, 60), "image/png")
        code = "P1" if sheet.rater == "professional" else "F1"
        assert client.post(address, scores(client, sheet) | {f"file-{code}": photo}).status_code == 302
    assert Event.objects.filter(verb="refuse_round").exists()
    for sheet in ScoreSheet.objects.filter(account__isnull=True).select_related("round", "hub"):
        letter = next(each for each, hub in world.hubs.items() if hub.pk == sheet.hub_id)
        county = browser(place.county[letter])
        address = reverse("appraisal:score-sheet", args=[sheet.pk])
        assert county.post(address, scores(county, sheet)).status_code == 302
    step("settle")
    step("grade")
    assert "请写明评估结论" in step("out", conclusion=" ") or Round.objects.get().state == "graded"
    step("out", conclusion="总体良好。")
    found.refresh_from_db()
    assert found.state == "out" and "优秀" in city.get(page).content.decode()
    everybody = Client()
    assert "年度评估" in everybody.get(reverse("appraisal:assessments")).content.decode()
    public = everybody.get(reverse("appraisal:assessment", args=[found.pk])).content.decode()
    assert SEED in public and "90.00" in public
    assert reading("appraisal.assessed_excellent", world.centre).value == 100
    assert reading("appraisal.assessed", world.hubs["A"]).value == 2
    appeal_by_pages(place, world, found)
    report_of(place, found)


def appeal_by_pages(place: Assessed, world: World, found: Round) -> None:
    head = browser(world.account("head", world.towns["A"]))
    unit = place.unit(found, "A1")
    page = reverse("appraisal:unit", args=[unit.pk])
    assert "得分怎么来的" in head.get(page).content.decode()
    assert head.post(reverse("appraisal:result-appeal", args=[unit.pk]), {"reason": ""}).status_code == 422
    assert head.post(reverse("appraisal:result-appeal", args=[unit.pk]), {"reason": "台账在柜里"}).status_code == 302
    decide = reverse("appraisal:result-decide", args=[unit.pk])
    said = {"grants": "yes", "points": "96", "reason": "已补看"}
    assert browser(place.city).post(decide, said).status_code == 422  # who graded doesn't decide
    assert browser(place.other_city).post(decide, said).status_code == 302
    assert RoundResult.objects.get(unit=unit).final_total == 96
    assert "96.00" in head.get(page).content.decode()


def report_of(place: Assessed, found: Round) -> None:
    with viewing(place.city.pk) as viewer:
        job = ask_for_paper("assessment", found.pk, by=viewer, at=clock.now())
        maker = maker_of(job.kind)
        values = maker.values(viewer, found.pk, stamp_of(viewer, clock.now(), reveals=False))
    assert values is not None and len(values["sections"]) == 2 + 4
    pictures = [block for part in values["sections"] for block in part["blocks"] if block["kind"] == "picture"]
    assert len(pictures) == 4 * 3
    assert typeset(maker.template, values).startswith(b"%PDF")
    head = place.world.account("head", place.world.towns["B"])
    with viewing(head.pk) as viewer:
        values = maker.values(viewer, found.pk, stamp_of(viewer, clock.now(), reveals=False))
    assert values is not None and len(values["sections"]) == 2 + 2  # the own stations only


def test_an_assessor_opens_a_record_outside_of_the_sample(place: Assessed) -> None:
    room = place.records("A1", 4)
    found = place.under_way(tiers=["room"], records_share=50)
    unit = place.unit(found, "A1")
    sheet = ScoreSheet.objects.filter(unit=unit, rater="professional").first()
    assert sheet is not None
    assessor = browser(Account.objects.get(pk=sheet.account_id))
    inside = unit.records.get().keys
    page = assessor.get(reverse("appraisal:unit", args=[unit.pk])).content.decode()
    assert all(str(key) in page for key in inside)
    assert "姓名已隐去" in assessor.get(reverse("appraisal:sampled-record", args=[inside[0]])).content.decode()
    outside = ServiceRecord.objects.filter(station=room.station).exclude(pk__in=inside).first()
    assert outside is not None
    answer = assessor.get(reverse("appraisal:sampled-record", args=[outside.pk]))
    assert answer.status_code == 403 and "不在您的抽样范围内" in answer.content.decode()
    assert Event.objects.filter(verb="refuse_sampled_record", object_id=str(outside.pk)).count() == 1
    assert browser(place.city).get(reverse("appraisal:sampled-record", args=[inside[0]])).status_code == 403


def test_conflicts_are_refused_in_the_page(place: Assessed) -> None:
    runs = place.agency("运营社", "A1")
    stranger = place.assessor(runs)
    found = place.drawn(tiers=["room"])
    place.acts(actions.add_member, found, stranger.pk, "professional", leads=False)
    place.acts(actions.assign_all, found)
    city = browser(place.city)
    listed = city.get(reverse("appraisal:round-sample", args=[found.pk])).content.decode()
    assert "所在机构运营或承接这个站点" in listed
    sheet = ScoreSheet.objects.filter(unit=place.unit(found, "A1"), rater="professional").first()
    assert sheet is not None
    address = reverse("appraisal:sheet-reassign", args=[sheet.pk])
    answer = city.post(address, {"account": stranger.pk})
    assert answer.status_code == 422 and "应当回避" in answer.content.decode()
    declared = {"organisation": place.organisation.pk, "other": runs.pk, "kind": "kin", "since": "2026-01-01"}
    assert city.post(reverse("appraisal:relation-new"), declared).status_code == 302
    assert city.post(reverse("appraisal:relation-new"), declared).status_code == 422
    assert "运营社" in city.get(reverse("appraisal:relations")).content.decode()


def test_lists_cost_the_same_however_long_they_are(
    place: Assessed, world: World, django_assert_max_num_queries: Any
) -> None:
    found = place.under_way(tiers=["station", "room"])
    draw = Draw.objects.get()
    for number in range(12):
        room = make_station(Tier.ROOM, f"A11X{number}", world.towns["A"])
        RoundUnit.objects.create(
            draw=draw, round=found, hub_id=room.hub_id, station=room, kind="room", rank=90 + number
        )
    for account, name, limit in (
        (place.city, "appraisal:round-sample", 12),
        (place.assessors[0], "appraisal:round-sample", 11),
        (place.city, "appraisal:rounds", 7),
        (place.assessors[0], "appraisal:score-sheets", 7),
        (place.city, "appraisal:round", 20),
    ):
        client = browser(account)
        address = reverse(name, args=[found.pk] if name.endswith(("sample", "round")) else [])
        client.get(address)
        with django_assert_max_num_queries(limit):
            assert client.get(address).status_code == 200
