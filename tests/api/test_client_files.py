"""Client files, assessments and cases over HTTP: the chain from registration to closure."""

from typing import Any

from shegong.catalogue.models import Instrument
from shegong.kernel.chinese import identity_check
from shegong.kernel.ids import uuid7
from shegong.practice.models import Case, Client
from tests.api.conftest import Cast
from tests.factories import START, new_key

DIGITS = "51010419520317002"
IDENTITY = DIGITS + identity_check(DIGITS)


def person(cast: Cast, **changes: object) -> dict[str, object]:
    return {"station_id": cast.world.rooms["A1"].id, "name": "曾淑珍"} | changes


def form() -> Instrument:
    """A form of two questions."""
    scores = {"n": 0, "s": 6}
    options = [{"value": value, "label": {"zh": value, "en": value}, "score": n} for value, n in scores.items()]
    alone = {"key": "alone", "kind": "single", "label": {"zh": "独居", "en": "Alone"}, "options": options}
    falls = {"key": "falls", "kind": "number", "label": {"zh": "跌倒", "en": "Falls"}, "field": None}
    questions = [alone | {"field": "CA", "required": True}, falls | {"required": False}]
    definition = {
        "sections": [{"key": "person", "title": {"zh": "个人", "en": "Person"}, "questions": questions}],
        "risk": {"bands": [{"from": 0, "level": 1}, {"from": 5, "level": 3}]},
    }
    return Instrument.objects.create(code="short", name_zh="短表", name_en="Short", definition=definition, since=START)


def test_a_client_is_registered_once_and_masked(cast: Cast) -> None:
    path = f"/clients/{new_key()}"
    body = person(
        cast,
        identity=IDENTITY,
        phone="13800138000",
        address="幸福路 1 号",
        groups=[cast.world.groups["older"].pk],
        contacts=[{"name": "曾小明", "relation": "儿子", "phone": "13900139000"}],
        consents=[{"purpose": "service", "basis": "consent"}],
        low_incomes=[{"kind": "minimum"}],
    )
    made = cast.worker.put(path, body)
    assert made.status_code == 201, made.content.decode()
    file = made.json()
    assert (file["sex"], file["born_on"]) == ("2", "1952-03-17")
    assert file["groups"] == [cast.world.groups["older"].pk] and file["low_incomes"][0]["kind"] == "minimum"
    for secret in (IDENTITY, "13800138000", "幸福路"):
        assert secret not in made.content.decode()
    assert (file["identity"][:3], file["phone"][-4:], file["address"]) == ("510", "8000", "***")
    again = cast.worker.put(path, body)
    assert (again.status_code, again.json()) == (200, file)
    other = cast.worker.put(path, person(cast, name="别人"))
    assert (other.status_code, Client.objects.filter(name="别人").count()) == (409, 0)


def test_a_number_that_is_taken_or_wrong_is_refused_at_its_member(cast: Cast) -> None:
    assert cast.worker.put(f"/clients/{new_key()}", person(cast, identity=IDENTITY)).status_code == 201
    taken = cast.worker.put(f"/clients/{new_key()}", person(cast, name="又一人", identity=IDENTITY))
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "identity")
    before = Client.objects.count()
    for changes, field in (
        ({"identity": DIGITS + ("1" if IDENTITY[-1] != "1" else "2")}, "identity"),
        ({"born_on": "2150-01-01"}, "born_on"),
        ({"name": "王\0"}, "name"),
        ({"name": "长" * 100}, "name"),
        ({"community": "510104020999"}, "community"),
        ({"groups": [32000]}, "groups"),
        ({"lives_with": str(uuid7())}, "lives_with"),
        ({"station_id": 2**31 - 1}, "station_id"),
    ):
        refused = cast.worker.put(f"/clients/{new_key()}", person(cast, **changes))
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.content.decode()
    assert Client.objects.count() == before


