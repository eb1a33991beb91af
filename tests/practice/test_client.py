"""Registering and changing client files, under the wall."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Model

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import Division
from shegong.network.scope import Viewer, viewing
from shegong.people.models import Account
from shegong.practice.actions import client as actions
from shegong.practice.models import (
    Client,
    ClientGroup,
    ClientToken,
    Consent,
    Contact,
    Disability,
    Household,
    LowIncome,
    RestrictedLook,
    ServiceRecord,
)
from shegong.practice.queries.client import client_file, search_clients
from tests.factories import START
from tests.practice.county import County, identity

BORN = date(1949, 12, 31)
GOOD = "11010519491231002X"
RARE = "𠮷䶮"


def register(county: County, by: Account | None = None, **facts: Any) -> Client:
    facts = {"name": "王秀英", "station": county.room, **facts}
    with viewing((by or county.worker).pk) as viewer:
        return actions.register_client(by=viewer, at=clock.now(), **facts)


def change(county: County, client: Client, by: Account | None = None, **facts: Any) -> Client:
    with viewing((by or county.worker).pk) as viewer:
        return actions.change_client(client, by=viewer, at=clock.now(), **facts)


@contextmanager
def refused(**expected: str | None) -> Iterator[None]:
    """Something is refused with these problems by field ("_" for none), and nothing is written."""
    tables: list[type[Model]] = [Client, ClientToken, ClientGroup, Contact, Consent, Disability, LowIncome, Event]
    before = [table._default_manager.count() for table in tables]
    with pytest.raises(Problem) as caught:
        yield
    assert {each.field or "_": each.code for each in caught.value} == expected
    assert [table._default_manager.count() for table in tables] == before


def count_as(account: Account, table: str, client: Client) -> int:
    """Rows of a client's file by raw SQL, as this account."""
    column = "id" if table == "practice_client" else "client_id"
    with viewing(account.pk), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [client.pk])
        number: int = cursor.fetchone()[0]
    return number


def found_as(account: Account, text: str) -> list[str]:
    with viewing(account.pk) as viewer:
        return [client.name for client in search_clients(viewer, text)]


def full_file(county: County) -> Client:
    """A file with something in each of its tables."""
    return register(
        county,
        identity=GOOD,
        phone="139 0000 0001",
        address="督院街1号",
        ethnicity="04",
        groups=[county.group("older").pk],
        disabilities=[{"kind": "4", "grade": 2, "card": "51010019491231002X42"}],
        low_incomes=[{"kind": "minimum", "since": START}],
        contacts=[{"name": "王强", "relation": "儿子", "phone": "13900000002"}],
        consents=[{"purpose": "service", "basis": "consent"}],
        household=county.client("赵国强", address="督院街1号"),
    )


def test_a_name_is_enough_to_open_a_file(county: County) -> None:
    client = register(county)
    client.refresh_from_db()
    assert (client.number, client.state, client.hub_id) == (f"A-{clock.today().year}-000001", "active", county.hub.pk)
    assert (client.sort_key, bytes(client.digest or b"") != b"") == ("wang xiu ying", True)
    event = Event.objects.get(verb="register_client")
    assert (event.object_id, event.account_id, event.station_id) == (str(client.pk), county.worker.pk, county.room.pk)


def test_all_that_is_known_is_kept(county: County) -> None:
    client = full_file(county)
    client.refresh_from_db()
    assert (client.identity, client.phone, client.born_on, client.sex) == (GOOD, "13900000001", BORN, "2")
    assert (client.address, client.ethnicity) == ("督院街1号", "04")
    assert [each.group.code for each in client.groups.all()] == ["older"]
    assert client.disabilities.get().card == "51010019491231002X42"
    assert client.low_incomes.get().since == START
    assert client.contacts.get().phone == "13900000002"
    assert client.consents.get().given_on == clock.today()
    assert client.household is not None and client.household.members.count() == 2


def test_numbers_never_stand_in_clear(county: County) -> None:
    client = full_file(county)
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity, phone, address FROM practice_client WHERE id = %s", [client.pk])
        row = cursor.fetchone()
        assert all(b"139" not in bytes(blob) and "督院".encode() not in bytes(blob) for blob in row)
        cursor.execute("SELECT string_agg(detail::text, '') FROM journal_event")
        told = cursor.fetchone()[0]
    assert GOOD not in told and "13900000001" not in told and "督院街" not in told


