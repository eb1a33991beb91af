"""The pages of enquiries, referrals and reports, as a browser asks for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.actions.duty import Observation, save_report
from shegong.practice.models import Case, Client, Enquiry, ProtectionReport, Referral
from tests.practice.county import County
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.practice.test_duty import begun
from tests.practice.test_enquiry import taken_in
from tests.practice.test_referral import consent, referred

HTMX = {"HX-Request": "true"}


def sent(county: County, **typed: Any) -> dict[str, Any]:
    basis = {"key": str(uuid7()), "station": county.room.pk, "source": "self", "urgency": "soon"}
    return {**basis, "name": "王秀英", "need": "想有人陪去医院", **typed}


def test_taking_in_an_enquiry_and_accepting_it(county: County) -> None:
    worker = signed_in(county.worker)
    assert worker.get("/enquiries/new/").status_code == FOUND
    wrong = worker.post("/enquiries/new/", sent(county, need="", asker_phone="12"))
    assert wrong.status_code == WRONG and "王秀英" in text(wrong) and 'value="12"' in text(wrong)
    answer = worker.post("/enquiries/new/", sent(county, asker_phone="13900000001"))
    assert answer.status_code == SEE_OTHER
    row = Enquiry.objects.get()
    html = text(worker.get(answer["Location"]))
    assert "139****0001" in html and "13900000001" not in html
    assert "13900000001" in text(worker.post(f"/enquiries/{row.pk}/reveal/phone/"))
    assert worker.post(f"/enquiries/{row.pk}/take/").status_code == SEE_OTHER
    assert worker.get(f"/enquiries/{row.pk}/accept/", headers=HTMX).status_code == FOUND
    county.agree()
    accepted = worker.post(
        f"/enquiries/{row.pk}/accept/",
        {
            "group": county.group("older").pk,
            "problem": "独居",
            "client": "",
            "basis": "consent",
            "supervisor": county.supervisor_row.pk,
        },
        headers=HTMX,
    )
    assert accepted.headers["HX-Redirect"] == f"/cases/{Case.objects.get().pk}/"
    assert Case.objects.get().supervisor_id == county.supervisor.pk
    assert Client.objects.get().phone == "13900000001"  # who asks for themselves is reached by their own number
    assert "接案" in text(worker.get(f"/enquiries/{row.pk}/"))


def test_for_a_file_the_name_need_not_be_typed(county: County) -> None:
    client = county.client("李国强")
    worker = signed_in(county.worker)
    assert "李国强" in text(worker.get(f"/enquiries/new/?client={client.pk}"))
    assert worker.post("/enquiries/new/", sent(county, name="", client_id=client.pk)).status_code == SEE_OTHER
    assert Enquiry.objects.get().client_id == client.pk


def test_brief_service_and_declining(county: County) -> None:
    worker = signed_in(county.worker)
    first, second = taken_in(county), taken_in(county, name="李国强")
    service = {"service": county.world.services["T01"].pk, "minutes": 15, "place": "phone", "summary": "解答政策"}
    assert worker.get(f"/enquiries/{first.pk}/brief/").status_code == FOUND
    assert worker.post(f"/enquiries/{first.pk}/brief/", {**service, "minutes": 0}).status_code == WRONG
    assert worker.post(f"/enquiries/{first.pk}/brief/", service).status_code == SEE_OTHER
    refused = worker.post(f"/enquiries/{second.pk}/decline/", {"decline_kind": "", "decision_note": ""})
    assert refused.status_code == WRONG
    why = {"decline_kind": "scope", "decision_note": "属于物业维修"}
    assert worker.post(f"/enquiries/{second.pk}/decline/", why).status_code == SEE_OTHER
    assert set(Enquiry.objects.values_list("decision", flat=True)) == {"brief", "decline"}
    html = text(worker.get("/enquiries/?state=decline"))
    assert "李国强" in html and "王秀英" not in html


@pytest.mark.parametrize("who", ["stranger", "city", "supervisor"])
def test_others_are_kept_out(county: County, who: str) -> None:
    row = taken_in(county)
    browser = signed_in(getattr(county, who))
    assert browser.get(f"/enquiries/{row.pk}/").status_code in (403, 404)
    assert "王秀英" not in text(browser.get("/enquiries/"))
    assert browser.get(f"/reports/{begun(county).pk}/").status_code in (403, 404)


def test_referring_from_a_file_and_closing_the_loop(county: County) -> None:
    client = county.client("王秀英", phone="13900000001")
    worker, receiver = signed_in(county.worker), signed_in(county.stranger)
    page = f"/referrals/new/?client={client.pk}"
    assert "王秀英" in text(worker.get(page))
    far = county.world.towns["B"]
    asked = {
        "key": str(uuid7()),
        "receiver": f"station:{far.pk}",
        "reason": "搬家",
        "asked": "继续探访",
    }
    wrong = worker.post(page, {**asked, "urgency": "soon", "basis": "duty"})
    assert wrong.status_code == WRONG and "搬家" in text(wrong)
    made = worker.post(page, {**asked, "urgency": "soon", "basis": "consent"})
    row = Referral.objects.get()
    assert made["Location"] == f"/referrals/{row.pk}/" and "待同意" in text(worker.get(made["Location"]))
    head = signed_in(county.account(Role.HEAD, far))
    assert head.get(f"/referrals/{row.pk}/").status_code == 404 and "搬家" not in text(head.get("/referrals/"))
    consent(county, client)
    assert worker.post(f"/referrals/{row.pk}/release/", {"consent_on": ""}).status_code == SEE_OTHER
    assert receiver.get(f"/referrals/{row.pk}/").status_code == 404  # a room of that town isn't the town's station
    assert "继续探访" in text(head.get("/referrals/")) and "王秀英" in text(head.get("/"))
    assert "13900000001" in text(head.post(f"/referrals/{row.pk}/reveal/phone/"))
    assert head.post(f"/referrals/{row.pk}/accept/", {"answer": "周一联系"}).status_code == SEE_OTHER
    assert "周一联系" in text(worker.get(f"/referrals/{row.pk}/"))
    assert head.post(f"/referrals/{row.pk}/result/", {"result": ""}).status_code == WRONG
    assert head.post(f"/referrals/{row.pk}/result/", {"result": "已每周探访"}).status_code == SEE_OTHER
    assert "已每周探访" in text(worker.get(f"/referrals/{row.pk}/"))
    assert worker.post(f"/referrals/{row.pk}/close/").status_code == SEE_OTHER
    assert "已办结" in text(worker.get("/referrals/?box=out&all=1"))


def test_taking_back_a_referral(county: County) -> None:
    client = county.client("王秀英")
    consent(county, client)
    row = referred(county, client)
    assert signed_in(county.worker).post(f"/referrals/{row.pk}/withdraw/").status_code == SEE_OTHER
    assert signed_in(county.stranger).get(f"/referrals/{row.pk}/").status_code == 404


def test_a_report_is_saved_from_its_first_word(county: County) -> None:
    worker = signed_in(county.worker)
    answer = worker.get("/reports/new/")
    page = answer["Location"].partition("?")[0]
    assert "两小时内报告" in text(worker.get(answer["Location"])) and worker.get(page).status_code == 404
    saved = worker.post(f"{page}save/", {"facts": "手"}, headers=HTMX)
    assert saved.status_code == FOUND and "已存到服务器" in text(saved) and "须在" in text(saved)
    worker.post(f"{page}save/", {"facts": "手臂多处瘀伤", "triggers": ["violence"], "person": "minor"}, headers=HTMX)
    wrong = worker.post(f"{page}save/", {"facts": "手臂多处瘀伤", "age": "900"}, headers=HTMX)
    assert wrong.status_code == WRONG and "没有存下" in text(wrong)
    report = ProtectionReport.objects.get()
    assert (report.facts, report.triggers) == ("手臂多处瘀伤", ["violence"])
    html = text(worker.get(page))
    assert "手臂多处瘀伤" in html and "tel:110" in html
    told = {"key": str(uuid7()), "authority": "police", "told_at": "2026-01-01T10:00", "channel": "phone"}
    assert worker.post(f"{page}notice/", told).status_code == WRONG
    assert worker.post(f"{page}notice/", {**told, "officer": "张警官"}).status_code == SEE_OTHER
    assert worker.post(f"{page}follow-up/", {"follow_up": "学校已安排陪护"}).status_code == SEE_OTHER
    assert worker.get(f"{page}close/").status_code == 403
    head = signed_in(county.head)
    assert "办结报告" in text(head.get(page))
    done = head.post(f"{page}close/", {"result": "protected", "result_note": "由亲属照料"})
    assert done.status_code == SEE_OTHER and "由亲属照料" in text(worker.get(page))


def test_a_late_report_is_red_for_the_head_and_for_the_county(county: County) -> None:
    with viewing(county.worker.pk) as viewer:
        past = clock.now() - timedelta(hours=3)
        save_report(uuid7(), county.room, Observation(name="李小乐"), by=viewer, at=past)
    for account in (county.worker, county.head, county.officer):
        html = text(signed_in(account).get("/"))
        assert "强制报告逾期" in html and "李小乐" in html
    assert "李小乐" not in text(signed_in(county.colleague).get("/"))


def test_the_officer_gives_a_reason_first(county: County) -> None:
    report = begun(county)
    dpo = signed_in(county.world.account(Role.DPO, county.world.centre))
    assert dpo.get(f"/reports/{report.pk}/").status_code == 404 and report.number not in text(dpo.get("/reports/"))
    assert dpo.post("/reports/open/", {"number": report.number, "reason": ""}).status_code == WRONG
    answer = dpo.post("/reports/open/", {"number": report.number, "reason": "核查时限"})
    assert answer["Location"] == f"/reports/{report.pk}/" and "手臂多处瘀伤" in text(dpo.get(answer["Location"]))


def test_the_day_and_the_station_show_what_waits(county: County) -> None:
    taken_in(county, urgency="emergency")
    Enquiry.objects.update(due_at=clock.now() - timedelta(hours=1))
    assert "已超时" in text(signed_in(county.worker).get("/"))
    html = text(signed_in(county.head).get(f"/stations/{county.town.key}/"))
    assert "1 条咨询待处理" in html and "1 条已超时" in html
    assert "条咨询待处理" not in text(signed_in(county.stranger).get(f"/stations/{county.town.key}/"))


@pytest.mark.parametrize("path", ["/enquiries/", "/referrals/?box=out&all=1", "/reports/", "/"])
def test_lists_cost_the_same_for_two_sizes(county: County, path: str) -> None:
    def cost(account: Account) -> int:
        browser = signed_in(account)
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == FOUND
        return len(asked)

    def more(count: int) -> None:
        for number in range(count):
            client = county.client(f"某人{'甲乙丙丁戊己'[number]}")
            taken_in(county, name=client.name)
            begun(county, name=client.name)
            referred(county, client)

    more(1)
    first = cost(county.head)
    more(4)
    assert cost(county.head) == first
