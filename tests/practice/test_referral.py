"""Referrals: a closed loop, of which the receiver sees nothing before there is consent or a statutory basis."""

from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.enums import OrganisationKind
from shegong.network.models import Organisation
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.actions import referral as actions
from shegong.practice.actions.client import give_consent, withdraw_consent
from shegong.practice.models import Client, Consent, Enquiry, Referral
from shegong.practice.queries import referral as queries
from shegong.practice.rules.client import ConsentFact
from shegong.practice.rules.referral import ReferralDraft
from tests.factories import START
from tests.practice.county import County
from tests.practice.test_enquiry import taken_in


@pytest.fixture
def client(county: County) -> Client:
    return county.client("王秀英", groups=["older"], phone="13900000001", address="青龙街 8 号", sex="2")


def draft(county: County, **changes: Any) -> ReferralDraft:
    basis = {
        "receiver_kind": "station",
        "to_station_id": county.far_room.pk,
        "reason": "搬到女儿家",
        "asked": "请继续每周探访",
        "basis": "consent",
    }
    return ReferralDraft(**basis | changes)


def consent(county: County, client: Client) -> Consent:
    with viewing(county.worker.pk) as viewer:
        fact = ConsentFact(purpose="sharing", basis="consent")
        return give_consent(client, fact, by=viewer, at=clock.now())


def referred(county: County, client: Client, **changes: Any) -> Referral:
    with viewing(county.worker.pk) as viewer:
        return actions.refer(draft(county, **changes), client=client, by=viewer, at=clock.now())


def seen_by(account: Account) -> list[Any]:
    """What a raw query finds as this account."""
    with viewing(account.pk), connection.cursor() as cursor:
        cursor.execute("SELECT state, name, reason FROM practice_referral")
        return list(cursor.fetchall())


def test_without_consent_it_waits_and_the_receiver_sees_nothing(county: County, client: Client) -> None:
    row = referred(county, client)
    assert (row.state, row.released_at, row.name) == ("waiting", None, "")
    assert seen_by(county.stranger) == []
    with viewing(county.worker.pk) as viewer, pytest.raises(Problem) as caught:
        actions.release_referral(row, by=viewer, at=clock.now())
    assert caught.value.code == "consent_missing"
    consent(county, client)
    with viewing(county.worker.pk) as viewer:
        sent = actions.release_referral(row, by=viewer, at=clock.now())
    assert sent.due_at is not None
    assert seen_by(county.stranger) == [("sent", "王秀英", "搬到女儿家")]
    assert seen_by(county.neighbour) == []  # another room of the same town has nothing to do with it


def test_a_raw_release_without_basis_is_refused_by_the_database(county: County, client: Client) -> None:
    row = referred(county, client)
    for changes in ({"basis": "consent"}, {"basis": "duty"}, {"consent_on": START}):
        with pytest.raises(IntegrityError, match="consent or a statutory"), transaction.atomic():
            Referral.objects.filter(pk=row.pk).update(
                state="sent", released_at=clock.now(), due_at=clock.now(), **changes
            )


def test_a_named_statutory_basis_needs_no_consent(county: County, client: Client) -> None:
    with pytest.raises(Problem) as caught:
        referred(county, client, basis="duty")
    assert caught.value.field == "basis_note"
    assert referred(county, client, basis="duty", basis_note="未成年人保护法第十一条").state == "sent"
    assert len(seen_by(county.stranger)) == 1


def test_across_counties_acceptance_opens_a_file_and_the_loop_closes(county: County, client: Client) -> None:
    consent(county, client)
    row = referred(county, client)
    receiver = county.world.worker(county.far_room, county.stranger)
    assert receiver.station == county.far_room
    with viewing(county.stranger.pk) as viewer:
        found = queries.referral_file(viewer, row.pk)
        assert found is not None and found.phone == "13900000001"
        assert [each.pk for each in queries.waiting_referrals(viewer)] == [row.pk]
        accepted = actions.accept_referral(found, "", by=viewer, at=clock.now())
        made = accepted.received_client
        assert made is not None and (made.name, made.station_id) == ("王秀英", county.far_room.pk)
        actions.return_result(accepted, "已探访两次，适应良好", by=viewer, at=clock.now())
        with pytest.raises(Problem) as caught:
            actions.close_referral(accepted, by=viewer, at=clock.now())
        assert caught.value.status == 403
    assert Client.objects.count() == 2
    with viewing(county.worker.pk) as viewer:
        assert [each.pk for each in queries.waiting_referrals(viewer)] == [row.pk]
        assert actions.close_referral(row, by=viewer, at=clock.now()).state == "closed"
        assert queries.waiting_referrals(viewer) == []


