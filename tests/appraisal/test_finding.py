"""Findings from being written down to being closed: deadlines, proof, a second pair of eyes, what comes up again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction

from shegong.appraisal.actions.finding import (
    Draft,
    correct_finding,
    extend_finding,
    plan_finding,
    recheck_finding,
    record_finding,
    set_term,
    tracing,
    withdraw_finding,
)
from shegong.appraisal.actions.rule_question import answer_question
from shegong.appraisal.models import Finding, FindingProof, FindingStep, FindingTerm, RuleQuestion
from shegong.appraisal.queries import finding as queries
from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST
from shegong.kernel.uploads.keeping import Brought
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import viewing
from shegong.people.models import Account
from tests.appraisal.place import PROOF, Appraised
from tests.appraisal.test_pages import browser
from tests.factories import World, make_station

PHOTO = [Brought(PROOF, "整改后.png")]


class Corrected(Appraised):
    """The same, with people who correct."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.worker = world.worker(self.town)

    def found(
        self, station: Station | None = None, by: Account | None = None, today: date | None = None, **more: Any
    ) -> Finding:
        """`today` is the day on which it is written down."""
        wanted = {"source": "inspection", "wrong": "灭火器过期", "severity": "serious", "found_on": self.today,
                  "document": "management-rule", "anchor": "safety", **more}  # fmt: skip
        with viewing((by or self.county).pk) as viewer:
            return record_finding(
                station or self.town, Draft(**wanted), by=viewer, at=clock.now(), today=today or self.today
            )

    def planned(self, finding: Finding) -> Finding:
        with viewing(self.head.pk) as viewer:
            return plan_finding(
                finding, self.worker.pk, "更换灭火器", self.today, by=viewer, at=clock.now(), today=self.today
            )

    def corrected(self, finding: Finding) -> Finding:
        with viewing(self.head.pk) as viewer:
            return correct_finding(finding, "已更换", PHOTO, by=viewer, at=clock.now())

    def rechecked(self, finding: Finding, by: Account | None = None, *, closes: bool = True) -> Finding:
        with viewing((by or self.county).pk) as viewer:
            return recheck_finding(finding, closes=closes, note="现场看过", by=viewer, at=clock.now(), today=self.today)


@pytest.fixture
def place(world: World) -> Corrected:
    return Corrected(world)


def refusal(act: Any) -> set[str]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        act()
    return {each.code for each in caught.value}


def test_from_being_found_to_being_closed(place: Corrected) -> None:
    finding = place.found()
    assert finding.due_on == place.today + timedelta(days=20)
    finding = place.planned(finding)
    finding = place.corrected(finding)
    assert reading("appraisal.findings_open", place.world.hubs["A"]).value == 1
    finding = place.rechecked(finding)
    assert (finding.state, finding.closed_on) == ("closed", place.today)
    kinds = list(FindingStep.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["recorded", "planned", "corrected", "closed"]
    with pytest.raises(IntegrityError, match="settled_stays"), viewing(place.county.pk):
        Finding.objects.filter(pk=finding.pk).update(correction="别的")
    verbs = ["record_finding", "plan_finding", "correct_finding", "recheck_finding"]
    assert [event.verb for event in Event.objects.filter(kind="finding").order_by("id")] == verbs
    for unit in (place.world.centre, place.world.hubs["A"], place.town):
        assert reading("appraisal.findings_open", unit).value == 0
        assert reading("appraisal.findings_closed", unit).value == 1
        assert reading("appraisal.finding_days", unit).value == 0


def test_what_is_missing_is_told_at_its_field(place: Corrected) -> None:
    assert refusal(lambda: place.found(wrong="  ")) == {"text_missing"}
    assert refusal(lambda: place.found(found_on=place.today + timedelta(days=1))) == {"in_future"}
    assert refusal(lambda: place.found(found_on=place.today - timedelta(days=400))) == {"too_old"}
    assert refusal(lambda: place.found(document="", anchor="")) == {"clause_unknown"}
    hub_item = queries.items_for("hub", place.today)[0]
    assert refusal(lambda: place.found(item_id=hub_item.pk)) == {"item_unknown"}
    finding = place.found()
    late = finding.due_on + timedelta(days=1)
    with viewing(place.head.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: plan_finding(finding, place.worker.pk, "换", late, **args)) == {"after_deadline"}
        past = place.today - timedelta(days=1)
        assert refusal(lambda: plan_finding(finding, place.worker.pk, "", past, **args)) == {"text_missing", "in_past"}
        assert refusal(lambda: plan_finding(finding, 0, "换", place.today, **args)) == {"worker_unknown"}
        hand_in: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: correct_finding(finding, "换", PHOTO, **hand_in)) == {"state_gone"}
    finding = place.planned(finding)
    with viewing(place.head.pk) as viewer:
        hand_in = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: correct_finding(finding, "换好了", [], **hand_in)) == {"proof_missing"}
        program = [Brought(b"MZ\x90\x00" + b"\0" * 500, "照片.jpg")]
        assert refusal(lambda: correct_finding(finding, "换好了", program, **hand_in)) == {"file_kind"}
        huge = [Brought(b"\xff\xd8\xff" + bytes(LARGEST), "照片.jpg")]
        assert refusal(lambda: correct_finding(finding, "换好了", huge, **hand_in)) == {"file_too_large"}
    assert not FindingProof.objects.exists()


