"""What a round's sheets show becomes findings: each once, by who may, with clause, severity and photos."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from shegong.appraisal.actions import round as actions
from shegong.appraisal.actions import round_finding as making
from shegong.appraisal.actions import score
from shegong.appraisal.actions.library import load_library, load_standards
from shegong.appraisal.models import Finding, FindingProof, Round, RoundItem, ScoreSheet
from shegong.appraisal.queries import finding as findings
from shegong.appraisal.queries.round import present_draw, units_of
from shegong.appraisal.queries.round_finding import proposals
from shegong.appraisal.rules.finding import severity_of
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.appraisal.rounds import Assessed
from tests.appraisal.test_pages import browser
from tests.factories import World
from tests.papers import picture_of


@pytest.fixture
def place(world: World) -> Assessed:
    load_library("试验部门", clock.now())
    load_standards(clock.today().year, clock.now())
    return Assessed(world)


def scored(place: Assessed) -> Any:
    """A room's items below the pass mark, one without any points, one with a photo; a round of its own words in P6."""
    found = place.planned(tiers=["room"])
    RoundItem.objects.filter(round=found, code="P6").update(title_zh="居民议事")
    place.team(found)
    found = place.acts(actions.publish_round, found, "种子")
    found = place.acts(actions.draw_sample, found)
    place.acts(actions.assign_all, found)
    found = place.acts(actions.start_round, found)
    unit = place.unit(found, "A1")
    for sheet in ScoreSheet.objects.filter(unit=unit, rater="professional").select_related("round"):
        client = browser(Account.objects.get(pk=sheet.account_id))
        given = {"P1": "20", "P2": "5", "P3": "0", "P4": "16", "P5": "15", "P6": "4"}
        typed: dict[str, Any] = {f"points-{code}": points for code, points in given.items()}
        typed |= {"note-P2": "持证不足", "submit": "yes"}
        if sheet.seat == 1:
            typed["file-P2"] = SimpleUploadedFile("现场.png", picture_of(80, 60), "image/png")
        assert client.post(reverse("appraisal:score-sheet", args=[sheet.pk]), typed).status_code == 302
    place.fill_all(found)
    return place.acts(actions.settle_round, found)


def test_lost_points_become_findings_once(place: Assessed, world: World, django_assert_max_num_queries: Any) -> None:
    found = scored(place)
    unit = place.unit(found, "A1")
    page = reverse("appraisal:round-findings", args=[found.pk])
    city = browser(place.city)
    shown = city.get(f"{page}?unit={unit.pk}").content.decode()
    assert shown.count("checked") == 2 and "持证不足" in shown and "照片 1" in shown and "依据" in shown
    with django_assert_max_num_queries(26):
        every = city.get(page).content.decode()
    assert "P1" in every and page in city.get(reverse("appraisal:round", args=[found.pk])).content.decode()
    keys = [f"{unit.pk}:{code}" for code in ("P2", "P3", "P6")]
    bare = city.post(f"{page}?unit={unit.pk}", {"chosen_keys": keys, "rests": ""})
    assert bare.status_code == 422 and "请选择依据" in bare.content.decode() and not Finding.objects.exists()
    typed = {"chosen_keys": keys, "rests": "management-rule#assessment", f"severity-{unit.pk}:P6": "serious"}
    assert city.post(f"{page}?unit={unit.pk}", {}).status_code == 422
    for _again in range(2):
        assert city.post(f"{page}?unit={unit.pk}", typed).status_code == 302
    made = {row.source_key.rpartition(":")[2]: row for row in Finding.objects.select_related("document")}
    assert {code: row.severity for code, row in made.items()} == {"P2": "serious", "P3": "grave", "P6": "serious"}
    assert (made["P2"].document.code, made["P2"].anchor) == ("plan", "staff-station")
    assert made["P6"].anchor == "assessment" and made["P2"].source == "round"
    assert "持证不足" in made["P2"].wrong and "得 5 分，满分 15 分" in made["P2"].wrong
    proof = FindingProof.objects.get()
    with viewing(place.city.pk) as viewer:
        assert proof.finding == made["P2"] and findings.content_of(proof).startswith(b"\xff\xd8")
        assert findings.proof_seen(viewer, proof.pk) is not None
    unit_page = reverse("appraisal:unit", args=[unit.pk])
    assert unit_page in city.get(reverse("appraisal:finding", args=[made["P2"].pk])).content.decode()
    assert reverse("appraisal:finding", args=[made["P3"].pk]) in city.get(unit_page).content.decode()
    with pytest.raises(IntegrityError, match="of_a_source_once"), viewing(place.city.pk):
        twin = Finding.objects.get(pk=made["P3"].pk)
        twin.pk = uuid4()
        twin.save(force_insert=True)
    county, stranger = place.county["A"], place.county["B"]
    assert browser(county).get(page).status_code == 404  # not out yet
    of_items(place, found, county, stranger)


def of_items(place: Assessed, found: Round, county: Account, stranger: Account) -> None:
    """By the API: what was made before is told; a county once it is out, of its own stations."""
    unit = place.unit(found, "A1")
    address = f"/api/v1/rounds/{found.pk}/findings"

    def post(account: Account, *codes: str) -> Any:
        items = [{"unit_id": str(unit.pk), "item": code} for code in codes]
        return browser(account).post(address, {"items": items}, content_type="application/json")

    told = post(place.city, "P2", "P4").json()
    assert (len(told["made"]), len(told["known"])) == (1, 1)
    assert post(place.city, "P1").status_code == 422  # full points
    assert post(county, "F1").status_code == 409
    place.acts(score.grade_round, found)
    found.refresh_from_db()
    place.acts(actions.put_out, found, "总体良好。", today=place.today)
    assert len(post(county, "F1").json()["made"]) == 1
    assert post(stranger, "F2").status_code == 422
    assert post(place.assessors[0], "F2").status_code == 403
    with viewing(stranger.pk) as viewer, pytest.raises(Problem, match="范围"):
        found.refresh_from_db()
        making.make_findings(found, [making.Choice(unit.pk, "F2")], by=viewer, at=clock.now(), today=place.today)
    with viewing(place.city.pk):
        units = list(units_of(found, present_draw(found)))
        assert all(row.rests for row in proposals(found, units, place.today) if row.shortfall.item.code != "P6")


def test_severity_follows_the_share_that_was_lost() -> None:
    assert [severity_of(Decimal(points), 20, 60) for points in (0, 1, "11.99", 12, 19)] == [
        "grave", "serious", "serious", "minor", "minor",
    ]  # fmt: skip
