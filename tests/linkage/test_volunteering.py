"""Volunteering from registration to a checked certificate: places, hours, corrections, and who sees what."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.linkage.actions.certificate import issue_certificate, withdraw_certificate
from shegong.linkage.actions.opportunity import (
    ask_correction,
    change_opportunity,
    decide_correction,
    move_opportunity,
    record_attendance,
    record_list,
    sign_up,
    withdraw_signup,
)
from shegong.linkage.actions.volunteer import (
    change_volunteer,
    honour_volunteer,
    move_volunteer,
    register_volunteer,
    thank_volunteer,
    train_volunteer,
)
from shegong.linkage.models import (
    Attendance,
    Certificate,
    Honour,
    HoursCorrection,
    Opportunity,
    ServedYear,
    SignUp,
    Thanks,
    Volunteer,
    VolunteerTraining,
)
from shegong.linkage.queries import opportunity as queries
from shegong.linkage.rules.opportunity import OpportunityDraft, Presence
from shegong.linkage.rules.volunteer import volunteer_number
from shegong.network.scope import viewing
from tests.factories import World
from tests.linkage.volunteering import Volunteering


@pytest.fixture
def place(world: World) -> Volunteering:
    return Volunteering(world)


def refusal(act: Any) -> set[str]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        act()
    return {each.code for each in caught.value}


def test_from_registration_to_a_certificate(place: Volunteering) -> None:
    """The whole way, with what is counted on it."""
    with viewing(place.account.pk) as viewer:
        mine = register_volunteer(
            place.town, place.draft(identity="11010519491231002X", born_on=date(1949, 12, 31)), by=viewer,
            at=clock.now(), today=place.today,
        )  # fmt: skip
        assert mine.state == "pending"
        assert refusal(
            lambda: register_volunteer(place.town, place.draft(), by=viewer, at=clock.now(), today=place.today)
        ) == {"registered_already"}
        move: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: move_volunteer(mine, "active", **move)) == {"not_yours"}
    with pytest.raises(IntegrityError, match="checked_by_staff"), viewing(place.account.pk):
        Volunteer.objects.filter(pk=mine.pk).update(state="active")
    with viewing(place.worker.pk) as viewer:
        move_volunteer(mine, "active", by=viewer, at=clock.now(), today=place.today)
    call = place.call()
    with viewing(place.account.pk) as viewer:
        mine = Volunteer.objects.select_related("station").get(account=place.account)
        assert [each.opportunity.pk for each in queries.near(mine, clock.now())] == [call.pk]
        assert sign_up(call, mine, by=viewer, at=clock.now()).state == "signed"
        assert queries.near(mine, clock.now()) == []
    with viewing(place.worker.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: record_attendance(call, mine, place.there(call), **args)) == {"before_event"}
    call = place.begin(call)
    with viewing(place.worker.pk) as viewer:
        assert record_list(call, {mine.pk: place.there(call, 90)}, confirm=True, by=viewer, at=clock.now()) == 1
        assert record_list(call, {mine.pk: place.there(call, 60)}, confirm=True, by=viewer, at=clock.now()) == 0
        done = move_opportunity(call, "done", by=viewer, at=clock.now())
    assert done.state == "done"
    with viewing(place.account.pk) as viewer:
        certificate = issue_certificate(
            mine, place.today - timedelta(days=30), place.today + timedelta(days=1),
            address=lambda number: f"https://example.test/v/{number}/", by=viewer, at=clock.now(), today=place.today,
        )  # fmt: skip
    assert (certificate.services, certificate.minutes, certificate.issuer) == (1, 90, place.town.name)
    found = queries.checked_certificate(certificate.number)
    assert found and (found.name, found.minutes, found.state) == ("周**", 90, "valid")
    assert queries.checked_certificate("FW2020AAAAAAAAAA") is None
    mine.refresh_from_db()
    assert (mine.kept, mine.missed, mine.minutes) == (1, 0, 90)
    day = call.starts_at.astimezone(clock.now().tzinfo).date()
    assert ServedYear.objects.get().year == Attendance.objects.get().on_day.year
    if Attendance.objects.get().on_day.year == place.today.year:
        for unit in (place.world.centre, place.world.hubs["A"], place.town):
            assert reading("linkage.volunteers", unit).value == 1, day
            assert reading("linkage.volunteer_hours", unit).value == 1.5
            assert reading("linkage.volunteers_served", unit).value == 1
        assert reading("linkage.volunteers", place.world.hubs["B"]).value == 0
    with viewing(place.worker.pk) as viewer:
        assert refusal(lambda: withdraw_certificate(certificate, "错", by=viewer, at=clock.now())) == {"not_yours"}
    with viewing(place.head.pk) as viewer:
        withdraw_certificate(certificate, "重复开具", by=viewer, at=clock.now())
    found = queries.checked_certificate(certificate.number)
    assert found and found.state == "withdrawn"
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"register_volunteer", "sign_up_volunteer", "confirm_attendance", "issue_certificate"} <= verbs


def test_what_is_wrong_with_a_registration(place: Volunteering) -> None:
    """Each at its field; and the database holds it against a stranger's statement."""
    known = place.registered(identity="11010519491231002X", born_on=date(1949, 12, 31), phone="13911112222")
    young = place.today.replace(day=1) - timedelta(days=365 * 15)

    def register(**more: Any) -> Any:
        with viewing(place.worker.pk) as viewer:
            return register_volunteer(place.town, place.draft(**more), by=viewer, at=clock.now(), today=place.today)

    assert refusal(lambda: register(phone="13911112222")) == {"phone_known"}
    assert refusal(lambda: register(identity="11010519491231002X", born_on=date(1949, 12, 31))) == {"person_known"}
    assert refusal(lambda: register(born_on=young)) == {"guardian_missing"}
    guardian = {"guardian_name": "周大山", "guardian_phone": "13700000000"}
    future = {"guardian_consent_on": place.today + timedelta(days=1)}
    assert refusal(lambda: register(born_on=young, **guardian, **future)) == {"consent_day"}
    assert refusal(lambda: register(name=" ", phone="12", skills=("flying",), slots=(21,))) >= {
        "name_missing", "skill_unknown", "slot_unknown",
    }  # fmt: skip
    assert refusal(lambda: register(born_on=place.today - timedelta(days=900))) >= {"too_young"}
    minor = register(born_on=young, guardian_consent_on=place.today, **guardian)
    assert minor.state == "active" and minor.grown_on.year == young.year + 18
    with viewing(place.stranger.pk) as viewer:
        assert refusal(lambda: register_volunteer(
            place.town, place.draft(), by=viewer, at=clock.now(), today=place.today
        )) == {"not_your_station"}  # fmt: skip
    with connection.cursor() as cursor:
        for change, why in (
            ("guardian_consent_on = NULL", "linkage_volunteer_guarded"),
            ("phone_index = (SELECT phone_index FROM linkage_volunteer WHERE id = %(known)s)", "phone_once"),
            ("slots = '{21}'", "in_bounds"),
        ):
            with pytest.raises(IntegrityError, match=why), transaction.atomic():
                statement = f"UPDATE linkage_volunteer SET {change} WHERE id = %(minor)s"
                cursor.execute(statement, {"minor": minor.pk, "known": known.pk})
    with viewing(place.worker.pk) as viewer:
        change_volunteer(
            minor, place.draft(born_on=young, guardian_consent_on=place.today, reach_km=9, **guardian), by=viewer,
            at=clock.now(), today=place.today,
        )  # fmt: skip
        gone = move_volunteer(minor, "left", by=viewer, at=clock.now(), today=place.today)
        assert (gone.phone, gone.guardian_name) == ("", "")
        args: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: move_volunteer(gone, "active", **args)) == {"state_gone"}
        assert refusal(lambda: change_volunteer(gone, place.draft(), **args)) == {"left"}
    assert len({volunteer_number("510107", chance) for chance in range(50)}) == 50
    assert all(len(volunteer_number(area, 7)) == 16 for area in ("", "510107", "510107001000"))


