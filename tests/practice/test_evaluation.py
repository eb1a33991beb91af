"""Evaluations by clients: who asks, what a link allows, what the wall hides, and what an erased file leaves."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, visitor_digest
from shegong.kernel.problems import Problem
from shegong.network.scope import become_unprivileged, viewing
from shegong.people.models import Account
from shegong.practice.actions.evaluation import ask_for_evaluation, give_evaluation, put_evaluation, token_digest
from shegong.practice.enums import Channel
from shegong.practice.models import Client, Evaluation, EvaluationLink, RecordClient, ServiceRecord
from shegong.practice.queries.evaluation import asked_by, evaluated, evaluations_seen, opinions
from shegong.practice.rules.evaluation import HANDED_FOR, OPEN_FOR, REQUESTS_AN_HOUR, STRAYS_AN_HOUR, Opinion
from tests.api.conftest import server_role
from tests.factories import new_key
from tests.practice.casework import Casework
from tests.practice.county import County
from tests.practice.gatherings import activity_held, approved, joined, planned_activity

GOOD = Opinion(5, 4, "常来看我，很好。")


def asked(by: Account, kind: str, key: UUID, channel: Channel = Channel.LINK, **more: Any) -> str:
    with viewing(by.pk) as viewer:
        of = evaluated(viewer, kind, key)
        assert of is not None
        return ask_for_evaluation(of, channel=channel, by=viewer, at=clock.now(), **more)


def put(by: Account, kind: str, of_id: UUID, said: Opinion = GOOD, **more: Any) -> Evaluation:
    with viewing(by.pk) as viewer:
        of = evaluated(viewer, kind, of_id)
        assert of is not None
        return put_evaluation(of, said, by=viewer, at=clock.now(), **more)


def given(token: str, said: Opinion = GOOD, key: UUID | None = None, **more: Any) -> None:
    """As a stranger, under the server's role."""
    with transaction.atomic(), server_role():
        give_evaluation(token, key or new_key(), said, at=more.get("at", clock.now()))


def code_of(action: Any) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_a_link_gives_one_evaluation_at_the_station_of_the_service(county: County) -> None:
    record = county.record([county.client()])
    token = asked(county.worker, "record", record.pk)
    link = EvaluationLink.objects.get()
    assert bytes(link.digest) == token_digest(token) and token not in str(link.__dict__)
    assert link.expires_at - link.made_at == OPEN_FOR
    key = new_key()
    given(token, key=key)
    given(token, key=key)  # a double tap
    row = Evaluation.objects.get()
    assert (row.of, row.of_id, row.station_id, row.hub_id) == ("record", record.pk, record.station_id, record.hub_id)
    assert (row.score, row.better, row.comment, row.said_by, row.channel) == (5, 4, GOOD.comment, "client", "link")
    assert row.recorded_by_id is None and row.evaluated_on == clock.today()
    assert code_of(lambda: given(token)) == "evaluation_link_over"
    assert Evaluation.objects.count() == 1
    assert set(Event.objects.filter(kind="evaluation").values_list("verb", flat=True)) == {
        "ask_for_evaluation", "give_evaluation",
    }  # fmt: skip


def test_a_link_ends_and_a_handed_phone_sooner(county: County) -> None:
    case = Casework(county).opened()
    sent, handed = (asked(county.worker, "case", case.pk, each) for each in (Channel.LINK, Channel.HANDED))
    soon, late = clock.now() + HANDED_FOR + timedelta(minutes=1), clock.now() + OPEN_FOR + timedelta(minutes=1)
    assert code_of(lambda: given(handed, at=soon)) == "evaluation_link_over"
    assert code_of(lambda: given(sent, at=late)) == "evaluation_link_over"
    assert code_of(lambda: given("never-made")) == "evaluation_link_over"
    given(sent, at=soon)
    assert Evaluation.objects.get().case_id == case.pk


def test_a_stranger_learns_nothing_but_service_day_and_station(county: County) -> None:
    record = county.record([county.client("欧阳静")])
    token = asked(county.worker, "record", record.pk)
    with transaction.atomic(), server_role():
        found = asked_by(token_digest(token), clock.now())
        assert found is not None
        assert (found.state, found.station, found.service, found.day) == (
            "open", county.room, record.service, record.served_on,
        )  # fmt: skip
        assert asked_by(token_digest("other"), clock.now()) is None
        assert EvaluationLink.objects.count() == Evaluation.objects.count() == 0


