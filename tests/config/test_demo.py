"""The demonstration city: its figures, its truth to itself, and where it may not be loaded."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction
from django.db.models import Count, F, Q
from pytest_django.plugin import DjangoDbBlocker

from shegong.config.demo import plan
from shegong.config.demo.loading import Loaded, load
from shegong.config.problem import LaunchProblem
from shegong.indicators.models import Tally
from shegong.indicators.money.trace import trace
from shegong.indicators.tally_sql import MEASURES, expected
from shegong.kernel import clock
from shegong.kernel.chinese import credit_code_warning, identity_facts, identity_problem
from shegong.network.models import City, Operation, Organisation, Station, StationStage
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.enums import CaseStage
from shegong.practice.models import (
    Assessment,
    Case,
    CaseApproval,
    CaseReview,
    CaseSheet,
    CaseTransfer,
    Client,
    EmergencyService,
    FollowUp,
    GoalRating,
    ProtectionReport,
    RecordClient,
    RecordWorker,
    Referral,
    ServiceRecord,
)
from shegong.purchase.enums import EntryKind
from shegong.purchase.models import Contract, LedgerEntry, TreasurySheet
from shegong.purchase.queries.reconciliation import differences
from shegong.workforce.models import Credential, Posting, SupervisionSession, Worker

SEED = 7
CENSUS = date(2022, 12, 31)
# What must be the same for the same seed, apart from ids that the database gives.
DIGESTS = {
    "stations": """SELECT key, name, address, longitude, latitude, since, stage FROM network_stationstage t
        JOIN (SELECT id AS sid, key, name, address, longitude, latitude FROM network_station) s ON sid = station_id""",
    "workers": """SELECT name, sex, source, is_professional, is_supervisor, is_psychological, since, until
        FROM workforce_worker""",
    "clients": "SELECT id, number, name, sex, born_on, identity_index, phone_index, state FROM practice_client",
    "groups": "SELECT id, client_id, since FROM practice_clientgroup",
    "assessments": "SELECT id, client_id, assessed_on, answers, risk FROM practice_assessment",
    "cases": "SELECT id, client_id, number, stage, opened_on, closed_on, close_reason FROM practice_case",
    "records": """SELECT id, started_at, minutes, method, place, clients_count, anonymous_count, summary, next_step,
        next_on, satisfaction, case_id, restricted FROM practice_servicerecord""",
    "enquiries": "SELECT id, number, source, name, need, decision, received_at FROM practice_enquiry",
    "referrals": "SELECT id, number, state, reason, created_at FROM practice_referral",
    "participants": "SELECT record_id, client_id, served_on FROM practice_recordclient",
}


def silent(phase: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def digests() -> dict[str, str]:
    return {
        name: rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ({sql}) AS t")[0][0]
        for name, sql in DIGESTS.items()
    }


class Undone(Exception):
    """Ends a load that was only looked at."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def first_digests(home: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    found: dict[str, str] = {}
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HOME", home)
        with pytest.raises(Undone), transaction.atomic():
            load("small", SEED, silent)
            found = digests()
            raise Undone
        assert not Station.objects.exists()
    return found


@pytest.fixture(scope="module")
def city(home: Path, first_digests: dict[str, str], django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "HOME", home)
        loaded = load("small", SEED, silent)
        assert loaded is not None
        yield loaded
        transaction.set_rollback(True)


def test_the_same_seed_gives_the_same_city(city: Loaded, first_digests: dict[str, str]) -> None:
    assert digests() == first_digests


def test_it_is_marked_as_simulated_and_is_there_once(city: Loaded) -> None:
    assert City.objects.get().is_demo
    assert load("small", SEED, silent) is None


def test_the_network_has_its_figures_now_and_at_the_census(city: Loaded) -> None:
    small = plan.SMALL
    assert Counter(Station.objects.values_list("tier", flat=True)) == {
        "centre": 1,
        "hub": 2,
        "station": 6,
        "room": small.rooms,
    }
    for day in (CENSUS, clock.today()):
        valid = Q(until__isnull=True) | Q(until__gt=day)
        running = StationStage.objects.filter(valid, stage="running", since__lte=day)
        assert running.filter(station__tier="room").count() == small.rooms
        operations = Operation.objects.filter(valid, since__lte=day)
        counted = operations.filter(mode="agency", station__tier__in=["station", "room"])
        assert counted.count() == small.agency_run
        assert operations.filter(mode="agency", station__tier__in=["centre", "hub"]).count() == 3
    assert not Station.objects.filter(stages__isnull=True).exists()


def test_organisations_have_valid_codes(city: Loaded) -> None:
    agencies = Organisation.objects.filter(kinds__contains=["agency"])
    assert agencies.count() == plan.SMALL.agencies
    codes = [code or "" for code in Organisation.objects.values_list("credit_code", flat=True)]
    assert [code for code in codes if credit_code_warning(code) is not None] == []


