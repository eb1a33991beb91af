"""The pages of target letters: the whole way by both sides, a number of queries that doesn't grow, errors at fields."""

import re
from base64 import b64encode
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shegong.appraisal.actions import letter as signing
from shegong.appraisal.models import LetterItem, LetterObjection, TargetLetter
from shegong.appraisal.papers.letter import LETTER
from shegong.appraisal.queries.letter_values import live_values
from shegong.appraisal.rules.letter import choosable
from shegong.indicators.queries import reading
from shegong.indicators.stocks import FAMILY_OF
from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.scope import viewing
from shegong.practice.papers.maker import Stamp
from tests.appraisal.letters import PROOF, Lettered, browser, item
from tests.factories import World, make_station


@pytest.fixture
def place(world: World) -> Lettered:
    return Lettered(world)


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("纪要.jpg", PROOF.content, "image/jpeg")


def asked(code: str, **changed: Any) -> dict[str, Any]:
    return {
        "code": code, "title": "运行中的社工室", "weight": 60, "collection": "reading",
        "indicator": "network.rooms_running", "formula": "proportion", "direction": "up", "target": "4", "zero": "0",
        "cap": "100", "clause": "plan#coverage",
    } | changed  # fmt: skip


def test_a_letter_goes_its_way_by_pages(place: Lettered) -> None:
    city, county = browser(place.city), browser(place.county)
    hub = place.world.hubs["A"]
    frame = {"programme": "system", "party": f"hub-{hub.pk}", "year": place.today.year, "read_on": place.today,
             "objection_days": 10}  # fmt: skip
    page = city.post(reverse("appraisal:letter-new"), frame).headers["Location"]
    new = f"{page}items/new/"
    wrong = city.post(new, asked("R1", target="0", indicator=""))
    said = wrong.content.decode()
    assert wrong.status_code == 422 and "系统读数的条目要选指标" in said and "零分值应低于目标值" in said
    assert "运行中的社工室" in said
    assert city.post(new, asked("R1")).status_code == 302
    city.post(f"{page}issue/")
    assert "权重合计应为 100，现为 60" in city.get(page).content.decode()
    task = asked("T1", weight=40, collection="milestones", indicator="", evidence="文件", target="100")
    assert city.post(new, task | {"milestones": "明天"}).status_code == 422
    assert city.post(new, task | {"milestones": f"{place.today} 印发方案"}).status_code == 302
    assert city.post(f"{page}issue/").status_code == 302
    assert "签收" in county.get(page).content.decode()
    county.post(f"{page}accept/")
    milestone = f"{page}items/T1/milestones/1/"
    assert county.post(milestone, {"value": "1"}).status_code == 422
    assert county.post(milestone, {"value": "1", "note": "已印发", "file": proof()}).status_code == 302
    shown = county.get(page).content.decode()
    assert "纪要.jpg" in shown and "按这一天的数会得" in shown
    assert city.post(f"{page}score/").status_code == 302
    frozen = county.get(page).content.decode()
    assert "30.00 + 40.00 = <strong>70.00</strong>" in frozen and "没有变化" in frozen
    objected = {"wanted": "4", "reason": "两间已运行", "file": proof()}
    assert county.post(f"{page}items/R1/object/", objected).status_code == 302
    rule = reverse("appraisal:objection-rule", args=[LetterObjection.objects.get().pk])
    assert city.post(rule, {"accepts": "yes", "corrected": "", "answer": "属实"}).status_code == 422
    assert city.post(rule, {"accepts": "yes", "corrected": "3", "answer": "一间属实"}).status_code == 302
    assert county.post(f"{page}settle/").status_code == 302
    end = county.get(page).content.decode()
    assert "最终得分" in end and "85.00" in end and "一间属实" in end
    letter = TargetLetter.objects.get()
    assert (letter.score, letter.final_score) == (70, 85)
    shown_file = re.search(r"/letters/proofs/[0-9a-f-]+/", end)
    assert shown_file and county.get(shown_file[0] + "?show").headers["Content-Type"] == "image/jpeg"
    assert browser(place.stranger).get(shown_file[0]).status_code == 404


def test_strangers_and_drafts_are_not_found(place: Lettered) -> None:
    letter = place.drafted()
    page = reverse("appraisal:letter", args=[letter.pk])
    assert browser(place.city).get(page).status_code == 200
    assert browser(place.county).get(page).status_code == 404
    head = browser(place.world.account("head", place.world.towns["A"]))
    assert head.get(page).status_code in (403, 404) and head.get(reverse("appraisal:letters")).status_code in (403, 404)
    with viewing(place.city.pk) as viewer:
        signing.issue_letter(letter, by=viewer, at=clock.now(), today=place.today)
    assert browser(place.county).get(page).status_code == 200
    for account in (place.stranger, place.liaison):
        assert browser(account).get(page).status_code == 404
    drop = browser(place.city).post(reverse("appraisal:letter-drop", args=[letter.pk]))
    assert drop.status_code == 302 and TargetLetter.objects.exists()


