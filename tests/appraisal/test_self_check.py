"""A station on its way to being standardised: self-check, county, city; late, twice, denied, appealed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from shegong.appraisal.actions.self_check import (
    Answer,
    Brought,
    add_proof,
    appeal_check,
    begin_check,
    decide_appeal,
    decide_check,
    remove_proof,
    review_check,
    submit_check,
    tracing,
)
from shegong.appraisal.enums import CheckState
from shegong.appraisal.models import CheckAnswer, CheckStep, SelfCheck, Standardisation
from shegong.appraisal.queries.self_check import content_of, sheet
from shegong.appraisal.queries.standard import standards_in_force
from shegong.appraisal.rules.self_check import valid_until
from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.models import Account
from tests.appraisal.place import PROOF, SEEN, Appraised
from tests.factories import World


@pytest.fixture
def place(world: World) -> Appraised:
    return Appraised(world)


def refused(code: str, place: Appraised, account: Account, act: str, check: SelfCheck, *rest: object) -> None:
    with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
        kept = {"by": viewer, "at": clock.now(), "today": place.today}
        if act == "review":
            review_check(check, *rest, **kept)
        elif act == "decide":
            decide_check(check, *rest, **kept)
        elif act == "appeal":
            appeal_check(check, *rest, **kept)
        else:
            submit_check(check, *rest, **kept)
    assert code in [each.code for each in caught.value]


def reviewed(place: Appraised, check: SelfCheck) -> SelfCheck:
    with viewing(place.county.pk) as viewer:
        return review_check(check, "reviewed", SEEN, "", by=viewer, at=clock.now(), today=place.today)


def test_from_the_station_over_the_county_to_the_city(place: Appraised) -> None:
    place.fit(place.town)
    check = place.submitted()
    assert check.state == CheckState.SUBMITTED
    frozen = CheckAnswer.objects.get(self_check=check, item__code="S1")
    assert (frozen.met, frozen.value) == (True, 100)  # the system answered by itself
    check = reviewed(place, check)
    assert check.due_on == place.today + timedelta(days=check.standard.confirm_days)
    with viewing(place.city.pk) as viewer:
        check = decide_check(check, "confirmed", "", by=viewer, at=clock.now(), today=place.today)
    outcome = Standardisation.objects.get(station=place.town)
    assert (outcome.score, outcome.since) == (check.score, place.today)
    assert outcome.until == valid_until(place.today, check.standard.valid_months)
    states = list(CheckStep.objects.filter(self_check=check).order_by("at").values_list("state", flat=True))
    assert states == ["draft", "submitted", "reviewed", "confirmed"]
    assert reading("appraisal.stations_standardised", place.world.centre).value == 1
    assert reading("appraisal.standardised_stations", place.world.hubs["A"]).value == 100
    assert reading("appraisal.standardised_stations", place.world.centre).value == 50


def test_computed_items_are_filled_in_and_the_rest_is_asked(place: Appraised) -> None:
    place.fit(place.town)
    with viewing(place.head.pk) as viewer:
        standard = standards_in_force(place.today)["station"]
        page = sheet(viewer, place.town, standard, None, place.today)
    met = {line.item.code: line.met for line in page.lines}
    assert met["E1"] and met["S1"] and not met["O2"]
    assert met["V1"]  # nobody asked for help: nothing was late
    assert [code for code, known in met.items() if known is None] == ["E6", "O5", "O6", "V5", "V6"]
    assert page.score.points == sum(line.item.weight for line in page.lines if line.met)
    assert page.score.points + page.score.open_points <= 100


def test_a_station_answers_for_itself_only_and_says_what_it_must(place: Appraised, world: World) -> None:
    stranger = world.account("head", world.towns["B"])
    with viewing(stranger.pk) as viewer, pytest.raises(Problem) as caught:
        begin_check(place.town, by=viewer, at=clock.now(), today=place.today)
    assert caught.value.code == "not_your_station"
    check = place.begun()
    refused("answer_missing", place, place.head, "submit", check, {})
    refused(
        "proof_missing",
        place,
        place.head,
        "submit",
        check,
        {"O5": Answer(True), "O6": Answer(False), "V5": Answer(False)},
    )
    with viewing(stranger.pk):
        assert not SelfCheck.objects.exists()


def test_after_the_deadline_nothing_comes_in_and_a_trace_is_kept(place: Appraised) -> None:
    check = place.begun()
    late = date(place.today.year + 1, 1, 1)
    with (
        viewing(place.head.pk) as viewer,
        pytest.raises(Problem) as caught,
        tracing(check, by=viewer, at=clock.now()),
    ):
        submit_check(check, {}, by=viewer, at=clock.now(), today=late)
    assert caught.value.code == "too_late"
    trace = Event.objects.get(verb="refuse_self_check")
    assert (trace.account_id, trace.object_id, trace.detail["reason"]) == (place.head.pk, str(check.pk), "too_late")


def test_a_proof_of_two_hundred_megabytes_or_a_program_is_refused(place: Appraised) -> None:
    check = place.begun()
    with viewing(place.head.pk) as viewer:
        for content, code in ((b"\xff" * (LARGEST + 1), "file_too_large"), (b"MZ\x90\x00" + b"\0" * 200, "file_kind")):
            with pytest.raises(Problem) as caught:
                add_proof(check, "O5", Brought(content, "照片.jpg"), by=viewer, at=clock.now())
            assert (caught.value.code, caught.value.field) == (code, "file-O5")
        proof = add_proof(check, "O5", Brought(PROOF, "照片.exe"), by=viewer, at=clock.now())
        assert proof.name == "照片.jpg" and content_of(proof)[:3] == b"\xff\xd8\xff"
        remove_proof(proof, by=viewer, at=clock.now())
    assert not check.proofs.exists()


def test_the_county_must_see_for_itself_and_give_reasons(place: Appraised) -> None:
    place.fit(place.town)
    check = place.submitted()
    refused("observation_missing", place, place.county, "review", check, "reviewed", {}, "")
    refused("reason_missing", place, place.county, "review", check, "returned", {}, "")
    refused("not_your_review", place, place.head, "review", check, "reviewed", SEEN, "")
    refused("state_gone", place, place.city, "decide", check, "confirmed", "")
    with viewing(place.county.pk) as viewer:
        check = review_check(
            check,
            "returned",
            {"O5": Answer(False, "公示栏是空的")},
            "请补公示",
            by=viewer,
            at=clock.now(),
            today=place.today,
        )
    assert check.state == CheckState.RETURNED
    assert CheckAnswer.objects.get(self_check=check, item__code="O5").county_note == "公示栏是空的"
    with viewing(place.head.pk) as viewer:
        answers = {code: Answer(True) for code in ("O5", "O6", "V5")}
        check = submit_check(check, answers, by=viewer, at=clock.now(), today=place.today)
    assert CheckAnswer.objects.get(self_check=check, item__code="O5").county_met is None


def test_a_veto_item_stands_against_it_whatever_the_score(place: Appraised, world: World) -> None:
    place.fit(place.town)
    check = place.submitted()
    with viewing(place.county.pk) as viewer:
        findings = SEEN | {"V5": Answer(False, "没有承诺书")}
        check = review_check(check, "reviewed", findings, "", by=viewer, at=clock.now(), today=place.today)
    refused("score_low", place, place.city, "decide", check, "confirmed", "")
    assert not Standardisation.objects.exists()


def test_a_refusal_is_appealed_and_decided_by_somebody_else(place: Appraised, world: World) -> None:
    place.fit(place.town)
    check = place.submitted()
    with viewing(place.county.pk) as viewer:
        findings = {"V5": Answer(False, "没看到")}
        check = review_check(check, "declined", findings, "缺承诺书", by=viewer, at=clock.now(), today=place.today)
    with viewing(place.head.pk) as viewer, pytest.raises(Problem) as caught:
        late = place.today + timedelta(days=check.standard.appeal_days + 2)
        appeal_check(check, "承诺书在柜里", by=viewer, at=clock.now(), today=late)
    assert caught.value.code == "appeal_late"
    refused("reason_missing", place, place.head, "appeal", check, " ")
    with viewing(place.head.pk) as viewer:
        check = appeal_check(check, "承诺书在柜里", by=viewer, at=clock.now(), today=place.today)
    with viewing(place.city.pk) as viewer:
        check = decide_appeal(check, grants=True, reason="已补看", by=viewer, at=clock.now(), today=place.today)
    assert (check.state, CheckAnswer.objects.get(self_check=check, item__code="V5").county_met) == ("reviewed", True)
    refused("not_your_decision", place, place.city, "decide", check, "confirmed", "")
    other = world.account("city", world.centre)
    with viewing(other.pk) as viewer:
        check = decide_check(check, "declined", "分数不够", by=viewer, at=clock.now(), today=place.today)
    with viewing(place.head.pk) as viewer:
        check = appeal_check(check, "再看一次", by=viewer, at=clock.now(), today=place.today)
    with viewing(place.city.pk) as viewer:
        check = decide_appeal(check, grants=False, reason="仍不足", by=viewer, at=clock.now(), today=place.today)
    assert check.state == CheckState.REJECTED
    assert place.begun().pk != check.pk  # a new one may begin


@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_the_same_second_and_one_wins() -> None:
    world = World()
    place = Appraised(world)
    place.fit(place.town)
    check = reviewed(place, place.submitted())
    officers = [place.city, world.account("city", world.centre)]
    gate = Barrier(2)

    def confirm(officer: Account) -> str:
        try:
            gate.wait()
            with viewing(officer.pk) as viewer:
                decide_check(check, "confirmed", "", by=viewer, at=clock.now(), today=place.today)
        except Problem as problem:
            return problem.code
        finally:
            connection.close()
        return "confirmed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(confirm, officers))
    assert said == ["confirmed", "state_gone"]
    assert Standardisation.objects.filter(station=place.town).count() == 1


def told(sql: str, *values: object) -> str:
    """The constraint that refuses a statement."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(caught.value.__cause__.diag.constraint_name)


