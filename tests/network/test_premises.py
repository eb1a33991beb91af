"""Sites, rooms, hours, agreements and equipment, and what the tables refuse."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import EquipmentLoan, SharingAgreement, Site
from shegong.network.premises.actions.equipment import EquipmentDraft, give_back, lend, note_equipment
from shegong.network.premises.actions.site import (
    Sharing,
    agree,
    change_site,
    end_agreement,
    end_site,
    put_area,
    put_site,
    set_hours,
)
from shegong.network.premises.queries.site import inventory_of, sites_page
from shegong.network.premises.rules.site import AreaDraft, SiteDraft, Span, span_words, spans_read, week_words
from shegong.network.scope import viewing
from tests.factories import START, World
from tests.network.premises import make_area, make_booking, make_site, refused

TODAY = date(2024, 5, 1)
ROOM = AreaDraft("活动室", "activity", 30, Decimal("45.5"))
CHAIRS = EquipmentDraft("折叠椅", 20, "good", "purchased", TODAY)


def draft(world: World, **changes: object) -> SiteDraft:
    made = SiteDraft(
        keeper_id=world.towns["A"].pk, name="邻里中心", host_kind="complex", owner="街道办", address="一号路 1 号",
        access="full", since=START, longitude=Decimal("104.1"), latitude=Decimal("30.6"),
    )  # fmt: skip
    return replace(made, **changes)


def test_hours_are_read_as_they_are_typed() -> None:
    spans = spans_read(1, "14:00-17:30，9:00—12:00")
    assert spans == [Span(1, 540, 720), Span(1, 840, 1050)]
    assert span_words(spans) == "9:00-12:00，14:00-17:30"
    assert spans_read(3, " ") == []
    assert [text for _day, text in week_words(spans)] == ["9:00-12:00，14:00-17:30", *[""] * 6]


@pytest.mark.parametrize("text", ["9-12", "12:00-9:00", "9:60-12:00", "9:00-25:00", "9:00-12:00，11:00-13:00", "早上"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(Problem):
        spans_read(2, text)


@pytest.mark.django_db
def test_a_site_is_put_once_with_rooms_hours_and_who_shares_it(world: World) -> None:
    head, key = world.account("head", world.towns["A"]), uuid7()
    with viewing(head.pk) as by:
        site = put_site(key, draft(world), by=by)
        assert put_site(key, draft(world), by=by) == site
        with refused("key_taken"):
            put_site(key, draft(world, name="别处"), by=by)
        area = put_area(uuid7(), site, ROOM, by=by)
        put_area(area.pk, site, replace(ROOM, capacity=25), by=by)
        set_hours(site, ["9:00-12:00", *[""] * 6], by=by)
        sharing = Sharing(world.rooms["A1"].pk, "老年人活动", "split", Decimal("1200.50"), START)
        agreement = agree(site, sharing, by=by)
        with refused("agreed_already"):
            agree(site, sharing, by=by)
        end_agreement(agreement, TODAY, by=by)
        assert agree(site, replace(sharing, since=TODAY), by=by).since == TODAY
        page = sites_page(TODAY, "linli", below=world.rooms["A1"])
        assert [(each.name, each.area_count, each.places) for each in page.items] == [("邻里中心", 1, 25)]
        change_site(site, draft(world, name="新邻里中心"), by=by)
    assert (site.hub, site.town) == (world.hubs["A"], world.towns["A"])
    verbs = set(Event.objects.filter(account_id=head.pk).values_list("verb", flat=True))
    assert {"add_site", "add_area", "change_area", "set_hours", "agree_sharing", "end_sharing", "change_site"} <= verbs


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " "}, "text_missing", "name"),
        ({"name": "长" * 101}, "text_too_long", "name"),
        ({"owner": "\0"}, "text_control", "owner"),
        ({"host_kind": "x"}, "choice_unknown", "host_kind"),
        ({"latitude": None}, "place_half", "latitude"),
        ({"keeper_id": 0}, "station_unknown", "keeper"),
        ({"division_id": 0}, "division_unknown", "division"),
    ],
)
def test_a_wrong_site_is_refused_at_its_field(world: World, changes: dict[str, object], code: str, field: str) -> None:
    county = world.account("county", world.hubs["A"])
    with pytest.raises(Problem) as raised, viewing(county.pk) as by:
        put_site(uuid7(), draft(world, **changes), by=by)
    (found,) = raised.value
    assert (found.code, found.field) == (code, field)
    assert not Site.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"yearly": Decimal("-1")}, "amount_range", "yearly"),
        ({"yearly": Decimal("1.005")}, "amount_decimals", "yearly"),
        ({"payer": "free", "yearly": Decimal(1)}, "free_with_amount", "yearly"),
        ({"until": START}, "ends_before_start", "until"),
        ({"since": START - timedelta(days=1)}, "site_not_in_use", "since"),
        ({"purpose": ""}, "text_missing", "purpose"),
    ],
)
def test_a_wrong_agreement_is_refused_at_its_field(
    world: World, changes: dict[str, object], code: str, field: str
) -> None:
    county, site = world.account("county", world.hubs["A"]), make_site(world.towns["A"])
    good = Sharing(world.rooms["A1"].pk, "老年人活动", "split", Decimal(100), START)
    with pytest.raises(Problem) as raised, viewing(county.pk) as by:
        agree(site, replace(good, **changes), by=by)
    (found,) = raised.value
    assert (found.code, found.field) == (code, field)


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "place"), [("head", "B"), ("county", "B"), ("worker", "A"), ("assessor", "A")])
def test_only_who_looks_after_a_site_changes_it(world: World, role: str, place: str) -> None:
    site, other = make_site(world.towns["A"]), world.account(role, world.towns[place])
    with viewing(other.pk) as by:
        for change in (
            lambda: put_area(uuid7(), site, ROOM, by=by),
            lambda: set_hours(site, [""] * 7, by=by),
            lambda: end_site(site, TODAY, by=by),
            lambda: note_equipment(site, CHAIRS, by=by, today=TODAY),
        ):
            with refused("may_not_keep"):
                change()


@pytest.mark.django_db
def test_a_site_with_bookings_is_not_ended_and_a_room_not_made_too_small(world: World) -> None:
    county, site = world.account("county", world.hubs["A"]), make_site(world.towns["A"])
    area = make_area(site)
    make_booking(area, world.towns["A"], county, clock.now() + timedelta(days=2))
    with viewing(county.pk) as by:
        with refused("booked_afterwards"):
            end_site(site, clock.today(), by=by)
        with refused("capacity_booked"):
            put_area(area.pk, site, replace(ROOM, capacity=4), by=by)
        assert end_site(site, clock.today() + timedelta(days=9), by=by).until


@pytest.mark.django_db
def test_no_more_is_lent_than_there_is(world: World) -> None:
    county, site = world.account("county", world.hubs["A"]), make_site(world.towns["A"])
    room = world.rooms["A1"].pk
    with viewing(county.pk) as by:
        chairs = note_equipment(site, CHAIRS, by=by, today=TODAY)
        loan = lend(chairs, room, 15, TODAY, TODAY + timedelta(days=7), by=by)
        with refused("lent_too_many"):
            lend(chairs, room, 6, TODAY, TODAY, by=by)
        with refused("equipment_lent"):
            note_equipment(site, replace(CHAIRS, number=14), by=by, today=TODAY, row=chairs)
        with refused("station_elsewhere"):
            lend(chairs, world.rooms["B1"].pk, 1, TODAY, TODAY, by=by)
        assert [(each.lent, each.free) for each in inventory_of(site)] == [(15, 5)]
        give_back(loan, TODAY, by=by, today=TODAY)
        with refused("returned_already"):
            give_back(loan, TODAY, by=by, today=TODAY)
        lend(chairs, room, 20, TODAY, TODAY, by=by)
    with pytest.raises(IntegrityError, match="lent 21 of 20"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE network_equipmentloan SET number = 21 WHERE returned_on IS NULL")


@pytest.mark.django_db(transaction=True)
def test_two_who_lend_at_once_do_not_lend_the_same_chairs(world: World) -> None:
    county, site = world.account("county", world.hubs["A"]), make_site(world.towns["A"])
    with viewing(county.pk) as by:
        chairs = note_equipment(site, CHAIRS, by=by, today=TODAY)
    answers: list[str] = []

    def one() -> None:
        try:
            with viewing(county.pk) as by:
                lend(chairs, world.rooms["A1"].pk, 15, TODAY, TODAY, by=by)
            answers.append("lent")
        except Problem as problem:
            answers.append(problem.code)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["lent", "lent_too_many"]
    assert EquipmentLoan.objects.count() == 1


@pytest.mark.django_db
def test_the_wall_around_agreements_and_bookings(world: World) -> None:
    """The county's staff see its own, the city all, strangers nothing; nobody writes into another county."""
    county = world.account("county", world.hubs["A"])
    for letter in "AB":
        site = make_site(world.towns[letter])
        SharingAgreement.objects.create(
            site=site,
            hub=world.hubs[letter],
            station=world.rooms[f"{letter}1"],
            purpose="活动",
            payer="free",
            since=START,
        )
        make_booking(make_area(site), world.towns[letter], county, clock.now())
    tables = ("network_sharingagreement", "network_booking")

    def seen(account_id: int) -> list[int]:
        with viewing(account_id), connection.cursor() as cursor:
            found = []
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table}")
                found.append(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM network_bookedtime")
            assert cursor.fetchone()[0] == 2  # how busy, without what for
            return found

    for role, where, rows in (
        ("county", world.hubs["A"], [1, 1]),
        ("worker", world.rooms["A1"], [1, 1]),
        ("city", world.centre, [2, 2]),
        ("assessor", world.hubs["A"], [0, 0]),
        ("donor", world.centre, [0, 0]),
    ):
        assert seen(world.account(role, where).pk) == rows, role
    with pytest.raises(Exception, match="row-level security"), viewing(county.pk), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE network_booking SET hub_id = %s, station_id = %s", [world.hubs["B"].pk, world.towns["B"].pk]
        )
