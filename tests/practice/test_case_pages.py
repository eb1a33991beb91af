"""A case by its pages: written, sent for approval, approved, transferred, followed up — each as its people do it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client as Browser

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.models import (
    Case,
    CaseApproval,
    CaseGoal,
    CaseTransfer,
    EmergencyService,
    FollowUp,
    RestrictedLook,
)
from shegong.practice.rules.case_sheet import FORMS
from tests.practice.casework import LEVELS, Casework, days_from_now
from tests.practice.county import County
from tests.practice.test_client_pages import SEE_OTHER, WRONG, signed_in, text


@pytest.fixture
def casework(county: County) -> Casework:
    """The county's cases."""
    return Casework(county)


def posted(browser: Browser, address: str, **sent: Any) -> None:
    answer = browser.post(address, sent)
    assert answer.status_code == SEE_OTHER, text(answer)


def sheet(stage: str, **more: Any) -> dict[str, Any]:
    return {field.key: "已了解清楚" for field in FORMS[stage].fields} | more


def goal() -> dict[str, Any]:
    levels = {f"level_{number}": words for number, words in enumerate(LEVELS, 1)}
    plain = {"statement": "每周下楼", "measure": "电话核对", "baseline": "不出门", "weight": 1}
    return {"key": str(uuid7()), **plain, "due_on": days_from_now(60).isoformat(), **levels}


def test_a_case_from_intake_to_follow_up_by_page(county: County, casework: Casework) -> None:
    worker, head = signed_in(county.worker), signed_in(county.head)
    case = casework.opened()
    page = f"/cases/{case.pk}/"
    answer = worker.post(f"{page}sheets/intake/", sheet("intake", agreement=""))
    assert answer.status_code == WRONG and "已了解清楚" in text(answer) and 'href="#id_agreement"' in text(answer)
    assert 'href="#id_witness"' in text(worker.post(f"{page}sheets/intake/", sheet("intake", limits_told="on")))
    posted(worker, f"{page}sheets/intake/", **sheet("intake", limits_told="on", signature="M1 2L30 40L60 20"))
    assert 'd="M1 2L30 40L60 20"' in text(worker.get(page))
    posted(worker, f"{page}on/")
    posted(worker, f"{page}on/")
    assert "还缺" in text(worker.get(page)) and casework.fresh(case).stage == "assessment"
    posted(worker, f"{page}sheets/assessment/", **sheet("assessment", risk=3))
    posted(worker, f"{page}on/")
    posted(worker, f"{page}goals/new/", **goal())
    made = CaseGoal.objects.get()
    posted(worker, f"/goals/{made.pk}/rate/", key=str(uuid7()), level=-1, rated_on=clock.today().isoformat())
    service = {"key": str(uuid7()), "service_id": county.world.services["T01"].pk, "per": "week", "times": 1}
    today, later = clock.today().isoformat(), days_from_now(27).isoformat()
    posted(worker, f"{page}services/new/", **service, minutes=60, since=today, until=later)
    posted(worker, f"{page}sheets/planning/", **sheet("planning", witness="李主任"))
    posted(worker, f"{page}ask-plan/")
    approval = CaseApproval.objects.get()
    assert "等待审批" in text(worker.get(page)) and "高" in text(worker.get("/cases/?risk=high"))
    assert case.number in text(head.get("/cases/waiting/")) and f"/approvals/{approval.pk}/" in text(head.get(page))
    assert worker.get(f"/approvals/{approval.pk}/").status_code == 403
    posted(head, f"/approvals/{approval.pk}/", decision="approve", comment="可以")
    casework.recorded(case)
    posted(worker, f"{page}on/")
    posted(worker, f"/goals/{made.pk}/rate/", key=str(uuid7()), level=2, rated_on=clock.today().isoformat())
    posted(worker, f"{page}sheets/evaluation/", **sheet("evaluation", satisfaction=5))
    shown = text(worker.get(page))
    assert "70.0" in shown and "<polyline" in shown and "有改善" in shown
    assert worker.post(f"{page}ask-closure/", {"close_reason": "met"}).status_code == WRONG
    posted(worker, f"{page}ask-closure/", close_reason="met", summary="能自己下楼", follow_up_1=later)
    posted(head, f"/approvals/{CaseApproval.objects.get(decision='').pk}/", decision="approve")
    case = casework.fresh(case)
    assert (case.stage, case.goal_score, case.improved) == ("closed", 700, True)
    follow_up = FollowUp.objects.get()
    posted(worker, f"/follow-ups/{follow_up.pk}/move/", due_on=today)
    assert "能自己下楼" in text(worker.get(page)) and str(case.pk) in text(
        worker.get(f"/records/new/?client={case.client_id}&case={case.pk}")
    )
    casework.recorded(case)
    assert "已回访" in text(worker.get(page))
    posted(worker, f"{page}follow-ups/new/", due_on=later)
    posted(worker, f"/follow-ups/{FollowUp.objects.get(done_on=None).pk}/note/", note="已迁往外地")
    posted(worker, f"{page}back/", to="intervention", reason="又不出门了")
    assert casework.fresh(case).stage == "intervention" and "又不出门了" in text(worker.get(page))


