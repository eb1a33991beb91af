"""The data-protection officer: consents, requests, retention, and erasure by two that leaves the counts true."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shegong.indicators.actions import drift, recount
from shegong.indicators.queries import reading, station_by_key
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import protection as actions
from shegong.practice.actions.client import change_client, give_consent, withdraw_consent
from shegong.practice.actions.merge import merge_clients
from shegong.practice.models import (
    Assessment,
    Case,
    CaseApproval,
    CaseGoal,
    CaseSheet,
    CaseStep,
    Client,
    ClientToken,
    Consent,
    Contact,
    ErasureProposal,
    FollowUp,
    GoalRating,
    RecordRevision,
    RetentionRule,
    ServiceRecord,
    SubjectRequest,
)
from shegong.practice.queries import protection as queries
from shegong.practice.rules import protection as rules
from shegong.practice.rules.protection import RequestFact
from tests.factories import START, World, close
from tests.practice.county import County, identity
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text

NAME, STREET = "欧阳修竹", "锦江边某街 18 号"
SECRETS = (NAME, STREET, "13800138000", "酗酒", "儿媳", "王强", "每周下楼")
TODAY = date(2026, 6, 1)


@pytest.fixture
def county(world: World) -> County:
    return County(world)


@pytest.fixture
def officer(world: World) -> Account:
    return world.account("dpo", world.centre)


@pytest.fixture
def later() -> Iterator[None]:
    """Twenty years on: everybody's file has had its time."""
    with time_machine.travel(clock.now() + timedelta(days=20 * 366), tick=False):
        yield


def fact(**changes: Any) -> RequestFact:
    received = clock.today() - timedelta(days=3)
    given: Any = {"kind": "erase", "asker": "self", "contact": "13900139000", "text": "请删除", "received_on": received}
    return RequestFact(**{**given, **changes})


def life(county: County) -> tuple[Client, Client, ServiceRecord, ServiceRecord]:
    """A file with something in every part of it, and another one; a record of the first alone, one of both."""
    client = county.client(
        NAME,
        groups=["older"],
        identity=identity(date(1949, 10, 1)),
        born_on=date(1949, 10, 1),
        phone="13800138000",
        address=STREET,
        ethnicity="01",
    )
    other = county.client("李国强")
    place = {"hub_id": client.hub_id, "station_id": client.station_id, "client": client}
    Contact.objects.create(**place, name="王强", relation="儿媳", phone="13700137000")
    Consent.objects.create(
        **place, purpose="service", basis="consent", given_on=START, note="王强在场", recorded_by=county.worker
    )
    Assessment.objects.create(
        **place,
        instrument=county.instrument(),
        assessed_on=clock.today(),
        worker=county.worker_row,
        risk=2,
        answers={"wish": "不再酗酒"},
        summary="儿媳照顾",
        recorded_at=clock.now(),
        recorded_by=county.worker,
    )
    case = Case.objects.create(
        **place,
        number="C-1",
        group=county.group("older"),
        worker=county.worker_row,
        problem="酗酒",
        opened_on=START,
        opened_by=county.worker,
    )
    of_case = {"hub_id": case.hub_id, "station_id": case.station_id, "case": case}
    now = clock.now()
    signed = {"written_at": now, "written_by": county.worker}
    CaseSheet.objects.create(
        **of_case, stage="intake", content={"request": "酗酒"}, signer=NAME, witness="儿媳", written_on=START, **signed
    )
    goal = CaseGoal.objects.create(
        **of_case, statement="每周下楼", measure="儿媳看", baseline="酗酒", levels=["酗酒"] * 5, due_on=START, **signed
    )
    GoalRating.objects.create(
        **of_case, goal=goal, rated_on=START, level=0, note="儿媳说", rated_by=county.worker, rated_at=now
    )
    close(case, START, county.worker)
    Case.objects.update(outcome="每周下楼")
    CaseApproval.objects.update(comment="儿媳同意")
    CaseStep.objects.create(
        **of_case, stage="closed", entered_on=START, entered_at=now, entered_by=county.worker, reason="酗酒"
    )
    FollowUp.objects.create(**of_case, due_on=START, done_on=START, note="儿媳接电话")
    alone, both = county.record([client]), county.record([client, other])
    ServiceRecord.objects.update(summary=f"{NAME}与儿媳谈酗酒")
    RecordRevision.objects.create(
        hub_id=alone.hub_id,
        station_id=alone.station_id,
        record=alone,
        number=1,
        before={"summary": "酗酒"},
        reason="儿媳说",
        revised_at=clock.now(),
        revised_by=county.worker,
    )
    return client, other, alone, both