def test_who_may_sign_up_for_what(place: Volunteering) -> None:
    """Ages, training, one place at a time; who waits moves up; places can't fall below what is taken."""
    one, two, three = (place.registered() for _each in range(3))
    call = place.call()
    assert place.signed(call, one).state == "signed"
    assert refusal(lambda: place.signed(call, one)) == {"signed_up"}
    assert place.signed(call, two).state == place.signed(call, three).state == "waiting"
    overlapping = place.call(title="同一时间")
    assert refusal(lambda: place.signed(overlapping, one)) == {"overlaps"}
    old = place.call(minimum_age=80, starts_at=call.ends_at)
    assert refusal(lambda: place.signed(old, one)) == {"too_young"}
    trained = place.call(training="first_aid", starts_at=call.ends_at, places=3)
    assert refusal(lambda: place.signed(trained, one)) == {"training_missing"}
    assert refusal(lambda: place.signed(place.call(state="draft"), one)) == {"not_open"}
    idle = place.registered(active=False)
    assert refusal(lambda: place.signed(trained, idle)) == {"not_active"}
    with viewing(place.worker.pk) as viewer:
        train_volunteer(
            one, topic="first_aid", course="心肺复苏", minutes=90, held_on=place.today, by=viewer, at=clock.now(),
            today=place.today,
        )  # fmt: skip
    assert place.signed(trained, one).state == "signed"
    with viewing(place.worker.pk) as viewer:
        withdraw_signup(SignUp.objects.get(opportunity=call, volunteer=one), by=viewer, at=clock.now())
    states = dict(SignUp.objects.filter(opportunity=call).values_list("volunteer", "state"))
    assert states == {one.pk: "withdrawn", two.pk: "signed", three.pk: "waiting"}
    call.refresh_from_db()
    assert (call.taken, call.waiting) == (1, 1)
    said = {name: getattr(call, name) for name in OpportunityDraft.__slots__}
    with viewing(place.worker.pk) as viewer:
        change_opportunity(call, OpportunityDraft(**{**said, "places": 2}), by=viewer, at=clock.now())
        call.refresh_from_db()
        assert (call.taken, call.waiting, call.free) == (2, 0, 0)
        less = OpportunityDraft(**said)
        assert refusal(lambda: change_opportunity(call, less, by=viewer, at=clock.now())) == {"places_taken"}
        assert refusal(lambda: move_opportunity(call, "done", by=viewer, at=clock.now())) == {"not_over"}
        assert refusal(lambda: move_opportunity(call, "cancelled", by=viewer, at=clock.now())) == {"text_missing"}
    call = place.begin(call)
    assert refusal(lambda: place.signed(call, place.registered())) == {"started"}
    with viewing(place.worker.pk) as viewer:
        late = SignUp.objects.get(opportunity=call, volunteer=two)
        assert refusal(lambda: withdraw_signup(late, by=viewer, at=clock.now())) == {"started"}
    with connection.cursor() as cursor:
        for statement, why in (
            ("UPDATE linkage_opportunity SET taken = places + 1", "linkage_opportunity_places"),
            ("UPDATE linkage_signup SET state = 'signed' WHERE state = 'withdrawn'", "decided_by_the_database"),
        ):
            with pytest.raises(IntegrityError, match=why), transaction.atomic():
                cursor.execute(statement)


