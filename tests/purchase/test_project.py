"""A purchase from its need to its contract, and all that is refused on the way, by the actions and by the database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import award, panel
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import project as steps
from shegong.purchase.actions.method import RuleDraft, set_method_rule
from shegong.purchase.actions.project import CallForBids
from shegong.purchase.enums import MoneyStage
from shegong.purchase.models import Bid, CreditRecord, Licence, MethodRule, Notice, Objection, Project, ProjectStep
from shegong.purchase.queries import project as queries
from shegong.workforce.models import Worker
from tests.purchase.market import CRITERIA, Market, credit_code, unguarded
from tests.purchase.purse import Purse


@pytest.fixture
def market(purse: Purse) -> Market:
    return Market(purse)


def refused(code: str, call: Any, *arguments: Any, **words: Any) -> Problem:
    with pytest.raises(Problem) as wrong, transaction.atomic():
        call(*arguments, **words)
    assert code in {each.code for each in wrong.value}, list(wrong.value)
    return wrong.value


def run(statement: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def test_from_a_need_to_a_contract(market: Market) -> None:
    purse = market.purse
    project = market.awarded()
    with viewing(market.county.pk) as by:
        bids = queries.bids(by, project)
        # The best: 70 points, and 20 x 400/450 for its price; the cheapest: 45 and 20.
        assert [(bid.organisation_id, bid.score) for bid in bids] == [
            (market.agencies[2].pk, Decimal("87.78")),
            (market.agencies[1].pk, Decimal("65.00")),
            (market.agencies[0].pk, Decimal("61.00")),
        ]
        signed = award.sign(project, by=by, at=clock.now())
    contract = signed.contract
    assert contract is not None and contract.amount == Decimal("450.00")
    assert contract.organisation_id == market.agencies[2].pk and contract.title == project.title
    assert set(contract.stations.all()) == {market.world.towns["A"], market.world.rooms["A1"], market.world.rooms["A2"]}
    held = {stage: purse.holds(stage) for stage in (MoneyStage.ALLOCATED, MoneyStage.RESERVED, MoneyStage.COMMITTED)}
    assert held == {"allocated": 550, "reserved": 0, "committed": 450}
    steps_taken = list(ProjectStep.objects.filter(project=project).order_by("number"))
    assert [each.state for each in steps_taken] == [
        "need", "reserved", "invited", "opened", "scored", "awarded", "signed",
    ]  # fmt: skip
    opening = steps_taken[3]
    assert (opening.by_name, opening.with_name) == (market.city.display_name, market.county.display_name)
    assert [each.kind for each in Notice.objects.order_by("published_at")] == ["invitation", "award"]
    signed.refresh_from_db()
    assert signed.keep_until == date(clock.today().year + 15, clock.today().month, clock.today().day)
    verbs = set(Event.objects.filter(object_id=str(project.pk)).values_list("verb", flat=True))
    assert verbs >= {
        "save_project",
        "reserve_project_budget",
        "invite_bids",
        "open_bids",
        "award_project",
        "sign_project",
    }


def test_what_may_not_be_bought(market: Market) -> None:
    since = clock.today()
    cases: list[tuple[str, str | None, dict[str, Any]]] = [
        ("nature_labour", "nature", {"nature": "dispatch"}),
        ("nature_labour", "title", {"title": "社工站劳务派遣项目"}),
        ("nature_labour", "title", {"need": "提供公益性岗位人员"}),
        ("buyer_organ", "buyer", {"buyer_id": market.agencies[0].pk}),
        ("contract_long_unexplained", "long_term_reason", {"until": since + timedelta(days=400)}),
        ("contract_too_long", "until", {"until": since + timedelta(days=1200), "long_term_reason": "稳定"}),
        ("contract_ends_before", "until", {"until": since}),
        ("amount_decimals", "budget", {"budget": Decimal("1.005")}),
        ("amount_not_positive", "budget", {"budget": Decimal("-1")}),
        ("stations_elsewhere", "stations", {"station_ids": [market.world.towns["B"].pk]}),
        ("stations_missing", "stations", {"station_ids": []}),
        ("fund_pays", "pays", {"pays": "relief"}),
        ("fund_services", "services", {"fund_id": market.purse.community.pk, "pays": "room", "services": ["T02"]}),
        ("year_closed", "year", {"year": 2019}),
        ("labour_share", "labour_floor", {"labour_floor": 101}),
        ("title_missing", "title", {"title": " "}),
    ]
    with viewing(market.county.pk) as by:
        for code, field, changes in cases:
            wrong = refused(
                code, steps.save_need, uuid7(), market.purse.a.pk, market.draft(**changes), by=by, at=clock.now()
            )
            assert field in {each.field for each in wrong}, (code, list(wrong))
        refused("project_not_yours", steps.save_need, uuid7(), market.purse.b.pk, market.draft(), by=by, at=clock.now())
    assert not Project.objects.exists()
    three_years = market.need(until=since + timedelta(days=1000), long_term_reason="需求稳定")
    assert three_years.number.startswith(f"CG-A-{since.year}-0001")


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("purchase_project_buys_services", "nature = 'hiring'"),
        ("purchase_project_no_dispatch", "title = '劳务派遣'"),
        ("purchase_project_term", "until = since + 400"),
        ("purchase_project_term", "until = since + 1200, long_term_reason = '稳定'"),
        ("purchase_project_budget_positive", "budget = 0"),
        ("purchase_project_buyer", "buyer_id = (SELECT min(id) FROM network_organisation WHERE kinds @> '{agency}')"),
        ("purchase_project_step", "state = 'invited'"),
        ("purchase_project_step", "state = 'signed'"),
        ("purchase_project_money", "state = 'reserved'"),
    ],
)
def test_a_stranger_with_sql_can_not_write_what_is_not_allowed(market: Market, rule: str, columns: str) -> None:
    project = market.need()
    with pytest.raises(IntegrityError) as wrong, transaction.atomic():
        run(f"UPDATE purchase_project SET {columns} WHERE id = %s", project.pk)
    assert wrong.value.__cause__ is not None and wrong.value.__cause__.diag.constraint_name == rule


def test_the_budget_is_checked_by_reserving_it(market: Market) -> None:
    project = market.need(budget=Decimal("1000.01"))
    with viewing(market.county.pk) as by:
        refused("insufficient", steps.reserve_budget, project, by=by, at=clock.now())
    project = market.reserved()
    assert market.purse.holds(MoneyStage.RESERVED) == 600
    with viewing(market.county.pk) as by:
        refused("key_taken", steps.save_need, project.pk, market.purse.a.pk, market.draft(), by=by, at=clock.now())
        refused("reason_missing", award.call_off, project, " ", by=by, at=clock.now())
        award.call_off(project, "需求取消", by=by, at=clock.now())
    assert (market.purse.holds(MoneyStage.RESERVED), market.purse.holds(MoneyStage.ALLOCATED)) == (0, 1000)
    assert not Notice.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE purchase_project SET title = 'x' WHERE id = %s", project.pk)


def test_a_method_fits_the_sum_and_asks_enough(market: Market) -> None:
    project = market.reserved()
    soon = clock.now() + timedelta(hours=1)
    three = [agency.pk for agency in market.agencies[:3]]
    MethodRule.objects.filter(method="negotiation").update(below_amount=600)
    MethodRule.objects.filter(method="consultation").update(bidding_days=10)
    Licence.objects.filter(organisation=market.agencies[3]).update(until=clock.today())
    with viewing(market.county.pk) as by:
        for code, call in (
            ("method_amount", CallForBids("negotiation", soon, three)),
            ("deadline_early", CallForBids("consultation", soon, three)),
            ("deadline_early", CallForBids("open_tender", clock.now() - timedelta(hours=1))),
            ("method_reason_missing", CallForBids("single_source", soon, three[:1])),
            ("invited_one", CallForBids("single_source", soon, three, "专利")),
            ("invited_few", CallForBids("consultation", soon + timedelta(days=11), three[:2])),
            ("invited_unfit", CallForBids("single_source", soon, [market.agencies[3].pk], "专利")),
        ):
            refused(code, award.invite, project, call, by=by, at=clock.now())
        refused("criteria_sum", steps.set_criteria, project, [*CRITERIA, ("其他", 5, False)], by=by, at=clock.now())
        refused("criteria_price", steps.set_criteria, project, CRITERIA[1:], by=by, at=clock.now())
        award.invite(project, CallForBids("single_source", soon, three[:1], "专利"), by=by, at=clock.now())
        refused("project_step", steps.set_criteria, project, CRITERIA, by=by, at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE purchase_criterion SET points = points + 1 WHERE project_id = %s", project.pk)


def test_the_city_sets_the_thresholds_and_their_history_stays(market: Market) -> None:
    MethodRule.objects.update(since=date(2020, 3, 1))
    draft = RuleDraft(Decimal(0), Decimal("100.00"), 3, 3, 0, 0, "市级规定")
    with viewing(market.county.pk) as by:
        refused("method_not_yours", set_method_rule, "consultation", draft, by=by, at=clock.now())
    with viewing(market.city.pk) as by:
        bad = RuleDraft(Decimal(5), Decimal(5), 0, 4, -1, 400, "")
        wrong = refused("panel_odd", set_method_rule, "consultation", bad, by=by, at=clock.now())
        assert {each.field for each in wrong} == {
            "below_amount",
            "min_bidders",
            "panel_size",
            "bidding_days",
            "notice_days",
        }
        set_method_rule("consultation", draft, by=by, at=clock.now())
        set_method_rule("consultation", draft, by=by, at=clock.now())
    assert list(MethodRule.objects.filter(method="consultation").values_list("until", flat=True)) == [
        None,
        clock.today(),
    ]
    with viewing(market.county.pk):
        with pytest.raises(ProgrammingError), transaction.atomic():
            run("INSERT INTO purchase_methodrule (method, from_amount, min_bidders, panel_size, bidding_days, "
                "notice_days, clause, since) VALUES ('consultation', 0, 1, 3, 0, 0, '', '2001-01-01')")  # fmt: skip
        assert run("UPDATE purchase_methodrule SET min_bidders = 1") == 0


def test_bids_are_sealed_until_two_people_open_them(market: Market) -> None:
    project = market.invited()
    bid = market.offer(project, 0)
    market.offer(project, 1, "400.00")
    market.offer(project, 2, "450.00")
    for officer in (market.county, market.city):
        with viewing(officer.pk) as by:
            # Not even by raw SQL: neither what is offered nor who offers.
            assert run("SELECT * FROM purchase_bid") == 0 and not Bid.objects.exists()
            assert queries.bids(by, project) == [] and queries.bids_received(project.pk) == 3
            assert run("UPDATE purchase_bid SET state = 'rejected', state_reason = 'x'") == 0
            with pytest.raises(ProgrammingError), transaction.atomic():
                run("UPDATE purchase_bid SET opened_at = now()")
            with pytest.raises(IntegrityError), transaction.atomic():
                run("UPDATE purchase_project SET deadline = now() - interval '1 day' WHERE id = %s", project.pk)
    with viewing(market.firms[0].pk) as by:
        assert [each.pk for each in queries.bids(by, project)] == [bid.pk] and run("SELECT * FROM purchase_bid") == 1
        assert queries.bids_received(project.pk) == 0
    with viewing(market.county.pk) as by:
        refused("opening_early", steps.ask_opening, project, by=by, at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            run(
                "UPDATE purchase_project SET opening_by_id = %s, opening_at = now() WHERE id = %s",
                by.account_id,
                project.pk,
            )
    market.close(project)
    with viewing(market.county.pk) as by:
        refused("opening_not_asked", award.open_bids, project, by=by, at=clock.now())
        steps.ask_opening(project, by=by, at=clock.now())
        refused("opening_asked", steps.ask_opening, project, by=by, at=clock.now())
        refused("opening_alone", award.open_bids, project, by=by, at=clock.now())
        opens = "UPDATE purchase_project SET state = 'opened', opened_at = now(), state_at = now(), state_by_id = %s"
        for alone in (opens, opens + f", opening_by_id = {market.city.pk}"):
            with pytest.raises(IntegrityError), transaction.atomic():
                run(alone, by.account_id)
        with pytest.raises(IntegrityError), transaction.atomic():
            run(opens, market.city.pk)
        assert not Bid.objects.exists()
    with viewing(market.city.pk) as by:
        award.open_bids(project, by=by, at=clock.now())
        assert Bid.objects.count() == 3
    with viewing(market.county.pk):
        assert Bid.objects.count() == 3
    with viewing(market.purse.county_b.pk):
        assert not Bid.objects.exists() and not Project.objects.exists()
    with viewing(market.firms[1].pk):
        assert Bid.objects.count() == 1


def test_too_few_bids_stay_sealed_and_the_round_is_repeated(market: Market) -> None:
    project = market.opened(bids=2)
    assert project.state == "failed" and Notice.objects.filter(kind="failed").count() == 1
    with viewing(market.county.pk) as by:
        assert not Bid.objects.exists()
        refused("reason_missing", steps.repeat, project, "", by=by, at=clock.now())
        again = steps.repeat(project, "重新公告", by=by, at=clock.now())
        assert (again.state, again.round, market.purse.holds(MoneyStage.RESERVED)) == ("reserved", 2, 600)
        call = CallForBids("open_tender", clock.now() + timedelta(hours=1))
        again = award.invite(again, call, by=by, at=clock.now())
    for place in range(3):
        market.offer(again, place)
    with viewing(market.county.pk) as by:
        award.call_off(again, "预算调整", by=by, at=clock.now())
    assert market.purse.holds(MoneyStage.ALLOCATED) == 1000
    assert [each.kind for each in Notice.objects.order_by("published_at")] == [
        "invitation", "failed", "invitation", "called_off",
    ]  # fmt: skip


def test_a_bid_comes_in_time_from_who_is_qualified(market: Market) -> None:
    project = market.invited()
    for code, changes in (
        ("price_over_budget", {"price": Decimal("600.01")}),
        ("amount_decimals", {"price": Decimal("1.001")}),
        ("labour_floor", {"labour_share": 59}),
        ("labour_share", {"labour_share": 101}),
        ("workers_missing", {"workers": 0}),
        ("plan_missing", {"plan": ""}),
    ):
        refused(code, market.offer, project, 0, **changes)
    market.offer(project, 0)
    refused("bid_one_each", market.offer, project, 0)
    Licence.objects.filter(organisation=market.agencies[1]).update(until=clock.today())
    refused("supplier_licence", market.offer, project, 1)
    CreditRecord.objects.create(
        organisation=market.agencies[2], kind="excluded", text="列入名单", source="信用中国", since=clock.today()
    )
    refused("supplier_excluded", market.offer, project, 2)
    market.agencies[3].credit_code = "52510100500000003X"
    market.agencies[3].save()
    refused("supplier_code", market.offer, project, 3)
    with viewing(market.county.pk) as by, pytest.raises(Problem):
        bidding.submit_bid(uuid7(), project, None, by=by, at=clock.now())
    market.close(project)
    refused("bid_late", market.offer, project, 3)
    bid = Bid.objects.get()
    with viewing(market.firms[0].pk) as by:
        refused("bid_in_time", bidding.withdraw_bid, bid, by=by, at=clock.now())


BID = (
    "INSERT INTO purchase_bid (id, project_id, round, hub_id, organisation_id, price, labour_share, workers, hours, "
    "plan, state, state_reason, submitted_at, submitted_by_id) "
    "VALUES (gen_random_uuid(), %s, 1, %s, %s, {price}, {share}, 1, 1, 'x', 'submitted', '', now(), %s)"
)


@pytest.mark.parametrize("case", ["late", "licence", "excluded", "uninvited", "dear", "cheap labour", "for another"])
def test_the_database_refuses_the_same_bids(market: Market, case: str) -> None:
    project = market.invited("consultation" if case == "uninvited" else "open_tender")
    agency = market.agencies[3]
    if case == "late":
        market.close(project)
    elif case == "licence":
        Licence.objects.filter(organisation=agency).update(until=clock.today())
    elif case == "excluded":
        CreditRecord.objects.create(
            organisation=agency, kind="abnormal", text="异常", source="民政", since=clock.today()
        )
    statement = BID.format(price=601 if case == "dear" else 500, share=59 if case == "cheap labour" else 70)
    firm = market.firms[0 if case == "for another" else 3]
    with viewing(firm.pk), pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        run(statement, project.pk, project.hub_id, agency.pk, firm.pk)
    with viewing(market.firms[1].pk):  # the same is taken from who may
        sound = BID.format(price=500, share=70)
        if case != "late":
            run(sound, project.pk, project.hub_id, market.agencies[1].pk, market.firms[1].pk)


def test_a_bid_is_taken_back_and_made_anew_before_the_deadline(market: Market) -> None:
    project = market.invited("consultation")
    bid = market.offer(project, 0)
    refused("bid_invited", market.offer, project, 3)
    with viewing(market.firms[1].pk) as by:
        assert queries.project(by, project.pk) is not None
        refused("bid_not_yours", bidding.withdraw_bid, bid, by=by, at=clock.now())
    with viewing(market.firms[3].pk) as by:
        assert queries.project(by, project.pk) is None
    with viewing(market.firms[0].pk) as by:
        bidding.withdraw_bid(bid, by=by, at=clock.now())
        assert queries.own_bid(by, project) is None
    market.offer(project, 0, "480.00")
    assert list(Bid.objects.order_by("submitted_at").values_list("state", flat=True)) == ["withdrawn", "submitted"]


def test_who_is_related_to_a_bidder_does_not_sit_on_the_panel(market: Market) -> None:
    project = market.opened()
    employed, acting, free = market.assessors
    town = market.world.towns["B"]
    Worker.objects.create(
        name="张三", sort_key="zhangsan", source="purchased", station=town, hub_id=town.hub_id, since=date(2022, 1, 1),
        account=employed, employer=market.agencies[1],
    )  # fmt: skip
    acting.grants.update(organisation=market.agencies[0])
    with viewing(market.county.pk) as by:
        for account in (employed, acting):
            wrong = refused("panel_related", panel.appoint, project, account.pk, by=by, at=clock.now())
            assert wrong.field == "account"
            with pytest.raises(IntegrityError), transaction.atomic():
                run("INSERT INTO purchase_panelmember (id, project_id, round, hub_id, account_id, name, employer, "
                    "declaration, interest, appointed_at, appointed_by_id) "
                    "VALUES (gen_random_uuid(), %s, 1, %s, %s, 'x', '', 'waiting', '', now(), %s)",
                    project.pk, project.hub_id, account.pk, by.account_id)  # fmt: skip
        refused("panel_assessor", panel.appoint, project, market.county.pk, by=by, at=clock.now())
        seat = panel.appoint(project, free.pk, by=by, at=clock.now())
        refused("panelmember_once", panel.appoint, project, free.pk, by=by, at=clock.now())
    with viewing(free.pk) as by:
        assert not Bid.objects.exists()  # nothing is seen before the declaration but who offers
        assert queries.bidder_names(project) == sorted(agency.name for agency in market.agencies[:3])
        panel.declare(seat, "妻子在其中一家任职", by=by, at=clock.now())
        assert not Bid.objects.exists()
        refused("declared_before", panel.declare, seat, "", by=by, at=clock.now())
        refused("project_step", panel.save_scores, seat, {}, submit=False, by=by, at=clock.now())
    with viewing(market.county.pk) as by:
        refused("panel_unfinished", steps.finish_scoring, project, by=by, at=clock.now())


def test_everybody_scores_for_oneself_and_once(market: Market) -> None:
    project = market.opened()
    seats = market.seats(project)
    with viewing(market.assessors[0].pk) as by:
        sheet = panel.sheet(seats[0])
        given = {(bid.pk, criterion.pk): Decimal(10) for bid, criterion in sheet}
        part = dict(list(given.items())[:2])
        panel.save_scores(seats[0], part, submit=False, by=by, at=clock.now())
        refused("points_missing", panel.save_scores, seats[0], part, submit=True, by=by, at=clock.now())
        too_many = {key: Decimal(51) for key in given}
        refused("score_in_place", panel.save_scores, seats[0], too_many, submit=True, by=by, at=clock.now())
        refused("seat_not_yours", panel.save_scores, seats[1], given, submit=True, by=by, at=clock.now())
        panel.save_scores(seats[0], given, submit=True, by=by, at=clock.now())
        refused("project_step", panel.save_scores, seats[0], given, submit=True, by=by, at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            run("DELETE FROM purchase_score")
    with viewing(market.assessors[1].pk):
        assert run("SELECT * FROM purchase_score") == 0  # others' points are not seen
    with viewing(market.county.pk) as by:
        assert run("SELECT * FROM purchase_score") == 0
        refused("panel_unfinished", steps.finish_scoring, project, by=by, at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            run("UPDATE purchase_project SET state = 'scored', state_by_id = %s", by.account_id)
        bid = queries.bids(by, project)[0]
        refused("reason_missing", bidding.reject_bid, bid, "", by=by, at=clock.now())
        bidding.reject_bid(bid, "未盖章", by=by, at=clock.now())
        award.fail(project, "有效供应商不足三家", by=by, at=clock.now())
    assert Notice.objects.get(kind="failed").reason == "有效供应商不足三家"


def test_only_the_highest_score_wins_and_only_after_the_notice(market: Market) -> None:
    MethodRule.objects.update(notice_days=1)
    project = market.scored()
    cheapest = Bid.objects.get(organisation=market.agencies[1])
    with viewing(market.county.pk) as by:
        with pytest.raises(IntegrityError), transaction.atomic():
            run(
                "UPDATE purchase_project SET state = 'awarded', state_by_id = %s, awarded_bid = %s",
                by.account_id,
                cheapest.pk,
            )
        award.award(project, by=by, at=clock.now())
        refused("notice_stands", award.sign, project, by=by, at=clock.now())
        refused("project_notice", award.sign, project, by=by, at=clock.now() + timedelta(days=2))
    assert market.purse.holds(MoneyStage.COMMITTED) == 0


def test_an_objection_holds_the_contract_back(market: Market) -> None:
    project = market.awarded()
    with viewing(market.firms[3].pk) as by:
        refused("objection_of_bidder", bidding.object_to_award, uuid7(), project, "不服", by=by, at=clock.now())
    with viewing(market.firms[0].pk) as by:
        refused("text_missing", bidding.object_to_award, uuid7(), project, " ", by=by, at=clock.now())
        first = bidding.object_to_award(uuid7(), project, "评分有误", by=by, at=clock.now())
    with viewing(market.county.pk) as by:
        refused("objection_open", award.sign, project, by=by, at=clock.now())
        award.answer_objection(first, "复核无误", upheld=False, by=by, at=clock.now())
        refused("objection_final", award.answer_objection, first, "再答", upheld=True, by=by, at=clock.now())
    with viewing(market.firms[1].pk) as by:
        assert not Objection.objects.exists()
        second = bidding.object_to_award(uuid7(), project, "成交人社保不实", by=by, at=clock.now())
    with viewing(market.county.pk) as by:
        award.answer_objection(second, "查证属实", upheld=True, by=by, at=clock.now())
    project.refresh_from_db()
    assert project.state == "failed" and "查证属实" in Notice.objects.get(kind="failed").reason


def test_a_licence_that_ran_out_since_stops_the_contract(market: Market) -> None:
    project = market.awarded()
    Licence.objects.filter(organisation=market.agencies[2]).update(until=clock.today())
    with viewing(market.county.pk) as by:
        refused("supplier_licence", award.sign, project, by=by, at=clock.now())
    assert market.purse.holds(MoneyStage.RESERVED) == 600


def test_papers_are_kept_for_fifteen_years(market: Market) -> None:
    project = market.awarded()
    for table in ("project", "projectstep", "notice", "bid", "panelmember"):
        with pytest.raises(IntegrityError) as wrong, transaction.atomic():
            run(f"DELETE FROM purchase_{table}")
        assert "fifteen years" in str(wrong.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE purchase_notice SET price = 1")
    with unguarded("purchase_project"):
        Project.objects.filter(pk=project.pk).update(keep_until=clock.today())
    assert run("DELETE FROM purchase_notice") == 2


def test_nobody_else_sees_or_leads_a_purchase(market: Market) -> None:
    project = market.opened()
    account: Account
    for account in (
        market.purse.county_b,
        market.world.account("worker", market.world.rooms["A1"]),
        market.assessors[0],
    ):
        with viewing(account.pk) as by:
            assert queries.project(by, project.pk) is None and not Project.objects.exists() and not Bid.objects.exists()
            refused("project_not_yours", steps.led, project, by)
            assert queries.candidates() == [] or account is market.purse.county_b
    with transaction.atomic():
        run("SET LOCAL ROLE shegong_app")
        assert run("SELECT * FROM purchase_project") == 0 and run("SELECT * FROM purchase_notice") == 1
        assert run("SELECT * FROM purchase_bid") == 0 and run("SELECT * FROM purchase_licence") == 0


def test_codes_of_the_market_are_sound() -> None:
    assert credit_code("91110000600037341X") == "91110000600037341L"