def test_the_same_key_and_content_is_the_same_file(county: County) -> None:
    key = uuid7()
    first = register(county, key=key, identity=GOOD)
    assert register(county, key=key, identity=GOOD).pk == first.pk == key
    assert Client.objects.count() == 1 and Event.objects.filter(verb="register_client").count() == 1


def test_the_same_key_with_another_content_is_refused(county: County) -> None:
    key = uuid7()
    register(county, key=key)
    with refused(key="key_taken"):
        register(county, key=key, phone="13900000001")


def test_a_key_of_a_file_out_of_sight_is_refused(county: County) -> None:
    hidden = register(county, by=county.neighbour, station=county.next_room)
    with refused(key="key_taken"):
        register(county, key=hidden.pk)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"name": ""}, {"name": "name_missing"}),
        ({"name": "王\0"}, {"name": "text_control"}),
        ({"name": "字" * 10_000_000}, {"name": "text_too_long"}),
        ({"identity": GOOD[:17] + "1"}, {"identity": "identity_checksum"}),
        ({"born_on": date(2200, 1, 1)}, {"born_on": "birth_future"}),
        ({"groups": [30000]}, {"groups": "group_unknown"}),
        ({"community": 999_999}, {"community": "community_unknown"}),
        ({"contacts": [{"name": "", "relation": "子"}]}, {"contact_name": "name_missing"}),
        ({"consents": [{"purpose": "x", "basis": "consent"}]}, {"purpose": "purpose_unknown"}),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_written(
    county: County, facts: dict[str, Any], problem: dict[str, str]
) -> None:
    with refused(**problem):
        register(county, **facts)


def test_rare_characters_and_emoji_are_kept(county: County) -> None:
    client = register(county, name=RARE, address="3楼👵" + RARE)
    client.refresh_from_db()
    assert (client.name, client.address) == (RARE, "3楼👵" + RARE)
    assert found_as(county.worker, "𠮷") == [RARE]
    assert found_as(county.worker, "jiyan") == [RARE]


def test_only_workers_and_heads_in_reach_open_files(county: County) -> None:
    assert register(county, by=county.head).station_id == county.room.pk
    for account in (county.neighbour, county.stranger, county.officer, county.city, county.supervisor):
        with refused(station="station_out_of_reach"):
            register(county, by=account)


def test_an_identity_number_is_on_file_once_in_a_county(county: County) -> None:
    first = register(county, by=county.neighbour, station=county.next_room, identity=GOOD, name="李国强")
    with pytest.raises(Problem) as caught:
        register(county, identity=GOOD)
    assert (caught.value.field, caught.value.status) == ("identity", 409)
    assert first.number in str(caught.value) and county.next_room.name in str(caught.value)
    assert "李国强" not in str(caught.value)
    assert register(county, by=county.stranger, station=county.far_room, identity=GOOD).hub_id != first.hub_id


def test_numbers_go_on_after_those_of_a_bulk_load(county: County) -> None:
    year = clock.today().year
    register(county)
    county.client("甲")
    Client.objects.filter(name="甲").update(number=f"A-{year}-000002")
    county.client("乙")
    Client.objects.filter(name="乙").update(number=f"A-{year}-000041")
    assert [register(county).number for _ in range(2)] == [f"A-{year}-000042", f"A-{year}-000043"]


def test_renaming_moves_the_words_to_find_by(county: County) -> None:
    client = register(county, name="王秀英")
    change(county, client, name="曾秀英")
    client.refresh_from_db()
    assert client.sort_key == "zeng xiu ying"
    assert found_as(county.worker, "zengxiu") == ["曾秀英"] and found_as(county.worker, "王秀") == []


def test_a_change_leaves_the_rest_alone_and_is_journalled(county: County) -> None:
    client = full_file(county)
    change(county, client, phone="028-12345678")
    client.refresh_from_db()
    assert (client.phone, client.identity, client.name) == ("02812345678", GOOD, "王秀英")
    assert Event.objects.get(verb="change_client").detail["changed"] == ["phone"]
    change(county, client, phone="028-12345678")
    assert Event.objects.filter(verb="change_client").count() == 1
    assert found_as(county.worker, "028 1234 5678") == ["王秀英"]


def test_a_changed_birth_date_must_still_agree_with_the_number(county: County) -> None:
    client = full_file(county)
    with refused(born_on="birth_conflict"):
        change(county, client, born_on=date(1950, 1, 1))
    other = county.client("李国强", identity=identity(BORN))
    with refused(identity="identity_taken"):
        change(county, other, identity=GOOD, sex="2", born_on=BORN)


