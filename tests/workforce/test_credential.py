"""Certificates and registrations: asked for, decided, held by the database; and who sees them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.keeping import Brought
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.workforce.actions import credential as actions
from shegong.workforce.actions.credential import RequestDraft
from shegong.workforce.models import Credential, CredentialRequest, ProofPiece, Qualification, Registration, Worker
from shegong.workforce.queries import credential as queries
from shegong.workforce.rules.credential import ReminderKind, months_before, years_after
from tests.factories import START, World, new_key
from tests.workforce.conftest import Staff
from tests.workforce.qualifications import certify, learn, photo, register

CERTIFICATE = RequestDraft("certificate", "assistant", "D2020510001", date(2020, 10, 31))


def ask(account: Account, worker: Worker, draft: RequestDraft, **more: Any) -> CredentialRequest:
    with viewing(account.pk) as viewer:
        return actions.ask_for_entry(draft, worker, by=viewer, at=clock.now(), **more)


def approve(account: Account, request: CredentialRequest) -> CredentialRequest:
    with viewing(account.pk) as viewer:
        return actions.approve_request(request, by=viewer, at=clock.now())


def refused(step: Callable[[], object]) -> list[tuple[str, str | None]]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        step()
    return [(each.code, each.field) for each in caught.value]


def in_window(staff: Staff, hours: int = 72) -> Registration:
    """The worker's registration ends in two months, with these hours learnt."""
    until = clock.today() + timedelta(days=60)
    credential = certify(staff.worker, on=years_after(until, -4))
    registration = register(credential, years_after(until, -3), until)
    if hours:
        learn(staff.worker, hours, clock.today() - timedelta(days=30), staff.head)
    return registration


def test_a_certificate_with_its_scan_is_entered_by_the_county(staff: Staff) -> None:
    request = ask(staff.account, staff.worker, CERTIFICATE, file=Brought(photo(), "证书.jpg"))
    assert request.state == "waiting" and not Credential.objects.exists()
    assert request.proof is not None
    stored = b"".join(bytes(each.sealed) for each in ProofPiece.objects.all())
    assert b"JFIF" not in stored  # encrypted
    with viewing(staff.county.pk):
        assert queries.content_of(request.proof).startswith(b"\xff\xd8\xff")
    done = approve(staff.county, request)
    assert (done.state, done.decided_by_id) == ("approved", staff.county.pk)
    row = Credential.objects.get()
    assert (row.worker, row.level, row.number, row.issued_on) == (
        staff.worker, "assistant", "D2020510001", date(2020, 10, 31),
    )  # fmt: skip
    verbs = list(Event.objects.order_by("id").values_list("verb", "detail"))
    assert [verb for verb, _detail in verbs] == ["ask_for_entry", "approve_request"]
    assert "D2020510001" not in str(verbs)


def test_a_worker_brings_a_scan_and_the_head_need_not(staff: Staff) -> None:
    assert refused(lambda: ask(staff.account, staff.worker, CERTIFICATE)) == [("proof_missing", "file")]
    assert ask(staff.head, staff.worker, CERTIFICATE).state == "waiting"
    broken = Brought(b"MZ not a picture", "a.jpg")
    assert refused(lambda: ask(staff.colleague, staff.colleagues_worker, CERTIFICATE, file=broken)) == [
        ("file_kind", "file")
    ]


def test_the_same_request_under_the_same_key_is_one(staff: Staff) -> None:
    key = new_key()
    first = ask(staff.head, staff.worker, CERTIFICATE, key=key)
    assert ask(staff.head, staff.worker, CERTIFICATE, key=key).pk == first.pk
    other = RequestDraft("certificate", "assistant", "D2020510002", date(2020, 10, 31))
    assert refused(lambda: ask(staff.head, staff.worker, other, key=key)) == [("key_taken", "key")]
    assert refused(lambda: ask(staff.head, staff.worker, other)) == [("request_waiting", "kind")]


