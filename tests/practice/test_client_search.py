"""Finding, listing and opening client files: who finds what, with how many queries, by which plan."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import Viewer, viewing
from shegong.people.models import Account
from shegong.practice.models import Assessment, AssessmentNeed, Case, Client, Household
from shegong.practice.queries import client as queries
from tests.practice.county import County, identity

BORN = date(1949, 12, 31)


def names(found: list[Client]) -> list[str]:
    return [client.name for client in found]


def find(account: Account, text: str) -> list[str]:
    with viewing(account.pk) as viewer:
        return names(queries.search_clients(viewer, text))


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)


@pytest.fixture
def known(county: County) -> Client:
    """Somebody with everything to be found by."""
    return county.client("曾秀英", identity=identity(BORN), phone="13900000001", groups=["older"])


@pytest.mark.parametrize(
    "text",
    [
        "曾",
        "曾秀英",
        "秀英",
        "英",
        "zeng",
        "zengxiuying",
        "zxy",
        "xiuy",
        "ZENG Xiu",
        "ceng",
        "１３９ 0000 0001",
        "+86 139-0000-0001",
    ],
)
def test_found_by_characters_pinyin_initials_and_telephone(county: County, known: Client, text: str) -> None:
    assert find(county.worker, text) == ["曾秀英"]


def test_found_by_numbers(county: County, known: Client) -> None:
    assert find(county.worker, identity(BORN)[:17] + identity(BORN)[17].lower()) == ["曾秀英"]
    assert find(county.worker, known.number.lower()) == ["曾秀英"]
    assert find(county.worker, "13900000002") == find(county.worker, identity(BORN, 2)) == []


@pytest.mark.parametrize("text", ["", "  ", "·", "%", "_", "'; --", "xiuyin g1", "\0", "x" * 100_000])
def test_nothing_is_found_by_nothing(county: County, known: Client, text: str) -> None:
    assert find(county.worker, text) == []


def test_everybody_finds_only_whom_they_may_see(county: County, known: Client) -> None:
    for account in (county.worker, county.colleague, county.head, county.officer):
        assert find(account, "曾秀英") == ["曾秀英"]
    for account in (county.neighbour, county.stranger, county.city, county.supervisor):
        for text in ("曾秀英", "13900000001", identity(BORN), known.number):
            assert find(account, text) == []


def test_a_supervisor_finds_the_supervised_case(county: County, known: Client) -> None:
    case = _case(county, known)
    assert find(county.supervisor, "曾") == ["曾秀英"]
    with viewing(county.supervisor.pk) as viewer:
        file = queries.client_file(viewer, known.pk)
        assert file and [each.pk for each in file.cases] == [case.pk]
        assert names(queries.clients_page(viewer).items) == ["曾秀英"]


def test_whole_names_come_first_then_by_pinyin(county: County) -> None:
    for name in ("王秀", "王秀英", "阿王秀", "王安"):
        county.client(name)
    assert find(county.worker, "王秀") == ["王秀", "阿王秀", "王秀英"]


def test_searching_takes_few_queries_however_many_are_found(county: County) -> None:
    for number in range(30):
        county.client(f"王{chr(0x4E00 + number)}")
    with viewing(county.worker.pk) as viewer:
        assert len(queries.search_clients(viewer, "王", limit=20)) == 20
        assert statements(lambda: queries.search_clients(viewer, "王")) == 2


# Plans at size: 6,000 files, as a room's worker, a head and the county's officer


@pytest.fixture
def crowd(county: County) -> County:
    """6,000 clients with four words each, a tenth of them in this county and a hundredth in each room, as in a city."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO practice_client (id, hub_id, station_id, number, name, sort_key, sounds_key, sex, ethnicity,
                identity, phone, phone_index, address, household_relation, restricted_classes, state, registered_at,
                registered_by_id)
            SELECT gen_random_uuid(), CASE WHEN n %% 100 < 10 THEN %(hub)s ELSE %(far_hub)s END,
                   CASE n %% 100 WHEN 0 THEN %(room)s WHEN 1 THEN %(next)s
                        ELSE CASE WHEN n %% 100 < 10 THEN %(hub)s ELSE %(far)s END END,
                   'B-2022-' || n, '人' || n, 'ren' || n, 'len' || n, '0', '', '', '', sha256(n::text::bytea), '', '',
                   '{}', 'active', now(), %(by)s
            FROM generate_series(1, 6000) AS n""",
            {
                "hub": county.hub.pk,
                "room": county.room.pk,
                "next": county.next_room.pk,
                "far": county.far_room.pk,
                "far_hub": county.far_room.hub_id,
                "by": county.worker.pk,
            },
        )
        # References are checked by plans that were made while the table was empty, until it is analysed.
        cursor.execute("ANALYZE practice_client")
        cursor.execute(
            """
            INSERT INTO practice_clienttoken (client_id, hub_id, station_id, token)
            SELECT id, hub_id, station_id, md5(number || k) FROM practice_client, generate_series(1, 4) AS k"""
        )
        cursor.execute("ANALYZE practice_client, practice_clienttoken")
    return county


def plans_of(viewer: Viewer, work: Callable[[Viewer], object]) -> Iterator[str]:
    """How each statement of `work` is carried out."""
    with CaptureQueriesContext(connection) as caught:
        work(viewer)
    for query in caught.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query["sql"])
            yield "\n".join(row[0] for row in cursor.fetchall())


def test_no_list_and_no_search_reads_a_whole_table(crowd: County) -> None:
    somebody = Client.objects.filter(station=crowd.room).values_list("pk", flat=True)[0]
    work: list[Callable[[Viewer], object]] = [
        lambda viewer: queries.search_clients(viewer, "a1"),
        lambda viewer: queries.search_clients(viewer, "13900000001"),
        lambda viewer: queries.search_clients(viewer, identity(BORN)),
        lambda viewer: queries.search_clients(viewer, "B-2022-1000"),
        lambda viewer: queries.look_alikes(viewer, crowd.hub.pk, name="人9", born_on=BORN, phone="13900000001"),
        lambda viewer: queries.clients_page(viewer),
        lambda viewer: queries.client_file(viewer, somebody),
    ]
    for account in (crowd.worker, crowd.head, crowd.officer):
        with viewing(account.pk) as viewer:
            for each in work:
                for plan in plans_of(viewer, each):
                    assert "Seq Scan on practice_client" not in plan, plan
    with viewing(crowd.officer.pk) as viewer:
        assert len(queries.search_clients(viewer, "a")) == 20


# The list


def test_the_list_goes_on_by_pinyin_page_by_page(county: County) -> None:
    for number in range(60):
        county.client(f"王{chr(0x4E00 + number)}", at=county.room if number % 2 else county.next_room)
    with viewing(county.head.pk) as viewer:
        listed, cursor = [], None
        while True:
            page = queries.clients_page(viewer, cursor=cursor)
            listed += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(listed) == 60 and [c.sort_key for c in listed] == sorted(c.sort_key for c in listed)
        assert statements(lambda: queries.clients_page(viewer)) == 2
        assert len(queries.clients_page(viewer, station=county.room.pk).items) == 25
    with viewing(county.worker.pk) as viewer:
        assert queries.clients_page(viewer, station=county.next_room.pk).items == []


def test_the_list_narrows_by_group_state_and_risk(county: County) -> None:
    old, young, gone = county.client("甲", groups=["older"]), county.client("乙", groups=["child"]), county.client("丙")
    Client.objects.filter(pk=gone.pk).update(state="deceased")
    _assess(county, old, risk=4, days_ago=100)
    _assess(county, old, risk=2)
    _assess(county, young, risk=3)
    with viewing(county.worker.pk) as viewer:
        page = queries.clients_page(viewer)
        assert [(c.name, getattr(c, "risk"), getattr(c, "group_names")) for c in page.items] == [  # noqa: B009
            ("甲", 2, ["老年人"]),
            ("乙", 3, ["儿童"]),
        ]
        assert names(queries.clients_page(viewer, group=county.group("older").pk).items) == ["甲"]
        assert names(queries.clients_page(viewer, risk=3).items) == ["乙"]
        assert names(queries.clients_page(viewer, state="deceased").items) == ["丙"]
        assert names(queries.clients_page(viewer, state="").items) == ["丙", "甲", "乙"]
        with pytest.raises(Problem) as caught:
            queries.clients_page(viewer, cursor="xyz")
        assert caught.value.status == 400


# The file


def test_the_file_takes_the_same_few_queries_however_long(county: County) -> None:
    client = _with_everything(county)
    counts = []
    for records in (1, 60):
        for number in range(records):
            county.record(
                [client], on=clock.today() - timedelta(days=number), at=county.next_room if number % 3 else None
            )
        with viewing(county.head.pk) as viewer:
            counts.append(statements(lambda viewer=viewer: queries.client_file(viewer, client.pk)))  # type: ignore[misc]
    assert counts[0] == counts[1] <= 14


def test_the_timeline_holds_every_record_once_latest_first(county: County) -> None:
    client = county.client()
    for number in range(60):
        county.record([client, county.client(f"王{number}")], on=clock.today() - timedelta(days=number // 3))
    days: list[date] = []
    seen = set()
    with viewing(county.worker.pk) as viewer:
        cursor, pages = None, 0
        while pages == 0 or cursor:
            page, givers = queries.client_timeline(client, cursor)
            days += [record.served_on for record in page.items]
            seen |= {record.pk for record in page.items}
            assert all(givers[record.pk] == [county.worker_row.name] for record in page.items)
            cursor, pages = page.next_cursor, pages + 1
        assert viewer.account_id == county.worker.pk
    assert (len(seen), pages) == (60, 3) and days == sorted(days, reverse=True)


def test_the_file_shows_what_is_going_on(county: County) -> None:
    client = _with_everything(county)
    soon = clock.today() + timedelta(days=3)
    county.record([client], next_on=soon, next_step="复查血压")
    with viewing(county.worker.pk) as viewer:
        file = queries.client_file(viewer, client.pk)
    assert file and file.assessment and file.next_record
    assert [case.stage for case in file.cases] == ["intake"]
    assert [(need.field.code, need.level) for need in file.needs] == [("CA", 2)]
    assert file.next_record.next_on == soon


def test_a_file_out_of_reach_is_not_there(county: County) -> None:
    client = county.client()
    for account in (county.neighbour, county.stranger, county.city, county.supervisor):
        with viewing(account.pk) as viewer:
            assert queries.client_file(viewer, client.pk) is None
            assert queries.client_file(viewer, uuid7()) is None


# People who may be the same


def alike(county: County, account: Account | None = None, **known: object) -> list[tuple[str, int, bool]]:
    with viewing((account or county.worker).pk) as viewer:
        found = queries.look_alikes(viewer, county.hub.pk, **known)  # type: ignore[arg-type]
        return [(each.station_name, each.likeness, each.client is not None) for each in found]


def test_the_same_number_is_noticed_across_the_county_without_a_name(county: County) -> None:
    county.client("曾秀英", at=county.next_room, identity=identity(BORN))
    assert alike(county, identity=identity(BORN)) == [(county.next_room.name, 100, False)]
    assert alike(county, county.officer, identity=identity(BORN)) == [(county.next_room.name, 100, True)]
    assert alike(county, identity=identity(BORN, 2)) == []
    with viewing(county.stranger.pk) as viewer:
        assert queries.look_alikes(viewer, county.hub.pk, identity=identity(BORN)) == []


def test_names_that_sound_alike_are_noticed_with_birth_date_or_telephone(county: County) -> None:
    county.client("张志英", born_on=BORN, phone="13900000001")
    here = county.room.name
    assert alike(county, name="章芝音", born_on=BORN) == [(here, 65, True)]
    assert alike(county, name="张志英", phone="13900000001") == [(here, 65, True)]
    assert alike(county, name="张志英", born_on=BORN, phone="13900000001") == [(here, 100, True)]
    assert alike(county, name="张志英") == alike(county, name="李国强", born_on=BORN) == []
    assert alike(county, county.neighbour, name="张志英", born_on=BORN) == []


def test_a_file_is_not_like_itself_nor_like_a_merged_one(county: County) -> None:
    client, merged = county.client("张志英", born_on=BORN), county.client("张志英", born_on=BORN)
    Client.objects.filter(pk=merged.pk).update(state="merged", merged_into=client)
    assert alike(county, name="张志英", born_on=BORN, but=client.pk) == []


# Makers


def _case(county: County, client: Client) -> Case:
    county.agree()
    return Case.objects.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        client=client,
        number=f"C-{client.number}",
        group=county.group("older"),
        worker=county.worker_row,
        supervisor=county.supervisor,
        problem="孤独",
        opened_on=clock.today(),
        opened_by=county.worker,
    )


def _assess(county: County, client: Client, *, risk: int, days_ago: int = 0) -> Assessment:
    return Assessment.objects.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        client=client,
        instrument=county.instrument(),
        assessed_on=clock.today() - timedelta(days=days_ago),
        worker=county.worker_row,
        risk=risk,
        recorded_at=clock.now(),
        recorded_by=county.worker,
    )


def _with_everything(county: County) -> Client:
    client = county.client(groups=["older", "child"])
    other = county.client("李国强")
    station: Station = county.room
    household = Household.objects.create(hub_id=station.hub_id, station_id=station.pk)
    Client.objects.filter(pk__in=[client.pk, other.pk]).update(household=household)
    _case(county, client)
    assessment = _assess(county, client, risk=3)
    AssessmentNeed.objects.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        assessment=assessment,
        field=county.world.fields["CA"],
        level=2,
    )
    return client