def everything() -> str:
    """All that stands in the practice's tables in the clear, and what of it is encrypted."""
    found = []
    with connection.cursor() as cursor:
        for table in ("client", "clienttoken", "contact", "consent", "assessment", "case", "recordrevision"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM practice_{table} t")
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def proposed(officer: Account, client: Client) -> ErasureProposal:
    with viewing(officer.pk) as viewer:
        return actions.propose_erasure(client.pk, client.hub_id, by=viewer, at=clock.now())


# Requests


def test_a_request_is_due_after_thirty_days_and_answered_once(county: County, officer: Account) -> None:
    client = county.client()
    with viewing(officer.pk) as viewer:
        made = actions.record_request(fact(), client.number.lower(), by=viewer, at=clock.now())
        assert (made.client_id, made.hub_id) == (client.pk, client.hub_id)
        assert made.due_on == made.received_on + timedelta(days=30)
        assert queries.open_requests(clock.today()) == (1, 0)
        assert queries.open_requests(made.due_on + timedelta(days=1)) == (1, 1)
        with pytest.raises(Problem) as caught:
            actions.answer_request(made, "refused", " ", clock.today(), by=viewer, at=clock.now())
        assert caught.value.field == "answer"
        actions.answer_request(made, "refused", "法律要求保存", clock.today(), by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            actions.answer_request(made, "granted", "好", clock.today(), by=viewer, at=clock.now())
        assert caught.value.status == 409
        with pytest.raises(Problem):  # a refused request is no ground
            actions.propose_erasure(client.pk, client.hub_id, by=viewer, at=clock.now(), asked=made)
    events = list(Event.objects.order_by("id").values_list("verb", "detail"))
    assert [verb for verb, _detail in events] == ["record_request", "answer_request"]
    assert "13900139000" not in str(events)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"asker": "x"}, "asker"),
        ({"text": " "}, "text"),
        ({"text": "字" * 2001}, "text"),
        ({"contact": "\0"}, "contact"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"received_on": TODAY - timedelta(days=366)}, "received_on"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_at_its_field(changes: dict[str, Any], field: str) -> None:
    good: Any = {"kind": "access", "asker": "self", "contact": "", "text": "看看", "received_on": TODAY}
    assert rules.checked_request(good, TODAY) == good
    with pytest.raises(Problem) as caught:
        rules.checked_request(RequestFact(**{**good, **changes}), TODAY)
    assert [problem.field for problem in caught.value] == [field]


def test_only_the_officer_handles_requests(county: County, officer: Account) -> None:
    with viewing(officer.pk) as viewer:
        made = actions.record_request(fact(), "", by=viewer, at=clock.now())
    assert made.client_id is None
    for account in (county.worker, county.head, county.officer, county.city):
        with viewing(account.pk) as viewer:
            assert not SubjectRequest.objects.exists()
            with pytest.raises(Problem) as caught:
                actions.record_request(fact(), "", by=viewer, at=clock.now())
            assert caught.value.status == 403
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                SubjectRequest(
                    hub_id=made.hub_id,
                    station_id=made.station_id,
                    kind="access",
                    asker="self",
                    text="x",
                    received_on=TODAY,
                    due_on=TODAY + timedelta(days=30),
                    recorded_at=clock.now(),
                    recorded_by_id=viewer.account_id,
                ).save(force_insert=True)