def test_everybody_keeps_to_the_own_part(place: Corrected, world: World) -> None:
    stranger = world.account("county", world.hubs["B"])
    assert refusal(lambda: place.found(by=stranger)) == {"not_your_station"}
    assert refusal(lambda: place.found(by=place.head)) == {"not_your_station"}
    own = place.found(by=place.head, source="own")
    assert own.source == "own"
    finding = place.found(anchor="privacy")
    with viewing(place.county.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: plan_finding(finding, place.worker.pk, "换", place.today, **args)) == {
            "not_your_station"
        }
    finding = place.corrected(place.planned(finding))
    assert refusal(lambda: place.rechecked(finding, by=place.head)) == {"not_your_recheck"}
    with viewing(place.head.pk) as viewer:
        args = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: plan_finding(finding, place.worker.pk, "再换", place.today, **args)) == {"state_gone"}
        assert queries.finding_of(viewer, finding.pk) is not None
    with viewing(stranger.pk) as viewer:
        assert queries.finding_of(viewer, finding.pk) is None


def test_nobody_checks_the_own_correction(place: Corrected, world: World) -> None:
    both = world.account("county", world.hubs["A"])
    both.grants.create(role="head", station=place.town, since=date(2022, 1, 1))
    finding = place.planned(place.found())
    with viewing(both.pk) as viewer:
        finding = correct_finding(finding, "已更换", PHOTO, by=viewer, at=clock.now())
    with viewing(both.pk) as viewer:
        with pytest.raises(Problem) as caught, tracing(finding, by=viewer, at=clock.now()):
            recheck_finding(finding, closes=True, note="", by=viewer, at=clock.now(), today=place.today)
        assert caught.value.code == "own_correction"
    assert Event.objects.get(verb="refuse_finding").detail["reason"] == "own_correction"
    # By SQL it is refused, too: who corrected, and who was responsible.
    with pytest.raises(IntegrityError), viewing(both.pk):
        Finding.objects.filter(pk=finding.pk).update(
            state="closed", rechecked_by=both, rechecked_at=clock.now(), closed_on=place.today
        )
    place.worker.account = place.county
    place.worker.save()
    with pytest.raises(IntegrityError, match="another_rechecks"), viewing(place.county.pk):
        Finding.objects.filter(pk=finding.pk).update(
            state="closed", rechecked_by=place.county, rechecked_at=clock.now(), closed_on=place.today
        )
    assert refusal(lambda: place.rechecked(finding)) == {"own_correction"}


def test_sent_back_it_wants_new_proof(place: Corrected) -> None:
    finding = place.corrected(place.planned(place.found()))
    assert refusal(lambda: recheck(place, finding, "")) == {"text_missing"}
    finding = place.rechecked(finding, closes=False)
    assert (finding.state, finding.closed_on) == ("returned", None)
    with pytest.raises(IntegrityError, match="corrected_with_proof"), viewing(place.head.pk):
        Finding.objects.filter(pk=finding.pk).update(state="corrected")
    finding = place.rechecked(place.corrected(finding))
    assert finding.state == "closed"
    assert refusal(lambda: place.rechecked(finding)) == {"state_gone"}


def recheck(place: Corrected, finding: Finding, note: str) -> Finding:
    with viewing(place.county.pk) as viewer:
        return recheck_finding(finding, closes=False, note=note, by=viewer, at=clock.now(), today=place.today)


