"""Readings over HTTP: the pages' numbers, no more."""

from tests.api.conftest import Caller, Cast, token_of
from tests.factories import new_key


def test_a_reading_is_true_at_once(cast: Cast) -> None:
    for _number in range(2):
        cast.recorded(new_key(), client_ids=[str(client.id) for client in cast.clients], anonymous_count=3)
    read = cast.county.get("/readings?code=practice.person_times&station=A").json()
    assert (read["value"], read["numerator"], read["unit"], read["station"]) == (10, 10, "person_times", "A")
    assert cast.county.get("/readings?code=practice.persons_served").json()["value"] == 2
    parts = cast.county.get("/readings?code=practice.person_times&station=A&by=child").json()["items"]
    assert [(part["key"], part["value"]) for part in parts] == [("A1", 10)]
    parts = cast.county.get("/readings?code=practice.person_times&by=service").json()["items"]
    assert [(part["key"], part["value"]) for part in parts] == [("T01", 10)]
    course = cast.county.get("/readings/course?code=practice.person_times&count=3").json()["items"]
    assert [each["value"] for each in course] == [0, 0, 10]


def test_small_numbers_of_a_room_are_not_told_to_the_city(cast: Cast) -> None:
    cast.recorded(new_key())
    path = "/readings?code=practice.persons_served&station=A11"
    assert cast.worker.get(path).json()["value"] == 1
    told = cast.city.get(path).json()
    assert (told["value"], told["numerator"], told["suppressed"]) == (None, None, True)
    by_child = cast.city.get("/readings?code=practice.persons_served&station=A1&by=child").json()["items"]
    assert [part["value"] for part in by_child if part["key"] == "A11"] == [None]
    by_group = cast.city.get("/readings?code=practice.persons_served&station=A&by=group").json()["items"]
    assert [part["value"] for part in by_group] == [None]


def test_larger_numbers_of_a_room_are_rounded_for_the_city(cast: Cast) -> None:
    cast.recorded(new_key(), anonymous_count=6)
    path = "/readings?code=practice.person_times&station=A11"
    assert (cast.worker.get(path).json()["value"], cast.city.get(path).json()["value"]) == (7, 5)


def test_numbers_of_others_are_refused(cast: Cast) -> None:
    refused = cast.stranger.get("/readings?code=practice.person_times&station=A")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "station")
    donor = Caller(token_of(cast.world.account("donor", cast.world.hubs["A"])))
    assert donor.get("/readings?code=practice.person_times").status_code == 403


def test_what_cannot_be_read_is_said_so(cast: Cast) -> None:
    for query, status, field in (
        ("code=practice.nothing", 404, "code"),
        ("code=practice.person_times&station=nowhere", 404, "station"),
        ("code=practice.person_times&period=2022-13", 400, "period"),
        ("code=practice.assessments&by=service", 400, "by"),
        ("code=practice.person_times&by=moon", 422, "by"),
        ("station=A", 422, "code"),
    ):
        refused = cast.county.get(f"/readings?{query}")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field), query


def test_the_catalogue_speaks_the_caller_s_language(cast: Cast) -> None:
    assert cast.city.token is not None
    listed = cast.city.get("/readings/catalogue").json()["items"]
    names = {each["code"]: each["name"] for each in listed}
    assert names["practice.persons_served"] == "服务人数"
    english = Caller(cast.city.token, language="en").get("/readings/catalogue").json()["items"]
    assert {each["code"] for each in english} == set(names)
