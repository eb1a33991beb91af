"""A client's family over HTTP: put whole, read whole, faults at their places."""

from typing import Any

from tests.api.conftest import Cast
from tests.practice.families import key


def document(client_id: Any, **changes: object) -> dict[str, Any]:
    """The client and a mother."""
    return {
        "persons": [
            {"id": str(client_id), "name": "王秀英", "linked": str(client_id)},
            {"id": str(key(2)), "name": "母亲", "sex": "2", "born": 1930},
        ],
        "parentages": [{"id": str(key(21)), "child": str(client_id), "parent": str(key(2))}],
    } | changes


def test_a_family_is_put_and_read(cast: Cast) -> None:
    client = cast.clients[0]
    path = f"/clients/{client.id}/family"
    empty = cast.worker.get(path).json()
    assert (empty["version"], [each["name"] for each in empty["persons"]]) == (0, ["王秀英"])
    made = cast.worker.put(path, document(client.id, version=0))
    assert made.status_code == 200, made.content.decode()
    kept = made.json()
    assert kept["version"] == 1 and kept["parentages"][0]["kind"] == "biological"
    assert cast.worker.get(path).json() == kept
    assert cast.worker.put(path, document(client.id)).json() == kept  # the same again is the same version
    assert cast.worker.put(path, document(client.id, unions=[], version=0)).status_code == 409
    assert cast.worker.get(f"{path}?on=2001-01-01").status_code == 404
    assert cast.county.get(path).json() == kept
    assert cast.county.put(path, document(client.id, parentages=[])).status_code == 403
    assert (
        cast.stranger.get(path).status_code == 404 and cast.stranger.put(path, document(client.id)).status_code == 404
    )


def test_faults_are_told_at_their_places(cast: Cast) -> None:
    client = cast.clients[0]
    path = f"/clients/{client.id}/family"
    wrong = document(
        client.id, unions=[{"id": str(key(9)), "first": str(key(2)), "second": str(key(8)), "kind": "married"}]
    )
    wrong["persons"][1]["born"] = 1860
    wrong["persons"][1]["died"] = 1850
    told = cast.worker.put(path, wrong)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "persons.1.died")
    wrong["persons"][1]["died"] = None
    assert cast.worker.put(path, wrong).json()["errors"][0]["field"] == "unions.0.second"
    unknown = document(client.id, bonds=[{"id": "x", "first": str(key(2)), "second": str(key(2)), "kind": "odd"}])
    fields = {each["field"] for each in cast.worker.put(path, unknown).json()["errors"]}
    assert fields == {"bonds.0.id", "bonds.0.kind"}