# Consents


def test_consents_are_counted_and_shown_by_number(county: County, officer: Account) -> None:
    here, there = county.client(NAME), county.client(at=county.far_room)
    with viewing(county.worker.pk) as viewer:
        given = give_consent(
            here, {"purpose": "photo", "basis": "consent", "given_on": START, "note": ""}, by=viewer, at=clock.now()
        )
        withdraw_consent(given, by=viewer, at=clock.now())
    Consent.objects.create(
        hub_id=there.hub_id,
        station_id=there.station_id,
        client=there,
        purpose="service",
        basis="duty",
        given_on=START,
        recorded_by=county.stranger,
    )
    with viewing(officer.pk):
        counts = {(str(each.purpose), each.in_force, each.withdrawn) for each in queries.consent_counts(None)}
        assert counts == {("提供服务", 1, 0), ("拍摄与使用影像", 0, 1)}
        assert len(queries.consent_counts(county.hub)) == len(queries.consent_counts(county.town)) == 1
        assert queries.consent_counts(county.next_room) == []
        _page, lines = queries.consents_page(queries.consents(county.room, state="withdrawn"), None)
        assert [line.number for line in lines] == [here.number]
        story = queries.consent_story(given.pk)
        assert story is not None
        assert [(event.verb, who) for event, who in story.events] == [
            ("give_consent", str(county.worker)),
            ("withdraw_consent", str(county.worker)),
        ]
    browser = signed_in(officer)
    page = text(browser.get("/protection/consents/"))
    assert here.number in page and NAME not in page
    address = f"/protection/consents/{given.pk}/"
    assert NAME not in text(browser.get(address))
    assert browser.post(address, {"reason": "-"}).status_code == WRONG
    shown = browser.post(address, {"reason": "核对本人请求"})
    assert NAME in text(shown) and shown.headers["Cache-Control"] == "no-store"
    assert NAME not in text(browser.get(address))
    event = Event.objects.get(verb="look_up_name")
    assert (event.object_id, event.detail) == (str(here.pk), {"reason": "核对本人请求"})


