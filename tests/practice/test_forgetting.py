"""What belongs to no file is forgotten when its time is over, by itself; what is counted stays, and nothing sooner."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from shegong.catalogue.models import Instrument
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.network.scope import become_unprivileged
from shegong.people.models import Account
from shegong.practice.actions.forgetting import forget_expired
from shegong.practice.models import (
    Activity,
    ActivitySignUp,
    Enquiry,
    ProtectionReport,
    Referral,
    ReportNotice,
    Survey,
    SurveyResponse,
)
from tests.factories import START, World, new_key
from tests.practice.gatherings import fill_gatherings
from tests.practice.test_record import Room

FORM = {
    "format": 2,
    "title": {"zh": "调查"},
    "languages": ["zh"],
    "items": [
        {"kind": "group", "name": "g", "label": {"zh": "组"}, "items": [
            {"kind": "text", "name": "wish", "label": {"zh": "愿望"}},
            {"kind": "integer", "name": "people", "label": {"zh": "几口人"}},
        ]},
    ],
}  # fmt: skip


def years(count: int, more: int = 0) -> date:
    return clock.today() - timedelta(days=round(365.25 * count) + more)


def enquiry(room: Room, decided_on: date, **fields: object) -> Enquiry:
    at = timezone.now() - (clock.today() - decided_on)
    return Enquiry.objects.create(
        hub_id=room.station.hub_id, station=room.station, number=str(new_key())[-12:], source="self", received_at=at,
        received_on=decided_on, name="赵大爷", asker_name="赵小", need="想请人看看", due_at=at, decision="decline",
        decline_kind="scope", decided_at=at, decided_on=decided_on, decided_by=room.account, **fields,
    )  # fmt: skip


def test_an_enquiry_without_a_file_is_forgotten_after_its_years_and_still_counted(world: World) -> None:
    room = Room(world)
    old, young = enquiry(room, years(3, 2)), enquiry(room, years(3, -3))
    filed = enquiry(room, years(9), client=room.clients[0])
    assert forget_expired(clock.today()) == 1
    for each in (old, young, filed):
        each.refresh_from_db()
    assert (old.name, old.asker_name, old.need, old.decision, old.decline_kind) == ("—", "", "—", "decline", "scope")
    assert young.name == filed.name == "赵大爷"
    event = Event.objects.get(verb="forget_expired")
    assert (event.account_id, event.hub_id, event.detail) == (
        None,
        room.station.hub_id,
        {"kind": "enquiry", "times": 1},
    )
    assert forget_expired(clock.today()) == 0


def test_names_and_words_leave_a_survey_and_its_figures_stay(world: World) -> None:
    room = Room(world)
    here = {"hub_id": room.station.hub_id, "station": room.station}
    form = Instrument.objects.create(code="s", definition=FORM, since=START, name_zh="调查", name_en="Survey")
    survey = Survey.objects.create(
        **here,
        title="调查",
        instrument=form,
        since=START,
        is_anonymous=False,
        made_at=clock.now(),
        made_by=room.account,
    )
    answers = {"wish": "李家要装扶手", "people": 3}
    old, young = (
        SurveyResponse.objects.create(
            **here, survey=survey, name="李国强", answers=answers, answered_on=day, recorded_at=clock.now(),
            recorded_by=room.account,
        )
        for day in (years(2, 2), years(2, -3))
    )  # fmt: skip
    assert forget_expired(clock.today()) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.name, old.answers) == ("", {"people": 3})
    assert (young.name, young.answers) == ("李国强", answers)
    assert forget_expired(clock.today()) == 0


def test_people_without_a_file_leave_an_activity_s_list(world: World) -> None:
    room = Room(world)
    fill_gatherings(room.clients[0], room.account, world.services["T02"], room.worker.pk, START)
    activity = Activity.objects.earliest("starts_at")
    of_it = {"hub_id": activity.hub_id, "station_id": activity.station_id, "activity": activity}
    ActivitySignUp.objects.create(**of_it, name="路人", phone="13800138000", signed_at=clock.now())
    filed = ActivitySignUp.objects.filter(client__isnull=False).count()
    Activity.objects.update(starts_at=timezone.now() - timedelta(days=368))
    assert forget_expired(clock.today()) >= 1
    assert not ActivitySignUp.objects.filter(client__isnull=True).exists()
    assert ActivitySignUp.objects.count() == filed


def report(room: Room, closed_at: date) -> ProtectionReport:
    at = timezone.now() - (clock.today() - closed_at)
    head = Account.objects.filter(grants__role="head").latest("pk")
    made = ProtectionReport.objects.create(
        hub_id=room.station.hub_id, station=room.station, number=str(new_key())[-12:], started_at=at, saved_at=at,
        started_by=room.account, due_at=at, name="小明", facts="手臂有伤", state="closed", reported_at=at,
        followed_at=at, closed_at=at, closed_by=head, result="protected",
    )  # fmt: skip
    ReportNotice.objects.create(
        hub_id=made.hub_id, station_id=made.station_id, report=made, authority="police", told_at=at, channel="phone",
        officer="张警官", noted_at=at, noted_by=room.account,
    )  # fmt: skip
    return made


def test_a_closed_report_is_forgotten_in_its_own_time_and_can_t_be_changed_before(world: World) -> None:
    room = Room(world)
    world.account("head", world.towns["A"])
    old, young = report(room, years(10, 3)), report(room, years(10, -3))
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        ProtectionReport.objects.filter(pk=young.pk).update(facts="—")
    assert forget_expired(clock.today()) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.name, old.facts, old.state, old.number) == ("", "—", "closed", old.number)
    assert old.notices.get().officer == "—" and young.notices.get().officer == "张警官"
    assert young.facts == "手臂有伤"


def test_what_was_asked_of_whom_stays_until_there_is_a_ground(world: World) -> None:
    room = Room(world)
    of = enquiry(room, years(4))
    long_ago = timezone.now() - timedelta(days=4 * 366)
    made = Referral.objects.create(
        hub_id=room.station.hub_id, station=room.station, number="R1", enquiry=of, receiver_kind="station",
        to_station=world.rooms["B1"], to_hub=world.hubs["B"], reason="搬家", asked="继续服务", basis="consent",
        created_at=long_ago, created_by=room.account, name="赵大爷", state="withdrawn",
        withdrawn_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="what was asked of whom stays"), transaction.atomic():
        Referral.objects.filter(pk=made.pk).update(reason="—", asked="—")
    assert forget_expired(clock.today()) == 1  # the enquiry alone: the referral was over a month ago
    Referral.objects.filter(pk=made.pk).update(withdrawn_at=long_ago)
    with pytest.raises(DatabaseError, match="what was asked of whom stays"), transaction.atomic():
        Referral.objects.filter(pk=made.pk).update(reason="另一个原因")
    assert forget_expired(clock.today()) == 1
    made.refresh_from_db()
    assert (made.name, made.reason, made.asked, made.state) == ("", "—", "—", "withdrawn")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "call",
    [
        "practice_forget_expired('2999-01-01'::date)",
        "practice_forget_enquiries('{}', 1)",
        "practice_forget_referrals('{}', 1)",
    ],
)
def test_the_server_itself_can_t_forget_anything(call: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        become_unprivileged()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {call}")
