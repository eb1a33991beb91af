"""A case by API, from intake to follow-up, and what is refused on the way."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from shegong.kernel import clock
from shegong.practice.rules.case_sheet import FORMS
from tests.api.conftest import Caller, Cast, token_of
from tests.factories import new_key
from tests.practice.casework import LEVELS

SIGNED = {"limits_told": True, "witness": "李主任"}


def fine(answer: HttpResponse) -> Any:
    assert answer.status_code in (200, 201), answer.content.decode()
    return answer.json()


def code(answer: HttpResponse, status: int) -> str:
    assert answer.status_code == status, answer.content.decode()
    return str(answer.json()["code"])


def sheet(stage: str, **more: Any) -> dict[str, Any]:
    return {"content": {field.key: "已了解清楚" for field in FORMS[stage].fields}, **more}


def test_a_case_from_intake_to_follow_up(cast: Cast) -> None:
    worker, head = cast.worker, Caller(token_of(cast.world.account("head", cast.world.towns["A"])))
    key, goal, day = new_key(), new_key(), clock.today()
    path, later = f"/cases/{key}", day + timedelta(days=27)
    client = str(cast.clients[0].id)
    fine(worker.put(path, {"client_id": client, "group_id": cast.world.groups["older"].pk, "problem": "独居"}))
    assert code(worker.post(f"{path}/stages", {"stage": "planning"}), 409) == "stage_skipped"
    assert code(worker.post(f"{path}/stages", {"stage": "assessment"}), 409) == "stage_incomplete"
    refused = worker.post(f"{path}/sheets/intake", sheet("intake"))
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"limits_told", "witness"}
    fine(worker.post(f"{path}/sheets/intake", sheet("intake", **SIGNED)))
    fine(worker.post(f"{path}/stages", {"stage": "assessment"}))
    fine(worker.post(f"{path}/sheets/assessment", sheet("assessment", risk=3)))
    fine(worker.post(f"{path}/stages", {"stage": "planning"}))
    plain = {"statement": "每周下楼", "measure": "电话核对", "baseline": "不出门", "due_on": later.isoformat()}
    for _again in range(2):
        fine(worker.put(f"{path}/goals/{goal}", plain | {"levels": list(LEVELS)}))
    rating = new_key()
    for _again in range(2):
        fine(worker.put(f"{path}/ratings/{rating}", {"goal_id": str(goal), "level": -1}))
    assert code(worker.put(f"{path}/ratings/{rating}", {"goal_id": str(goal), "level": 1}), 409) == "key_taken"
    assert worker.put(f"{path}/ratings/{new_key()}", {"goal_id": str(new_key()), "level": 1}).status_code == 422
    line = {"service_id": cast.world.services["T01"].pk, "times": 1, "per": "week", "minutes": 60}
    line |= {"since": day.isoformat(), "until": later.isoformat()}
    assert fine(worker.put(f"{path}/plan/{new_key()}", line))["planned"] == 4
    fine(worker.post(f"{path}/sheets/planning", sheet("planning", witness="李主任")))
    asked = fine(worker.post(f"{path}/approvals", {"kind": "plan"}))["id"]
    assert code(worker.post(f"{path}/approvals/{asked}", {"decision": "approve"}), 403) == "not_an_approver"
    fine(head.post(f"{path}/approvals/{asked}", {"decision": "approve"}))
    cast.recorded(new_key(), case_id=str(key), started_at=clock.now().isoformat())
    assert [row["done"] for row in fine(worker.get(f"{path}/plan"))["items"]] == [1]
    fine(worker.post(f"{path}/stages", {"stage": "evaluation"}))
    fine(worker.put(f"{path}/ratings/{new_key()}", {"goal_id": str(goal), "level": 1}))
    fine(worker.post(f"{path}/sheets/evaluation", sheet("evaluation", satisfaction=4)))
    closure = {"kind": "closure", "summary": "能自己下楼", "follow_ups": [later.isoformat()]}
    assert worker.post(f"{path}/approvals", closure).status_code == 422
    asked = fine(worker.post(f"{path}/approvals", closure | {"close_reason": "met"}))["id"]
    fine(head.post(f"{path}/approvals/{asked}", {"decision": "approve"}))
    case = fine(worker.get(path))
    assert (case["stage"], case["goal_score"], case["improved"], case["risk"]) == ("closed", 60.0, True, 3)
    assert [row["stage"] for row in fine(worker.get(f"{path}/stages"))["items"]][-1] == "closed"
    assert [row["stage"] for row in fine(worker.get(f"{path}/sheets"))["items"]][-1] == "closed"
    follow_up = fine(worker.get(f"{path}/follow-ups"))["items"][0]
    noted = fine(worker.put(f"{path}/follow-ups/{follow_up['id']}", {"due_on": day.isoformat(), "note": "已迁往外地"}))
    assert noted["done_on"] == day.isoformat()
    back = fine(worker.post(f"{path}/stages", {"stage": "intervention", "reason": "又不出门了"}))
    assert (back["stage"], back["round"]) == ("intervention", 2)
    for part in ("stages", "sheets", "goals", "ratings", "plan", "approvals", "transfers", "follow-ups"):
        assert cast.stranger.get(f"{path}/{part}").status_code == 404


def test_a_case_is_offered_and_taken(cast: Cast) -> None:
    key = new_key()
    path = f"/cases/{key}"
    group = cast.world.groups["older"].pk
    fine(cast.worker.put(path, {"client_id": str(cast.clients[0].id), "group_id": group, "problem": "独居"}))
    assert code(cast.worker.post(f"{path}/transfers", {"to_station": "B1", "reason": "搬家了"}), 422) == "other_county"
    assert cast.worker.post(f"{path}/transfers", {"to_station": "A12", "reason": ""}).status_code == 422
    offered = fine(cast.worker.post(f"{path}/transfers", {"to_station": "A12", "reason": "搬家了"}))
    there = cast.world.rooms["A2"]
    head, row = Caller(token_of(cast.world.account("head", there))), cast.world.worker(there)
    assert head.get(path).status_code == 404
    taken = fine(head.post(f"/case-transfers/{offered['id']}", {"to_worker_id": row.pk}))
    assert (taken["decision"], taken["to_worker_id"]) == ("accept", row.pk)
    assert fine(head.get(path))["station_id"] == there.pk and cast.worker.get(path).status_code == 404
    assert code(head.post(f"/case-transfers/{offered['id']}", {"comment": "人手不足"}), 409) == "already_decided"


def test_a_case_ends_early(cast: Cast) -> None:
    key = new_key()
    path = f"/cases/{key}"
    group = cast.world.groups["older"].pk
    fine(cast.worker.put(path, {"client_id": str(cast.clients[0].id), "group_id": group, "problem": "独居"}))
    early = {"stage": "evaluation", "early_reason": "met", "reason": "搬走了"}
    assert cast.worker.post(f"{path}/stages", early).status_code == 422
    assert fine(cast.worker.post(f"{path}/stages", early | {"early_reason": "moved"}))["stage"] == "evaluation"