def test_more_time_only_by_officers_and_only_later(place: Corrected) -> None:
    finding = place.found()
    until = finding.due_on + timedelta(days=10)
    with viewing(place.county.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: extend_finding(finding, finding.due_on, "采购未到", **args)) == {"not_later"}
        assert refusal(lambda: extend_finding(finding, until, " ", **args)) == {"text_missing"}
        assert extend_finding(finding, until, "采购未到", **args).due_on == until
    with pytest.raises(DatabaseError), viewing(place.head.pk):
        Finding.objects.filter(pk=finding.pk).update(
            state="planned", plan="换", planned_for=until, responsible=place.worker, due_on=until + timedelta(days=9)
        )
    with viewing(place.county.pk) as viewer:
        withdrawn = withdraw_finding(finding, "看错了", by=viewer, at=clock.now(), today=place.today)
    assert withdrawn.state == "withdrawn"
    assert reading("appraisal.findings_open", place.town).value == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "closed"),
        ("state", "corrected"),
        ("wrong", "没问题"),
        ("severity", "minor"),
        ("found_on", "2026-01-01"),
    ],
)
def test_by_sql_no_stage_is_skipped_and_what_was_found_stays(place: Corrected, column: str, value: str) -> None:
    finding = place.found()
    with pytest.raises(DatabaseError), viewing(place.county.pk), connection.cursor() as cursor:
        cursor.execute(f"UPDATE appraisal_finding SET {column} = %s WHERE id = %s", [value, finding.pk])


def test_by_sql_a_stranger_finds_and_writes_nothing(place: Corrected, world: World) -> None:
    finding = place.corrected(place.planned(place.found()))
    tables = ("finding", "findingstep", "findingproof", "findingproofpiece")
    strangers = [world.account("head", world.towns["B"]), world.account("county", world.hubs["B"]),
                 world.account("assessor", world.hubs["A"])]  # fmt: skip
    for stranger in strangers:
        with viewing(stranger.pk), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM appraisal_{table}")
                assert cursor.fetchone() == (0,)
            cursor.execute("UPDATE appraisal_finding SET due_on = due_on + 5")
            assert cursor.rowcount == 0
    with viewing(place.head.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE appraisal_finding SET state = 'closed'")
        assert cursor.rowcount == 0  # a head's hands are off what waits for the second look
    with pytest.raises(DatabaseError), viewing(place.county.pk):
        Finding.objects.filter(pk=finding.pk).update(
            state="closed", rechecked_by=place.city, rechecked_at=clock.now(), closed_on=place.today
        )  # in another's name
    with pytest.raises(DatabaseError, match="permission denied"), viewing(place.county.pk), connection.cursor() as each:
        each.execute("DELETE FROM appraisal_finding")


def test_what_comes_up_again_is_linked_and_counted(place: Corrected) -> None:
    first = place.found(found_on=place.today - timedelta(days=200))
    place.found(anchor="access")
    second = place.found()
    assert (second.recurs_id, second.times) == (first.pk, 2)
    assert [each.pk for each in queries.before(second)] == [first.pk]
    with viewing(place.county.pk) as viewer:
        withdraw_finding(second, "重复", by=viewer, at=clock.now(), today=place.today)
    third = place.found()
    assert (third.recurs_id, third.times) == (first.pk, 2)


def test_at_many_stations_it_becomes_one_question_to_the_rule(place: Corrected) -> None:
    with viewing(place.city.pk) as viewer:
        term = FindingTerm.objects.get(pk="serious")
        args: dict[str, Any] = {"days": 20, "county_days": 3, "by": viewer, "at": clock.now()}
        assert refusal(lambda: set_term(term, city_days=1, question_at=3, **args)) == {"days_order"}
        set_term(term, city_days=10, question_at=3, **args)
    item = queries.items_for("station", place.today)[0]
    towns = [place.town, *(make_station(Tier.STATION, f"A{n}", place.world.hubs["A"]) for n in (5, 6, 7))]
    for station in towns[:2]:
        place.found(station, item_id=item.pk)
    place.found(towns[1], item_id=item.pk)
    assert not RuleQuestion.objects.exists()
    place.found(towns[2], item_id=item.pk)
    assert RuleQuestion.objects.get().stations == 3
    place.found(towns[3], item_id=item.pk)
    question = RuleQuestion.objects.get()
    assert (question.stations, question.topic) == (4, f"item:station:{item.code}")
    with viewing(place.county.pk) as viewer:
        answer: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: answer_question(question, "keep", "不变", **answer)) == {"not_yours"}
        assert queries.common(viewer, place.today)[0].stations == 4
        assert RuleQuestion.objects.update(stations=1) == 0
    with viewing(place.city.pk) as viewer:
        answer = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: answer_question(question, "keep", " ", **answer)) == {"text_missing"}
        answer_question(question, "clarify", "按常住人口折算。", **answer)
        assert refusal(lambda: answer_question(question, "keep", "不变", **answer)) == {"answered"}
    place.found(towns[0], item_id=item.pk)
    assert RuleQuestion.objects.count() == 1  # answered this year
    page = browser(place.head).get(f"/policies/{item.document.code}/clauses/{item.anchor}/").content.decode()
    assert "按常住人口折算。" in page


