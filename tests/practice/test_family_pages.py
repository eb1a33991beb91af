"""The pages of a family, as a browser asks for them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from shegong.kernel import clock
from shegong.network.scope import viewing
from shegong.practice.actions.family import save_family
from shegong.practice.models import Assessment, AssessmentNeed, Client, FamilyPerson, FamilyVersion
from tests.practice.county import County
from tests.practice.families import key, three_generations
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text

HTMX = {"HX-Request": "true"}


@pytest.fixture
def worker(county: County) -> Browser:
    return signed_in(county.worker)


@pytest.fixture
def client(county: County) -> Client:
    """A client with a family."""
    made = county.client("王小雨")
    with viewing(county.worker.pk) as viewer:
        save_family(made, three_generations(made), by=viewer, at=clock.now())
    return made


def test_somebody_new_is_alone_and_gets_a_father_by_three_taps(county: County, worker: Browser) -> None:
    made = county.client("王小雨")
    page = f"/clients/{made.pk}/family/"
    assert "王小雨的家系图" in text(worker.get(page))
    assert text(worker.get(f"{page}persons/new/", headers=HTMX)).startswith("<dialog")
    answer = worker.post(f"{page}persons/new/", {"of": str(made.pk), "relation": "father"}, headers=HTMX)
    assert answer.status_code == 204 and json.loads(answer.headers["HX-Trigger"])["family-changed"]
    pictures = text(worker.get(f"{page}pictures/"))
    assert "父亲" in pictures and "王小雨是父亲的子女" in pictures
    # Without htmx the form leads back to the page.
    answer = worker.post(f"{page}persons/new/", {"of": str(made.pk), "relation": "mother", "name": "李敏"})
    assert answer.status_code == SEE_OTHER and "父亲与李敏：结婚" in text(worker.get(page))


def test_a_fault_is_shown_at_its_field_and_nothing_is_kept(worker: Browser, client: Client) -> None:
    page = f"/clients/{client.pk}/family/"
    answer = worker.post(f"{page}persons/{key(2)}/", {"name": "王建国", "sex": "1", "born": "1700"})
    assert answer.status_code == WRONG and "年份应在" in text(answer) and 'value="1700"' in text(answer)
    answer = worker.post(f"{page}persons/{key(2)}/", {"name": "王建国", "sex": "1", "file": "没有"})
    assert answer.status_code == WRONG and "没有这个编号的档案" in text(answer)
    typed = {"child": str(client.pk), "parents": f"parent:{key(5)}", "kind": "biological"}
    answer = worker.post(f"{page}parentages/new/", typed)
    assert answer.status_code == WRONG and "亲生父母已经登记过" in text(answer)
    assert FamilyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("part", "row", "typed", "said"),
    [
        ("persons", 3, {"name": "李敏", "sex": "2", "born": "1981", "died": "2024"}, "李敏：女，已去世（1981–2024）"),
        ("unions", 11, {"first": key(2), "second": key(3), "kind": "separated"}, "王建国与李敏：分居"),
        ("bonds", 32, {"first": key(3), "second": key(2), "kind": "caring", "direction": "to"}, "李敏对王建国：照顾"),
        (
            "parentages",
            22,
            {"child": key(2), "parents": f"parent:{key(5)}", "kind": "adopted"},
            "王建国是奶奶的子女（收养",
        ),
        ("systems", 41, {"kind": "work", "name": "菜市场", "note": "每天去"}, "菜市场（工作单位）：每天去"),
        (
            "ties",
            51,
            {"system": key(41), "person": "all", "strength": "strong", "flow": "from"},
            "全家与实验小学：联系强",
        ),
    ],
)
def test_each_part_is_changed_in_its_form(
    worker: Browser, client: Client, part: str, row: int, typed: dict[str, Any], said: str
) -> None:
    page = f"/clients/{client.pk}/family/"
    address = f"{page}{part}/{key(row)}/"
    assert worker.get(address).status_code == FOUND
    sent = {name: str(value) for name, value in typed.items()}
    assert worker.post(address, sent).status_code == SEE_OTHER
    assert said in text(worker.get(page))


def test_new_relations_systems_and_ties(worker: Browser, client: Client) -> None:
    page = f"/clients/{client.pk}/family/"
    tie = {"person": "all", "strength": "ordinary", "flow": "both"}
    for part, typed in (
        ("unions", {"first": key(3), "second": key(4), "kind": "cohabiting", "since": "2021"}),
        ("bonds", {"first": key(3), "second": key(5), "kind": "distant", "direction": "both"}),
        ("parentages", {"child": key(3), "parents": f"parent:{key(5)}", "kind": "foster"}),
        ("systems", {"kind": "health", "name": "卫生站", **tie}),
        ("ties", {**tie, "system": key(41), "person": key(3)}),
    ):
        sent = {name: str(value) for name, value in typed.items()}
        answer = worker.post(f"{page}{part}/new/", sent)
        assert answer.status_code == SEE_OTHER, (part, text(answer))
    shown = text(worker.get(page))
    for said in ("李敏与爷爷：同居", "李敏与奶奶之间：疏远", "全家与卫生站：联系一般，双向", "李敏与实验小学"):
        assert said in shown
    assert worker.get(f"{page}persons/{client.pk}/").status_code == FOUND
    assert worker.get(f"{page}nothing/new/").status_code == 404
    assert worker.get(f"{page}persons/{key(99)}/").status_code == 404


def test_what_was_struck_out_comes_back(worker: Browser, client: Client) -> None:
    page = f"/clients/{client.pk}/family/"
    answer = worker.post(f"{page}persons/{key(5)}/remove/", headers=HTMX)
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]["url"]
    assert not FamilyPerson.objects.filter(name="奶奶").exists()
    assert worker.post(undo, headers=HTMX).status_code == 204
    assert FamilyPerson.objects.filter(name="奶奶").exists() and FamilyVersion.objects.count() == 3
    answer = worker.post(f"{page}persons/{client.pk}/remove/", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["level"] == "error"


def test_a_former_day_is_shown_without_forms(worker: Browser, client: Client) -> None:
    page = f"/clients/{client.pk}/family/"
    FamilyVersion.objects.update(made_at=clock.now() - timedelta(days=40))
    worker.post(f"{page}persons/{key(5)}/remove/")
    day = clock.today() - timedelta(days=20)
    shown = text(worker.get(f"{page}?on={day}"))
    assert "奶奶" in shown and "pic-link" not in shown and "family-changed" not in shown
    assert "那时还没有登记家庭资料" in text(worker.get(f"{page}?on=2001-01-01"))
    assert "奶奶" not in text(worker.get(page))


def test_officers_look_and_strangers_do_not(county: County, client: Client) -> None:
    page = f"/clients/{client.pk}/family/"
    officer, stranger = signed_in(county.officer), signed_in(county.stranger)
    shown = text(officer.get(page))
    assert "奶奶" in shown and "pic-link" not in shown
    assert officer.get(f"{page}persons/new/").status_code == 403
    for address in (page, f"{page}pictures/", f"{page}persons/new/", f"/clients/{client.pk}/course/"):
        assert stranger.get(address).status_code == 404
    large = text(officer.get(f"{page}?picture=ecomap"))
    assert "王小雨的生态图" in large and "王小雨的家系图" not in large


def test_the_page_speaks_english(county: County, client: Client) -> None:
    reader = signed_in(county.world.account("worker", county.room, language="en"))
    shown = text(reader.get(f"/clients/{client.pk}/family/"))
    assert "Genogram of 王小雨" in shown and "李敏 is a child of" not in shown and "家系图" not in shown


def test_the_number_of_queries_does_not_grow_with_the_family(
    county: County, worker: Browser, client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for page in (f"/clients/{client.pk}/family/pictures/", f"/clients/{county.client().pk}/family/pictures/"):
        with django_assert_max_num_queries(20):
            assert worker.get(page).status_code == FOUND


def test_the_course_compares_two_assessments_and_shows_the_time_line(
    county: County, worker: Browser, client: Client
) -> None:
    page = f"/clients/{client.pk}/course/"
    assert "还没有做过需求评估" in text(worker.get(page))
    place = {"hub_id": client.hub_id, "station_id": client.station_id}
    for days, level in ((90, 3), (2, 1)):
        made = Assessment.objects.create(
            **place, client=client, instrument=county.instrument(), assessed_on=clock.today() - timedelta(days=days),
            worker=county.worker_row, risk=2, recorded_at=clock.now(), recorded_by=county.worker,
        )  # fmt: skip
        for field in county.world.fields.values():
            AssessmentNeed.objects.create(**place, assessment=made, field=field, level=level)
    county.record([client], satisfaction=4)
    shown = text(worker.get(page))
    assert "需求：2 项减轻，0 项加重" in shown and "-2" in shown
    assert "服务过程" in shown and "满意度 4" in shown and "入户探访" in shown
