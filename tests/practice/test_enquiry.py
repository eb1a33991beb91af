"""Enquiries: taken in with a clock, decided once."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.practice.actions import enquiry as actions
from shegong.practice.actions.enquiry import BriefService
from shegong.practice.enums import Urgency
from shegong.practice.models import Case, Client, Enquiry, ServiceRecord, SpecialDay
from shegong.practice.queries import enquiry as queries
from shegong.practice.queries.deadline import due_by_clock
from shegong.practice.rules.deadline import Allowed, SpecialDays, due_at, is_working_day
from shegong.practice.rules.enquiry import EnquiryDraft
from tests.factories import World
from tests.practice.county import County, years_ago
from tests.practice.test_client_pages import signed_in

ZONE = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def taken_in(county: County, by: Any = None, **changes: Any) -> Enquiry:
    basis = {"need": "独居，腿脚不便，想有人来看看", "name": "王秀英", "group_id": county.group("older").pk}
    draft = EnquiryDraft(**basis | changes)
    with viewing((by or county.worker).pk) as viewer:
        return actions.register_enquiry(county.room, draft, by=viewer, at=clock.now())


@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        (Urgency.EMERGENCY, "2026-07-03T23:30", "2026-07-04T01:30"),
        (Urgency.URGENT, "2026-07-03T16:00", "2026-07-04T16:00"),
        (Urgency.SOON, "2026-07-02T09:00", "2026-07-07T18:00"),  # Thursday: Fri, Mon, Tue
        (Urgency.SOON, "2026-09-30T17:00", "2026-10-10T18:00"),  # holiday to 7 Oct; 8, 9, and Saturday 10 is worked
        (Urgency.ROUTINE, "2026-07-03T09:00", "2026-07-17T18:00"),
    ],
)
def test_clocks_run_by_hours_or_working_days(db: None, code: str, start: str, due: str) -> None:
    assert due_by_clock(code, moment(start)) == moment(due)


def test_a_special_day_turns_a_weekday_free_and_a_weekend_into_work() -> None:
    friday, saturday = moment("2026-07-03T00:00").date(), moment("2026-07-04T00:00").date()
    special = SpecialDays(free={friday}, worked={saturday})
    assert not is_working_day(friday, special) and is_working_day(saturday, special)
    assert due_at(moment("2026-07-02T10:00"), Allowed(None, 1), special, ZONE) == moment("2026-07-04T18:00")


# The State Council's notices on holidays: first and last day off, and the weekend days that are worked instead.
NOTICES = {
    "国办发明电〔2024〕12号": (
        "2025-01-01 2025-01-01, 2025-01-28 2025-02-04, 2025-04-04 2025-04-06, 2025-05-01 2025-05-05, "
        "2025-05-31 2025-06-02, 2025-10-01 2025-10-08",
        "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
    ),
    "国办发明电〔2025〕7号": (
        "2026-01-01 2026-01-03, 2026-02-15 2026-02-23, 2026-04-04 2026-04-06, 2026-05-01 2026-05-05, "
        "2026-06-19 2026-06-21, 2026-09-25 2026-09-27, 2026-10-01 2026-10-07",
        "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10",
    ),
}


@pytest.mark.parametrize("notice", NOTICES)
def test_the_special_days_are_those_of_the_notice(db: None, notice: str) -> None:
    spans, worked = NOTICES[notice]
    ends = [tuple(date.fromisoformat(day) for day in span.split()) for span in spans.split(", ")]
    off = {first + timedelta(days=n) for first, last in ends for n in range((last - first).days + 1)}
    kept = SpecialDay.objects.filter(source=notice)
    assert set(kept.filter(is_working=False).values_list("day", flat=True)) == {d for d in off if d.weekday() < 5}
    wanted = {date.fromisoformat(day) for day in worked.split()}
    assert set(kept.filter(is_working=True).values_list("day", flat=True)) == wanted
    assert all(day.weekday() >= 5 for day in wanted)
    special = SpecialDays(free=off, worked=wanted)
    assert not any(is_working_day(day, special) for day in off)


def test_the_administrator_enters_the_days_of_the_coming_year(world: World) -> None:
    browser = signed_in(world.account("admin", world.centre, is_staff=True, is_superuser=True))
    typed = {"day": "2027-01-01", "source": "国办发明电〔2026〕某号"}
    assert browser.post("/admin/practice/specialday/add/", typed).status_code == 302
    assert not SpecialDay.objects.get(day=date(2027, 1, 1)).is_working
    assert Event.objects.filter(verb="add", kind="specialday").exists()
    assert signed_in(world.account("city", world.centre)).get("/admin/practice/specialday/").status_code in (302, 403)


def test_an_enquiry_is_numbered_clocked_and_journalled(county: County) -> None:
    row = taken_in(county, asker_name="王强", asker_phone="139 0000 0001", relation="儿子", urgency="urgent")
    assert row.number[0] == "Q" and len(row.number) == 9
    assert row.due_at - row.received_at == timedelta(hours=24) and row.asker_phone == "13900000001"
    event = Event.objects.get(verb="register_enquiry")
    assert event.object_id == str(row.pk) and "139" not in str(event.detail) and "王" not in str(event.detail)


def test_the_same_key_is_the_same_enquiry(county: County) -> None:
    key = uuid7()
    draft = EnquiryDraft(need="需要陪诊", name="李国强")
    with viewing(county.worker.pk) as viewer:
        first = actions.register_enquiry(county.room, draft, by=viewer, at=clock.now(), key=key)
        assert actions.register_enquiry(county.room, draft, by=viewer, at=clock.now(), key=key).pk == first.pk
        with pytest.raises(Problem) as caught:
            other = EnquiryDraft(need="另一件事", name="李国强")
            actions.register_enquiry(county.room, other, by=viewer, at=clock.now(), key=key)
    assert caught.value.status == 409 and Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"need": " "}, "need"),
        ({"need": "字" * 3000}, "need"),
        ({"name": ""}, "name"),
        ({"asker_phone": "12"}, "asker_phone"),
        ({"urgency": "x"}, "urgency"),
        ({"source": "x"}, "source"),
        ({"age": 131}, "age"),
        ({"need": "a\0b"}, "need"),
        ({"group_id": 30_000}, "group"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(county: County, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        taken_in(county, **changes)
    assert [each.field for each in caught.value] == [field] and Enquiry.objects.count() == 0


def test_nobody_takes_in_elsewhere(county: County) -> None:
    for account in (county.stranger, county.city, county.officer, county.supervisor):
        with pytest.raises(Problem) as caught:
            taken_in(county, by=account)
        assert caught.value.status == 403


def test_accepting_opens_a_file_and_a_case(county: County) -> None:
    row = taken_in(county, asker_name="王强", asker_phone="13900000001", relation="儿子", sex="2")
    with viewing(county.worker.pk) as viewer:
        case = actions.accept_enquiry(row, group=county.group("older"), problem="独居", by=viewer, at=clock.now())
    row.refresh_from_db()
    client = Client.objects.get(pk=row.client_id)
    assert (client.name, client.sex, client.phone) == ("王秀英", "2", "")
    assert [each.relation for each in client.contacts.all()] == ["儿子"]
    assert (row.decision, row.case_id, case.client_id) == ("accept", case.pk, client.pk)
    assert row.decided_on == clock.today() and row.worker == county.worker_row


def test_accepting_for_a_file_that_is_there_opens_no_second_one(county: County) -> None:
    client = county.client("王秀英")
    row = taken_in(county)
    with viewing(county.worker.pk) as viewer:
        assert queries.likely_clients(viewer, row) == [client]
        actions.accept_enquiry(
            row, group=county.group("older"), problem="独居", client=client, by=viewer, at=clock.now()
        )
    assert Client.objects.count() == 1 and Case.objects.get().client_id == client.pk


def test_a_childs_enquiry_wants_a_guardian_or_why_none_and_writes_nothing_without(county: County) -> None:
    row = taken_in(county, name="小明", group_id=county.group("child").pk)
    with viewing(county.worker.pk) as viewer, pytest.raises(Problem) as caught:
        actions.accept_enquiry(
            row, group=county.group("child"), problem="无人照看", born_on=years_ago(9), by=viewer, at=clock.now()
        )
    assert caught.value.code == "guardian_missing" and Client.objects.count() == 0
    row.refresh_from_db()
    assert row.decision == ""


def test_a_brief_service_is_one_record_and_is_counted(county: County) -> None:
    row = taken_in(county)
    service = BriefService(county.world.services["T01"].pk, 20, "phone", "解答高龄津贴政策")
    with viewing(county.worker.pk) as viewer:
        record = actions.serve_briefly(row, service, by=viewer, at=clock.now())
    row.refresh_from_db()
    assert row.decision == "brief" and row.record_id == record.pk
    assert (record.person_times, record.anonymous_count) == (1, 1) and ServiceRecord.objects.count() == 1


def test_declining_needs_a_reason_and_is_final(county: County) -> None:
    row = taken_in(county)
    with viewing(county.worker.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.decline_enquiry(row, "scope", "—", by=viewer, at=clock.now())
        assert caught.value.field == "decision_note"
        actions.decline_enquiry(row, "scope", "属于物业维修，已告知电话", by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            actions.take_enquiry(row, by=viewer, at=clock.now())
        assert caught.value.code == "enquiry_decided"


def test_the_database_keeps_a_decision_too(county: County) -> None:
    row = taken_in(county)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.filter(pk=row.pk).update(decision="accept")
    with viewing(county.worker.pk) as viewer:
        actions.decline_enquiry(row, "scope", "不属于社工服务", by=viewer, at=clock.now())
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        undecided = {"decided_at": None, "decided_on": None, "decided_by": None, "decline_kind": ""}
        Enquiry.objects.filter(pk=row.pk).update(decision="", **undecided)
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Enquiry.objects.filter(pk=row.pk).update(station=county.next_room)


def test_the_list_costs_one_query_however_long(county: County) -> None:
    for number in range(12):
        taken_in(county, name=f"求助人{'甲乙丙丁戊己庚辛壬癸子丑'[number]}")
    for keep in (12, 2):
        Enquiry.objects.exclude(pk__in=list(Enquiry.objects.values_list("pk", flat=True)[:keep])).delete()
        with viewing(county.worker.pk) as viewer, CaptureQueriesContext(connection) as asked:
            page = queries.enquiries_page(viewer, now=clock.now())
            [(row.station.name, row.group and row.group.name) for row in page.items]
        assert len(asked) == 1


def test_overdue_is_by_the_clock(county: County) -> None:
    row = taken_in(county, urgency="emergency")
    later = clock.now() + timedelta(hours=3)
    with viewing(county.head.pk) as viewer:
        assert [each.pk for each in queries.enquiries_page(viewer, now=later, state="overdue").items] == [row.pk]
        assert queries.enquiries_page(viewer, now=clock.now(), state="overdue").items == []
        assert queries.waiting_at(viewer, county.town, later) == queries.Waiting(1, 1)
    with viewing(county.stranger.pk) as viewer:
        assert queries.enquiries_page(viewer, now=later).items == []