def test_the_workforce_has_its_figures_now_and_at_the_census(city: Loaded) -> None:
    small = plan.SMALL
    for day in (CENSUS, clock.today()):
        in_office = Worker.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
        assert in_office.filter(is_professional=True).count() == small.professionals
        assert in_office.filter(is_supervisor=True).count() == small.supervisors
        assert in_office.filter(is_psychological=True).count() == small.psychologists
        certified = in_office.filter(credentials__issued_on__lte=day).distinct()
        assert certified.count() == small.certified
        by_station = dict(certified.values_list("station").annotate(Count("id", distinct=True)))
        for station in Station.objects.exclude(tier="room"):
            assert by_station[station.pk] >= 2
        rooms = in_office.filter(station__tier="room").values("station").annotate(n=Count("id"))
        assert {room["n"] for room in rooms} == {2}
    assert not Credential.objects.filter(issued_on__gt=F("worker__since")).exists()
    elsewhere = Posting.objects.exclude(station=F("worker__station"))
    assert 0 < elsewhere.count() < Posting.objects.count() / 5
    assert not elsewhere.exclude(hub=F("worker__hub")).exists()


def test_clients_are_consistent(city: Loaded) -> None:
    # Beside those whom receivers in other counties have put on file.
    clients = list(Client.objects.filter(received=None).prefetch_related("groups__group"))
    assert len(clients) == city.clients == plan.SMALL.clients
    for client in clients:
        assert client.born_on is not None
        if client.identity:
            assert identity_problem(client.identity, clock.today()) is None
            facts = identity_facts(client.identity)
            assert (facts.birth_date, str(facts.sex.value)) == (client.born_on, client.sex)
        classes = {g.group.restricted_class for g in client.groups.all()} - {""}
        assert set(client.restricted_classes) == classes
    restricted = sum(bool(client.restricted_classes) for client in clients)
    assert 0.01 < restricted / len(clients) < 0.06
    assert not Client.objects.filter(tokens__isnull=True).exists()
    assert not Client.objects.filter(consents__isnull=True).exists()


def test_records_are_consistent(city: Loaded) -> None:
    today = clock.today()
    records = ServiceRecord.objects.all()
    assert records.count() == city.records >= plan.SMALL.records
    assert records.filter(served_on__gte=today).count() == 0
    assert records.filter(served_on__lt=today - timedelta(days=1100)).count() == 0
    assert records.filter(served_on=today - timedelta(days=1)).exists() or today.weekday() in (0, 6)
    assert not records.filter(recorded_at__lt=F("started_at")).exists()
    assert not RecordClient.objects.filter(served_on__lt=F("client__registered_at__date")).exists()
    clients = dict(RecordClient.objects.values_list("record").annotate(Count("client_id")))
    workers = dict(RecordWorker.objects.values_list("record").annotate(Count("worker_id")))
    for record in records.only("clients_count", "workers_count"):
        assert clients.get(record.pk, 0) == record.clients_count
        assert workers[record.pk] == record.workers_count
    after = Q(record__served_on__lt=F("worker__since")) | Q(record__served_on__gte=F("worker__until"))
    assert not RecordWorker.objects.filter(after).exists()
    restricted = RecordClient.objects.exclude(client__restricted_classes=[])
    assert not restricted.filter(record__restricted=False).exists()
    assert records.values("summary").distinct().count() > 1000


def test_cases_assessments_and_contracts_are_there(city: Loaded) -> None:
    assert Assessment.objects.count() >= plan.SMALL.assessments * 0.9
    assert Assessment.objects.values("risk").distinct().count() == 4
    assert set(Case.objects.values_list("stage", flat=True)) == set(CaseStage.values)
    assert CaseSheet.objects.values("stage").distinct().count() == 5 and FollowUp.objects.exists()
    assert CaseApproval.objects.filter(decision="").exists()
    closed = Case.objects.filter(stage="closed")
    assert not closed.filter(goal_score=None).exists() and closed.filter(improved=True).exists()
    for case in Case.objects.exclude(stage__in=("intake", "assessment", "planning"))[:5]:
        goals = GoalRating.objects.filter(case=case).order_by("goal__position", "rated_on")
        assert goals.exists() and case.planned_on is not None
    early = ServiceRecord.objects.filter(case__isnull=False, served_on__lt=F("case__planned_on"))
    assert not early.exists()
    assert ServiceRecord.objects.filter(case__isnull=False).count() > 100
    stray = ServiceRecord.objects.filter(case__isnull=False).exclude(participants__client=F("case__client"))
    assert not stray.exists()
    renewed = Contract.objects.filter(status="completed")
    assert Contract.objects.count() - plan.SMALL.contracts == 1 and renewed.count() == 1
    agency_run = Operation.objects.filter(mode="agency", until__isnull=True)
    assert not agency_run.exclude(station__contracts__organisation=F("organisation")).exists()


