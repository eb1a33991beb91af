"""Community surveys: who makes them, who answers, what is counted and who sees how much."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from shegong.catalogue.actions import load_standard_catalogue
from shegong.catalogue.models import Instrument
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.survey import end_survey, make_link, make_survey, respond, respond_by_link
from shegong.practice.models import Survey, SurveyLink, SurveyResponse
from shegong.practice.queries.survey import survey_page, surveys_page
from shegong.practice.rules.survey import ADDRESS_LIMIT, LINK_LIMIT
from tests.api.conftest import server_role
from tests.factories import START, World, new_key

GOOD: dict[str, Any] = {
    "age_band": "60to79", "care_old": "much", "care_child": "none", "counselling": "some", "relief": "none",
    "troubles": ["care", "health"], "know": "no", "more": "多办讲座",
}  # fmt: skip


@pytest.fixture
def instrument(world: World) -> Iterator[Instrument]:
    load_standard_catalogue(START)
    cache.clear()
    yield Instrument.objects.get(code="survey-community")


def made(by: Account, station: Station, instrument: Instrument, **changes: Any) -> Survey:
    with viewing(by.pk) as viewer:
        wanted: dict[str, Any] = {"title": "社区需求", "since": clock.today(), **changes}
        return make_survey(station, instrument, by=viewer, at=clock.now(), **wanted)


def answered(by: Account, survey: Survey, **changes: Any) -> SurveyResponse:
    with viewing(by.pk) as viewer:
        return respond(survey, {**GOOD, **changes}, by=viewer, at=clock.now(), key=new_key())


def code_of(action: Any) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_a_survey_is_answered_and_counted_by_station(world: World, instrument: Instrument) -> None:
    county = world.account("county", world.hubs["A"])
    survey = made(county, world.hubs["A"], instrument)
    workers = [world.account("worker", world.rooms[room]) for room in ("A1", "A2")]
    responses = [answered(workers[number % 2], survey) for number in range(7)]
    assert responses[0].station_id == world.rooms["A1"].id and responses[0].recorded_by_id == workers[0].pk
    with viewing(county.pk) as viewer:
        page = survey_page(viewer, survey.pk)
        assert page and page.exact and page.responses == "7"
        assert [(part.station.key, part.shown) for part in page.parts] == [("A1", "7")]
        by_name = {each.name: {line.value: line.shown for line in each.lines} for each in page.questions}
        assert by_name["care_old"]["much"] == "7" and by_name["troubles"]["health"] == "7"
        assert page.texts == [("more", ["多办讲座"] * 7)]
    with viewing(world.account("city", world.centre).pk) as viewer:
        page = survey_page(viewer, survey.pk)
        assert page and not page.exact and page.responses == "7" and page.texts == []
        by_name = {each.name: {line.value: line.shown for line in each.lines} for each in page.questions}
        assert by_name["care_old"] == {"none": "0–5", "some": "0–5", "much": "≈ 10", "urgent": "0–5"}
        part = survey_page(viewer, survey.pk, "A1")
        assert part and part.responses == "≈ 10"


def test_pages_of_surveys_cost_the_same_however_many_answered(
    world: World, instrument: Instrument, django_assert_max_num_queries: Any
) -> None:
    county = world.account("county", world.hubs["A"])
    survey = made(county, world.hubs["A"], instrument)
    worker = world.account("worker", world.rooms["A1"])
    for size in (1, 6):
        for _number in range(size):
            answered(worker, survey)
        with viewing(county.pk) as viewer, django_assert_max_num_queries(9):
            assert survey_page(viewer, survey.pk)
            assert len(surveys_page(viewer)) == 1


def test_who_may_make_and_who_may_answer(world: World, instrument: Instrument) -> None:
    county, worker = world.account("county", world.hubs["A"]), world.account("worker", world.rooms["A1"])
    survey = made(county, world.towns["A"], instrument)
    assert made(world.account("city", world.centre), world.centre, instrument).pk
    assert code_of(lambda: made(worker, world.rooms["A1"], instrument)) == "may_not_survey"
    assert code_of(lambda: made(county, world.towns["B"], instrument)) == "may_not_survey"
    stranger = world.account("worker", world.rooms["B1"])
    assert code_of(lambda: answered(stranger, survey)) == "survey_elsewhere"
    with viewing(stranger.pk) as viewer:
        assert survey_page(viewer, survey.pk) is None
    general = Instrument.objects.get(code="needs")
    assert code_of(lambda: made(county, world.towns["A"], general)) == "instrument_not_for_surveys"


def test_answers_are_judged_and_kept_once(world: World, instrument: Instrument) -> None:
    worker = world.account("worker", world.rooms["A1"])
    survey = made(world.account("head", world.towns["A"]), world.towns["A"], instrument)
    assert code_of(lambda: answered(worker, survey, age_band="")) == "answer_missing"
    assert (
        code_of(lambda: answered(worker, survey, troubles=["care", "health", "safety", "clean"])) == "answer_constraint"
    )
    key = new_key()
    with viewing(worker.pk) as viewer:
        first = respond(survey, GOOD, by=viewer, at=clock.now(), key=key)
        assert respond(survey, GOOD, by=viewer, at=clock.now(), key=key).pk == first.pk
        assert (
            code_of(lambda: respond(survey, {**GOOD, "know": "yes"}, by=viewer, at=clock.now(), key=key)) == "key_taken"
        )
    assert SurveyResponse.objects.count() == 1 and Event.objects.filter(verb="respond").count() == 1


def test_an_ended_survey_takes_no_response(world: World, instrument: Instrument) -> None:
    head = world.account("head", world.towns["A"])
    survey = made(head, world.towns["A"], instrument)
    with viewing(head.pk) as viewer:
        end_survey(survey, by=viewer, at=clock.now())
    Survey.objects.update(since=START, until=clock.today() - timedelta(days=1))
    survey.refresh_from_db()
    assert code_of(lambda: answered(head, survey)) == "survey_over"


@pytest.mark.parametrize(
    "changes", [{"name": "王秀英"}, {"answered_on": START}, {"station": "B1"}], ids=["name", "day", "station"]
)
def test_the_database_refuses_what_does_not_fit(world: World, instrument: Instrument, changes: dict[str, Any]) -> None:
    head = world.account("head", world.towns["A"])
    survey = made(head, world.towns["A"], instrument)
    station = world.rooms[changes.pop("station", "A1")]
    values = {"answered_on": clock.today(), **changes}
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyResponse.objects.create(
            survey=survey, hub_id=station.hub_id, station=station, recorded_at=clock.now(), recorded_by=head, **values
        )


def link_of(world: World, instrument: Instrument, *, is_once: bool = False) -> SurveyLink:
    head = world.account("head", world.towns["A"])
    survey = made(head, world.towns["A"], instrument)
    with viewing(head.pk) as viewer:
        return make_link(
            Survey.objects.select_related("station").get(pk=survey.pk), is_once=is_once, by=viewer, at=clock.now()
        )


def by_link(link: SurveyLink, address: str = "1.2.3.4", key: Any = None) -> None:
    with server_role():
        respond_by_link(link.token, key or new_key(), GOOD, name="王秀英", address=address, at=clock.now())


def test_residents_answer_by_a_link_without_account(world: World, instrument: Instrument) -> None:
    link = link_of(world, instrument)
    key = new_key()
    by_link(link, key=key)
    by_link(link, key=key)
    response = SurveyResponse.objects.get()
    assert (response.name, response.recorded_by_id, response.station_id) == ("", None, world.towns["A"].id)
    assert Event.objects.get(verb="respond").account_id is None


def test_a_one_time_link_is_good_once(world: World, instrument: Instrument) -> None:
    link = link_of(world, instrument, is_once=True)
    by_link(link)
    assert code_of(lambda: by_link(link)) == "link_closed"
    assert SurveyResponse.objects.count() == 1


def test_too_many_at_a_time_are_turned_away(world: World, instrument: Instrument) -> None:
    link = link_of(world, instrument)
    for _number in range(ADDRESS_LIMIT):
        by_link(link)
    assert code_of(lambda: by_link(link)) == "survey_busy"
    by_link(link, "5.6.7.8")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practice_survey_answered(%s, %s, '{}', '', %s, %s, %s)",
            [link.token, new_key(), clock.today(), clock.now(), ADDRESS_LIMIT],
        )
        assert cursor.fetchone() == ("busy",)
    assert LINK_LIMIT > ADDRESS_LIMIT


def test_the_residents_page(world: World, instrument: Instrument) -> None:
    link = link_of(world, instrument)
    browser, address = Browser(), f"/s/{link.token}/"
    with server_role():
        assert "社区需求" in browser.get(address).content.decode()
        sent = {f"q-{name}": value for name, value in GOOD.items()}
        refused = browser.post(address, {**sent, "q-age_band": "", "key": str(new_key())})
        assert refused.status_code == 422 and 'href="#id_q-age_band"' in refused.content.decode()
        done = browser.post(address, {**sent, "key": str(new_key())})
        assert done.status_code == 302 and browser.get(done["Location"]).status_code == 200
        assert browser.get("/s/nothing/").status_code == 404
    assert SurveyResponse.objects.get().answers["troubles"] == ["care", "health"]