def test_a_worker_puts_down_what_somebody_answers(county: County) -> None:
    case = Casework(county).opened()
    key = new_key()
    first = put(county.worker, "case", case.pk, key=key)
    assert first.channel == "asked" and first.recorded_by_id == county.worker.pk
    assert put(county.worker, "case", case.pk, key=key).pk == first.pk
    assert code_of(lambda: put(county.worker, "case", case.pk, Opinion(1), key=key)) == "key_taken"
    today = clock.today()
    for said, more, code in (
        (Opinion(None), {}, "score_missing"),
        (Opinion(6), {}, "score_out_of_range"),
        (Opinion(3, 0), {}, "better_out_of_range"),
        (Opinion(3, None, "好" * 501), {}, "text_too_long"),
        (Opinion(3, said_by="cat"), {}, "said_by_unknown"),
        (Opinion(3), {"evaluated_on": today + timedelta(days=1)}, "evaluated_in_future"),
        (Opinion(3), {"evaluated_on": case.opened_on - timedelta(days=1)}, "evaluated_before_service"),
    ):
        assert code_of(lambda said=said, more=more: put(county.worker, "case", case.pk, said, **more)) == code
    assert Evaluation.objects.count() == 1


def test_a_group_is_evaluated_by_its_members(county: County) -> None:
    group = approved(county)
    members = joined(county, group, [county.client(name) for name in ("王秀英", "李国强")])
    assert code_of(lambda: asked(county.worker, "group", group.pk)) == "member_missing"
    put(county.worker, "group", group.pk, Opinion(4), member_id=members[0].pk)
    given(asked(county.worker, "group", group.pk, member_id=members[1].pk), Opinion(5, 3))
    with viewing(county.head.pk) as viewer:
        of = evaluated(viewer, "group", group.pk)
        assert of is not None
        found = opinions(viewer, of)
        assert (found.number, found.score, found.better) == (2, Decimal("4.5"), Decimal(3))
        assert {each.member_id for each, _ in found.rows} == {each.pk for each in members}


def test_what_was_not_given_can_not_be_judged(county: County) -> None:
    activity = planned_activity(county)
    assert code_of(lambda: put(county.worker, "activity", activity.pk)) == "nothing_to_evaluate"
    activity_held(county, activity, walk_ins=12)
    assert put(county.worker, "activity", activity.pk, Opinion(4, said_by="anonymous")).activity_id == activity.pk
    assert code_of(lambda: put(county.officer, "activity", activity.pk)) == "may_not_ask"


def test_evaluations_are_seen_with_what_they_are_about(county: County) -> None:
    hidden = county.client("赵敏")
    open_record, closed_record = county.record([county.client()]), county.record([hidden])
    for record in (open_record, closed_record):
        put(county.worker, "record", record.pk)
    Client.objects.filter(pk=hidden.pk).update(restricted_classes=["drugs"])
    RecordClient.objects.filter(client=hidden).update(restricted=True)
    ServiceRecord.objects.filter(pk=closed_record.pk).update(restricted=True)
    for account, number in (
        (county.worker, 1),
        (county.head, 1),
        (county.neighbour, 0),
        (county.stranger, 0),
        (county.city, 0),
    ):
        with viewing(account.pk) as viewer:
            assert Evaluation.objects.count() == number, account
            assert evaluations_seen(viewer).count() == number
    with viewing(county.neighbour.pk) as viewer:
        assert evaluated(viewer, "record", open_record.pk) is None
    with transaction.atomic():
        become_unprivileged()
        assert Evaluation.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"score": 6}, {"better": 0}, {"channel": "link"}, {"recorded_by_id": None}, {"case_id": None}, {"said_by": "x"}],
)
def test_the_database_holds_the_rules(county: County, wrong: dict[str, Any]) -> None:
    case = Casework(county).opened()
    row = put(county.worker, "case", case.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=row.pk).update(**wrong)


def test_an_erased_file_leaves_numbers_without_words(county: County) -> None:
    case = Casework(county).opened()
    put(county.worker, "case", case.pk)
    token = asked(county.worker, "case", case.pk)
    Client.objects.filter(pk=case.client_id).update(state="erased")
    row = Evaluation.objects.get()
    assert (row.score, row.comment) == (5, "")
    assert code_of(lambda: given(token)) == "evaluation_link_over"


def test_a_card_costs_the_same_however_many_evaluated(county: County, django_assert_max_num_queries: Any) -> None:
    case = Casework(county).opened()
    for size in (1, 6):
        for _number in range(size):
            put(county.worker, "case", case.pk)
        with viewing(county.worker.pk) as viewer, django_assert_max_num_queries(3):
            of = evaluated(viewer, "case", case.pk)
            assert of is not None and opinions(viewer, of).number >= size