def test_cases_change_hands_and_emergencies_are_reviewed_due_and_overdue(city: Loaded) -> None:
    accepted = CaseTransfer.objects.filter(decision="accept")
    assert accepted.filter(station=F("to_station")).exists() and accepted.exclude(station=F("to_station")).exists()
    assert not accepted.exclude(case__station=F("to_station"), case__worker=F("to_worker")).exists()
    assert Case.objects.filter(moved=True).count() == accepted.exclude(station=F("to_station")).count()
    assert set(CaseTransfer.objects.values_list("decision", flat=True)) == {"", "accept", "decline"}
    now, marked = clock.now(), EmergencyService.objects.all()
    reviewed = marked.filter(reviewed_at__lte=F("review_by"))
    waiting = marked.filter(reviewed_at=None)
    assert reviewed.count() == marked.count() - 2 >= 1
    assert waiting.filter(review_by__gt=now).count() == waiting.filter(review_by__lt=now).count() == 1
    assert not marked.exclude(case__planned_on=None).exists()


def test_referrals_cross_counties_and_come_back_and_some_reports_were_late(city: Loaded) -> None:
    crossed = Referral.objects.exclude(to_hub=None).exclude(to_hub=F("hub")).filter(state__in=("returned", "closed"))
    assert crossed.exists() and not crossed.filter(Q(received_client=None) | Q(result="")).exists()
    assert not crossed.exclude(received_client__hub=F("to_hub"), received_client__name=F("client__name")).exists()
    reported = ProtectionReport.objects.exclude(reported_at=None)
    late = reported.filter(reported_at__gt=F("due_at"))
    assert late.exists() and not late.filter(head_told_at=None).exists()
    assert reported.filter(reported_at__lte=F("due_at"), head_told_at=None).exists()
    open_reports = ProtectionReport.objects.filter(state="observed")
    assert open_reports.filter(due_at__lt=clock.now()).exists() and open_reports.filter(due_at__gt=clock.now()).exists()


def test_ten_payments_lead_to_what_they_paid_for_to_the_cent(city: Loaded) -> None:
    officer = Account.objects.get(username="city")
    payments = list(LedgerEntry.objects.filter(kind=EntryKind.PAY, reversed_by__isnull=True).order_by("id"))
    for entry in Random(SEED).sample(payments, 10):
        with viewing(officer.pk) as viewer:
            found = trace(viewer, entry.pk)
        assert found is not None and found.entry.fund_id == entry.fund_id and found.contract.pk == entry.contract_id
        assert found.sources and [each.kind for each in found.bound] == [EntryKind.COMMIT]
        assert entry.pk in {each.pk for each in found.payments} and found.paid <= found.bound[0].amount
        done = ServiceRecord.objects.filter(
            contract_id=entry.contract_id, hub_id=entry.hub_id, served_on__year=entry.year_id, voided_at__isnull=True
        )
        assert {each.key for each in found.records} == set(done.values_list("pk", flat=True))
        for parts in (found.records, found.by_service(), found.by_group()):
            assert sum(part.amount for part in parts) == entry.amount


def test_the_treasurys_list_differs_in_one_sum(city: Loaded) -> None:
    with viewing(Account.objects.get(username="county").pk) as viewer:
        found = differences(viewer, TreasurySheet.objects.get())
    assert len(found.amounts) == 1 and found.agreed and not found.unknown and not found.missing


def test_tallies_are_what_the_records_say(city: Loaded) -> None:
    columns = ", ".join(["unit_id", "kind", "starts_on", "facet", "facet_id", *MEASURES])
    kept, counted = f"SELECT {columns} FROM indicators_tally", f"SELECT {columns} FROM ({expected()}) AS e"
    assert Tally.objects.count() == city.tallies
    assert rows(f"({kept} EXCEPT {counted}) UNION ALL ({counted} EXCEPT {kept})") == []


def test_keys_indexes_and_triggers_are_back(city: Loaded) -> None:
    off = rows("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'D'")
    assert off == []
    invalid = rows("SELECT conname FROM pg_constraint WHERE NOT convalidated")
    assert invalid == []
    keyless = rows(
        """SELECT relname FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'practice\\_%'
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')"""
    )
    assert keyless == []
    assert rows("SELECT count(*) FROM pg_constraint WHERE conname = 'practice_recordclient_record_id_in_hub'") == [(1,)]
    assert rows("SELECT count(*) FROM pg_class WHERE relname = 'practice_record_latest'") == [(1,)]


