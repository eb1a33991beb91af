"""The pages: each role's, in a number of queries that doesn't grow with the stations."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shegong.appraisal.actions.plan import plan_station
from shegong.appraisal.actions.self_check import Answer, appeal_check, review_check
from shegong.appraisal.models import CheckAnswer, Milestone, SelfCheck, Standardisation
from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.appraisal.place import PROOF, Appraised
from tests.factories import World, make_station


@pytest.fixture
def place(world: World) -> Appraised:
    return Appraised(world)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def answers(*codes: str, **more: Any) -> dict[str, Any]:
    posted: dict[str, Any] = {"submit": "yes"}
    for code in codes:
        posted |= {f"met-{code}": "yes", f"note-{code}": "已公开"}
        posted[f"file-{code}"] = SimpleUploadedFile("公示栏.png", PROOF, "image/png")
    return posted | more


def test_a_station_is_standardised_by_its_pages(place: Appraised) -> None:
    place.fit(place.town)
    head, county, city = browser(place.head), browser(place.county), browser(place.city)
    station = reverse("appraisal:station", args=[place.town.key])
    assert "开始自评" in head.get(station).content.decode()
    begun = head.post(reverse("appraisal:self-check-begin", args=[place.town.key]))
    page = begun.headers["Location"]
    sheet = head.get(page).content.decode()
    assert "使用中的场地" in sheet and 'name="met-E1"' not in sheet and 'name="met-O5"' in sheet
    kept = head.post(page, {"met-O5": "no", "note-O5": "还没挂"})
    assert kept.status_code == 302 and CheckAnswer.objects.get(item__code="O5").note == "还没挂"
    wrong = head.post(page, {"submit": "yes", "met-O5": "yes", "note-O5": "挂好了"})
    assert (
        wrong.status_code == 422 and "请选择是否达到" in wrong.content.decode() and "挂好了" in wrong.content.decode()
    )
    assert head.post(page, answers("O5", "O6", "V5")).status_code == 302
    review = reverse("appraisal:self-check-review", args=[SelfCheck.objects.get().pk])
    assert county.get(review).status_code == 200
    unseen = county.post(review, {"to": "reviewed"})
    assert unseen.status_code == 422 and "请写明现场查看的结论" in unseen.content.decode()
    assert county.post(review, {"to": "reviewed", "met-E6": "yes", "met-V6": "yes"}).status_code == 302
    decide = reverse("appraisal:self-check-decide", args=[SelfCheck.objects.get().pk])
    assert city.post(decide, {"to": "confirmed"}).status_code == 302
    assert Standardisation.objects.filter(station=place.town).exists()
    assert "已规范" in head.get(station).content.decode()


def test_a_program_named_jpg_is_refused_at_its_field_and_leaves_a_trace(place: Appraised) -> None:
    check = place.begun()
    page = reverse("appraisal:self-check", args=[check.pk])
    program = SimpleUploadedFile("照片.jpg", b"MZ\x90\x00" + b"\0" * 500, "image/jpeg")
    said = browser(place.head).post(page, {"met-O5": "yes", "note-O5": "看照片", "file-O5": program})
    assert said.status_code == 422
    assert "内容不是其中任何一种" in said.content.decode() and "看照片" in said.content.decode()
    assert not check.proofs.exists()
    assert Event.objects.get(verb="refuse_self_check").detail["reason"] == "file_kind"


@pytest.mark.parametrize(
    ("role", "name", "queries"),
    [
        ("city", "appraisal:standardisation", 15),
        ("county", "appraisal:standardisation", 15),
        ("head", "appraisal:stations", 13),
        ("city", "appraisal:stations", 13),
        ("county", "appraisal:self-checks", 8),
        ("city", "appraisal:standards", 9),
        ("head", "appraisal:policies", 8),
    ],
)
def test_lists_cost_the_same_whatever_the_number(
    place: Appraised, role: str, name: str, queries: int, django_assert_num_queries: Any
) -> None:
    client = browser({"city": place.city, "county": place.county, "head": place.head}[role])
    client.get(reverse(name))
    with django_assert_num_queries(queries):  # two of them the savepoint's
        assert client.get(reverse(name)).status_code == 200
    for number in range(3, 8):
        town = make_station(Tier.STATION, f"A{number}", place.world.hubs["A"])
        make_station(Tier.ROOM, f"A1{number}", place.town)
        with viewing(place.city.pk) as viewer:
            day = place.today.replace(year=place.today.year + 2)
            plan_station(town, day, by=viewer, at=clock.now(), today=place.today)
    place.submitted()
    with django_assert_num_queries(queries):
        assert client.get(reverse(name)).status_code == 200


def test_a_stranger_sees_nothing_of_it(place: Appraised, world: World) -> None:
    check = place.submitted()
    proof = check.proofs.first()
    assert proof is not None
    stranger = browser(world.account("head", world.towns["B"]))
    assert stranger.get(reverse("appraisal:self-check", args=[check.pk])).status_code == 404
    assert stranger.get(reverse("appraisal:proof", args=[proof.pk])).status_code == 404
    assert stranger.get(reverse("appraisal:station", args=[place.town.key])).status_code == 404
    own = browser(place.county).get(reverse("appraisal:proof", args=[proof.pk]) + "?show")
    assert own.headers["Content-Type"] == "image/jpeg" and "sandbox" in own.headers["Content-Security-Policy"]


def test_the_city_writes_policies_and_standards_by_pages(place: Appraised) -> None:
    city = browser(place.city)
    ahead = f"{place.today.year + 1}-01-01"
    drafted = city.post(reverse("appraisal:policy-draft", args=["plan"]), {"since": ahead, "note": "五种"})
    assert drafted.status_code == 302
    edit = reverse("appraisal:clause-edit", args=["plan", "equipment"])
    clause = {
        "anchor": "equipment",
        "heading": "设备",
        "text": "五种设备",
        "measure": "equipment_kinds",
        "tier": "station",
    }
    assert city.post(edit, clause).status_code == 422
    assert city.post(edit, clause | {"least": "5"}).status_code == 302
    assert "施行后会怎样" in city.get(drafted.headers["Location"]).content.decode()
    assert city.post(reverse("appraisal:policy-publish", args=["plan"])).status_code == 302
    page = city.get(reverse("appraisal:clause", args=["plan", "equipment"])).content.decode()
    assert "五种设备" in page and "未达到的站点" in page
    copied = city.post(reverse("appraisal:standard-copy", args=[place.standard().pk]), {"year": place.today.year + 1})
    draft = copied.headers["Location"]
    assert "草稿" in city.get(draft).content.decode()
    assert browser(place.county).get(draft).status_code == 404
    assert city.post(f"{draft}publish/").status_code == 302
    assert browser(place.county).get(draft).status_code == 200


def test_a_plan_lays_the_steps_and_the_progress_is_read(place: Appraised) -> None:
    county = browser(place.county)
    page = reverse("appraisal:station-plan", args=[place.town.key])
    assert county.post(page, {"confirmed_on": "2022-01-02"}).status_code == 422
    with viewing(place.city.pk) as viewer:
        plan_station(
            place.town, place.today.replace(year=2024), by=viewer, at=clock.now(), today=place.today
        )  # since 2022
    rows = list(Milestone.objects.filter(station=place.town).order_by("due_on").values_list("step", flat=True))
    assert rows[0] == "built" and rows[-1] == "confirmed" and len(rows) == 7
    assert "已过计划时限" in county.get(reverse("appraisal:station", args=[place.town.key])).content.decode()
    progress = reading("appraisal.target_progress", place.world.centre)
    assert (progress.numerator, progress.denominator) == (0, 1)
    with viewing(place.head.pk) as viewer, pytest.raises(Problem):
        plan_station(place.town, place.today, by=viewer, at=clock.now(), today=place.today)


def test_an_appeal_decided_twice_is_told_and_leaves_a_trace(place: Appraised) -> None:
    place.fit(place.town)
    check = place.submitted()
    with viewing(place.county.pk) as viewer:
        findings = {"V5": Answer(False, "没看到")}
        check = review_check(check, "declined", findings, "缺承诺书", by=viewer, at=clock.now(), today=place.today)
    with viewing(place.head.pk) as viewer:
        appeal_check(check, "承诺书在柜里", by=viewer, at=clock.now(), today=place.today)
    city = browser(place.city)
    decide = reverse("appraisal:appeal-decide", args=[check.pk])
    said = {"grants": "yes", "reason": "已补看"}
    assert city.post(decide, said).status_code == 302
    assert not Event.objects.filter(verb="refuse_self_check").exists()
    again = city.post(decide, said)
    assert again.status_code in (409, 422) and "已补看" in again.content.decode()
    trace = Event.objects.get(verb="refuse_self_check")
    assert (trace.account_id, trace.object_id, trace.detail["reason"]) == (place.city.pk, str(check.pk), "state_gone")