def test_a_number_of_somebody_else_is_refused_without_saying_whose(staff: Staff) -> None:
    stranger = staff.world.worker(staff.world.rooms["B1"])
    certify(stranger, "D2020510001")
    with pytest.raises(Problem) as caught, transaction.atomic():
        ask(staff.head, staff.worker, CERTIFICATE)
    assert (caught.value.code, caught.value.field) == ("number_taken", "number")
    assert stranger.name not in str(caught.value)


def test_two_who_claim_one_number_at_a_time_the_second_is_refused(staff: Staff) -> None:
    one = ask(staff.head, staff.worker, CERTIFICATE)
    two = ask(staff.head, staff.colleagues_worker, CERTIFICATE)
    approve(staff.county, one)
    assert refused(lambda: approve(staff.county, two)) == [("number_taken", "number")]
    with pytest.raises(IntegrityError), transaction.atomic():
        certify(staff.colleagues_worker, "D2020510001")


def test_a_renewal_goes_on_where_the_last_registration_ends(staff: Staff) -> None:
    before = in_window(staff)
    assert [each.kind for each in reminded(staff)] == [ReminderKind.WINDOW]
    request = ask(staff.account, staff.worker, RequestDraft("renewal", since=before.until))
    assert [(each.kind, each.waits) for each in reminded(staff)] == [(ReminderKind.WINDOW, True)]
    approve(staff.county, request)
    renewed = Registration.objects.get(is_renewal=True)
    assert (renewed.since, renewed.until) == (before.until, years_after(before.until, 3))
    assert (renewed.hub_id, renewed.station_id) == (staff.worker.hub_id, staff.worker.station_id)
    assert reminded(staff) == []


def reminded(staff: Staff) -> list[Any]:
    with viewing(staff.account.pk) as viewer:
        return queries.own_reminders(viewer, clock.today())


def test_a_renewal_without_hours_or_too_early_is_refused(staff: Staff) -> None:
    before = in_window(staff, hours=70)
    draft = RequestDraft("renewal", since=before.until)
    assert refused(lambda: ask(staff.account, staff.worker, draft)) == [("hours_missing", "kind")]
    Registration.objects.filter(pk=before.pk).update(
        until=before.until + timedelta(days=60), since=before.since + timedelta(days=60)
    )
    early = RequestDraft("renewal", since=before.until + timedelta(days=60))
    assert refused(lambda: ask(staff.account, staff.worker, early))[0] == ("renewal_early", "since")


def test_a_higher_registration_ends_the_lower_one(staff: Staff) -> None:
    today = clock.today()
    lower = register(certify(staff.worker, on=date(2020, 10, 31)), today - timedelta(days=400))
    certify(staff.worker, "W2025510001", today - timedelta(days=30), "worker")
    request = ask(staff.account, staff.worker, RequestDraft("first", "worker", since=today))
    approve(staff.county, request)
    lower.refresh_from_db()
    assert lower.until == today
    assert Registration.objects.get(credential__level="worker").until == years_after(today, 3)


def test_nobody_decides_the_own_request_and_no_other_county(staff: Staff) -> None:
    officer = staff.world.worker(staff.world.hubs["A"], staff.county)
    own = ask(staff.city, officer, CERTIFICATE)
    assert refused(lambda: approve(staff.county, own)) == [("own_request", None)]
    request = ask(staff.head, staff.worker, RequestDraft("certificate", "worker", "W2021510009", date(2021, 10, 31)))
    assert refused(lambda: approve(staff.far_county, request)) == [("not_the_county", None)]
    assert refused(lambda: approve(staff.head, request)) == [("not_the_county", None)]
    approve(staff.county, request)
    assert refused(lambda: approve(staff.county, request)) == [("request_decided", None)]