def test_the_tables_refuse_what_skips_a_stage(place: Appraised) -> None:
    check = place.begun()
    sql = "UPDATE appraisal_selfcheck SET state = %s WHERE id = %s"
    assert told(sql, "confirmed", check.pk) == "appraisal_selfcheck_no_stage_skipped"
    assert told(sql, "submitted", check.pk) == "appraisal_selfcheck_submitted"
    made = (
        "INSERT INTO appraisal_standardisation (id, hub_id, station_id, tier, score, self_check_id, since, until) "
        "VALUES (gen_random_uuid(), %s, %s, 'station', 90, %s, '2026-01-01', '2028-01-01')"
    )
    values = (check.hub_id, check.station_id, check.pk)
    assert told(made, *values) == "appraisal_standardisation_of_a_confirmed_check"


def test_only_the_city_makes_somebody_standardised_by_raw_sql_too(place: Appraised) -> None:
    check = place.submitted()
    sql = (
        "INSERT INTO appraisal_standardisation (id, hub_id, station_id, tier, score, self_check_id, since, until) "
        "VALUES (gen_random_uuid(), %s, %s, 'station', 90, %s, '2026-01-01', '2028-01-01')"
    )
    for account in (place.head, place.county):
        with (
            viewing(account.pk),
            pytest.raises(DatabaseError) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [check.hub_id, check.station_id, check.pk])
        assert "self-check" in str(caught.value) or "row-level security" in str(caught.value)


def test_nobody_elsewhere_reads_a_self_check_by_raw_sql(place: Appraised) -> None:
    place.submitted()
    tables = ("selfcheck", "checkanswer", "checkproof", "checkproofpiece", "checkstep")

    def seen() -> set[str]:
        with connection.cursor() as cursor:
            found = set()
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM appraisal_{table}")
                found |= {table} if cursor.fetchone()[0] else set()
        return found

    assert seen() == set(tables)
    with viewing(place.world.account("county", place.world.hubs["B"]).pk):
        assert seen() == set()
    with viewing(place.county.pk):
        assert seen() == set(tables)
    with transaction.atomic():
        become_unprivileged()
        assert seen() == set()


def test_validity_ends_on_a_day_that_there_is() -> None:
    assert valid_until(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert valid_until(date(2026, 11, 23), 24) == date(2028, 11, 23)
