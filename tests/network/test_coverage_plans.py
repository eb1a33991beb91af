"""A village without a room gets one: candidates, what they need, the steps of a plan, the day it opens."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.enums import Stage
from shegong.network.models import CoveragePlan, Division, SharingAgreement
from shegong.network.premises.actions.plan import advance, drop, open_room, propose
from shegong.network.premises.queries.plan import candidates, plans_of
from shegong.network.premises.rules.plan import Host, needs
from shegong.network.scope import viewing
from tests.factories import START, World
from tests.network.premises import make_area, make_booking, make_site, refused


class Village:
    """A village below the town of hub A, without a room, and a site in its town."""

    def __init__(self, world: World) -> None:
        city = Division.objects.create(code="510100000000", name="市", level="city", since=START)
        county = Division.objects.create(code="510104000000", name="区", level="county", parent=city, since=START)
        self.town = world.towns["A"]
        self.town.division = Division.objects.create(
            code="510104022000", name="镇", level="town", parent=county, since=START
        )
        self.town.save()
        self.community = Division.objects.create(
            code="510104022009", name="石牛村村民委员会", level="community", parent=self.town.division, since=START
        )
        self.site = make_site(self.town, longitude="104.1", latitude="30.6")


@pytest.fixture
def village(world: World) -> Village:
    return Village(world)


def test_what_a_site_needs_before_a_room_can_work_there() -> None:
    assert needs(Host(30, 7, 12, "full")) == ["staff"]
    assert needs(Host(0, 3, 0, "part")) == ["area", "access", "hours", "equipment", "staff"]


@pytest.mark.django_db
def test_candidates_are_the_communitys_own_then_those_with_most_time(world: World, village: Village) -> None:
    account = world.account("county", world.hubs["A"])
    busy, own, far = (make_site(village.town, name) for name in ("忙", "本村", "外镇"))
    own.division, far.town = village.community, None
    own.save()
    far.save()
    for site in (village.site, busy, own, far):
        make_area(site)
    area = make_area(busy, "会议室")
    make_booking(area, village.town, account, clock.now() - timedelta(days=2), 600)
    with viewing(account.pk):
        found = candidates(village.community, village.town, clock.today())
    assert [each.site.name for each in found] == ["本村", "忙", "邻里中心", "外镇"]
    assert [each.idle_hours for each in found] == [63, 123, 63, 63]
    assert found[0].same_community and found[0].needs == ["equipment", "staff"]


@pytest.mark.django_db
def test_from_a_plan_to_the_day_the_room_opens(world: World, village: Village) -> None:
    head, county = world.account("head", village.town), world.account("county", world.hubs["A"])
    today = clock.today()
    with viewing(head.pk) as by:
        plan = propose(uuid7(), village.community, village.town, village.site, ["staff"], today, "", by=by, today=today)
        with refused("plan_twice"):
            propose(uuid7(), village.community, village.town, village.site, [], today, "", by=by, today=today)
        with refused("plan_step"):
            advance(plan, "fitting", today, by=by, today=today)
        with refused("plan_day", "on"):
            advance(plan, "agreed", today + timedelta(days=1), by=by, today=today)
        plan = advance(plan, "agreed", today, by=by, today=today)
        with refused("may_not_open"):
            open_room(plan, today, by=by, today=today)
        assert plans_of([village.community.pk]) == {village.community.pk: plan}
    with viewing(county.pk) as by:
        plan = advance(plan, "fitting", today, by=by, today=today)
        room = open_room(plan, today, by=by, today=today)
        with refused("plan_step"):
            drop(plan, "不做了", by=by, today=today)
        with refused("room_exists"):
            propose(uuid7(), village.community, village.town, village.site, [], today, "", by=by, today=today)
    assert (room.key, room.name, room.town, room.hub) == ("A1-009", "石牛村社工室", village.town, world.hubs["A"])
    assert room.stages.get(until__isnull=True).stage == Stage.RUNNING
    assert SharingAgreement.objects.get(station=room).site == village.site
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        CoveragePlan.objects.update(note="改写")


@pytest.mark.django_db
def test_a_plan_is_given_up_with_a_reason_and_another_one_made(world: World, village: Village) -> None:
    county, stranger = world.account("county", world.hubs["A"]), world.account("county", world.hubs["B"])
    today = clock.today()
    with viewing(stranger.pk) as by, refused("may_not_plan"):
        propose(uuid7(), village.community, village.town, village.site, [], today, "", by=by, today=today)
    other = make_site(world.towns["B"], "外区")
    with viewing(county.pk) as by:
        with refused("site_elsewhere", "site"):
            propose(uuid7(), village.community, village.town, other, [], today, "", by=by, today=today)
        with refused("opens_past", "opens_on"):
            propose(uuid7(), village.community, village.town, village.site, [], START, "", by=by, today=today)
        plan = propose(uuid7(), village.community, village.town, village.site, [], today, "", by=by, today=today)
        with refused("reason_missing", "note"):
            drop(plan, " ", by=by, today=today)
        drop(plan, "场地另有用途", by=by, today=today)
        assert plans_of([village.community.pk]) == {}
        propose(uuid7(), village.community, village.town, village.site, [], today, "", by=by, today=today)


@pytest.mark.django_db
def test_the_table_holds_states_and_dates_together(world: World, village: Village) -> None:
    with pytest.raises(IntegrityError, match="state_and_dates"), transaction.atomic():
        CoveragePlan.objects.create(
            hub=world.hubs["A"], town=village.town, community=village.community, site=village.site, state="opened",
            planned_on=date(2024, 5, 1), opens_on=date(2024, 6, 1),
        )  # fmt: skip