def test_a_head_asks_for_time_and_the_county_answers(place: Corrected) -> None:
    finding = place.found()
    due, until = finding.due_on, finding.due_on + timedelta(days=10)
    page, head, county = f"/findings/{finding.pk}/", browser(place.head), browser(place.county)
    assert "申请延期" in head.get(page).content.decode() and "申请延期" not in county.get(page).content.decode()
    wrong = head.post(f"{page}ask/", {"until": due, "reason": "等采购到货"})
    assert wrong.status_code == 422 and "等采购到货" in wrong.content.decode()
    assert head.post(f"{page}ask/", {"until": until, "reason": "等采购到货"}).status_code == 302
    assert "已有一份延期申请" in head.post(f"{page}ask/", {"until": until, "reason": "再等"}).content.decode()
    waiting = county.get("/findings/").content.decode()
    assert page in waiting and "申请延期" in waiting
    assert head.post(f"{page}refuse/", {"reason": "不"}).status_code == 403
    assert "等待答复" in county.get(page).content.decode()
    assert county.post(f"{page}refuse/", {"reason": " "}).status_code == 422
    assert county.post(f"{page}refuse/", {"reason": "本地有现货"}).status_code == 302
    finding.refresh_from_db()
    assert (finding.due_on, finding.asked_until) == (due, None) and "本地有现货" in head.get(page).content.decode()

    def api(who: Any, path: str, **body: Any) -> Any:
        return who.post(f"/api/v1/findings/{finding.pk}/{path}", body, content_type="application/json")

    assert api(county, "time", grants=False, reason="不").status_code == 409
    assert api(county, "time", grants=True, reason="给").status_code == 422
    asked = api(head, "time-request", until=until.isoformat(), reason="厂家停产，改型号").json()
    assert asked["asked_until"] == until.isoformat() and asked["due_on"] == due.isoformat()
    assert api(head, "time", grants=True, reason="给").status_code == 403
    granted = api(county, "time", grants=True, reason="同意改型号").json()
    assert (granted["due_on"], granted["asked_until"]) == (until.isoformat(), None)
    kinds = list(FindingStep.objects.filter(finding=finding).order_by("at").values_list("kind", flat=True))
    assert kinds == ["recorded", "asked", "refused", "asked", "extended"]
    # By SQL a head neither grants nor refuses, nor asks for less than there is.
    with viewing(place.head.pk):
        step = {"finding": finding, "hub_id": finding.hub_id, "station_id": finding.station_id, "at": clock.now()}
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            FindingStep.objects.create(kind="extended", by=place.head, **step)
        with pytest.raises(IntegrityError, match="asked_for_later"), transaction.atomic():
            Finding.objects.filter(pk=finding.pk).update(asked_until=until)


def test_overdue_is_told_to_the_county_and_later_to_the_city(place: Corrected) -> None:
    late = place.found(found_on=place.today - timedelta(days=10), severity="grave")
    assert late.due_on == place.today + timedelta(days=1)
    assert "该整改的问题" in browser(place.head).get("/day/beside/").content.decode()
    for days, county, city in ((1, 0, 0), (2, 1, 0), (4, 1, 1)):
        day = late.due_on + timedelta(days=days)
        with viewing(place.county.pk) as viewer:
            assert len(queries.escalated(viewer, day)) == county
        with viewing(place.city.pk) as viewer:
            assert len(queries.escalated(viewer, day)) == city
    before = place.today - timedelta(days=12)
    place.found(found_on=before, today=before, severity="grave", anchor="access")
    for account in (place.county, place.city):
        page = browser(account).get("/").content.decode()
        assert "整改超期已久" in page and "超期 5 天" in page
    assert reading("appraisal.findings_overdue", place.town).value == 1


def test_a_program_named_jpg_is_refused_at_its_field_with_what_was_typed(place: Corrected) -> None:
    finding = place.planned(place.found())
    program = SimpleUploadedFile("照片.jpg", b"MZ\x90\x00" + b"\0" * 500, "image/jpeg")
    said = browser(place.head).post(f"/findings/{finding.pk}/correct/", {"correction": "换好了", "files": program})
    assert said.status_code == 422
    assert "内容不是其中任何一种" in said.content.decode() and "换好了" in said.content.decode()
    assert Event.objects.get(verb="refuse_finding").detail["reason"] == "file_kind"


@pytest.mark.django_db(transaction=True)
def test_of_two_second_looks_at_once_one_counts(world: World) -> None:
    place = Corrected(world)
    finding = place.corrected(place.planned(place.found()))
    start = Barrier(2)

    def look(account: Account, closes: bool) -> str:
        start.wait(timeout=30)
        try:
            return place.rechecked(finding, by=account, closes=closes).state
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = {
            each.result() for each in [pool.submit(look, place.county, True), pool.submit(look, place.city, False)]
        }
    assert "state_gone" in outcomes and outcomes & {"closed", "returned"}
    assert FindingStep.objects.filter(finding=finding, kind__in=["closed", "returned"]).count() == 1