def test_groups_begin_and_end_with_their_days(county: County) -> None:
    client = county.client(groups=["older"])
    change(county, client, groups=[county.group("child").pk])
    spans = {each.group.code: (each.since, each.until) for each in client.groups.select_related("group")}
    assert spans == {"older": (START, clock.today()), "child": (clock.today(), None)}
    change(county, client, groups=[county.group("older").pk, county.group("child").pk])
    assert client.groups.filter(until__isnull=True).count() == 2


def test_disabilities_and_low_incomes_end_and_begin(county: County) -> None:
    client = full_file(county)
    change(county, client, disabilities=[{"kind": "4", "grade": 1}], low_incomes=[])
    assert {(each.grade, each.until is None) for each in client.disabilities.all()} == {(2, False), (1, True)}
    assert client.low_incomes.get().until == clock.today()


def test_a_merged_or_unseen_file_is_not_changed(county: County) -> None:
    client, kept = county.client(), county.client("李国强")
    Client.objects.filter(pk=client.pk).update(state="merged", merged_into=kept)
    with refused(_="client_merged"):
        change(county, client, phone="")
    with refused(_="client_missing"):
        change(county, kept, by=county.neighbour, phone="")
    with refused(station="station_out_of_reach"):
        change(county, kept, by=county.officer, phone="")
    with refused(state="state_unknown"):
        change(county, kept, state="merged")


def test_communities_come_from_the_divisions(county: County) -> None:
    community = Division.objects.create(code="510104020001", name="督院街社区", level="community", since=START)
    client = register(county, community=community.pk)
    assert client.community_id == community.pk


# Restricted files


def test_a_restricted_file_stays_open_to_its_registrar_only(county: County) -> None:
    client = register(county, groups=[county.group("drug").pk])
    client.refresh_from_db()
    assert client.restricted_classes == ["drugs"]
    assert RestrictedLook.objects.get().account_id == county.worker.pk
    assert count_as(county.worker, "practice_client", client) == 1
    for account in (county.colleague, county.head, county.officer, county.stranger, county.city):
        for table in ("practice_client", "practice_clienttoken", "practice_clientgroup"):
            assert count_as(account, table, client) == 0, (account, table)


def test_a_reason_opens_a_restricted_file_for_some_hours(county: County) -> None:
    client = county.client("赵敏", groups=["drug"])
    with viewing(county.colleague.pk) as viewer:
        assert search_clients(viewer, "赵敏") == [] and client_file(viewer, client.pk) is None
        with pytest.raises(Problem) as caught:
            actions.open_restricted(client.number, " - ", by=viewer, at=clock.now())
        assert caught.value.field == "reason"
        assert (
            actions.open_restricted(client.number.lower(), "接替随访", by=viewer, at=clock.now(), hours=1) == client.pk
        )
        assert [found.pk for found in search_clients(viewer, "赵敏")] == [client.pk]
    event = Event.objects.get(verb="open_restricted")
    assert event.detail["reason"] == "接替随访"
    RestrictedLook.objects.update(at=clock.now() - timedelta(hours=2), until=clock.now() - timedelta(hours=1))
    assert count_as(county.colleague, "practice_client", client) == 0


def test_the_door_tells_nothing_about_files_out_of_reach(county: County) -> None:
    client, plain = county.client("赵敏", groups=["drug"]), county.client()
    for account, number in (
        (county.neighbour, client.number),
        (county.city, client.number),
        (county.colleague, plain.number),
        (county.colleague, "A-2020-000000"),
    ):
        with viewing(account.pk) as viewer, pytest.raises(Problem) as caught:
            actions.open_restricted(number, "接替随访", by=viewer, at=clock.now())
        assert (caught.value.code, caught.value.status) == ("client_missing", 404)
    assert RestrictedLook.objects.count() == 0


def test_a_file_that_becomes_restricted_takes_its_records_along(county: County) -> None:
    client = county.client()
    here, there = county.record([client]), county.record([client], at=county.next_room)
    change(county, client, groups=[county.group("drug").pk])
    assert set(ServiceRecord.objects.values_list("restricted", flat=True)) == {True}
    assert client.participations.filter(restricted=True).count() == 2
    assert count_as(county.colleague, "practice_client", client) == 0
    with viewing(county.colleague.pk):
        assert not ServiceRecord.objects.filter(pk=here.pk).exists()
    change(county, client, groups=[county.group("older").pk])
    assert count_as(county.colleague, "practice_client", client) == 1
    with viewing(county.neighbour.pk):
        assert ServiceRecord.objects.filter(pk=there.pk).exists()