@pytest.mark.parametrize(("role", "queries"), [("city", 11), ("county", 9), ("liaison", 10)])
def test_the_list_costs_the_same_whatever_the_number(
    place: Lettered, role: str, queries: int, django_assert_num_queries: Any
) -> None:
    letter = place.accepted()
    place.accepted(of_department=True)
    client = browser({"city": place.city, "county": place.county, "liaison": place.liaison}[role])
    address = reverse("appraisal:letters")
    client.get(address)
    with django_assert_num_queries(queries):  # two of them the savepoint's
        assert letter.title in client.get(address).content.decode() or role == "liaison"
    for number in range(3, 9):
        make_station(Tier.HUB, f"H{number}", place.world.centre)
    with viewing(place.city.pk) as viewer:
        hubs = [each for each in place.world.centre.children.all() if each.tier == Tier.HUB]
        signing.copy_letter(letter, letter.year, hubs, by=viewer, at=clock.now())
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


def test_a_letters_page_costs_the_same_whatever_the_items(place: Lettered, django_assert_max_num_queries: Any) -> None:
    letter = place.scored()
    page = reverse("appraisal:letter", args=[letter.pk])
    county = browser(place.county)
    county.get(page)
    with django_assert_max_num_queries(17):  # two of them the savepoint's, three to come in
        assert county.get(page).status_code == 200
    quarter = f"{place.today.year}Q1"
    assert f"?quarter={quarter}" in browser(place.city).get(reverse("appraisal:letter", args=[
        place.accepted(of_department=True).pk
    ])).content.decode()  # fmt: skip


def test_a_letters_page_is_read_in_ten_queries_even_when_nothing_is_at_hand(
    place: Lettered, django_assert_max_num_queries: Any
) -> None:
    draft, frozen = place.drafted(programme="all_ages"), place.scored()
    place.objected(frozen)
    stocks = [each for each in choosable().values() if not each.flow and each.numerator in FAMILY_OF]
    flow = next(each for each in choosable().values() if each.flow)
    families = {FAMILY_OF[each.numerator]: each for each in stocks}
    assert len(families) > 5
    with viewing(place.city.pk) as viewer:
        for number, each in enumerate([flow, *families.values()]):
            draft_item = item(f"S{number}", 1, indicator=each.code, target=Decimal(1))
            signing.save_item(draft, draft_item, by=viewer, at=clock.now())
        alone = {each.code: reading(each.code, place.world.hubs["A"]).value for each in families.values()}
        together = live_values([place.world.hubs["A"]], list(alone), place.today)
        assert {code: found.value for (_hub, code), found in together.items()} == alone
    city = browser(place.city)
    for letter in (draft, frozen):
        page = reverse("appraisal:letter", args=[letter.pk])
        city.get(page)
        cache.clear()
        with django_assert_max_num_queries(10 + 6):  # the frame's six: savepoint twice, session, scope, account, city
            assert city.get(page).status_code == 200


def test_copying_and_changing_days(place: Lettered) -> None:
    letter = place.drafted()
    city = browser(place.city)
    days = reverse("appraisal:letter-days", args=[letter.pk])
    outside = city.post(days, {"read_on": f"{letter.year + 1}-01-01", "objection_days": 5})
    assert outside.status_code == 422 and "读数日应在" in outside.content.decode()
    assert city.post(days, {"read_on": f"{letter.year}-12-31", "objection_days": 5}).status_code == 302
    copy = reverse("appraisal:letter-copy", args=[letter.pk])
    assert city.post(copy, {"year": letter.year}).status_code == 302
    assert TargetLetter.objects.count() == 2 and LetterItem.objects.count() == 6
    again = city.post(copy, {"year": letter.year})
    assert "都已有同类责任书" in again.content.decode()
    edit = reverse("appraisal:letter-item-edit", args=[letter.pk, "T1"])
    assert "印发方案" in city.get(edit).content.decode()
    assert city.post(reverse("appraisal:letter-item-drop", args=[letter.pk, "T1"])).status_code == 302
    assert city.post(reverse("appraisal:letter-drop", args=[letter.pk])).status_code == 302
    assert TargetLetter.objects.count() == 1


def test_all_drafts_are_issued_and_all_ripe_letters_scored_at_once(place: Lettered) -> None:
    letter, city = place.drafted(), browser(place.city)
    city.post(reverse("appraisal:letter-copy", args=[letter.pk]), {"year": letter.year})
    city.post(reverse("appraisal:letter-item-drop", args=[letter.pk, "T1"]))
    answer = city.post(reverse("appraisal:letters-issue"), follow=True).content.decode()
    assert "已下达 1 份" in answer and "权重合计应为 100，现为 75" in answer
    assert sorted(TargetLetter.objects.values_list("state", flat=True)) == ["draft", "issued"]
    other = TargetLetter.objects.get(state="issued")
    browser(place.stranger).post(reverse("appraisal:letter-accept", args=[other.pk]))
    assert "已评分 1 份" in city.post(reverse("appraisal:letters-score"), follow=True).content.decode()
    other.refresh_from_db()
    assert other.state == "scored" and browser(place.county).post(reverse("appraisal:letters-score")).status_code == 403


