"""Pages of qualifications and courses, as their people use them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shegong.kernel import clock
from shegong.people.models import Account
from shegong.workforce.models import Course, CredentialRequest, LearningEntry, Registration
from shegong.workforce.rules.credential import years_after
from tests.factories import new_key
from tests.workforce.conftest import Staff
from tests.workforce.qualifications import certify, learn, make_course, photo, register
from tests.workforce.test_register import book, rows_of, three

__all__ = ["three"]


def browser(account: Account) -> Client:
    """The account, signed in."""
    client = Client(headers={"Host": "localhost"})
    client.force_login(account)
    return client


@pytest.fixture
def due(staff: Staff) -> Registration:
    """The worker's registration ends in two months, and all hours are there."""
    until = clock.today() + timedelta(days=60)
    made = register(certify(staff.worker, on=years_after(until, -4)), years_after(until, -3), until)
    learn(staff.worker, 72, clock.today(), staff.head)
    return made


def test_a_worker_sees_the_reminder_asks_and_the_county_renews(staff: Staff, due: Registration) -> None:
    worker, county = browser(staff.account), browser(staff.county)
    own = f"/credentials/workers/{staff.worker.pk}/"
    assert "现在可以申请延续" in worker.get("/day/beside/").content.decode()
    assert worker.get("/credentials/").headers["Location"] == own
    page = worker.get(own).content.decode()
    assert "申请延续登记" in page and "72" in page
    asked = worker.get(f"{own}ask/renewal/")
    assert str(due.until) in asked.content.decode()
    sent = worker.post(f"{own}ask/renewal/", {"key": str(new_key()), "number": "", "since": str(due.until), "note": ""})
    assert sent.status_code == 302
    assert "已提交，等待审核" in worker.get(own).content.decode()
    request = CredentialRequest.objects.get()
    listed = county.get("/credentials/requests/").content.decode()
    assert staff.worker.name in listed
    assert county.get(f"/credentials/requests/{request.pk}/").status_code == 200
    assert county.post(f"/credentials/requests/{request.pk}/approve/", {"answer": ""}).status_code == 302
    assert Registration.objects.filter(is_renewal=True).count() == 1
    assert "现在可以申请延续" not in worker.get("/day/beside/").content.decode()


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(staff: Staff) -> None:
    certify(staff.colleagues_worker, "D2020510001")
    form = {"key": str(new_key()), "level": "assistant", "number": "D2020510001", "issued_on": "2030-01-01"}
    file = SimpleUploadedFile("证书.jpg", photo(), "image/jpeg")
    path = f"/credentials/workers/{staff.worker.pk}/ask/certificate/"
    answer = browser(staff.account).post(path, {**form, "file": file})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"number", "issued_on"}
    assert "D2020510001" in answer.content.decode() and staff.colleagues_worker.name not in answer.content.decode()
    english = browser(staff.account)
    english.cookies["django_language"] = "en"
    said = english.post(path, {**form, "file": SimpleUploadedFile("a.jpg", photo())}).content.decode()
    assert "This number is kept as somebody else" in said


def test_a_scan_is_opened_by_those_in_charge_only(staff: Staff) -> None:
    form = {"key": str(new_key()), "level": "assistant", "number": "D2020510001", "issued_on": "2020-10-31"}
    worker = browser(staff.account)
    path = f"/credentials/workers/{staff.worker.pk}/ask/certificate/"
    assert worker.post(path, {**form, "file": SimpleUploadedFile("证书.jpg", photo())}).status_code == 302
    proof = CredentialRequest.objects.get().proof_id
    for account, status in ((staff.county, 200), (staff.head, 200), (staff.colleague, 404), (staff.far_county, 404)):
        answer = browser(account).get(f"/credentials/proofs/{proof}/?show")
        assert answer.status_code == status
    assert (
        worker.get(f"/credentials/proofs/{proof}/").headers["Content-Security-Policy"].startswith("default-src 'none'")
    )


def test_hours_are_reported_and_checked(staff: Staff) -> None:
    path = f"/credentials/workers/{staff.worker.pk}/learning/"
    form = {
        "key": str(new_key()), "kind": "training", "title": "危机介入", "organiser": "", "learned_on": "2025-01-01",
        "hours": "8",
    }  # fmt: skip
    assert browser(staff.account).post(path, form | {"hours": "100"}).status_code == 422
    assert browser(staff.account).post(path, form).status_code == 302
    head = browser(staff.head)
    assert "危机介入" in head.get("/credentials/learning/").content.decode()
    entry = LearningEntry.objects.get()
    assert head.post(f"/credentials/learning/{entry.pk}/decline/", {"answer": ""}).status_code == 422
    assert head.post(f"/credentials/learning/{entry.pk}/approve/", {"answer": ""}).status_code == 302
    assert "危机介入" in browser(staff.account).get(f"/credentials/workers/{staff.worker.pk}/").content.decode()