def test_declining_says_why_and_withdrawing_is_the_workers(staff: Staff) -> None:
    request = ask(staff.account, staff.worker, CERTIFICATE, file=Brought(photo(), "a.jpg"))
    with viewing(staff.county.pk) as viewer:
        assert refused(lambda: actions.decline_request(request, " ", by=viewer, at=clock.now())) == [
            ("text_missing", "answer")
        ]
        actions.decline_request(request, "看不清编号", by=viewer, at=clock.now())
    again = ask(staff.account, staff.worker, CERTIFICATE, file=Brought(photo(), "a.jpg"))
    with viewing(staff.head.pk) as viewer:
        assert refused(lambda: actions.withdraw_request(again, by=viewer, at=clock.now())) == [("not_own", None)]
    with viewing(staff.account.pk) as viewer:
        assert actions.withdraw_request(again, by=viewer, at=clock.now()).state == "withdrawn"


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        ((2020, 1, 1), (2022, 1, 1), "workforce_registration_after_certificate"),
        ((2023, 1, 1), (2026, 2, 1), "three_years"),
        ((2023, 1, 1), (2023, 1, 1), "ends_after_start"),
        ((2024, 1, 1), (2026, 1, 1), "once_at_a_time"),
    ],
)
def test_the_database_refuses(
    staff: Staff, since: tuple[int, int, int], until: tuple[int, int, int], name: str
) -> None:
    credential = certify(staff.worker, on=date(2020, 10, 31))
    if name == "once_at_a_time":
        register(credential, date(2021, 6, 1))
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        register(credential, date(*since), date(*until))


def test_a_certificate_can_not_slip_behind_its_registration(staff: Staff) -> None:
    credential = certify(staff.worker, on=date(2020, 10, 31))
    row = register(credential, date(2021, 6, 1))
    Credential.objects.filter(pk=credential.pk).update(issued_on=date(2020, 11, 1))
    row.refresh_from_db()
    assert row.certified_on == date(2020, 11, 1)
    with pytest.raises(IntegrityError, match="after_certificate"), transaction.atomic():
        Credential.objects.filter(pk=credential.pk).update(issued_on=date(2021, 6, 2))
    with pytest.raises(IntegrityError, match="of_certificate"), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(certified_on=date(2019, 1, 1))


def test_rows_stay_with_their_worker(staff: Staff) -> None:
    """Whatever a writer says; and they follow a transfer."""
    row = register(certify(staff.worker, on=START), START)
    Registration.objects.filter(pk=row.pk).update(hub=staff.world.hubs["B"])
    with transaction.atomic():
        made = Registration(**{f.attname: getattr(row, f.attname) for f in Registration._meta.concrete_fields})
        made.pk, made.hub_id, made.since, made.until = (
            new_key(),
            staff.world.hubs["B"].pk,
            row.until,
            years_after(row.until, 1),
        )
        made.save(force_insert=True)
    made.refresh_from_db()
    assert (made.hub_id, made.station_id) == (staff.worker.hub_id, staff.worker.station_id)
    there = staff.world.rooms["B1"]
    Worker.objects.filter(pk=staff.worker.pk).update(station=there, hub_id=there.hub_id)
    assert set(Registration.objects.values_list("hub_id", "station_id")) == {(there.hub_id, there.pk)}
    assert Credential.objects.get().hub_id == there.hub_id


def seen(account: Account) -> dict[str, int]:
    """What raw queries find as this account."""
    found = {}
    with viewing(account.pk), connection.cursor() as cursor:
        for table in ("registration", "credentialrequest", "proof", "proofpiece", "learningentry", "qualification"):
            cursor.execute(
                f"SELECT count(*) FROM workforce_{table}"
                + (" WHERE since IS NOT NULL" if table == "qualification" else "")
            )
            found[table] = cursor.fetchone()[0]
    return found


def test_who_sees_what_raw_queries_included(staff: Staff, world: World) -> None:
    in_window(staff)
    ask(
        staff.account,
        staff.worker,
        RequestDraft("certificate", "worker", "W2021510009", date(2021, 10, 31)),
        file=Brought(photo(), "a.jpg"),
    )
    everything = {
        "registration": 1,
        "credentialrequest": 1,
        "proof": 1,
        "proofpiece": 2,
        "learningentry": 1,
        "qualification": 1,
    }
    nothing = dict.fromkeys(everything, 0)
    for account in (staff.account, staff.head, staff.county, staff.city):
        assert seen(account) == everything
    for account in (
        staff.colleague,
        staff.far_county,
        world.account("head", world.towns["B"]),
        world.account("supervisor", world.hubs["A"]),
        world.account("dpo", world.centre),
    ):
        assert seen(account) == nothing