def test_a_clause_tells_which_letters_rest_on_it(place: Lettered) -> None:
    place.issued()
    clause = reverse("appraisal:clause", args=["plan", "coverage"])
    assert "条目R1 × 1" in browser(place.county).get(clause).content.decode()
    assert "条目R1" not in browser(place.stranger).get(clause).content.decode()


def test_the_paper_says_what_the_page_says(place: Lettered) -> None:
    letter = place.scored()
    place.objected(letter)
    with viewing(place.county.pk) as viewer:
        values = LETTER.values(viewer, letter.pk, Stamp("某人", clock.now()))
        subject = LETTER.subject(viewer, letter.pk)
    assert values is not None and subject is not None and subject.number == letter.title
    text = str(values)
    assert "20.00 + 10.50 + 12.50 = 43.00 分" in text and "漏计一笔" in text and "财政拨款单" in text
    with viewing(place.stranger.pk) as viewer:
        assert LETTER.values(viewer, letter.pk, Stamp("某人", clock.now())) is None


def test_the_api_tells_and_takes_the_same(place: Lettered, settings: Any) -> None:
    letter = place.issued()
    city, county = browser(place.city), browser(place.county)
    root = f"/api/v1/targets/{letter.pk}"
    assert [row["id"] for row in county.get("/api/v1/targets?state=issued").json()["items"]] == [str(letter.pk)]
    assert browser(place.stranger).get(root).status_code == 404

    def post(who: Any, path: str, **body: Any) -> Any:
        return who.post(f"{root}/{path}", body, content_type="application/json")

    assert post(county, "acceptance").json()["state"] == "accepted"
    file = {"name": "纪要.jpg", "content": b64encode(PROOF.content).decode()}
    assert post(county, "entries", item="M1", value=150, **file).status_code == 201
    assert post(county, "entries", item="T1", value=1, milestone=1, **file).status_code == 201
    assert post(county, "entries", item="R1", value=1, **file).status_code == 404
    progress = county.get(f"{root}/progress?quarter={place.today.year}Q1").json()
    assert progress["as_of"] == f"{place.today.year}-03-31" and len(progress["items"]) == 3
    assert post(county, "score").status_code == 403
    assert post(city, "score").json()["score"] == 43
    assert post(county, "objections", item="M1", wanted=200, reason="漏计", **file).status_code == 201
    assert post(county, "settlement").status_code == 409
    assert post(city, "objections/M1/ruling", accepts=True, corrected=200, answer="属实").status_code == 200
    assert post(county, "settlement").json()["final_score"] == 67.5
    told = county.get(root).json()
    assert told["total"] == 67.5 == sum(item["points"] for item in told["items"])
    money = next(item for item in told["items"] if item["code"] == "M1")
    assert (money["frozen_value"], money["frozen_points"], money["points"]) == (150, 10.5, 35)


def test_a_letter_is_drafted_and_sent_by_the_api(place: Lettered) -> None:
    city, key, hub = browser(place.city), uuid4(), place.world.hubs["A"]
    asked_for = {
        "code": "R1", "title": "运行中的社工室", "weight": 60, "collection": "reading",
        "indicator": "network.rooms_running", "formula": "proportion", "target": 4, "document": "plan",
        "anchor": "coverage",
    }  # fmt: skip
    task = asked_for | {"code": "T1", "weight": 40, "collection": "milestones", "indicator": "", "evidence": "文件",
                        "target": 100, "milestones": [{"title": "印发方案", "due_on": str(place.today)}]}  # fmt: skip
    wish = {"programme": "system", "year": place.today.year, "hub_id": hub.pk, "read_on": str(place.today)}

    def put(who: Any, name: Any = key, **changed: Any) -> Any:
        body = wish | changed
        return who.put(f"/api/v1/targets/{name}", body, content_type="application/json")

    wrong = put(city, items=[asked_for, task | {"milestones": [], "title": " "}]).json()
    fields = {each["field"] for each in wrong["errors"]}
    assert fields == {"items.1.title", "items.1.milestones"} and not TargetLetter.objects.exists()
    assert put(city, items=[task, task]).json()["errors"][0]["field"] == "items.1.code"
    assert put(city, hub_id=None).json()["errors"][0]["field"] == "hub_id"
    assert put(browser(place.county), items=[asked_for]).status_code == 403
    assert put(city, items=[asked_for]).status_code == 201
    assert put(city, items=[task, asked_for]).status_code == 200
    assert put(city, uuid4(), items=[]).status_code == 409 and put(city, year=place.today.year - 1).status_code == 409
    assert list(LetterItem.objects.order_by("position").values_list("code", flat=True)) == ["T1", "R1"]
    assert city.post(f"/api/v1/targets/{key}/issue", {}, content_type="application/json").json()["state"] == "issued"
    assert put(city, items=[task]).status_code == 409
    body = put(city, uuid4(), hub_id=None, organisation_id=place.department.pk, programme="all_ages", items=[asked_for])
    assert body.status_code == 201 and body.json()["organisation_id"] == place.department.pk