def test_there_is_an_account_for_every_role(city: Loaded, home: Path) -> None:
    path = home / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = json.loads(path.read_text(encoding="utf-8"))
    # One of each role, and further ones for what takes several people.
    assert [entry["username"] for entry in listed[: len(Role)]] == [role.value for role in Role]
    further = [entry["username"] for entry in listed[len(Role) :]]
    assert further == ["agency2", "agency3", "assessor2", "assessor3", "donor2"]
    for entry in listed:
        account = Account.objects.get(username=entry["username"])
        assert check_password(entry["password"], account.password)
        grant = account.grants.get()
        assert (grant.role, grant.station.name) == (entry["role"], entry["at"])
    admin = Account.objects.get(username="admin")
    assert admin.is_staff and admin.is_superuser


def test_the_shown_worker_has_a_day_with_a_story(city: Loaded) -> None:
    account = Account.objects.get(username="worker")
    today = clock.today()
    with viewing(account.pk) as viewer:
        station = Worker.objects.get(account=account).station
        assert viewer.stations == (station.pk,)
        assert station.tier == "room"
        due = ServiceRecord.objects.filter(next_on__range=(today - timedelta(days=1), today + timedelta(days=1)))
        assert due.filter(next_on=today).count() >= 2
        assert not ServiceRecord.objects.exclude(station=station).exists()


def test_the_supervisor_sees_the_supervised_cases_only(city: Loaded) -> None:
    account = Account.objects.get(username="supervisor")
    supervised = set(Case.objects.filter(supervisor=account).values_list("pk", flat=True))
    sessions = SupervisionSession.objects.filter(supervisor__worker__account=account, agreement__state="running")
    today = clock.today()
    running = sessions.exclude(state="cancelled").filter(agreement__since__lte=today, agreement__until__gt=today)
    reviews = CaseReview.objects.filter(
        session__in=running, withdrawn_at__isnull=True, case__client__restricted_classes=[]
    )
    reviewed = set(reviews.values_list("case_id", flat=True))
    with viewing(account.pk):
        assert set(Case.objects.values_list("pk", flat=True)) == supervised | reviewed


@pytest.mark.django_db
def test_production_takes_no_demonstration(home: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(LaunchProblem):
        load("small", SEED, silent)
    assert not City.objects.exists()


@pytest.fixture(scope="module")
def whole() -> tuple[list[plan.Row], set[str], Random]:
    chance = Random(SEED)
    divisions = plan.chosen_divisions(plan.read_divisions(), plan.CITY)
    return divisions, plan.rooms_kept(divisions, plan.CITY, chance), chance


def test_the_whole_citys_network_has_the_published_figures(whole: tuple[list[plan.Row], set[str], Random]) -> None:
    divisions, rooms, chance = whole
    towns = [row for row in divisions if row["level"] == "town"]
    communities = [row for row in divisions if row["level"] == "community"]
    assert len({plan.hub_of_town(town) for town in towns}) == 23
    assert (len(towns), len(communities), len(rooms)) == (261, 3047, 2904)
    bought = plan.agency_run(towns, rooms, plan.CITY, chance)
    assert (len(bought), len(towns) + len(rooms)) == (2646, 3165)
    assert bought <= {town["code"] for town in towns} | rooms
    assert {row["parent_code"] for row in communities if row["code"] in rooms} == {town["code"] for town in towns}


def test_the_whole_citys_posts_have_the_published_figures(whole: tuple[list[plan.Row], set[str], Random]) -> None:
    divisions, rooms, chance = whole
    towns = [row for row in divisions if row["level"] == "town"]
    hubs = sorted({plan.hub_of_town(town) for town in towns})
    posts = plan.posts(hubs, [town["code"] for town in towns], sorted(rooms), plan.CITY, chance)
    professional = [post for post in posts if post.is_professional]
    assert len(professional) == 4636
    assert sum(post.is_supervisor for post in professional) == 381
    assert sum(post.is_psychological for post in professional) == 786
    assert not any(
        post.is_supervisor or post.is_psychological or post.is_certified for post in posts if not post.is_professional
    )
    certified = Counter(post.place for post in posts if post.is_certified)
    assert certified[""] in (3, 4, 5)
    assert min(certified[place] for place in (*hubs, *(town["code"] for town in towns))) >= 2
    in_rooms = Counter(post.place for post in posts if post.tier == "room")
    assert set(in_rooms.values()) == {2} and len(in_rooms) == 2904


def test_316_agencies_are_spread_over_all_hubs(whole: tuple[list[plan.Row], set[str], Random]) -> None:
    divisions, rooms, _ = whole
    towns = {row["code"]: plan.hub_of_town(row) for row in divisions if row["level"] == "town"}
    places = {row["code"]: towns[row["parent_code"]] for row in divisions if row["code"] in rooms}
    agencies = plan.agencies_of_hubs(places, plan.CITY)
    assert (len(agencies), sum(agencies.values())) == (23, 316)
    assert min(agencies.values()) >= 1