def test_a_plan_is_returned_changed_and_taken_back(county: County, casework: Casework) -> None:
    worker, head = signed_in(county.worker), signed_in(county.head)
    case = casework.at("planning")
    page = f"/cases/{case.pk}/"
    first = casework.goal(case)
    casework.rated(first, -1)
    casework.service(case)
    casework.written(case, "planning")
    approval = casework.asked(case)
    assert worker.post(f"/goals/{first.pk}/edit/", goal()).status_code == WRONG
    answer = head.post(f"/approvals/{approval.pk}/", {"decision": "return"})
    assert answer.status_code == WRONG and 'href="#id_comment"' in text(answer)
    posted(head, f"/approvals/{approval.pk}/", decision="return", comment="目标不够具体")
    assert "目标不够具体" in text(worker.get(page))
    posted(worker, f"/goals/{first.pk}/edit/", **goal() | {"key": str(first.pk), "statement": "每周三次下楼"})
    assert CaseGoal.objects.get().statement == "每周三次下楼"
    line = case.planned_services.get()
    fields = ("service_id", "per", "minutes", "since", "until")
    same = {name: getattr(line, name) for name in fields}
    posted(worker, f"/planned-services/{line.pk}/edit/", key=str(line.pk), **same, times=3)
    posted(worker, f"{page}ask-plan/")
    posted(worker, f"/approvals/{CaseApproval.objects.get(decision='').pk}/withdraw/")
    posted(worker, f"/planned-services/{line.pk}/drop/")
    posted(worker, f"/goals/{first.pk}/drop/")
    assert case.goals.get().dropped_on and case.planned_services.get().dropped_on
    posted(worker, f"{page}end/", reason="moved", note="随子女回老家")
    assert casework.fresh(case).stage == "evaluation" and "提前结案" in text(worker.get(page))


def test_a_case_moves_to_another_station_with_its_whole_file(county: County, casework: Casework) -> None:
    worker = signed_in(county.worker)
    there = county.account(Role.HEAD, county.next_room)
    case = casework.at("intervention")
    casework.recorded(case)
    page = f"/cases/{case.pk}/"
    colleague = county.world.worker(county.room, county.colleague)
    posted(worker, f"{page}hand-over/", to_worker=colleague.pk, reason="休产假")
    assert casework.fresh(case).worker_id == colleague.pk
    assert worker.post(f"{page}transfer/", {"to_station": county.far_room.pk, "reason": "搬家"}).status_code == WRONG
    posted(worker, f"{page}transfer/", to_station=county.next_room.pk, reason="搬到隔壁社区")
    transfer = CaseTransfer.objects.get(decision="")
    head, neighbour = signed_in(there), signed_in(county.neighbour)
    waiting = text(head.get("/cases/waiting/"))
    assert case.number in waiting and "王秀英" not in waiting
    assert head.get(page).status_code == neighbour.get(page).status_code == 404
    assert neighbour.get(f"/transfers/{transfer.pk}/accept/").status_code == 403
    posted(head, f"/transfers/{transfer.pk}/accept/", to_worker=county.neighbour_row.pk)
    assert casework.fresh(case).station_id == county.next_room.pk
    assert worker.get(page).status_code == 404
    shown = text(neighbour.get(page))
    assert "一起下楼走了一圈" in shown and "休产假" in shown
    assert neighbour.get(f"/clients/{case.client_id}/").status_code == 200
    assert signed_in(county.account(Role.WORKER, county.far_room)).get(page).status_code == 404
    # What was recorded stays where it was given, and can still be put right there.
    record = case.records.latest("recorded_at")
    assert worker.get(f"/records/{record.pk}/").status_code == 200


def test_a_declined_case_stays(county: County, casework: Casework) -> None:
    case = casework.at("assessment")
    worker = signed_in(county.worker)
    posted(worker, f"/cases/{case.pk}/transfer/", to_station=county.next_room.pk, reason="搬到隔壁社区")
    assert (
        worker.post(f"/cases/{case.pk}/transfer/", {"to_station": county.town.pk, "reason": "再转"}).status_code
        == WRONG
    )
    head = signed_in(county.account(Role.HEAD, county.next_room))
    transfer = CaseTransfer.objects.get()
    assert worker.post(f"/transfers/{transfer.pk}/decline/", {"comment": ""}).status_code == WRONG
    posted(head, f"/transfers/{transfer.pk}/decline/", comment="人手不足")
    assert casework.fresh(case).station_id == county.room.pk and "人手不足" in text(worker.get(f"/cases/{case.pk}/"))