def test_a_course_from_its_announcement_to_the_hours(staff: Staff) -> None:
    county, worker = browser(staff.county), browser(staff.account)
    start = clock.now() + timedelta(days=3)
    form = {
        "key": str(new_key()), "station": staff.world.hubs["A"].pk, "title": "个案管理", "kind": "training",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{start + timedelta(hours=3):%Y-%m-%dT%H:%M}",
        "enrol_until": f"{start:%Y-%m-%dT%H:%M}", "place": "总站三楼", "teacher": "", "hours": "4", "capacity": "20",
        "is_city_wide": "on", "about": "",
    }  # fmt: skip
    wrong = county.post("/courses/new/", form | {"hours": "0"})
    assert wrong.status_code == 422 and set(wrong.context["form"].errors) == {"hours"}
    assert county.post("/courses/new/", form).status_code == 302
    course = Course.objects.get()
    assert "个案管理" in worker.get("/courses/").content.decode()
    assert worker.post(f"/courses/{course.pk}/enrol/").status_code == 302
    assert "已报名" in worker.get(f"/courses/{course.pk}/").content.decode()
    assert "个案管理" in worker.get("/courses/?when=mine").content.decode()
    now = clock.now()
    Course.objects.update(
        starts_at=now - timedelta(hours=4), ends_at=now - timedelta(hours=1), enrol_until=now - timedelta(hours=4)
    )
    shown = county.get(f"/courses/{course.pk}/").content.decode()
    assert staff.worker.name in shown and "登记出席" in shown
    enrolment = course.enrolments.get()
    assert county.post(f"/courses/{course.pk}/attendance/", {"came": [str(enrolment.pk)]}).status_code == 302
    assert LearningEntry.objects.get().hours == 4
    assert "打印证明" in worker.get(f"/courses/{course.pk}/").content.decode()


def test_the_ladder_says_what_is_met_and_missing(staff: Staff, due: Registration) -> None:
    page = browser(staff.account).get(f"/credentials/workers/{staff.worker.pk}/growth/").content.decode()
    assert "已满足“助理社工”的全部条件" in page and "《高级社会工作师评价办法》" in page
    assert re.search(r"近一年接受督导 \d+ 小时\s*（已有 0(\.0)?）", page)
    assert browser(staff.colleague).get(f"/credentials/workers/{staff.worker.pk}/growth/").status_code == 404


def test_the_registers_list_is_compared_and_applied(staff: Staff, three: Any) -> None:
    county = browser(staff.county)
    content = book(*rows_of(three)).getvalue()

    def hand_in(do: str) -> Any:
        return county.post("/credentials/register/", {"do": do, "file": SimpleUploadedFile("名册.xlsx", content)})

    checked = hand_in("check")
    assert checked.status_code == 200 and checked.context["counts"]["differs"] == 2
    applied = hand_in("apply")
    assert applied.status_code == 200 and "已按名册更新 2 行" in applied.content.decode()
    again = hand_in("apply")
    assert again.status_code == 422 and "没有不一致的行" in again.content.decode()
    broken = county.post("/credentials/register/", {"do": "check", "file": SimpleUploadedFile("a.xlsx", b"x")})
    assert broken.status_code == 422
    assert browser(staff.head).get("/credentials/register/").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/credentials/", "/credentials/?due=window", "/courses/", "/credentials/requests/", "/credentials/learning/"],
)
def test_lists_cost_the_same_however_long_they_are(
    staff: Staff, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    county = browser(staff.county)

    def more(first: int, count: int) -> None:
        for number in range(first, first + count):
            worker = staff.world.worker(staff.world.rooms["A1"])
            until = clock.today() + timedelta(days=30)
            register(certify(worker, f"D202{number:06}", years_after(until, -4)), years_after(until, -3), until)
            learn(worker, 8, clock.today(), staff.head, state="waiting", decided_at=None, decided_by=None)
            make_course(staff.world, staff.county)
            CredentialRequest.objects.create(
                worker=worker, hub_id=1, station_id=1, kind="renewal", level="assistant", since=until,
                asked_at=clock.now(), asked_by=staff.head,
            )  # fmt: skip

    queries = {"/courses/": 10}.get(path.partition("?")[0], 9 if "requests" in path or "learning" in path else 11)
    more(0, 1)
    county.get(path)
    for first, count in ((1, 1), (2, 12)):
        more(first, count)
        with django_assert_num_queries(queries):
            assert county.get(path).status_code == 200


def test_empty_pages_say_what_to_do(staff: Staff) -> None:
    county = browser(staff.county)
    for path, words in (
        ("/credentials/", "没有这样的社工"),
        ("/credentials/requests/", "没有待审的申请"),
        ("/credentials/learning/", "没有待审的学时"),
        ("/courses/", "没有课程"),
    ):
        assert words in county.get(path).content.decode()
    nobody = staff.world.account("worker", staff.world.rooms["A1"])
    assert "没有对应的人员资料" in browser(nobody).get("/credentials/").content.decode()