def test_a_file_that_is_restricted_no_more_lets_its_records_go_but_not_anothers(county: County) -> None:
    client, other = county.client(), county.client("赵敏", groups=["drug"])
    alone, there = county.record([client]), county.record([client], at=county.next_room)
    together = county.record([client, other])
    change(county, client, groups=[county.group("drug").pk])
    assert set(ServiceRecord.objects.values_list("restricted", flat=True)) == {True}
    change(county, client, groups=[county.group("older").pk])
    restricted = dict(ServiceRecord.objects.values_list("pk", "restricted"))
    assert restricted == {alone.pk: False, there.pk: False, together.pk: True}
    assert not client.participations.filter(restricted=True).exists()
    assert other.participations.get().restricted
    with viewing(county.colleague.pk):
        assert {record.pk for record in ServiceRecord.objects.all()} == {alone.pk}


# The file's other parts


def test_nobody_outside_sees_a_row_of_the_file(county: County) -> None:
    client = full_file(county)
    tables = [
        "practice_client",
        "practice_clienttoken",
        "practice_clientgroup",
        "practice_disability",
        "practice_lowincome",
        "practice_contact",
        "practice_consent",
    ]
    for table in tables:
        for account in (county.worker, county.head, county.officer):
            assert count_as(account, table, client) > 0, (table, account)
        for account in (county.neighbour, county.stranger, county.city, county.supervisor):
            assert count_as(account, table, client) == 0, (table, account)
    with viewing(county.neighbour.pk):
        assert Household.objects.count() == 0


def test_asking_for_a_number_is_journalled(county: County) -> None:
    client = full_file(county)
    with viewing(county.worker.pk) as viewer:
        assert actions.reveal(client, "identity", by=viewer, at=clock.now()) == GOOD
        with pytest.raises(Problem):
            actions.reveal(client, "digest", by=viewer, at=clock.now())
    assert Event.objects.get(verb="reveal").detail["field"] == "identity"
    with viewing(county.neighbour.pk) as viewer, pytest.raises(Problem) as caught:
        actions.reveal(client, "identity", by=viewer, at=clock.now())
    assert caught.value.status == 404


def test_consents_are_given_once_and_withdrawn(county: County) -> None:
    client = county.client()

    def given(viewer: Viewer) -> Consent:
        return actions.give_consent(client, {"purpose": "photo", "basis": "consent"}, by=viewer, at=clock.now())

    with viewing(county.worker.pk) as viewer:
        consent = given(viewer)
        with pytest.raises(Problem) as caught:
            given(viewer)
        assert (caught.value.code, caught.value.field) == ("consent_given", "purpose")
        assert actions.withdraw_consent(consent, by=viewer, at=clock.now()).withdrawn_on == clock.today()
        actions.withdraw_consent(consent, by=viewer, at=clock.now())
        given(viewer)
    assert client.consents.count() == 2
    assert Event.objects.filter(verb="withdraw_consent").count() == 1


def test_contacts_come_and_go(county: County) -> None:
    client = county.client()
    with viewing(county.worker.pk) as viewer:
        contact = actions.add_contact(client, {"name": "王强", "relation": "儿子"}, by=viewer, at=clock.now())
        actions.remove_contact(contact, by=viewer, at=clock.now())
        actions.remove_contact(contact, by=viewer, at=clock.now())
    assert client.contacts.count() == 0 and Event.objects.filter(verb="remove_contact").count() == 1


def test_people_live_together_and_apart(county: County) -> None:
    client, other = county.client(), county.client("李国强", address="督院街1号")
    with viewing(county.worker.pk) as viewer:
        household = actions.live_together(client, other, "妻子", by=viewer, at=clock.now())
        assert household.address == "督院街1号"
        file = client_file(viewer, other.pk)
        assert file and [each.household_relation for each in file.household] == ["妻子"]
        with pytest.raises(Problem):
            actions.live_together(client, client, "", by=viewer, at=clock.now())
        actions.live_apart(client, by=viewer, at=clock.now())
    client.refresh_from_db()
    assert (client.household_id, client.household_relation) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_two_who_register_at_once_get_two_numbers_and_one_identity(county: County) -> None:
    problems: list[str] = []

    def one(name: str, number: str) -> None:
        try:
            register(county, name=name, identity=number)
        except Problem as problem:
            problems.append(problem.code)
        finally:
            connections.close_all()

    wanted = [(f"甲{n}", GOOD if n < 3 else "") for n in range(6)]
    threads = [threading.Thread(target=one, args=each) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == ["identity_taken"] * 2
    numbers = list(Client.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 4
