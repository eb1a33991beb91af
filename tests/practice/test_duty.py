"""The duty to report: a clock from the first word on, proof, escalation, and nobody closes their own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.actions import duty as actions
from shegong.practice.actions.duty import Notice, Observation
from shegong.practice.models import ProtectionReport, ReportAlert, ReportTrigger
from shegong.practice.queries import duty as queries
from tests.practice.county import County, years_ago

TOLD = {"authority": "police", "channel": "phone", "officer": "张警官 012345", "receipt": "20260701-01"}


def begun(county: County, by: Account | None = None, **seen: Any) -> ProtectionReport:
    with viewing((by or county.worker).pk) as viewer:
        seen = {"facts": "手臂多处瘀伤"} | seen
        return actions.save_report(uuid7(), county.room, Observation(**seen), by=viewer, at=clock.now())


def told(county: County, report: ProtectionReport, by: Account | None = None, **changes: Any) -> None:
    with viewing((by or county.worker).pk) as viewer:
        notice = Notice(**{"told_at": clock.now(), **TOLD, **changes})
        actions.note_notice(report, notice, by=viewer, at=clock.now())


def numbers_seen(account: Account) -> list[str]:
    with viewing(account.pk), connection.cursor() as cursor:
        cursor.execute("SELECT number FROM practice_protectionreport")
        return [row[0] for row in cursor.fetchall()]


def escalated_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> int:
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        return actions.escalate_late_reports()


def test_the_nine_situations_and_others_are_there(db: None) -> None:
    assert ReportTrigger.objects.filter(clause__contains="第四条").count() == 9
    assert ReportTrigger.objects.filter(code="other").exists()


def test_the_first_word_makes_the_report_and_starts_its_clock(county: County) -> None:
    key = uuid7()
    with viewing(county.worker.pk) as viewer:
        first = actions.save_report(key, county.room, Observation(name="小"), by=viewer, at=clock.now())
        later = clock.now() + timedelta(minutes=9)
        again = actions.save_report(key, county.room, Observation(name="小明", age=9), by=viewer, at=later)
    assert again.pk == first.pk and (again.name, again.age) == ("小明", 9)
    assert again.due_at == first.started_at + timedelta(hours=2) and again.saved_at == later
    assert "小" not in str(list(Event.objects.filter(kind="report").values_list("detail", flat=True)))


def test_from_a_file_it_knows_who_it_is_about(county: County) -> None:
    child = county.client("李小乐", sex="1", born_on=years_ago(8))
    report = begun(county, client_id=child.pk)
    assert (report.client_id, report.name, report.sex, report.age) == (child.pk, "李小乐", "1", 8)


def test_who_sees_it(county: County) -> None:
    number = begun(county).number
    for account in (county.worker, county.head, county.officer):
        assert numbers_seen(account) == [number]
    dpo = county.world.account(Role.DPO, county.world.centre)
    hidden = (county.colleague, county.neighbour, county.stranger, county.city, county.supervisor, dpo)
    for account in hidden:
        assert numbers_seen(account) == []
    with viewing(dpo.pk) as viewer:
        with pytest.raises(Problem):
            actions.open_report(number, "", by=viewer, at=clock.now())
        key = actions.open_report(number, "核查处置时限", by=viewer, at=clock.now())
        assert queries.report_file(viewer, key) is not None
    assert numbers_seen(dpo) == [number] and Event.objects.filter(verb="open_report").count() == 1


def test_the_proof_stops_the_clock(county: County) -> None:
    report = begun(county)
    with pytest.raises(Problem) as caught:
        told(county, report, officer="", authority="x")
    assert {each.field for each in caught.value} == {"authority", "officer"}
    told(county, report)
    told(county, report, authority="civil")
    report.refresh_from_db()
    assert report.state == "reported" and report.notices.count() == 2


def test_nobody_closes_the_own_report(county: County) -> None:
    report = begun(county, by=county.head)
    told(county, report, by=county.head)
    with viewing(county.head.pk) as viewer:
        actions.follow_up_report(report, "已与民警、学校会商", by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            actions.close_report(report, "protected", "已由亲属照料", by=viewer, at=clock.now())
        assert caught.value.code == "closed_by_starter"
    with viewing(county.officer.pk) as viewer:
        with pytest.raises(Problem):  # it says neither of whom nor of what
            actions.close_report(report, "protected", "已由亲属照料", by=viewer, at=clock.now())
        seen = Observation(person="minor", triggers=("violence",), facts="手臂多处瘀伤")
        actions.save_report(report.pk, county.room, seen, by=viewer, at=clock.now())
        assert actions.close_report(report, "protected", "已由亲属照料", by=viewer, at=clock.now()).state == "closed"


def test_a_colleague_closes_nothing_and_no_stage_is_skipped(county: County) -> None:
    report = begun(county)
    with viewing(county.worker.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.close_report(report, "mistaken", "点错了", by=viewer, at=clock.now())
        assert caught.value.status == 403
        with pytest.raises(Problem):
            actions.follow_up_report(report, "跟进", by=viewer, at=clock.now())
    with viewing(county.head.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.close_report(report, "protected", "好了", by=viewer, at=clock.now())
        assert caught.value.code == "not_reported"
        actions.close_report(report, "mistaken", "点错了，没有情况", by=viewer, at=clock.now())


@pytest.mark.parametrize(
    "change",
    [
        {"state": "reported", "reported_at": datetime(2026, 1, 1)},
        {"state": "followed", "reported_at": datetime(2026, 1, 1), "followed_at": datetime(2026, 1, 1)},
        {"due_at": datetime(2030, 1, 1)},
        {"started_at": datetime(2030, 1, 1)},
    ],
)
@pytest.mark.filterwarnings("ignore:DateTimeField")
def test_the_database_keeps_clock_and_stages(county: County, change: dict[str, Any]) -> None:
    report = begun(county)
    with pytest.raises(Error), transaction.atomic():
        ProtectionReport.objects.filter(pk=report.pk).update(**change)


def test_a_raw_closure_by_who_began_it_is_refused(county: County) -> None:
    report = begun(county)
    with viewing(county.worker.pk), pytest.raises(Error), transaction.atomic():
        ProtectionReport.objects.filter(pk=report.pk).update(
            state="closed", result="mistaken", result_note="x", closed_at=clock.now(), closed_by=county.worker
        )


def test_late_reports_reach_the_head_and_then_the_county_once(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    report = begun(county)
    assert escalated_at(monkeypatch, report.due_at - timedelta(minutes=1)) == 0
    assert escalated_at(monkeypatch, report.due_at + timedelta(minutes=1)) == 1
    assert escalated_at(monkeypatch, report.due_at + timedelta(minutes=2)) == 0
    assert [each.account for each in ReportAlert.objects.all()] == [county.head]
    assert escalated_at(monkeypatch, report.due_at + timedelta(hours=1, minutes=1)) == 1
    assert set(ReportAlert.objects.values_list("account_id", flat=True)) == {county.head.pk, county.officer.pk}
    for account in (county.head, county.officer):
        with viewing(account.pk) as viewer:
            day = queries.intake_day(viewer, report.due_at + timedelta(hours=2))
            assert [each.pk for each in day.late] == [report.pk] and ReportAlert.objects.count() == 1


def test_a_report_made_in_time_alarms_nobody(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    report = begun(county)
    told(county, report)
    assert escalated_at(monkeypatch, report.due_at + timedelta(days=1)) == 0 and not ReportAlert.objects.exists()