def test_a_restricted_case_stays_restricted_where_it_moves(county: County, casework: Casework) -> None:
    client = county.client("赵敏", groups=["drug"])
    RestrictedLook.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, account=county.worker, reason="随访",
        at=clock.now(), until=clock.now() + timedelta(hours=8),
    )  # fmt: skip
    case = casework.opened(client, group=county.group("drug"))
    posted(signed_in(county.worker), f"/cases/{case.pk}/transfer/", to_station=county.next_room.pk, reason="搬家了")
    head = signed_in(county.account(Role.HEAD, county.next_room))
    carrier: Account = county.account(Role.WORKER, county.next_room)
    row = county.world.worker(county.next_room, carrier)
    posted(head, f"/transfers/{CaseTransfer.objects.get().pk}/accept/", to_worker=row.pk)
    assert signed_in(carrier).get(f"/cases/{case.pk}/").status_code == 200
    assert head.get(f"/cases/{case.pk}/").status_code == 404
    assert signed_in(county.neighbour).get(f"/cases/{case.pk}/").status_code == 404
    # A reason opens it, there as here.
    assert head.get(f"/clients/{client.pk}/")["Location"] == f"/clients/restricted/?id={client.pk}"


def test_an_emergency_is_reviewed_by_another_person(county: County, casework: Casework) -> None:
    refined = county.world.services["T01"]
    type(refined).objects.filter(pk=refined.pk).update(kind="refined")
    case = casework.at("assessment")
    casework.recorded(case, emergency_reason="夜里被打，陪同就医")
    mark = EmergencyService.objects.get()
    head = signed_in(county.head)
    assert "夜里被打" in text(head.get("/cases/waiting/"))
    assert head.post(f"/emergencies/{mark.pk}/review/", {"comment": " "}).status_code == WRONG
    posted(head, f"/emergencies/{mark.pk}/review/", comment="处置得当")
    mark.refresh_from_db()
    assert mark.reviewed_by_id == county.head.pk and "处置得当" in text(
        signed_in(county.worker).get(f"/cases/{case.pk}/")
    )


@pytest.mark.parametrize("stage", ["intake", "planning", "evaluation", "closed"])
def test_the_pages_speak_english(county: County, casework: Casework, stage: str) -> None:
    case = casework.at(stage, casework.opened(county.client("Wang"), problem="Lonely"))
    for account in (county.worker, county.head):
        browser = signed_in(account)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        page = text(browser.get(f"/cases/{case.pk}/"))
        assert 'lang="en"' in page and "阶段历史" not in page
        assert "待审批" not in text(browser.get("/cases/"))


def test_keys_that_lead_nowhere(county: County, casework: Casework) -> None:
    case: Case = casework.opened()
    worker, key = signed_in(county.worker), UUID(int=7)
    for address in (f"/cases/{case.pk}/sheets/closed/", f"/cases/{case.pk}/sheets/x/", f"/goals/{key}/rate/"):
        assert worker.get(address).status_code == 404
    for address in ("goals/{}/drop/", "planned-services/{}/drop/", "approvals/{}/withdraw/"):
        assert worker.get("/" + address.format(key)).status_code == 405
        assert worker.post("/" + address.format(key)).status_code == 404
    for address in ("/cases/{}/on/", "/cases/{}/back/", "/cases/{}/transfer/", "/cases/{}/goals/new/"):
        assert signed_in(county.stranger).post(address.format(case.pk)).status_code == 404
    assert worker.get("/cases/waiting/").status_code == 403


def test_a_sheet_over_the_part_it_leads_to_loads_the_page_anew(county: County, casework: Casework) -> None:
    case = casework.at("planning")
    made, worker = casework.goal(case), signed_in(county.worker)
    rating = {"key": str(uuid7()), "level": -1, "rated_on": clock.today().isoformat()}
    page = f"http://testserver/cases/{case.pk}/"
    over = {"HX-Request": "true", "HX-Current-URL": page}
    answer = worker.post(f"/goals/{made.pk}/rate/", rating, headers=over)
    assert answer.headers.get("HX-Refresh") == "true" and "HX-Redirect" not in answer.headers
    over["HX-Current-URL"] = "http://testserver/cases/"
    answer = worker.post(f"/goals/{made.pk}/rate/", {**rating, "key": str(uuid7())}, headers=over)
    assert answer.headers["HX-Redirect"] == f"/cases/{case.pk}/#goals"


def test_needs_assessed_by_way_of_a_case_lead_back_to_it(county: County, casework: Casework) -> None:
    case = casework.at("assessment")
    other = casework.opened(county.client("李国强"))
    worker, address = signed_in(county.worker), f"/clients/{case.client_id}/assessments/new/"
    county.instrument()
    assert f"{address}?case={case.pk}" in text(worker.get(f"/cases/{case.pk}/"))
    assert f'href="/cases/{case.pk}/"' in text(worker.get(f"{address}?case={case.pk}"))
    for stray in (other.pk, "x"):
        assert f"/cases/{other.pk}/" not in text(worker.get(f"{address}?case={stray}"))