def browse(account: Account) -> Browser:
    browser = Browser()
    browser.force_login(account)
    return browser


def test_a_worker_hands_the_phone_over_and_the_session_ends(county: County) -> None:
    case = Casework(county).opened(county.client("欧阳静"))
    browser = browse(county.worker)
    page = f"/evaluations/of/case/{case.pk}/"
    assert "请服务对象评价" in browser.get(page).content.decode()
    assert "把手机交给服务对象" in browser.get(f"{page}ask/").content.decode()
    answer = browser.post(f"{page}ask/", {"channel": "handed"})
    assert answer.status_code == 302 and answer["Location"].startswith("/e/")
    assert browser.get(f"/cases/{case.pk}/").status_code == 302  # to sign in
    shown = browser.get(answer["Location"])
    text = shown.content.decode()
    assert shown.status_code == 200 and county.room.name in text and "欧阳静" not in text
    assert 'class="nav' not in text and "no-store" in shown["Cache-Control"]
    wrong = browser.post(answer["Location"], {"key": new_key(), "comment": "还行", "said_by": "client"})
    assert (
        wrong.status_code == 422 and "请选择满意程度。" in wrong.content.decode() and "还行" in wrong.content.decode()
    )
    right = {"key": new_key(), "score": "4", "better": "", "comment": "还行", "said_by": "family"}
    done = browser.post(answer["Location"], right, follow=True)
    assert "交还社工" in done.content.decode()
    row = Evaluation.objects.get()
    assert (row.score, row.better, row.said_by, row.channel) == (4, None, "family", "handed")
    again = browser.get(answer["Location"])
    assert again.status_code == 404 and "已经评价过了" in again.content.decode()


def test_pages_of_evaluations(county: County) -> None:
    group = approved(county)
    member = joined(county, group, [county.client("李国强")])[0]
    browser = browse(county.worker)
    page = f"/evaluations/of/group/{group.pk}/"
    sheet = browser.get(f"{page}new/").content.decode()
    assert "李国强" in sheet
    said = {"key": new_key(), "score": "5", "better": "4", "comment": "学到了", "said_by": "client"}
    today = clock.today().isoformat()
    assert browser.post(f"{page}new/", {**said, "evaluated_on": today}).status_code == 422
    saved = browser.post(f"{page}new/", {**said, "evaluated_on": today, "member": str(member.pk)})
    assert saved.status_code == 302 and saved["Location"] == f"/groups/{group.pk}/"
    assert "学到了" in browser.get(page).content.decode()
    assert page in browser.get(f"/groups/{group.pk}/").content.decode()
    made = browser.post(f"{page}ask/", {"channel": "link", "member": str(member.pk)})
    assert made.status_code == 200 and "http://testserver/e/" in made.content.decode()
    assert browse(county.stranger).get(page).status_code == 404
    assert browse(county.officer).get(f"{page}ask/").status_code == 403
    assert browser.get(f"/evaluations/of/nothing/{group.pk}/").status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM practice_evaluationlink WHERE used_at IS NOT NULL")
        assert cursor.fetchone() == (0,)


def test_nobody_tries_addresses_one_after_the_other(county: County) -> None:
    token = asked(county.worker, "case", Casework(county).opened().pk)
    stranger = Browser()
    answers = [stranger.get(f"/e/{number}-nothing/").status_code for number in range(STRAYS_AN_HOUR + 2)]
    assert answers == [404] * STRAYS_AN_HOUR + [429] * 2
    busy = stranger.get("/e/nothing/thanks/")
    assert busy.status_code == 429 and "过一会儿再试" in busy.content.decode()
    # Whoever sits behind the same address and has a link isn't kept from it.
    assert stranger.get(f"/e/{token}/").status_code == 200
    assert Browser(REMOTE_ADDR="10.1.2.3").get("/e/nothing/").status_code == 404


def test_one_address_may_not_ask_without_end(county: County) -> None:
    token = asked(county.worker, "case", Casework(county).opened().pk)
    now = clock.now()
    for _each in range(REQUESTS_AN_HOUR):
        assert may_try(visitor_digest("127.0.0.1", now), "evaluate", REQUESTS_AN_HOUR, now)
    said = {"key": new_key(), "score": "5", "better": "", "comment": "", "said_by": "client"}
    refused = Browser().post(f"/e/{token}/", said)
    assert refused.status_code == 429 and not Evaluation.objects.exists()
    assert Browser(REMOTE_ADDR="10.1.2.3").post(f"/e/{token}/", said).status_code == 302
