"""Papers: what they say, who gets them, and how they are made in the background."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pypdf import PdfReader

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice import tasks
from shegong.practice.actions.paper import WAITING_AT_MOST, ask_for_paper
from shegong.practice.models import (
    Case,
    CaseApproval,
    CaseGoal,
    CaseSheet,
    Client,
    Contact,
    Enquiry,
    PrintedFile,
    PrintJob,
    ProtectionReport,
    Referral,
    ReportNotice,
)
from shegong.practice.queries import paper as queries
from tests.practice.county import County, identity, years_ago
from tests.practice.test_attachment import attached
from tests.practice.test_client_pages import FOUND, SEE_OTHER, signed_in

PHONE = "13900000001"


def case_of(county: County, client: Client, **more: Any) -> Case:
    wanted = {"number": "C-2026-000001", "problem": "独居\n情绪低落", **more}
    return Case.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, group=county.group("older"),
        worker=county.worker_row, opened_on=clock.today(), opened_by=county.worker, **wanted,
    )  # fmt: skip


def asked(account: Account, kind: str, subject: Any, **more: Any) -> PrintJob:
    with viewing(account.pk) as viewer:
        return ask_for_paper(kind, subject, by=viewer, at=clock.now(), **more)


def made(account: Account, kind: str, subject: Any, **more: Any) -> PdfReader:
    job = asked(account, kind, subject, **more)
    assert tasks.make_next_paper() and not tasks.make_next_paper()
    job.refresh_from_db()
    assert (job.state, job.progress, job.problem) == ("done", 100, "")
    with viewing(account.pk):
        content = queries.printed(job)
    assert content is not None and len(content) == job.size
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == job.pages
    return reader


def words_of(reader: PdfReader) -> str:
    return (
        "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "").replace("\u3000", "")
    )


@pytest.fixture
def client(county: County) -> Client:
    client = county.client(
        identity=identity(years_ago(75)),
        phone=PHONE,
        address="少城街道某巷 9 号",
        groups=["older"],
        born_on=years_ago(75),
    )
    Contact.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, client=client, name="王强", relation="儿子",
        phone="13811112222",
    )  # fmt: skip
    return client


def test_a_case_file_says_all_and_each_page_who_printed_it(county: County, client: Client) -> None:
    case = case_of(county, client)
    record = county.record([client], case=case)
    attached(county, client)
    reader = made(county.worker, "case", case.pk)
    words = words_of(reader)
    for expected in (
        "个案档案",
        case.number,
        client.name,
        "独居",
        record.summary,
        "儿子",
        county.worker_row.name,
        "服务对象或监护人",
    ):
        assert expected in words
    for page in reader.pages:
        on_page = page.extract_text().replace("\n", "").replace(" ", "").replace("\u3000", "")
        # In the footer and all over the background.
        assert on_page.count(county.worker.username) > 5 and "打印" in on_page
    assert f"第1页共{len(reader.pages)}页" in words
    assert "模拟数据" not in words


def test_numbers_are_printed_whole_only_when_asked_for(county: County, client: Client) -> None:
    hidden = words_of(made(county.worker, "client", client.pk))
    assert (
        PHONE not in hidden and client.identity not in hidden and "某巷" not in hidden and "13811112222" not in hidden
    )
    whole = words_of(made(county.worker, "client", client.pk, reveals=True))
    assert PHONE in whole and client.identity in whole and "某巷9号" in whole and "13811112222" in whole
    assert [event.detail["reveals"] for event in Event.objects.filter(verb="print_paper").order_by("id")] == [
        False,
        True,
    ]


def test_a_simulated_city_says_so(county: County, client: Client) -> None:
    from shegong.network.models import City

    City.objects.update(is_demo=True)
    for page in made(county.worker, "client", client.pk).pages:
        assert "模拟数据" in page.extract_text()


def test_text_from_outside_stays_text(county: County, client: Client) -> None:
    case = case_of(county, client, problem='#panic("x") $1/0$ *a* <label> #read("/etc/passwd") \\ @ref')
    words = words_of(made(county.worker, "case", case.pk))
    assert '#panic("x")' in words and '#read("/etc/passwd")' in words


def test_a_job_sees_only_what_its_requester_may_see(county: County, client: Client) -> None:
    far = county.client("周远", at=county.far_room)
    for account in (county.stranger, county.city, county.neighbour):
        with pytest.raises(Problem) as refused:
            asked(account, "client", client.pk)
        assert refused.value.status in (403, 404)
    # Even a job that got in by another way makes nothing out of reach.
    job = PrintJob.objects.create(
        hub_id=far.hub_id, station_id=far.station_id, account=county.worker, kind="client", subject=far.pk, title="T",
        asked_at=clock.now(),
    )  # fmt: skip
    assert tasks.make_next_paper()
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "out_of_reach")
    assert not PrintedFile.objects.exists()


def test_a_restricted_member_of_the_household_is_not_printed_by_who_may_not_see_her(county: County) -> None:
    house = {"hub_id": county.room.hub_id, "station_id": county.room.pk}
    from shegong.practice.models import Household

    home = Household.objects.create(**house)
    client, hidden = county.client("张一", household=home), county.client("赵敏", groups=["drug"], household=home)
    assert hidden.name not in words_of(made(county.worker, "client", client.pk))


def test_only_the_requester_sees_the_job_and_the_file(county: County, client: Client) -> None:
    made(county.worker, "client", client.pk)
    for account in (county.colleague, county.head, county.officer):
        with viewing(account.pk), connection.cursor() as cursor:
            for table in ("practice_printjob", "practice_printedfile"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
    job = PrintJob.objects.get()
    assert signed_in(county.head).get(f"/papers/{job.pk}/file/").status_code == 404
    assert PrintedFile.objects.get().sealed[:4] != b"%PDF"


def test_a_worker_prints_from_the_page_and_takes_the_file_for_a_day(county: County, client: Client) -> None:
    browser = signed_in(county.worker)
    address = f"/papers/new/client/{client.pk}/"
    assert address in browser.get(f"/clients/{client.pk}/").content.decode()
    key = browser.get(address).context["form"].initial["key"]
    answer = browser.post(address, {"key": str(key)})
    assert answer.status_code == SEE_OTHER and answer.headers["Location"] == f"/papers/{key}/"
    waiting = browser.get(f"/papers/{key}/").content.decode()
    assert 'hx-trigger="every' in waiting and "data-quiet" in waiting
    assert browser.get(f"/papers/{key}/file/").status_code == 404
    tasks.make_next_paper()
    done = browser.get(f"/papers/{key}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in done and f"/papers/{key}/file/" in done and "<html" not in done
    file = browser.get(f"/papers/{key}/file/")
    assert file.content.startswith(b"%PDF") and "attachment" in file.headers["Content-Disposition"]
    assert client.number in browser.get("/papers/").content.decode()
    PrintJob.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert browser.get(f"/papers/{key}/file/").status_code == 404
    assert tasks.drop_expired_papers() == 1 and not PrintJob.objects.exists() and not PrintedFile.objects.exists()
    assert Event.objects.filter(verb="print_paper", object_id=str(client.pk)).count() == 1


def test_a_job_left_by_a_dead_worker_is_taken_up_again_but_not_for_ever(county: County, client: Client) -> None:
    job = asked(county.worker, "client", client.pk)
    PrintJob.objects.update(state="running", attempts=1, leased_until=clock.now() + timedelta(minutes=1))
    assert not tasks.make_next_paper()  # somebody holds it
    PrintJob.objects.update(leased_until=clock.now() - timedelta(seconds=1))
    assert tasks.make_next_paper()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    PrintedFile.objects.all().delete()
    PrintJob.objects.update(
        state="running", progress=5, attempts=3, expires_at=None, leased_until=clock.now() - timedelta(seconds=1)
    )
    assert not tasks.make_next_paper()
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "internal")


def test_a_paper_that_can_not_be_set_fails_after_three_attempts(
    county: County, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(county.worker, "client", client.pk)

    def broken(*words: object) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr(tasks, "typeset", broken)
    assert [tasks.make_next_paper() for _attempt in range(4)] == [True, True, True, False]
    assert PrintJob.objects.get().state == "failed"
    assert "制作时出错" in signed_in(county.worker).get(f"/papers/{PrintJob.objects.get().pk}/").content.decode()


def test_sent_twice_it_is_one_job_and_nobody_fills_the_queue(county: County, client: Client) -> None:
    first = asked(county.worker, "client", client.pk)
    assert asked(county.worker, "client", client.pk, key=first.pk).pk == first.pk
    with pytest.raises(Problem) as refused:
        asked(county.worker, "client", client.pk, key=first.pk, reveals=True)
    assert refused.value.status == 409
    for _more in range(WAITING_AT_MOST - 1):
        asked(county.worker, "client", client.pk)
    with pytest.raises(Problem) as refused:
        asked(county.worker, "client", client.pk)
    assert refused.value.status == 429


def test_no_job_can_be_written_in_anothers_name(county: County, client: Client) -> None:
    with viewing(county.worker.pk), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        PrintJob(
            hub_id=client.hub_id, station_id=client.station_id, account=county.head, kind="client", subject=client.pk,
            title="T", asked_at=clock.now(),
        ).save(force_insert=True)  # fmt: skip


def test_a_case_files_queries_do_not_grow_with_its_records(
    county: County, client: Client, django_assert_num_queries: Any
) -> None:
    case = case_of(county, client)
    county.record([client], case=case)

    def count() -> int:
        with viewing(county.worker.pk) as viewer:
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as found:
                assert queries.case_paper(viewer, case.pk) is not None
        return len(found)

    few = count()
    for _more in range(4):
        county.record([client], case=case)
    assert count() == few <= 34


def test_an_unknown_kind_is_not_found(county: County, client: Client) -> None:
    assert signed_in(county.worker).get(f"/papers/new/tax/{client.pk}/").status_code == 404
    assert signed_in(county.worker).get("/papers/").status_code == FOUND


def test_a_case_file_holds_the_stages_forms_goals_and_approvals(county: County, client: Client) -> None:
    """What was written at each stage, by its own field names; a drawn signature as a picture."""
    case = case_of(county, client)
    now, today = clock.now(), clock.today()
    place = {"hub_id": case.hub_id, "station_id": case.station_id, "case": case}
    CaseSheet.objects.create(
        **place, stage="intake", content={"request": "想有人说说话", "agreement": "每周三下午"}, signer="王秀英",
        signature="M10 10L90 120", written_on=today, written_at=now, written_by=county.worker,
    )  # fmt: skip
    CaseGoal.objects.create(
        **place, statement="每周下楼三次", measure="自己记录", baseline="从不下楼", levels=list("一二三四五"),
        due_on=today, written_by=county.worker, written_at=now,
    )  # fmt: skip
    CaseApproval.objects.create(**place, kind="plan", asked_by=county.worker, asked_at=now, comment="")
    words = words_of(made(county.worker, "case", case.pk))
    for expected in ("想有人说说话", "每周三下午", "王秀英的签名", "每周下楼三次", "服务计划审批", "待审批"):
        assert expected in words


def test_a_case_file_holds_how_it_came_in_what_was_passed_on_and_what_was_reported(
    county: County, client: Client
) -> None:
    case, now = case_of(county, client), clock.now()
    of_client = {"hub_id": client.hub_id, "station_id": client.station_id, "client": client}
    Enquiry.objects.create(
        **of_client, number="Q00000001", source="outreach", received_at=now, received_on=clock.today(),
        name=client.name, asker_name="王强", asker_phone=PHONE, relation="儿子", need="想有人来看看", due_at=now,
        case=case, decision="accept", decided_at=now, decided_on=clock.today(), decided_by=county.worker,
    )  # fmt: skip
    to = {"receiver_kind": "station", "to_station": county.far_room, "to_hub_id": county.far_room.hub_id}
    Referral.objects.create(
        **of_client, **to, number="Z00000001", reason="需要辅具", asked="请评估", basis="duty", basis_note="依职责",
        created_at=now, created_by=county.worker, state="returned", released_at=now, due_at=now, answered_at=now,
        answered_by=county.stranger, answer="已安排", returned_at=now, returned_by=county.stranger, result="已配轮椅",
    )  # fmt: skip
    report = ProtectionReport.objects.create(
        **of_client, number="B00000001", started_at=now, started_by=county.head, saved_at=now, due_at=now,
        facts="颈部有勒痕", triggers=["domestic"],
    )  # fmt: skip
    ReportNotice.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, report=report, authority="police", told_at=now,
        channel="phone", officer="张警官", receipt="JJ-7", noted_at=now, noted_by=county.head,
    )  # fmt: skip
    words = words_of(made(county.worker, "case", case.pk))
    for expected in ("咨询登记Q00000001", "想有人来看看", "王强（儿子）", "转介表Z00000001", "需要辅具", "依职责"):
        assert expected in words, expected
    for expected in ("已安排", "已配轮椅", "接收单位"):
        assert expected in words, expected
    # A report is seen by who made it, the head and the county: so it is printed.
    assert PHONE not in words and "强制报告" not in words and "勒痕" not in words
    words = words_of(made(county.head, "case", case.pk))
    for expected in ("强制报告B00000001", "颈部有勒痕", "家庭暴力", "张警官", "JJ-7"):
        assert expected in words, expected