def test_declining_needs_a_reason(county: County, client: Client) -> None:
    consent(county, client)
    row = referred(county, client)
    with viewing(county.stranger.pk) as viewer:
        with pytest.raises(Problem) as caught:
            actions.decline_referral(row, " ", by=viewer, at=clock.now())
        assert caught.value.field == "answer"
        actions.decline_referral(row, "名额已满", by=viewer, at=clock.now())
    assert Client.objects.count() == 1
    with viewing(county.worker.pk) as viewer:
        actions.close_referral(row, by=viewer, at=clock.now())


def test_consent_withdrawn_before_acceptance_takes_the_content_back(county: County, client: Client) -> None:
    given = consent(county, client)
    row = referred(county, client)
    with viewing(county.worker.pk) as viewer:
        withdraw_consent(given, by=viewer, at=clock.now())
    row.refresh_from_db()
    assert (row.state, row.name, row.phone, row.address, row.born_on) == ("withdrawn", "", "", "", None)
    assert seen_by(county.stranger) == []


def test_consent_withdrawn_after_acceptance_leaves_what_was_done(county: County, client: Client) -> None:
    given = consent(county, client)
    row = referred(county, client)
    with viewing(county.stranger.pk) as viewer:
        actions.accept_referral(row, "", by=viewer, at=clock.now())
    with viewing(county.worker.pk) as viewer:
        withdraw_consent(given, by=viewer, at=clock.now())
    row.refresh_from_db()
    assert row.state == "accepted"


def test_the_receiver_can_not_change_what_was_asked(county: County, client: Client) -> None:
    consent(county, client)
    row = referred(county, client)
    with viewing(county.stranger.pk):
        for change in ({"reason": "x"}, {"station": county.far_room}, {"state": "returned"}):
            with pytest.raises(Error), transaction.atomic():
                Referral.objects.filter(pk=row.pk).update(**change)


def test_an_enquiry_can_be_referred_to_a_department_and_its_liaison_answers(county: County) -> None:
    bureau = Organisation.objects.create(name="民政局", kinds=[OrganisationKind.DEPARTMENT], since=START)
    liaison = Account.objects.create(username="liaison-1", display_name="何晓东")
    liaison.grants.create(role=Role.LIAISON, station=county.hub, organisation=bureau, since=START)
    row = taken_in(county)
    wanted = draft(
        county,
        receiver_kind="department",
        to_station_id=None,
        to_organisation_id=bureau.pk,
        consent_on=clock.today(),
        urgency="urgent",
    )
    with viewing(county.worker.pk) as viewer:
        sent = actions.refer(wanted, enquiry=row, by=viewer, at=clock.now())
    assert sent.state == "sent" and Enquiry.objects.get().decision == "refer"
    with viewing(liaison.pk) as viewer:
        assert [each.pk for each in queries.referrals_page(viewer, "in").items] == [sent.pk]
        actions.accept_referral(sent, "", by=viewer, at=clock.now())
        actions.return_result(sent, "已纳入临时救助", by=viewer, at=clock.now())
    with viewing(county.stranger.pk) as viewer:
        assert queries.referral_file(viewer, sent.pk) is None


def test_it_goes_to_somebody_else(county: County, client: Client) -> None:
    for changes, field in (
        ({"to_station_id": county.room.pk}, "to_station"),
        ({"to_station_id": None}, "to_station"),
        ({"receiver_kind": "department", "to_station_id": None}, "to_organisation"),
        ({"receiver_kind": "?"}, "receiver_kind"),
        ({"reason": " "}, "reason"),
        ({"urgency": "?"}, "urgency"),
    ):
        with pytest.raises(Problem) as caught:
            referred(county, client, **changes)
        assert caught.value.field == field
    assert Referral.objects.count() == 0