def test_hours_as_an_event_allows_them(place: Volunteering) -> None:
    """Not longer than the event, not by oneself; confirmed they change only by a correction that another decides."""
    mine, other = place.registered(place.account), place.registered()
    call = place.call(places=2)
    place.signed(call, mine)
    place.signed(call, other)
    outsider = place.registered()
    place.begin(call)
    start = call.starts_at
    for there, code in (
        (Presence(True, start, start + timedelta(minutes=121)), "outside_event"),
        (Presence(True, start - timedelta(minutes=1), start + timedelta(minutes=20)), "outside_event"),
        (Presence(True, start, start), "ends_first"),
        (Presence(True, None, None), "times_missing"),
        (Presence(True, start, start + timedelta(minutes=20), 20), "rest_bounds"),
    ):
        assert refusal(lambda there=there: place.served(call, mine, there)) == {code}
    assert refusal(lambda: place.served(call, outsider)) == {"not_signed_up"}
    done = place.served(call, mine)
    place.served(call, other, Presence(False))
    with connection.cursor() as cursor:
        for change, why in (
            ("minutes = 100", "confirmed_stays"),
            ("confirmed_at = NULL, confirmed_by_id = NULL", "confirmed_stays"),
        ):
            with pytest.raises(IntegrityError, match=why), transaction.atomic():
                cursor.execute(f"UPDATE linkage_attendance SET {change} WHERE id = %s", [done.pk])
        with pytest.raises(IntegrityError, match="linkage_attendance_minutes"), transaction.atomic():
            cursor.execute(
                "INSERT INTO linkage_hourscorrection (id, hub_id, station_id, opportunity_id, volunteer_id, "
                "attendance_id, reason, came, starts_at, ends_at, minutes, was, asked_at, asked_by_id, decision, "
                "answer) SELECT gen_random_uuid(), hub_id, station_id, opportunity_id, volunteer_id, id, '多记', true, "
                "starts_at, ends_at, 121, '{}', now(), recorded_by_id, 'open', '' FROM linkage_attendance "
                "WHERE id = %s",
                [done.pk],
            )
    with viewing(place.account.pk) as viewer:
        certificate = issue_certificate(
            mine, done.on_day, done.on_day + timedelta(days=1), address=lambda number: number, by=viewer,
            at=clock.now(), today=place.today,
        )  # fmt: skip
        attendance = queries.attendance_of(viewer, done.pk)
        assert attendance is not None
        wish = ask_correction(attendance, place.there(call, 60), "我提前走了", by=viewer, at=clock.now())
        again = place.there(call, 30)
        assert refusal(lambda: ask_correction(attendance, again, "再改", by=viewer, at=clock.now())) == {
            "correction_open"
        }
        assert refusal(
            lambda: decide_correction(wish, accept=True, answer="好", by=viewer, at=clock.now())
        ) == {"not_your_station"}  # fmt: skip
    with viewing(place.worker.pk) as viewer:
        decide_correction(wish, accept=True, answer="已核对签到", by=viewer, at=clock.now())
    mine.refresh_from_db()
    certificate.refresh_from_db()
    assert (mine.minutes, mine.kept, certificate.state) == (60, 1, "withdrawn")
    assert HoursCorrection.objects.get().was["minutes"] == 120
    other.refresh_from_db()
    assert (other.kept, other.missed, other.minutes) == (0, 1, 0)
    with viewing(place.worker.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today, "address": str}
        nothing = place.today - timedelta(days=400)
        assert refusal(
            lambda: issue_certificate(mine, nothing, nothing + timedelta(days=9), **args)
        ) == {"no_service"}  # fmt: skip
        assert refusal(lambda: issue_certificate(mine, place.today, place.today, **args)) == {"ends_first"}
    with pytest.raises(IntegrityError, match="withdrawn_once"), transaction.atomic():
        Certificate.objects.update(minutes=999, state="valid")


