"""Work reports: written from the records, changed by people, issued, frozen."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from shegong.indicators.models import WorkReport
from shegong.indicators.reports import actions, queries
from shegong.indicators.reports.figures import Figure, Highlights
from shegong.indicators.reports.texts import changed_sections, first_sections, issuing_problem
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice import tasks
from shegong.practice.actions.paper import ask_for_paper
from shegong.practice.queries.paper import printed
from tests.practice.conftest import county as county
from tests.practice.county import County
from tests.practice.test_client_pages import SEE_OTHER, WRONG, signed_in

JUNE = Period.parse("2026-06")
IN_JUNE = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def early_in_july() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 7, 2, 3, tzinfo=UTC), tick=True):
        yield


def begun(account: Account, station: Station, period: Period = JUNE, *, own: bool = False) -> WorkReport:
    with viewing(account.pk) as viewer:
        return actions.start_report(station, period, own=own, by=viewer, at=clock.now())


def issued(account: Account, report: WorkReport) -> WorkReport:
    with viewing(account.pk) as viewer:
        return actions.issue_report(report, by=viewer, at=clock.now())


def values_of(account: Account, report: WorkReport) -> dict[str, Decimal | None]:
    with viewing(account.pk) as viewer:
        page = queries.report_page(viewer, report.pk)
    assert page is not None
    return {each.code.partition(".")[2]: each.value for each in page.figures}


def code_of(problem: Problem | None) -> str:
    return problem.code if problem else ""


def test_the_first_wording_compares_with_before() -> None:
    figures = [
        Figure(f"practice.{code}", Decimal(now), Decimal(before), None)
        for code, now, before in (
            ("persons_served", 12, 10), ("person_times", 30, 20), ("records", 25, 25), ("service_hours", 9, 18),
            ("satisfaction", 4, 4), ("assessments", 3, 0), ("cases_opened", 2, 1), ("cases_closed", 1, 0),
        )
    ]  # fmt: skip
    told = Highlights(groups=[("老年人", "20")], methods=(), services=(), reasons=[("目标达成", "1")])
    sections = {each["key"]: each["text"] for each in first_sections("甲社工站", JUNE, figures, told)}
    assert "2026年6月，甲社工站共服务 12 人、30 人次" in sections["summary"]
    assert "人次增加 50.0%" in sections["summary"] and "工时减少 50.0%" in sections["summary"]
    assert "与上年同月相比，服务人次没有可比的数" in sections["summary"]
    assert sections["services"] == "按人群：老年人 20 人次。"
    assert "结案 1 例，结案原因：目标达成 1 例" in sections["cases"]
    assert sections["problems"] == sections["next"] == ""


def test_a_report_is_issued_from_the_last_week_of_its_period_on() -> None:
    assert code_of(issuing_problem(JUNE, date(2026, 6, 20), state="draft")) == "period_lasts"
    assert code_of(issuing_problem(JUNE, date(2026, 6, 24), state="draft")) == ""
    assert code_of(issuing_problem(JUNE, date(2026, 8, 1), state="issued")) == "report_issued"


def test_texts_that_can_not_be_kept_are_said_at_their_section() -> None:
    present = [{"key": "next", "title": "下一步", "text": "旧"}]
    assert changed_sections(present, {"next": " 新 "})[0]["text"] == "新"
    with pytest.raises(Problem) as refused:
        changed_sections(present, {"next": "x" * 5001})
    assert refused.value.field == "next"
    with pytest.raises(Problem):
        changed_sections(present, {"other": "x"})


def test_a_station_report_has_the_numbers_of_its_records(county: County) -> None:
    client, other = county.client(), county.client("李强")
    county.record([client], on=IN_JUNE)
    county.record([client, other], on=IN_JUNE, anonymous=3)
    county.record([client], on=date(2026, 5, 31))
    county.record([client], on=date(2026, 7, 1))
    report = begun(county.head, county.town)
    found = values_of(county.head, report)
    assert (found["persons_served"], found["person_times"], found["records"]) == (2, 6, 2)
    assert "共服务 2 人、6 人次" in report.sections[0]["text"] and "增加 500.0%" in report.sections[0]["text"]
    assert begun(county.head, county.town).pk == report.pk
    assert Event.objects.filter(verb="start_work_report").count() == 1


def test_a_workers_own_report_counts_what_that_worker_did(county: County) -> None:
    client = county.client()
    county.record([client], on=IN_JUNE)
    county.record([client], on=IN_JUNE, anonymous=1)
    county.record([county.client("周远", at=county.next_room)], at=county.next_room, on=IN_JUNE)
    report = begun(county.worker, county.room, own=True)
    assert report.worker == county.worker_row and county.worker_row.name in report.sections[0]["text"]
    found = values_of(county.worker, report)
    assert (found["persons_served"], found["person_times"], found["records"]) == (1, 3, 2)
    assert found["service_hours"] == 1


def test_who_may_write_and_read(county: County) -> None:
    own = begun(county.worker, county.room, own=True)
    town = begun(county.head, county.town)
    hub = begun(county.officer, county.hub)
    for account, station in ((county.worker, county.room), (county.officer, county.town), (county.head, county.hub)):
        with pytest.raises(Problem) as refused:
            begun(account, station)
        assert refused.value.status == 403

    def seen(account: Account) -> set[Any]:
        with viewing(account.pk) as viewer, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM indicators_workreport")
            by_the_wall = {row[0] for row in cursor.fetchall()}
            assert by_the_wall == {each.pk for each in queries.reports_seen(viewer)}
            return by_the_wall

    assert seen(county.worker) == {own.pk}
    assert seen(county.colleague) == set()
    assert seen(county.stranger) == set()
    assert seen(county.head) == {own.pk, town.pk}
    assert seen(county.officer) == {own.pk, town.pk, hub.pk}
    assert seen(county.city) == set()
    issued(county.officer, hub)
    assert seen(county.city) == {hub.pk}


def test_an_issued_report_does_not_change_and_says_what_differs(county: County) -> None:
    client = county.client()
    county.record([client], on=IN_JUNE)
    report = begun(county.head, county.town)
    issued(county.head, report)
    county.record([client], on=IN_JUNE)  # entered late
    found = values_of(county.head, report)
    assert (found["records"], found["person_times"]) == (1, 1)
    with viewing(county.head.pk) as viewer:
        page = queries.report_page(viewer, report.pk)
        assert page is not None and not page.may_write
        assert {(each.figure.code, each.now.value) for each in page.differences} >= {("practice.records", Decimal(2))}
        for work in (
            lambda: actions.change_report(report, {"next": "x"}, revision=1, by=viewer, at=clock.now()),
            lambda: actions.rewrite_report(report, by=viewer, at=clock.now()),
            lambda: actions.issue_report(report, by=viewer, at=clock.now()),
        ):
            with pytest.raises(Problem) as refused:
                work()
            assert refused.value.code == "report_issued"
    shown = signed_in(county.head).get(f"/work-reports/{report.pk}/").content.decode()
    assert "现在的数字与报告不同" in shown and "<textarea" not in shown
    # Not even by hand.
    for sql in ("UPDATE indicators_workreport SET sections = '[]'", "DELETE FROM indicators_workreport"):
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_who_comes_second_does_not_overwrite(county: County) -> None:
    report = begun(county.head, county.town)
    with viewing(county.head.pk) as viewer:
        actions.change_report(report, {"next": "先写的"}, revision=0, by=viewer, at=clock.now())
        with pytest.raises(Problem) as refused:
            actions.change_report(report, {"next": "后写的"}, revision=0, by=viewer, at=clock.now())
    assert refused.value.code == "report_changed"
    report.refresh_from_db()
    assert report.sections[-1]["text"] == "先写的"


def test_writing_anew_keeps_what_people_wrote(county: County) -> None:
    report = begun(county.head, county.town)
    county.record([county.client()], on=IN_JUNE)
    with viewing(county.head.pk) as viewer:
        actions.change_report(
            report, {"next": "多去看看", "summary": "随便写的"}, revision=0, by=viewer, at=clock.now()
        )
        fresh = actions.rewrite_report(report, by=viewer, at=clock.now())
    texts = {each["key"]: each["text"] for each in fresh.sections}
    assert "共服务 1 人" in texts["summary"] and texts["next"] == "多去看看"


def test_a_head_writes_issues_and_prints_in_the_browser(county: County) -> None:
    county.record([county.client()], on=IN_JUNE)
    browser = signed_in(county.head)
    form = browser.get("/work-reports/new/").context["form"]
    assert form.initial["period"] == "2026-06"
    key = str(uuid7())
    answer = browser.post("/work-reports/new/", {"key": key, "station": county.town.key, "period": "2026-06"})
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, f"/work-reports/{key}/")
    page = browser.get(f"/work-reports/{key}/")
    texts = {each["key"]: each["text"] for each in page.context["report"].sections}
    assert "共服务 1 人" in page.content.decode()
    sent = {**texts, "next": "x" * 5001, "revision": "0"}
    wrong = browser.post(f"/work-reports/{key}/", sent)
    assert wrong.status_code == WRONG and "最多 5000 字" in wrong.content.decode()
    assert browser.post(f"/work-reports/{key}/", {**texts, "next": "多走访", "revision": "0"}).status_code == SEE_OTHER
    assert browser.post(f"/work-reports/{key}/issue/").status_code == SEE_OTHER
    assert "从此不变" in browser.get(f"/work-reports/{key}/").content.decode()
    assert "已签发" in browser.get("/work-reports/").content.decode()
    assert signed_in(county.colleague).get(f"/work-reports/{key}/").status_code == 404
    assert signed_in(county.stranger).get(f"/work-reports/{key}/").status_code == 404


def test_the_pdf_holds_texts_and_numbers(county: County) -> None:
    county.record([county.client()], on=IN_JUNE)
    report = begun(county.head, county.town)
    issued(county.head, report)
    with viewing(county.head.pk) as viewer:
        job = ask_for_paper("work-report", report.pk, by=viewer, at=clock.now())
    assert tasks.make_next_paper()
    job.refresh_from_db()
    assert job.state == "done"
    with viewing(county.head.pk):
        content = printed(job)
    assert content is not None
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")
    assert "月度工作报告" in words and "2026年6月" in words.replace(" ", "") and "服务人次" in words
    assert county.head.username in words and "草稿" not in words


def test_the_list_takes_one_query(county: County, django_assert_num_queries: Any) -> None:
    for month in ("2026-04", "2026-05", "2026-06"):
        begun(county.head, county.town, Period.parse(month))
    with viewing(county.head.pk) as viewer, django_assert_num_queries(1):
        assert len(queries.reports_page(viewer).items) == 3
