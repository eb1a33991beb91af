"""Evaluations by clients through the API."""

from shegong.kernel import clock
from tests.api.conftest import Cast
from tests.factories import new_key


def test_an_evaluation_is_put_once_listed_and_read_in_reach(cast: Cast) -> None:
    record, key = cast.recorded(new_key()), new_key()
    body = {"of": "record", "of_id": record["id"], "score": 4, "better": 5, "comment": "好", "said_by": "family"}
    made = cast.worker.put(f"/evaluations/{key}", body)
    assert made.status_code == 201 and made.json()["channel"] == "asked" and made.json()["of"] == "record"
    assert cast.worker.put(f"/evaluations/{key}", body).status_code == 200
    assert cast.worker.put(f"/evaluations/{key}", body | {"score": 1}).status_code == 409
    today = clock.today().isoformat()
    assert [each["id"] for each in cast.county.get(f"/evaluations?since={today}").json()["items"]] == [str(key)]
    assert cast.county.get(f"/evaluations/{key}").json()["score"] == 4
    assert cast.stranger.get(f"/evaluations/{key}").status_code == 404
    assert cast.stranger.get("/evaluations").json()["items"] == []
    assert cast.county.put(f"/evaluations/{new_key()}", body).status_code == 403


def test_a_link_is_made_once_told_and_needs_something_given(cast: Cast) -> None:
    record = cast.recorded(new_key())
    made = cast.worker.post("/evaluation-links", {"of": "record", "of_id": record["id"]})
    assert made.status_code == 201 and "/e/" in made.json()["url"]
    missing = cast.worker.post("/evaluation-links", {"of": "group", "of_id": record["id"]})
    assert missing.status_code == 404
    refused = cast.worker.put(f"/evaluations/{new_key()}", {"of": "record", "of_id": record["id"], "score": 9})
    assert refused.status_code == 422