def test_the_wall(place: Volunteering) -> None:
    """Volunteers see themselves alone, other stations nobody, the city nobody; what is given is in one's own name."""
    mine, other = place.registered(place.account), place.registered()
    call, draft = place.call(places=2), place.call(state="draft", starts_at=clock.now() + timedelta(days=2))
    place.signed(call, mine)
    place.signed(call, other)
    with viewing(place.head.pk) as viewer:
        args: dict[str, Any] = {"by": viewer, "at": clock.now()}
        honour_volunteer(mine, kind="station_good", reason="长期陪伴", given_on=place.today, today=place.today, **args)
        thank_volunteer(mine, sender="居民张婆婆", words="谢谢你常来看我", **args)
        assert refusal(lambda: thank_volunteer(mine, sender="站点", words=" ", **args)) == {"text_missing"}
        assert refusal(
            lambda: honour_volunteer(mine, kind="top", reason="x", given_on=place.today, today=place.today, **args)
        ) == {"kind_unknown"}  # fmt: skip
    with viewing(place.worker.pk) as viewer:
        assert refusal(lambda: honour_volunteer(
            mine, kind="station_good", reason="好", given_on=place.today, by=viewer, at=clock.now(), today=place.today
        )) == {"not_yours"}  # fmt: skip
    everything = (Volunteer, SignUp, Honour, Thanks)
    with viewing(place.account.pk):
        assert [model.objects.count() for model in everything] == [1, 1, 1, 1]
        assert set(Opportunity.objects.values_list("pk", flat=True)) == {call.pk}
        with pytest.raises(ProgrammingError), transaction.atomic():
            Volunteer.objects.update(minutes=6000)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Opportunity.objects.update(taken=0)
        assert ServedYear.objects.count() == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            Thanks.objects.create(
                hub_id=mine.hub_id, station=place.town, volunteer=mine, sender="我", words="真棒", at=clock.now(),
                by=place.account,
            )  # fmt: skip
    for account in (place.stranger, place.city):
        with viewing(account.pk):
            assert [model.objects.count() for model in everything] == [0, 0, 0, 0]
            assert Opportunity.objects.count() == 1
    with viewing(place.county.pk):
        assert [model.objects.count() for model in everything] == [2, 2, 1, 1]
        assert Opportunity.objects.filter(pk=draft.pk).exists()
    # Somebody of another county who signs up here is seen here, and nobody else of theirs.
    Volunteer.objects.filter(pk=other.pk).update(hub=place.world.hubs["B"], station=place.world.towns["B"])
    with viewing(place.worker.pk):
        assert Volunteer.objects.count() == 2
    with viewing(place.stranger.pk):
        assert Volunteer.objects.count() == 1
    assert VolunteerTraining.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_no_more_than_the_places() -> None:
    """Places are never oversold, whoever is first."""
    place = Volunteering(World())
    people = [place.registered() for _each in range(50)]
    call = place.call(places=7)
    start = Barrier(10)

    def crowd(some: list[Volunteer]) -> list[str]:
        try:
            start.wait(20)
            return [place.signed(call, each).state for each in some]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        found = Counter(state for states in pool.map(crowd, [people[at::10] for at in range(10)]) for state in states)
    call.refresh_from_db()
    assert found == {"signed": 7, "waiting": 43}
    assert (call.taken, call.waiting) == (7, 43)
