"""Joining two files of one person and parting them again: nothing is lost, and tallies equal a recount."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shegong.indicators.actions import drift
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions.client import change_client
from shegong.practice.actions.merge import merge_clients, undo_merge
from shegong.practice.models import (
    Assessment,
    Case,
    Client,
    ClientGroup,
    ClientMerge,
    Consent,
    Contact,
    Disability,
    LowIncome,
    RecordClient,
    ServiceRecord,
)
from shegong.practice.queries.client import client_file, search_clients
from tests.factories import START
from tests.practice.county import County, identity

BORN = date(1949, 12, 31)
OF_CLIENT = (Assessment, Case, ClientGroup, Consent, Contact, Disability, LowIncome, RecordClient)


def merge(kept: Client, merged: Client, by: Account) -> ClientMerge:
    with viewing(by.pk) as viewer:
        return merge_clients(kept, merged, by=viewer, at=clock.now())


def undo(done: ClientMerge, by: Account) -> ClientMerge:
    with viewing(by.pk) as viewer:
        return undo_merge(done, by=viewer, at=clock.now())


def refusal(kept: Client, merged: Client, by: Account) -> str:
    with pytest.raises(Problem) as caught:
        merge(kept, merged, by)
    assert ClientMerge.objects.count() == 0 and not Client.objects.filter(state="merged").exists()
    return caught.value.code


def everything(*clients: Client) -> dict[str, Any]:
    """All that hangs on the files, by table, with whose it is."""
    keys = [client.pk for client in clients]
    rows: dict[str, Any] = {
        table.__name__: sorted(
            map(str, table._default_manager.filter(client_id__in=keys).values_list("pk", "client_id"))
        )
        for table in OF_CLIENT
    }
    rows["records"] = sorted(ServiceRecord.objects.values_list("pk", "clients_count", "person_times"))
    rows["files"] = [
        (
            each.state,
            each.merged_into_id,
            (each.identity, each.phone, each.born_on, each.sex, each.restricted_classes),
            each.identity_index and bytes(each.identity_index),
            each.phone_index and bytes(each.phone_index),
        )
        for each in Client.objects.filter(pk__in=keys).order_by("pk")
    ]
    return rows


def fill(county: County, client: Client) -> None:
    """Something in each table of the file."""
    place = {"hub_id": client.hub_id, "station_id": client.station_id, "client": client}
    Contact.objects.create(**place, name="王强", relation="儿子")
    Consent.objects.create(**place, purpose="service", basis="consent", given_on=START, recorded_by=county.worker)
    Disability.objects.create(**place, kind="4", grade=2, since=START)
    LowIncome.objects.create(**place, kind="minimum", since=START)
    Assessment.objects.create(
        **place,
        instrument=county.instrument(),
        assessed_on=clock.today(),
        worker=county.worker_row,
        risk=2,
        recorded_at=clock.now(),
        recorded_by=county.worker,
    )
    Case.objects.create(
        **place,
        number=f"C-{client.number}",
        group=county.group("older"),
        worker=county.worker_row,
        problem="孤独",
        opened_on=clock.today(),
        opened_by=county.worker,
    )


def test_everything_moves_to_the_kept_file_and_back(county: County) -> None:
    kept = county.client("王秀英", groups=["older"])
    merged = county.client("王秀瑛", groups=["older", "child"], identity=identity(BORN), phone="13900000001", sex="2")
    Client.objects.filter(pk=merged.pk).update(born_on=BORN)
    fill(county, merged)
    fill(county, kept)
    own = county.record([kept])
    moved = county.record([merged])
    both = county.record([kept, merged], anonymous=2)
    elsewhere = county.record([merged], at=county.next_room)
    before = everything(kept, merged)
    assert drift() == []

    done = merge(kept, merged, county.head)
    kept.refresh_from_db()
    assert set(kept.participations.values_list("record_id", flat=True)) == {own.pk, moved.pk, both.pk, elsewhere.pk}
    both.refresh_from_db()
    assert (both.clients_count, both.person_times) == (1, 3)
    assert (kept.identity, kept.phone, kept.born_on, kept.sex) == (identity(BORN), "13900000001", BORN, "2")
    assert {each.group.code for each in kept.groups.filter(until__isnull=True)} == {"older", "child"}
    for table in (Assessment, Case, Consent, Contact, Disability, LowIncome):
        assert table._default_manager.filter(client=kept).count() == 2
    merged.refresh_from_db()
    assert (merged.state, merged.merged_into_id) == ("merged", kept.pk)
    assert drift() == []

    undo(done, county.head)
    assert everything(kept, merged) == before
    assert drift() == []
    assert list(Event.objects.filter(verb__contains="merge").order_by("id").values_list("verb", flat=True)) == [
        "merge_clients",
        "undo_merge",
    ]


def test_a_room_worker_who_merges_takes_other_stations_records_along(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛")
    elsewhere = county.record([merged], at=county.next_room)
    done = merge(kept, merged, county.worker)
    assert list(kept.participations.values_list("record_id", flat=True)) == [elsewhere.pk]
    undo(done, county.worker)
    assert list(merged.participations.values_list("record_id", flat=True)) == [elsewhere.pk]
    assert drift() == []


def test_what_came_since_stays_with_the_kept_file(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛", phone="13900000001")
    done = merge(kept, merged, county.worker)
    later = county.record([kept])
    with viewing(county.worker.pk) as viewer:
        change_client(kept, by=viewer, at=clock.now(), phone="13900000009")
    undo(done, county.worker)
    kept.refresh_from_db()
    assert list(kept.participations.values_list("record_id", flat=True)) == [later.pk]
    assert kept.phone == "13900000009"
    assert drift() == []


def test_the_merged_file_is_found_as_the_kept_one(county: County) -> None:
    kept, merged = county.client("王秀英"), county.client("张大妈")
    merge(kept, merged, county.worker)
    with viewing(county.worker.pk) as viewer:
        assert [each.pk for each in search_clients(viewer, "张大")] == [kept.pk]
        file = client_file(viewer, kept.pk)
        assert file and [each.merged_id for each in file.merges] == [merged.pk]


def test_merges_in_a_row_are_undone_the_other_way_round(county: County) -> None:
    first, second, third = (county.client(name) for name in ("甲一", "甲二", "甲三"))
    one = merge(second, third, county.worker)
    two = merge(first, second, county.worker)
    third.refresh_from_db()
    assert third.merged_into_id == first.pk
    with pytest.raises(Problem) as caught:
        undo(one, county.worker)
    assert caught.value.code == "merge_followed"
    undo(two, county.worker)
    third.refresh_from_db()
    assert third.merged_into_id == second.pk
    undo(one, county.worker)
    with pytest.raises(Problem) as caught:
        undo(one, county.worker)
    assert caught.value.code == "merge_undone"
    assert not Client.objects.filter(state="merged").exists()


def test_files_of_two_people_and_files_out_of_reach_are_not_merged(county: County) -> None:
    client, other = county.client(identity=identity(BORN)), county.client("李国强", identity=identity(BORN, 2))
    beyond = county.client("赵敏", at=county.next_room)
    assert refusal(client, other, county.worker) == "merge_identities"
    assert refusal(client, client, county.worker) == "merge_same"
    assert refusal(client, beyond, county.worker) == "client_missing"
    assert refusal(client, beyond, county.city) == "client_missing"
    assert refusal(client, county.client("钱进", groups=["drug"]), county.worker) == "client_missing"


def test_the_countys_officer_merges_across_stations(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛", at=county.next_room)
    fill(county, merged)
    county.record([merged], at=county.next_room)
    done = merge(kept, merged, county.officer)
    assert kept.cases.count() == 1 and drift() == []
    undo(done, county.officer)
    assert merged.cases.count() == 1 and drift() == []


def test_the_functions_behind_merging_ask_for_reach_themselves(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛")
    done = merge(kept, merged, county.worker)
    calls = [
        ("practice_join(%s, %s, %s)", [kept.pk, merged.pk, county.hub.pk]),
        ("practice_part(%s, %s)", [done.pk, county.hub.pk]),
        ("practice_restrict_records(%s, %s)", [kept.pk, county.hub.pk]),
        ("practice_next_number(%s, 'client', 2022, 'x', 6)", [county.hub.pk]),
        ("practice_count_again(%s, '[]')", [county.hub.pk]),
    ]
    for call, params in calls:
        refused = pytest.raises(Exception, match=r"reach|denied|staff")
        with viewing(county.stranger.pk), refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {call}", params)


def test_a_restricted_class_comes_and_goes_with_the_merged_file(county: County) -> None:
    kept, merged = county.client(), county.client("王秀瑛")
    county.record([kept])
    with viewing(county.worker.pk) as viewer:
        change_client(merged, by=viewer, at=clock.now(), groups=[county.group("drug").pk])
        done = merge_clients(kept, merged, by=viewer, at=clock.now())
        kept.refresh_from_db()
        assert kept.restricted_classes == ["drugs"]
    with viewing(county.colleague.pk):
        assert not Client.objects.filter(pk=kept.pk).exists() and not ServiceRecord.objects.exists()
    undo(done, county.worker)
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (kept.restricted_classes, merged.restricted_classes) == ([], ["drugs"])
    with viewing(county.colleague.pk):
        assert Client.objects.filter(pk=kept.pk).exists() and not Client.objects.filter(pk=merged.pk).exists()
        assert not ServiceRecord.objects.get().restricted


TAKING_PART = st.lists(
    st.tuples(
        st.sampled_from([(0,), (1,), (0, 1), (0, 1, 2), (2,)]), st.integers(0, 500), st.booleans(), st.booleans()
    ),
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TAKING_PART, st.booleans())
def test_whatever_was_recorded_tallies_equal_a_recount(
    county: County, recorded: list[tuple[tuple[int, ...], int, bool, bool]], other_way: bool
) -> None:
    with transaction.atomic():
        clients = [county.client(name) for name in ("甲", "乙", "丙")]
        for who, days, next_door, group_session in recorded:
            county.record(
                [clients[index] for index in who],
                at=county.next_room if next_door else county.room,
                on=clock.today() - timedelta(days=days),
                service="T02" if group_session else "T01",
            )
        before = everything(*clients)
        kept, merged = (clients[1], clients[0]) if other_way else (clients[0], clients[1])
        done = merge(kept, merged, county.officer)
        assert drift() == []
        assert not RecordClient.objects.filter(client=merged).exists()
        undo(done, county.officer)
        assert drift() == [] and everything(*clients) == before
        transaction.set_rollback(True)
