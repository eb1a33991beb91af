"""A community activity from plan to summary; series; sign-ups; what the database holds."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shegong.indicators.actions import drift
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.recurrence import occurrences
from shegong.network.scope import viewing
from shegong.practice.actions import activity as actions
from shegong.practice.actions import activity_guests as guests
from shegong.practice.actions.activity import ActivitySummary
from shegong.practice.actions.activity_guests import Gift
from shegong.practice.models import Activity, ActivitySignUp, BudgetLine, ServiceRecord
from shegong.practice.rules.activity import Turnout
from shegong.practice.rules.groupwork import BudgetDraft
from tests.practice.county import County
from tests.practice.gatherings import activity_draft, activity_held, activity_sheet, planned_activity

JANUARY_31 = date(2026, 1, 31)


def test_the_days_of_a_series() -> None:
    assert occurrences(JANUARY_31, "weekly", date(2026, 2, 14)) == [
        JANUARY_31,
        date(2026, 2, 7),
        date(2026, 2, 14),
    ]
    assert occurrences(JANUARY_31, "biweekly", date(2026, 2, 20))[1:] == [date(2026, 2, 14)]
    months = occurrences(JANUARY_31, "monthly", date(2026, 4, 30))
    assert months == [JANUARY_31, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    for repeat, until in (("weekly", date(2026, 1, 1)), ("daily", date(2026, 3, 1)), ("weekly", date(2036, 1, 1))):
        with pytest.raises(Problem) as caught:
            occurrences(JANUARY_31, repeat, until)
        assert caught.value.code == "repeat_range"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"safety": " "}, "safety"),
        ({"expected": 0}, "expected"),
        ({"capacity": 0}, "capacity"),
        ({"minutes": 2000}, "minutes"),
        ({"place": "moon"}, "place"),
        ({"service_id": 999_999}, "service_id"),
        ({"budget": (BudgetDraft("", Decimal(1)),)}, "budget"),
    ],
)
def test_a_bad_plan_is_refused_at_its_field(county: County, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        planned_activity(county, **changes)
    assert {each.field for each in caught.value} == {field}
    assert Activity.objects.count() == 0


def test_a_small_one_needs_no_approval_a_large_or_dear_one_does(county: County, settings: Any) -> None:
    settings.ACTIVITY_APPROVAL_BUDGET, settings.ACTIVITY_APPROVAL_SIZE = 1000, 60
    assert planned_activity(county).state == "planned"
    assert planned_activity(county, expected=61).state == "submitted"
    dear = planned_activity(county, budget=(BudgetDraft("舞台", Decimal("1000.01")),))
    assert dear.state == "submitted"
    with pytest.raises(Problem) as caught:
        activity_held(county, dear, walk_ins=3)
    assert caught.value.code == "activity_step"
    with viewing(county.head.pk) as viewer:
        assert actions.decide_activity(dear, approve=True, note="", by=viewer, at=clock.now()).state == "planned"
    with viewing(county.worker.pk) as viewer:
        more = activity_draft(county, budget=(BudgetDraft("舞台", Decimal("5000")),))
        assert actions.change_activity(dear, more, by=viewer, at=clock.now()).state == "draft"


def test_an_activity_with_clients_residents_and_walk_ins_is_one_record(county: County) -> None:
    clients = [county.client(f"人{number}") for number in range(5)]
    activity = planned_activity(county, capacity=3)
    with viewing(county.worker.pk) as viewer:
        for client in clients[:2]:
            guests.sign_up_client(activity, client.pk, by=viewer, at=clock.now())
        resident = guests.sign_up_resident(activity, "陈静", "13800000000", by=viewer, at=clock.now())
        late = guests.sign_up_client(activity, clients[2].pk, by=viewer, at=clock.now())
        assert (resident.state, late.state) == ("signed", "waitlisted")
        first = activity.signups.get(client=clients[0])
        guests.cancel_sign_up(first, by=viewer, at=clock.now())
    assert ActivitySignUp.objects.get(pk=late.pk).state == "signed"
    turnout = Turnout(tuple(c.pk for c in clients[1:]), (resident.pk,), 10, {"f60": 6, "m60": 3})
    done = activity_held(county, activity, turnout=turnout)
    record = ServiceRecord.objects.get(pk=activity.pk)
    assert (record.method, record.clients_count, record.anonymous_count) == ("M", 4, 11)
    assert (done.state, done.walk_ins) == ("held", {"f60": 6, "m60": 3})
    assert dict(activity.signups.values_list("pk", "came"))[resident.pk] is True
    assert ServiceRecord.objects.count() == 1 and drift() == []
    activity_held(county, activity, turnout=turnout)
    assert ServiceRecord.objects.get().revision == 0
    fewer = Turnout(tuple(c.pk for c in clients[2:]), (), 10)
    with pytest.raises(Problem) as caught:
        activity_held(county, activity, turnout=fewer)
    assert caught.value.field == "reason"
    activity_held(county, activity, turnout=fewer, reason="重复勾选")
    assert ServiceRecord.objects.get().person_times == 13 and drift() == []
    with viewing(county.worker.pk) as viewer:
        summary = ActivitySummary("邻居认识了", "希望常办", Decimal("4.5"), (Decimal("280"),))
        closed = actions.close_activity(activity, summary, by=viewer, at=clock.now())
    assert ActivitySignUp.objects.get(pk=resident.pk).phone == ""
    assert closed.state == "closed" and BudgetLine.objects.get(activity=activity).spent == 280


@pytest.mark.parametrize(
    ("turnout", "field"),
    [
        (Turnout(()), "client_ids"),
        (Turnout((), (), 5, {"f60": 6}), "walk_in_count"),
        (Turnout((), (), 5, {"x": 1}), "walk_in_count"),
        (Turnout((), (), -1), "walk_in_count"),
        (Turnout((uuid7(),)), "client_ids"),
    ],
)
def test_a_bad_turnout_is_refused_at_its_field(county: County, turnout: Turnout, field: str) -> None:
    activity = planned_activity(county)
    with pytest.raises(Problem) as caught:
        activity_held(county, activity, turnout=turnout)
    assert field in {each.field for each in caught.value}
    assert ServiceRecord.objects.count() == 0


def test_a_series_is_changed_one_by_one_or_from_here_on(county: County) -> None:
    activity = planned_activity(county)
    start = timezone.localtime(activity.starts_at)
    with viewing(county.worker.pk) as viewer:
        made = actions.repeat_activity(activity, "weekly", start.date() + timedelta(weeks=3), by=viewer, at=clock.now())
        assert [each.starts_at - activity.starts_at for each in made] == [timedelta(weeks=n) for n in range(4)]
        assert BudgetLine.objects.count() == 4
        second = made[1]
        later = activity_draft(county, title="邻里节·晚场", starts_at=second.starts_at + timedelta(hours=10))
        actions.change_activity(second, later, by=viewer, at=clock.now(), following=True)
    found = list(Activity.objects.order_by("starts_at").values_list("title", "starts_at"))
    assert [title for title, _ in found] == ["邻里节", *["邻里节·晚场"] * 3]
    assert found[3][1] - found[0][1] == timedelta(weeks=3, hours=10)
    with viewing(county.worker.pk) as viewer:
        actions.change_activity(
            made[2], activity_draft(county, title="单独一场", starts_at=made[2].starts_at), by=viewer, at=clock.now()
        )
    assert Activity.objects.filter(title="邻里节·晚场").count() == 2


def test_what_others_gave(county: County) -> None:
    activity = planned_activity(county)
    with viewing(county.worker.pk) as viewer:
        gift = Gift("goods", "矿泉水 10 箱", clock.today(), giver="社区超市", worth=Decimal("240"))
        link = guests.link_resource(activity, gift, by=viewer, at=clock.now())
        assert link.giver_name == "社区超市"
        for wrong, field in (
            (Gift("goods", "水", clock.today()), "giver"),
            (Gift("luck", "水", clock.today(), giver="某人"), "kind"),
            (Gift("goods", "", clock.today(), giver="某人"), "what"),
        ):
            with pytest.raises(Problem) as caught:
                guests.link_resource(activity, wrong, by=viewer, at=clock.now())
            assert caught.value.field == field
        guests.remove_resource(link, by=viewer, at=clock.now())
    assert activity.resources.count() == 0


def test_residents_are_encrypted_and_unseen_elsewhere(county: County) -> None:
    activity = planned_activity(county)
    with viewing(county.worker.pk) as viewer:
        signup = guests.sign_up_resident(activity, "陈静", "13800000000", by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            guests.sign_up_resident(activity, " ", "12", by=viewer, at=clock.now())
        assert caught.value.field in ("name", "phone")
    assert signup.masked == "138****0000"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM practice_activitysignup")
        name, phone = (bytes(value) for value in cursor.fetchone())
    assert "陈静".encode() not in name and b"138" not in phone
    for account in (county.neighbour, county.stranger, county.city):
        with viewing(account.pk):
            assert ActivitySignUp.objects.count() == Activity.objects.count() == 0


def test_the_database_holds_the_rules_by_itself(county: County, settings: Any) -> None:
    settings.ACTIVITY_APPROVAL_SIZE = 10
    activity = planned_activity(county)

    def refused(statement: str) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [activity.pk])
        return str(caught.value.__cause__.diag.constraint_name)

    set_to = "UPDATE practice_activity SET {} WHERE id = %s"
    assert refused(set_to.format("state = 'planned'")) == "practice_activity_approved_before_it_is_held"
    assert refused(set_to.format("record_id = id")) == "practice_activity_held_has_a_record"
    assert refused(set_to.format("state = 'cancelled'")) == "practice_activity_cancelled_why"
    nobody = "INSERT INTO practice_activitysignup (id, hub_id, station_id, activity_id, name, phone, state, signed_at) "
    nobody += (
        "SELECT gen_random_uuid(), hub_id, station_id, id, '', '', 'signed', now() FROM practice_activity WHERE id = %s"
    )
    assert refused(nobody) == "practice_activitysignup_of_somebody"
    assert activity_sheet(county).minutes == 120
