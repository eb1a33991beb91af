"""Agreements with departments from the draft to the review; referrals under them, both ways; who sees what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser

from shegong.indicators.queries import reading
from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.linkage.actions import agreement as actions
from shegong.linkage.actions import arrival as arrivals
from shegong.linkage.actions import joint
from shegong.linkage.models import Agreement, AgreementReview, DepartmentReferral, JointActivity, JointProject
from shegong.linkage.queries import agreement as queries
from shegong.linkage.queries import department
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.practice.actions import referral as referrals
from shegong.practice.models import Consent, Enquiry, Referral
from shegong.practice.rules.referral import ReferralDraft
from tests.factories import START, World
from tests.linkage.agreed import FIVE, Agreed


@pytest.fixture
def place(world: World) -> Agreed:
    return Agreed(world)


def refusal(act: Callable[[], Any]) -> set[tuple[str, str | None]]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        act()
    return {(each.code, each.field) for each in caught.value}


def browser(account: Account) -> Browser:
    client = Browser()
    client.force_login(account)
    return client


def referred(place: Agreed, *, urgency: str = "routine", consents: bool = True) -> Referral:
    client = place.world.client(place.town)
    of_client = {"hub_id": client.hub_id, "station_id": client.station_id, "client": client}
    now = clock.now()
    if consents:
        Consent.objects.create(
            **of_client, purpose="sharing", basis="consent", given_on=START, recorded_by=place.account
        )
    draft = ReferralDraft(
        receiver_kind="department", reason="生活困难", asked="请核实救助条件", basis="consent",
        to_organisation_id=place.bureau.pk, urgency=urgency,
    )  # fmt: skip
    with viewing(place.account.pk) as viewer:
        return referrals.refer(draft, by=viewer, at=now, client=client)


def arrived(place: Agreed, **more: Any) -> DepartmentReferral:
    with viewing(place.liaison.pk) as viewer:
        channel = queries.channels_from((place.bureau.pk,), place.today)[0]
        values: dict[str, Any] = {
            "channel_id": channel.pk, "station_id": place.town.pk, "name": "李建国", "reason": "独居，行动不便",
            "asked": "请上门评估", "consent_on": place.today, "phone": "13812345678", **more,
        }  # fmt: skip
        draft = arrivals.ArrivalDraft(**values)
        return arrivals.send_person(draft, by=viewer, at=clock.now(), today=place.today)


def test_from_draft_to_force_with_its_reviews(place: Agreed) -> None:
    agreement = place.filled()
    with viewing(place.liaison.pk) as viewer:
        assert queries.agreement_of(viewer, agreement.pk) is None  # a draft is the county's own
    agreement = place.sent(agreement)
    agreement = place.signed_by(agreement, place.county, own=True)
    assert agreement.state == "signing"
    agreement = place.signed_by(agreement, place.liaison, own=False)
    assert (agreement.state, agreement.signed_on, agreement.ends_on) == ("in_force", place.today, agreement.until)
    assert list(agreement.reviews.values_list("held_on", flat=True)) == [None, None][: agreement.reviews.count()]
    for unit in (place.world.centre, place.hub):
        assert reading("linkage.agreements_in_force", unit).value == 1
    review = agreement.reviews.first()
    assert review is not None and review.due_on < place.today
    for account in (place.county, place.city, place.liaison):
        with viewing(account.pk) as viewer:
            assert [each.pk for each in queries.reviews_due(queries.agreements_seen(viewer), place.today)] == [
                review.pk
            ]
        assert "评估已到期" in browser(account).get("/agreements/").content.decode()
    page = browser(place.county).post(
        f"/agreements/reviews/{review.pk}/", {"held_on": place.today.isoformat(), "outcome": "goes_on", "result": " "}
    )
    assert page.status_code == 422
    browser(place.county).post(
        f"/agreements/reviews/{review.pk}/",
        {"held_on": place.today.isoformat(), "outcome": "goes_on", "result": "转介都按时"},
    )
    review.refresh_from_db()
    assert (review.outcome, review.kept_by) == ("goes_on", place.county)
    with pytest.raises(IntegrityError, match="kept_once"), viewing(place.city.pk):
        AgreementReview.objects.filter(pk=review.pk).update(result="别的")
    verbs = set(Event.objects.filter(kind="agreement").values_list("verb", flat=True))
    assert {"draft_department_agreement", "send_agreement", "sign_agreement", "review_agreement"} <= verbs


def test_all_five_parts_are_asked_for_at_their_fields(place: Agreed) -> None:
    everything: dict[str, Any] = dict.fromkeys(FIVE, "  ")
    assert refusal(lambda: place.drafted(**everything)) == {("part_missing", part) for part in FIVE}
    assert refusal(lambda: place.drafted(until=place.day(-201))) == {("until_before_since", "until")}
    assert refusal(lambda: place.drafted(hub=place.world.hubs["B"])) == {("not_yours", None)}
    for part in FIVE:
        with pytest.raises(IntegrityError, match=f"has_{part}"), transaction.atomic():
            Agreement.objects.create(
                hub=place.hub, **{**vars_of(place), part: " "}, drafted_at=clock.now(), drafted_by=place.county
            )
    said = browser(place.county).post(
        "/agreements/new/", {"title": "残联协议", **FIVE, "supervision": "", "since": place.today.isoformat(),
                             "until": place.day(30).isoformat(), "review_months": "6"},
    )  # fmt: skip
    assert said.status_code == 422 and "残联协议" in said.content.decode()


def vars_of(place: Agreed) -> dict[str, Any]:
    terms = place.terms()
    return {"title": terms.title, **FIVE, "since": terms.since, "until": terms.until, "ends_on": terms.until}


def test_sides_and_places_are_checked(place: Agreed) -> None:
    agreement = place.drafted()
    elsewhere = place.world.towns["B"]
    with viewing(place.county.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: actions.send_to_sign(agreement, **given)) == {("department_missing", "organisation")}
        actions.name_party(agreement, actions.PartyDraft(place.charity.pk), today=place.today, **given)
        assert refusal(lambda: actions.send_to_sign(agreement, **given)) == {("department_missing", "organisation")}
        twice = actions.PartyDraft(place.charity.pk)
        assert refusal(lambda: actions.name_party(agreement, twice, today=place.today, **given)) == {
            ("party_twice", "organisation")
        }
        assert refusal(lambda: actions.set_places(agreement, [elsewhere.pk], **given)) == {
            ("station_out_of_reach", "stations")
        }
        channel = actions.ChannelDraft(place.bureau.pk, "to", "救助", 2, 10)
        assert refusal(lambda: actions.open_channel(agreement, channel, **given)) == {("not_a_party", "organisation")}
        channel = actions.ChannelDraft(place.charity.pk, "to", " ", 9, 3)
        assert refusal(lambda: actions.open_channel(agreement, channel, **given)) == {
            ("needs_missing", "needs"), ("result_days", "result_days")
        }  # fmt: skip
        actions.set_places(agreement, [place.town.pk], **given)
        assert [each.station_id for each in queries.whole(agreement).places] == [place.town.pk]
    with pytest.raises(IntegrityError, match="within_reach"), viewing(place.county.pk):
        agreement.places.create(station=elsewhere)
    with pytest.raises(IntegrityError, match="with_a_department"), viewing(place.county.pk):
        Agreement.objects.filter(pk=agreement.pk).update(state="signing")
    said = browser(place.county).post(f"/agreements/{agreement.pk}/send/", follow=True)
    assert "至少要有一个政府部门" in said.content.decode()


def test_what_is_signed_stays_and_is_followed_by_another_version(place: Agreed) -> None:
    agreement = place.in_force()
    with viewing(place.county.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: actions.rewrite_agreement(agreement, place.terms(), **given)) == {
            ("agreement_frozen", None)
        }
        assert refusal(lambda: actions.follow_agreement(agreement, "amend", " ", **given)) == {
            ("reason_missing", "reason")
        }
        later = actions.follow_agreement(agreement, "amend", "增加通道", **given)
        assert (later.version, later.channels.count(), later.parties.count()) == (2, 2, 2)
        assert refusal(lambda: actions.follow_agreement(agreement, "amend", "再改", **given)) == {("followed", None)}
    for change in ({"scope": "别的"}, {"until": place.day(999)}, {"state": "draft"}, {"ends_on": place.day(400)}):
        with pytest.raises(IntegrityError, match=r"frozen|no_stage|ends_within"), viewing(place.county.pk):
            Agreement.objects.filter(pk=agreement.pk).update(**change)
    with pytest.raises(IntegrityError, match="frozen"), viewing(place.county.pk):
        agreement.channels.all().delete()
    later = place.sent(later)
    place.signed_by(later, place.county, own=True)
    with viewing(place.county.pk) as viewer:
        back = actions.recall_agreement(later, by=viewer, at=clock.now())
        assert not back.parties.filter(signed_on__isnull=False).exists()
    place.sent(later)
    place.signed_by(later, place.county, own=True)
    place.signed_by(later, place.liaison, own=False)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ends_on) == ("replaced", place.today)
    assert reading("linkage.agreements_in_force", place.hub).value == 1
    with viewing(place.county.pk) as viewer:
        given = {"by": viewer, "at": clock.now(), "today": place.today}
        ended = actions.end_agreement(later, "部门职能调整", **given)
        assert (ended.state, ended.ends_on) == ("ended", place.today)
        assert refusal(lambda: actions.end_agreement(later, "再次", **given)) == {("state_gone", None)}


def test_each_side_signs_for_itself(place: Agreed) -> None:
    agreement = place.sent(place.filled())
    theirs, ours = agreement.parties.get(station__isnull=True), agreement.parties.get(station__isnull=False)
    with viewing(place.liaison.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: actions.sign_agreement(agreement, ours.pk, **given)) == {("not_your_signature", None)}
    with viewing(place.county.pk) as viewer:
        given = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: actions.sign_agreement(agreement, theirs.pk, **given)) == {("paper_missing", "on_paper")}
        noted: dict[str, Any] = {"signed_on": place.day(1), "on_paper": "民发〔2026〕3 号"}
        assert refusal(lambda: actions.sign_agreement(agreement, theirs.pk, **noted, **given)) == {
            ("in_future", "signed_on")
        }
    values = {"signed_on": place.today, "signed_by": place.county}
    with pytest.raises(IntegrityError, match="signs_itself"), viewing(place.county.pk):
        agreement.parties.filter(pk=theirs.pk).update(**values)
    with pytest.raises(IntegrityError, match="in_the_own_name"), viewing(place.liaison.pk):
        agreement.parties.filter(pk=theirs.pk).update(**values)
    with pytest.raises(IntegrityError, match="signed_by_all"), viewing(place.county.pk):
        Agreement.objects.filter(pk=agreement.pk).update(state="in_force", signed_on=place.today)
    said = browser(place.liaison).post(f"/agreements/{agreement.pk}/parties/{theirs.pk}/sign/")
    assert said.status_code == 302
    paper = {"signed_on": place.today.isoformat(), "on_paper": ""}
    assert browser(place.county).post(f"/agreements/{agreement.pk}/parties/{ours.pk}/sign/", paper).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == "in_force"


def test_a_referral_there_and_back_keeps_to_the_agreement(place: Agreed) -> None:
    before = referred(place)
    assert before.agreement is None and before.result_due_at is None
    agreement = place.in_force()
    referral = referred(place)
    assert (referral.agreement, referral.agreement_title) == (agreement.pk, agreement.title)
    assert before.due_at and referral.due_at and referral.result_due_at
    assert referral.due_at < before.due_at < referral.result_due_at
    urgent = referred(place, urgency="emergency")
    assert urgent.due_at is not None and urgent.due_at < referral.due_at  # what is urgent keeps its shorter time
    with pytest.raises(IntegrityError, match="terms_stay"), viewing(place.account.pk):
        Referral.objects.filter(pk=referral.pk).update(due_at=referral.result_due_at)
    waiting = referred(place, consents=False)
    with pytest.raises(IntegrityError, match="agreement_in_force"), viewing(place.account.pk):
        Referral.objects.filter(pk=waiting.pk).update(agreement=agreement.pk)
    home = browser(place.liaison)
    assert home.get("/").headers["Location"] == "/department/"
    page = home.get("/department/").content.decode()
    assert "待答复" in page and "王秀英" in page and agreement.title in page
    shown = browser(place.account).get(f"/referrals/{referral.pk}/").content.decode()
    assert f"/agreements/{agreement.pk}/" in shown
    home.post(f"/referrals/{referral.pk}/accept/", {"answer": "救助科联系"})
    assert "反馈结果" in browser(place.account).get(f"/referrals/{referral.pk}/").content.decode()
    home.post(f"/referrals/{referral.pk}/result/", {"result": "已纳入临时救助"})
    assert "已纳入临时救助" in browser(place.account).get(f"/referrals/{referral.pk}/").content.decode()
    with viewing(place.liaison.pk) as viewer:
        (row,), total = department.results(viewer, place.day(-30), place.day(1))
        assert (row.counts["sent"], total["returned"]) == ("0–5", "0–5")  # so few could point at somebody
    assert Event.objects.filter(verb="accept_referral", account_id=place.liaison.pk).count() == 1


def test_somebody_sent_by_a_department_becomes_an_enquiry_and_the_result_goes_back(place: Agreed) -> None:
    assert "没有“部门 → 社工站”的通道" in browser(place.liaison).get("/arrivals/new/").content.decode()
    place.in_force()
    assert refusal(lambda: arrived(place, name=" ", consent_on=None, asked="")) == {
        ("text_missing", "name"), ("text_missing", "asked"), ("consent_missing", "consent_on")
    }  # fmt: skip
    assert refusal(lambda: arrived(place, station_id=place.world.towns["B"].pk)) == {
        ("station_out_of_reach", "station")
    }
    arrival = arrived(place)
    with viewing(place.liaison.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: arrivals.accept_person(arrival, "", **given)) == {("not_the_receiver", None)}
    worker = browser(place.account)
    assert "李建国" in worker.get("/arrivals/").content.decode()
    assert worker.post(f"/arrivals/{arrival.pk}/decline/", {"answer": " "}).status_code == 422
    assert worker.post(f"/arrivals/{arrival.pk}/accept/", {"answer": "周三上门"}).status_code == 302
    arrival.refresh_from_db()
    enquiry = Enquiry.objects.get(pk=arrival.enquiry or "")
    assert (enquiry.name, enquiry.source, enquiry.station) == ("李建国", "referral", place.town)
    shown = browser(place.liaison).get(f"/arrivals/{arrival.pk}/").content.decode()
    assert "周三上门" in shown and "138****5678" in shown and "/enquiries/" not in shown
    assert worker.post(f"/arrivals/{arrival.pk}/result/", {"result": "已评估，每周探访"}).status_code == 302
    assert "已评估，每周探访" in browser(place.liaison).get(f"/arrivals/{arrival.pk}/").content.decode()
    assert worker.post(f"/arrivals/{arrival.pk}/result/", {"result": "再次"}).status_code == 422
    for change in ({"result": "别的"}, {"state": "sent"}, {"asked": "别的"}):
        with pytest.raises(IntegrityError), viewing(place.account.pk):
            DepartmentReferral.objects.filter(pk=arrival.pk).update(**change)
    assert reading("linkage.referrals_in_time", place.town).value is None  # none was due yet


def test_joint_projects_and_the_funds_list(place: Agreed) -> None:
    agreement = place.in_force()
    county = browser(place.county)
    ours, theirs = (str(agreement.parties.get(station__isnull=other).pk) for other in (False, True))
    posted = {
        "station": str(place.town.pk), "title": "重阳走访", "aim": "走访独居老人", f"part-{ours}": "入户",
        f"part-{theirs}": "", "since": place.today.isoformat(), "until": place.day(20).isoformat(),
    }  # fmt: skip
    alone = county.post(f"/agreements/{agreement.pk}/projects/new/", posted)
    assert alone.status_code == 422 and "至少写明两方的分工" in alone.content.decode()
    assert (
        county.post(f"/agreements/{agreement.pk}/projects/new/", {**posted, f"part-{theirs}": "慰问"}).status_code
        == 302
    )
    project = JointProject.objects.get()
    for account in (place.county, place.head, place.account, place.liaison, place.city):
        assert "重阳走访" in browser(account).get("/joint-projects/").content.decode()
        assert "慰问" in browser(account).get(f"/joint-projects/{project.pk}/").content.decode()
    with pytest.raises(IntegrityError, match="of_its_station"), viewing(place.county.pk):
        JointActivity.objects.create(
            project=project, activity=project.pk, title="没有的", held_on=place.today, station=place.town
        )
    with viewing(place.head.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: joint.link_activity(project, project.pk, **given)) == {("activity_unknown", "activity")}
        assert refusal(lambda: joint.finish_project(project, " ", today=place.today, **given)) == {
            ("text_missing", "outcome")
        }
        joint.finish_project(project, "走访 30 户", today=place.today, **given)
        assert refusal(lambda: joint.finish_project(project, "再次", today=place.today, **given)) == {
            ("project_done", None)
        }
    city = browser(place.city)
    wrong = city.post("/payable-services/T01/", {"is_payable": "yes", "yearly_limit": "-1", "clause": "办法第五条"})
    assert wrong.status_code == 422 and "上限应大于 0" in wrong.content.decode()
    city.post("/payable-services/T01/", {"is_payable": "yes", "yearly_limit": "2000", "clause": "办法第五条"})
    assert "¥2,000.00" in browser(place.account).get("/payable-services/").content.decode()
    assert county.get("/payable-services/T01/").status_code == 403


def test_by_sql_a_stranger_finds_and_writes_nothing(place: Agreed, world: World) -> None:
    place.in_force()
    draft = place.filled(title="草稿")
    referred(place)
    arrived(place)
    tables = ("agreementparty", "agreementstation", "referralchannel", "agreementreview", "departmentreferral")
    strangers = [place.stranger, world.account("county", world.hubs["B"]), world.account("volunteer", place.town)]
    for stranger in strangers:
        with viewing(stranger.pk), connection.cursor() as cursor:
            for table in ("agreement", *tables):
                cursor.execute(f"SELECT count(*) FROM linkage_{table}")
                assert cursor.fetchone() == (0,), table
            cursor.execute("UPDATE linkage_agreementparty SET does = 'x'")
            assert cursor.rowcount == 0
            cursor.execute("SELECT count(*) FROM linkage_department_results(%s, %s)", [place.day(-9), place.day(9)])
            assert cursor.fetchone() == (0,)
    # A liaison sees what was referred to and by the department, its agreements, and nothing else of anybody.
    with viewing(place.liaison.pk), connection.cursor() as cursor:
        for table, number in (("linkage_agreement", 1), ("linkage_departmentreferral", 1), ("practice_referral", 1),
                              ("practice_client", 0), ("practice_enquiry", 0), ("practice_servicerecord", 0),
                              ("practice_case", 0), ("practice_consent", 0), ("workforce_worker", 0)):  # fmt: skip
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (number,), table
        cursor.execute("UPDATE linkage_departmentreferral SET answer = 'x'")
        assert cursor.rowcount == 0
    for account in (place.city, place.head):
        with viewing(account.pk), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM linkage_departmentreferral")
            assert cursor.fetchone() == ((1,) if account == place.head else (0,))
    with pytest.raises(DatabaseError), viewing(place.account.pk):
        Agreement.objects.create(hub=place.hub, **vars_of(place), drafted_at=clock.now(), drafted_by=place.account)
    assert browser(place.stranger).get(f"/agreements/{draft.pk}/").status_code == 404
    assert browser(place.stranger).get("/department/").status_code == 200


@pytest.mark.parametrize(
    ("role", "address", "queries_made"),
    [("county", "/agreements/", 10), ("liaison", "/agreements/", 11), ("liaison", "/department/", 15),
     ("account", "/arrivals/", 7), ("liaison", "/joint-projects/", 8), ("county", "/department/results/", 9)],
)  # fmt: skip
def test_lists_cost_the_same_whatever_the_number(
    place: Agreed, role: str, address: str, queries_made: int, django_assert_num_queries: Any
) -> None:
    place.in_force()
    referred(place)
    client = browser(getattr(place, role))
    client.get(address)
    for _number in range(2):
        with django_assert_num_queries(queries_made):
            assert client.get(address).status_code == 200
        for _each in range(2):
            place.in_force()
            referred(place)
            arrived(place)