def test_the_list_of_consents_costs_the_same_however_long(county: County, officer: Account) -> None:
    counts = []
    for times in (1, 12):
        for _turn in range(times):
            client = county.client()
            Consent.objects.create(
                hub_id=client.hub_id,
                station_id=client.station_id,
                client=client,
                purpose="service",
                basis="consent",
                given_on=START,
                recorded_by=county.worker,
            )
        with CaptureQueriesContext(connection) as captured:
            signed_in(officer).get("/protection/consents/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Retention


def test_how_long_a_file_is_kept_follows_its_class(county: County, officer: Account) -> None:
    older, child = (
        county.client(born_on=date(1950, 1, 1)),
        county.client("小明", born_on=clock.today() - timedelta(days=3000)),
    )
    worked = county.client("赵")
    Case.objects.create(
        hub_id=worked.hub_id,
        station_id=worked.station_id,
        client=worked,
        number="C-2",
        group=county.group("older"),
        worker=county.worker_row,
        problem="x",
        opened_on=START,
        opened_by=county.worker,
    )
    county.record([older])
    with viewing(officer.pk):
        found = queries.ground(older.pk, older.hub_id)
        assert found is not None and found.kind == "file" and not found.has_open_case
        assert found.expires_on == clock.today().replace(year=clock.today().year + 5)
        young = queries.ground(child.pk, child.hub_id)
        assert young is not None and young.kind == "minor" and child.born_on is not None
        assert young.expires_on == child.born_on.replace(year=child.born_on.year + 28)
        case = queries.ground(worked.pk, worked.hub_id)
        assert case is not None and (case.kind, case.has_open_case) == ("case", True)
    with viewing(county.worker.pk):
        assert queries.ground(older.pk, older.hub_id) is None


def test_the_officer_sets_a_period_and_says_why(county: County, officer: Account) -> None:
    with viewing(officer.pk) as viewer:
        rule = RetentionRule.objects.get(pk="file")
        for years, basis, field in ((0, "条例", "years"), (101, "条例", "years"), (3, " ", "basis")):
            with pytest.raises(Problem) as caught:
                actions.set_retention(rule, years, basis, by=viewer, at=clock.now())
            assert [problem.field for problem in caught.value] == [field]
        actions.set_retention(rule, 3, "某市条例第八条", by=viewer, at=clock.now())
    assert RetentionRule.objects.get(pk="file").years == 3
    with viewing(county.officer.pk):
        assert RetentionRule.objects.count() == 7
        assert RetentionRule.objects.filter(pk="file").update(years=50) == 0


def test_files_past_their_time_are_found_page_by_page(
    county: County, officer: Account, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SCAN", 2)
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        old = [county.client() for _turn in range(5)]
        open_one = old[1]
        Case.objects.create(
            hub_id=open_one.hub_id,
            station_id=open_one.station_id,
            client=open_one,
            number="C-3",
            group=county.group("older"),
            worker=county.worker_row,
            problem="x",
            opened_on=START,
            opened_by=county.worker,
        )
    county.record([old[3]])  # served today
    with viewing(officer.pk):
        numbers, cursor, pages = [], None, 0
        while True:
            found, cursor = queries.expired_files(clock.today(), cursor)
            numbers += [each.number for each in found]
            pages += 1
            if cursor is None:
                break
        assert (sorted(numbers), pages) == (sorted(old[i].number for i in (0, 2, 4)), 4)
        with pytest.raises(Problem):
            queries.expired_files(clock.today(), "nonsense")
    with viewing(county.officer.pk):
        assert queries.expired_files(clock.today(), None) == ([], None)


# Erasure


def test_erasure_takes_two_persons_and_leaves_every_number_as_it_was(
    county: County, officer: Account, world: World
) -> None:
    client, other, alone, both = life(county)
    recount()
    codes = ("practice.persons_served", "practice.person_times", "practice.service_hours", "practice.assessments")
    year = Period.parse(str(clock.today().year))

    def numbers() -> list[object]:
        return [reading(code, station_by_key(county.hub.key), year).value for code in codes]

    before = numbers()
    assert before[0] == 2
    with time_machine.travel(clock.now() + timedelta(days=11 * 366), tick=False):
        proposal = proposed(officer, client)
        with viewing(officer.pk) as viewer, pytest.raises(Problem) as caught:
            actions.approve_erasure(proposal, by=viewer, at=clock.now())
        assert caught.value.code == "same_person"
        with viewing(county.officer.pk) as viewer:
            actions.approve_erasure(proposal, by=viewer, at=clock.now())
    client.refresh_from_db()
    assert (client.state, client.name, client.identity, client.phone, client.address) == ("erased", "—", "", "", "")
    assert client.identity_index is None and client.phone_index is None and client.born_on is None
    left = everything()
    assert [secret for secret in SECRETS if secret in left] == []
    assert not ClientToken.objects.filter(client_id=client.pk).exists()
    alone.refresh_from_db()
    both.refresh_from_db()
    assert (alone.summary, alone.clients_count, alone.minutes) == ("—", 1, 30)
    assert NAME in both.summary  # the other person's record, too
    assert numbers() == before
    assert drift() == []
    verbs = list(Event.objects.filter(object_id=str(client.pk)).order_by("id").values_list("verb", flat=True))
    assert verbs == ["propose_erasure", "approve_erasure"]
    other.refresh_from_db()
    assert other.name == "李国强"
    with viewing(county.worker.pk) as viewer, pytest.raises(Problem, match="匿名"):
        change_client(client, by=viewer, at=clock.now(), name="又来了")


def test_the_last_of_those_who_took_part_takes_the_text_along(county: County, officer: Account, later: None) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        one, two = county.client("甲"), county.client("乙")
        record = county.record([one, two])
    for client in (one, two):
        record.refresh_from_db()
        assert record.summary == "入户探访。"
        proposal = proposed(officer, client)
        with viewing(county.officer.pk) as viewer:
            actions.approve_erasure(proposal, by=viewer, at=clock.now())
    record.refresh_from_db()
    assert (record.summary, record.clients_count) == ("—", 2)


def test_files_merged_into_an_erased_one_are_erased_with_it(county: County, officer: Account, later: None) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        kept, merged = county.client(NAME), county.client("欧阳修祝", phone="13800138000")
        with viewing(county.worker.pk) as viewer:
            merge = merge_clients(kept, merged, by=viewer, at=clock.now())
    proposal = proposed(officer, kept)
    with viewing(county.officer.pk) as viewer:
        actions.approve_erasure(proposal, by=viewer, at=clock.now())
    merged.refresh_from_db()
    assert (merged.name, merged.phone, merged.state) == ("—", "", "merged")
    assert merge.undone_at is None


def test_a_granted_request_is_a_ground_before_the_time_is_over(county: County, officer: Account) -> None:
    client = county.client()
    with viewing(officer.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.propose_erasure(client.pk, client.hub_id, by=viewer, at=clock.now())
        assert caught.value.code == "not_expired"
        asked = actions.record_request(fact(), client.number, by=viewer, at=clock.now())
        asked = actions.answer_request(asked, "granted", "照办", clock.today(), by=viewer, at=clock.now())
        proposal = actions.propose_erasure(client.pk, client.hub_id, by=viewer, at=clock.now(), asked=asked)
        with pytest.raises(Problem) as caught:
            actions.propose_erasure(client.pk, client.hub_id, by=viewer, at=clock.now(), asked=asked)
        assert caught.value.code == "proposed"
    second = county.world.account("dpo", county.world.centre)
    with viewing(second.pk) as viewer:
        actions.approve_erasure(proposal, by=viewer, at=clock.now())
    client.refresh_from_db()
    assert client.state == "erased"
    assert SubjectRequest.objects.get().contact == ""


def test_a_case_opened_meanwhile_stops_it_and_a_no_leaves_everything(
    county: County, officer: Account, later: None
) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        client = county.client()
    proposal = proposed(officer, client)
    case = Case.objects.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        client=client,
        number="C-4",
        group=county.group("older"),
        worker=county.worker_row,
        problem="x",
        opened_on=clock.today(),
        opened_by=county.worker,
    )
    with viewing(county.officer.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.approve_erasure(proposal, by=viewer, at=clock.now())
        assert caught.value.code == "case_open"
        with pytest.raises(Problem) as caught:
            actions.decline_erasure(proposal, "-", by=viewer, at=clock.now())
        assert caught.value.field == "reason"
        actions.decline_erasure(proposal, "又来求助", by=viewer, at=clock.now())
    client.refresh_from_db()
    assert client.name == "王秀英" and case.problem == "x"
    Case.objects.update(opened_on=START)
    close(case, START, county.worker)
    assert proposed(officer, client).pk != proposal.pk  # declined once, proposed again


def test_the_database_itself_wants_a_second_person_and_a_ground(county: County, officer: Account, later: None) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        client, young = county.client(), county.client("乙")
    county.record([young])
    proposal = proposed(officer, client)

    def refused(account: Account, statement: str, params: list[Any], match: str) -> None:
        stopped = pytest.raises(Exception, match=match)
        with viewing(account.pk), stopped, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)

    call = "SELECT practice_anonymise(%s, %s, %s::date)"
    refused(county.officer, call, [proposal.pk, client.hub_id, clock.today()], "not approved")
    decide = (
        "UPDATE practice_erasureproposal SET decision = 'approved', decided_at = now(), decided_by_id = %s "
        "WHERE id = %s"
    )
    with viewing(officer.pk), connection.cursor() as cursor:
        cursor.execute(decide, [officer.pk, proposal.pk])
        assert cursor.rowcount == 0  # one's own is out of reach
    refused(county.officer, decide, [officer.pk, proposal.pk], "row-level security|another")
    ErasureProposal.objects.create(
        hub_id=young.hub_id,
        station_id=young.station_id,
        client=young,
        kind="file",
        expired_on=clock.today(),
        proposed_at=clock.now(),
        proposed_by=officer,
        decision="approved",
        decided_at=clock.now(),
        decided_by=county.officer,
    )
    other = ErasureProposal.objects.get(client_id=young.pk)
    refused(county.officer, call, [other.pk, young.hub_id, clock.today()], "no ground")
    for account in (county.worker, county.head, county.city, county.stranger):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM practice_erasureproposal")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT * FROM practice_file_numbers(%s::uuid[])", [[client.pk]])
            assert cursor.fetchall() == []
            cursor.execute("SELECT practice_file_name(%s, %s)", [client.pk, client.hub_id])
            assert cursor.fetchone() == (None,)
            cursor.execute("SELECT * FROM practice_file_by_number(%s)", [client.number])
            assert cursor.fetchall() == []


# Pages


def test_the_officers_way_through_the_pages(county: County, officer: Account, later: None) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20 * 366), tick=False):
        client = county.client(NAME)
    browser = signed_in(officer)
    assert 'href="/protection/"' in text(browser.get("/board/"))
    assert browser.get("/protection/").headers["Location"] == "/protection/requests/"
    typed = {"kind": "erase", "asker": "self", "number": client.number, "text": "请删除我的档案", "contact": ""}
    wrong = browser.post("/protection/requests/new/", {**typed, "number": "X-1", "received_on": str(clock.today())})
    assert wrong.status_code == WRONG and "没有这个编号的档案" in text(wrong) and "请删除我的档案" in text(wrong)
    made = browser.post("/protection/requests/new/", {**typed, "received_on": str(clock.today())})
    assert made.status_code == SEE_OTHER
    where = made.headers["Location"]
    assert client.number in text(browser.get("/protection/requests/"))
    page = text(browser.get(where))
    assert client.number in page and NAME not in page
    assert NAME in text(browser.post(where, {"reason": "核对身份"}))
    answer = {"outcome": "granted", "answer": "已照办", "answered_on": str(clock.today())}
    assert browser.post(f"{where}answer/", {**answer, "outcome": ""}).status_code == WRONG
    assert browser.post(f"{where}answer/", answer).status_code == SEE_OTHER
    assert "已照办" in text(browser.get("/protection/requests/?state=answered"))
    assert client.number in text(browser.get("/protection/retention/"))
    assert browser.post("/protection/retention/case/", {"years": "12", "basis": "某规定"}).status_code == SEE_OTHER
    assert browser.post(f"{where}erasure/").status_code == SEE_OTHER
    page = text(browser.get("/protection/erasures/"))
    assert client.number in page and "等另一人复核" in page and "/approve/" not in page
    second = signed_in(county.officer)
    assert second.get("/protection/").headers["Location"] == "/protection/erasures/"
    assert second.get("/protection/requests/").status_code == 403
    proposal = ErasureProposal.objects.get()
    assert f"/protection/erasures/{proposal.pk}/approve/" in text(second.get("/protection/erasures/"))
    assert "不能恢复" in text(second.get(f"/protection/erasures/{proposal.pk}/approve/"))
    assert second.post(f"/protection/erasures/{proposal.pk}/approve/").status_code == SEE_OTHER
    assert "已同意并执行" in text(second.get("/protection/erasures/?state=decided"))
    assert "已匿名" in text(signed_in(county.worker).get(f"/clients/{client.pk}/"))
    assert signed_in(county.worker).get("/protection/").status_code == 403
    assert browser.get("/protection/erasures/").status_code == FOUND