def test_an_agency_sees_its_employees_only(staff: Staff, world: World) -> None:
    in_window(staff)
    mine, other = (Organisation.objects.create(name=name, kinds=["agency"], since=START) for name in "甲乙")
    Worker.objects.filter(pk=staff.worker.pk).update(employer=mine)
    for agency, count in ((mine, 1), (other, 0)):
        account = Account.objects.create(username=f"agency-{agency.pk}", display_name="机构")
        account.grants.create(role="agency", station=world.centre, organisation=agency, since=START)
        assert seen(account)["registration"] == count
        with viewing(account.pk) as viewer:
            assert len(queries.due_page(viewer, "", clock.today()).items) == count


def test_raw_writes_can_not_promote_oneself(staff: Staff) -> None:
    request = ask(staff.account, staff.worker, CERTIFICATE, file=Brought(photo(), "a.jpg"))
    credential = certify(staff.colleagues_worker, "D2020510009")
    entry = learn(staff.worker, 8, clock.today(), staff.head, state="waiting", decided_at=None, decided_by=None)
    place = f"{staff.worker.pk}, {staff.worker.hub_id}"
    attempts = [
        f"UPDATE workforce_{table} SET state = 'approved', decided_at = now(), decided_by_id = {staff.account.pk}"
        for table in ("credentialrequest", "learningentry")
    ] + [
        "INSERT INTO workforce_credential (worker_id, hub_id, level, number, issued_on) "
        f"VALUES ({place}, 'senior', 'S1', now())",
        "INSERT INTO workforce_registration (id, worker_id, hub_id, station_id, credential_id, certified_on, number, "
        "since, until, is_renewal, entered_at) VALUES (gen_random_uuid(), "
        f"{place}, {staff.worker.station_id}, {credential.pk}, now(), '', now(), now(), false, now())",
    ]
    for statement in attempts:
        with viewing(staff.account.pk), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with viewing(staff.account.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE workforce_credential SET level = 'senior'")
        assert cursor.rowcount == 0
    request.refresh_from_db()
    entry.refresh_from_db()
    assert (request.state, entry.state) == ("waiting", "waiting")


def test_the_list_tells_the_same_as_the_rules(staff: Staff, world: World) -> None:
    """Of each worker on each of many days: what the database narrows to is what the rules remind of."""
    today = clock.today()
    for number, (ends, hours, level) in enumerate(
        [
            (-10, 72, "assistant"),
            (0, 0, "assistant"),
            (30, 90, "worker"),
            (91, 80, "worker"),
            (300, 0, "senior"),
            (900, 0, "assistant"),
        ]
    ):
        worker = world.worker(world.rooms["A1"])
        until = today + timedelta(days=ends)
        row = register(certify(worker, f"D00000{number}", years_after(until, -4), level), years_after(until, -3), until)
        if hours:
            learn(worker, hours, max(row.since, today - timedelta(days=40)), staff.head)
    certify(world.worker(world.rooms["A2"]), "D111111", today - timedelta(days=30))
    with viewing(staff.county.pk) as viewer:
        for day in (today, today + timedelta(days=1), months_before(today, 3), today + timedelta(days=89)):
            everybody = {row.worker_id: queries.due_of(row, day) for row in Qualification.objects.all()}
            counts = queries.due_counts(viewer, day)
            for kind in ReminderKind:
                expected = {
                    worker for worker, due in everybody.items() if kind in {each.kind for each in due.reminders}
                }
                found = {row.worker_id for row in queries.due_page(viewer, kind.value, day).items}
                assert found == expected, (kind, day)
                assert counts[kind.value] == len(expected)
        for worker_id, due in {
            row.worker_id: queries.due_of(row, today) for row in Qualification.objects.all()
        }.items():
            file = queries.credential_file(viewer, Worker.objects.get(pk=worker_id), today)
            assert [(each.kind, each.missing) for each in file.reminders] == [
                (each.kind, each.missing) for each in due.reminders
            ]