def test_a_client_is_changed_and_found(cast: Cast) -> None:
    key = new_key()
    cast.worker.put(f"/clients/{key}", person(cast, phone="13800138000"))
    changed = cast.worker.patch(f"/clients/{key}", {"name": "曾素珍"})
    assert (changed.status_code, changed.json()["phone"][-4:]) == (200, "8000"), changed.content.decode()
    for text in ("曾素珍", "zengsuzhen", "zsz", "13800138000"):
        found = cast.worker.get(f"/clients?q={text}&fields=id,name").json()
        assert found == {"items": [{"id": str(key), "name": "曾素珍"}], "next": None}, text
    assert cast.worker.patch(f"/clients/{key}", {"state": "moved"}).json()["state"] == "moved"
    assert str(key) not in cast.worker.get("/clients").content.decode()
    assert str(key) in cast.worker.get("/clients?state=moved").content.decode()


def test_who_is_outside_sees_changes_and_registers_nobody(cast: Cast) -> None:
    known = cast.clients[0]
    for outsider in (cast.stranger, cast.city):
        assert outsider.get(f"/clients/{known.id}").status_code == 404
        assert (
            outsider.get("/clients").json() == outsider.get("/clients?q=王秀英").json() == {"items": [], "next": None}
        )
        assert outsider.patch(f"/clients/{known.id}", {"name": "改名"}).status_code == 404
        assert outsider.put(f"/clients/{new_key()}", person(cast)).status_code == 403
    assert cast.county.get(f"/clients/{known.id}").status_code == 200
    assert cast.county.patch(f"/clients/{known.id}", {"name": "改名"}).status_code == 403
    known.refresh_from_db()
    assert known.name == "王秀英" and Client.objects.count() == 2


def test_a_restricted_file_stays_hidden(cast: Cast) -> None:
    hidden = cast.world.client(cast.world.rooms["A1"], "某人", restricted=("drugs",))
    assert cast.worker.get(f"/clients/{hidden.id}").status_code == 404
    assert str(hidden.id) not in cast.worker.get("/clients").content.decode()


def test_the_queries_of_the_list_do_not_grow(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(11):
        assert len(cast.worker.get("/clients").json()["items"]) == 2
    for number in range(5):
        cast.worker.put(
            f"/clients/{new_key()}", person(cast, name=f"居民{number}", groups=[cast.world.groups["older"].pk])
        )
    with django_assert_num_queries(11):
        assert len(cast.worker.get("/clients").json()["items"]) == 7


def test_an_assessment_tells_risk_and_needs(cast: Cast) -> None:
    path = f"/assessments/{new_key()}"
    body = {"client_id": str(cast.clients[0].id), "instrument_id": form().pk, "answers": {"alone": "s", "falls": 2}}
    made = cast.worker.put(path, body)
    assert made.status_code == 201, made.content.decode()
    assert (made.json()["risk"], made.json()["needs"]) == (3, [{"field": "CA", "level": 3}])
    again = cast.worker.put(path, body)
    assert (again.status_code, again.json()) == (200, made.json())
    assert cast.worker.put(path, body | {"answers": {"alone": "n"}}).status_code == 409
    assert cast.county.get(path).json() == made.json() == cast.county.get("/assessments").json()["items"][0]
    assert cast.stranger.get(path).status_code == 404 and cast.city.get("/assessments").json()["items"] == []
    for answers, field in (
        ({}, "alone"),
        ({"alone": "x"}, "alone"),
        ({"alone": "n", "falls": "many"}, "falls"),
        ({"alone": "n", "falls": 1e300}, "answers.falls"),
    ):
        refused = cast.worker.put(f"/assessments/{new_key()}", body | {"answers": answers})
        assert refused.status_code == 422
        assert any(str(each["field"]).startswith(field) for each in refused.json()["errors"]), refused.json()


def test_a_case_is_opened_once_and_read_by_those_it_concerns(cast: Cast) -> None:
    key = new_key()
    path = f"/cases/{key}"
    group = cast.world.groups["older"].pk
    body = {"client_id": str(cast.clients[0].id), "group_id": group, "problem": "独居，照料不足"}
    opened = cast.worker.put(path, body)
    assert (opened.status_code, cast.worker.put(path, body).status_code) == (201, 200), opened.content.decode()
    assert cast.worker.put(path, body | {"problem": "另一个问题"}).status_code == 409
    listed = cast.county.get("/cases?stage=intake&station=A").json()["items"]
    assert [item["id"] for item in listed] == [str(key)]
    assert cast.county.get("/cases?stage=planning").json()["items"] == []
    assert cast.stranger.get(path).status_code == 404 and cast.city.get("/cases").json()["items"] == []
    assert Case.objects.count() == 1
