"""Outcomes by service, project, group, activity and case: what they count, what they cost, who sees what of them."""

import doctest
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from shegong.indicators.outcomes import queries, rules
from shegong.indicators.outcomes.rules import Teller
from shegong.indicators.outcomes.sheets import Sheet
from shegong.kernel import clock
from shegong.kernel.periods import Period, PeriodKind
from shegong.network.models import Operation, Organisation, Station
from shegong.network.scope import viewing
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.models import Activity, BudgetLine, Case, GroupMember, ServiceRecord, SocialGroup
from shegong.practice.rules.evaluation import Opinion
from shegong.purchase.models import Contract, Fund
from tests.factories import START, close, new_key
from tests.practice.conftest import county as county
from tests.practice.county import County
from tests.practice.gatherings import activity_held, approved, held, joined, planned_activity, planned_session
from tests.practice.test_client_pages import signed_in
from tests.practice.test_evaluation import put

A_DAY = Decimal(100)


def year() -> Period:
    return Period.current(PeriodKind.YEAR, clock.today())


def contract_for(*stations: Station, number: str = "HT-1", agency: Organisation | None = None) -> Contract:
    """¥100 a day, all this year."""
    start, end = year().start, year().end
    agency = agency or Organisation.objects.create(name=f"{number}机构", kinds=["agency"], since=START)
    fund = Fund.objects.get_or_create(code="SW", defaults={"name_zh": "社工", "name_en": "SW"})[0]
    amount = A_DAY * (end - start).days
    found = Contract.objects.create(
        number=number, organisation=agency, fund=fund, amount=amount, since=start, until=end
    )
    found.stations.set(stations)
    return found


def so_far() -> Decimal:
    """What the year's days have cost until today."""
    return A_DAY * ((clock.today() - year().start).days + 1)


def sheet(account: Account, station: Station, kind: str) -> Sheet:
    with viewing(account.pk) as viewer:
        return queries.sheet_of(queries.asked_for(viewer, station, year(), kind), None)


def told(found: Sheet, number: int = 0) -> dict[str, str]:
    """A line's numbers by their columns."""
    return dict(zip(found.columns, (cell.text for cell in found.lines[number].cells), strict=True))


def closed_case(county: County, name: str, *, score: int | None, improved: bool | None, **of_records: Any) -> Case:
    """A case closed today after one service, or after as many as `times`."""
    times = of_records.pop("times", 1)
    case = Case.objects.create(
        id=new_key(), hub=county.hub, station=county.room, number=f"C-{name}", client=county.client(name),
        group=county.group("older"), worker=county.worker_row, problem="独居", opened_on=clock.today(),
        opened_by=county.worker, goal_score=score, improved=improved,
    )  # fmt: skip
    for _each in range(times):
        county.record([case.client], case=case, **of_records)
    close(case, clock.today(), county.head)
    return case


def test_the_rules_examples() -> None:
    results = doctest.testmod(rules)
    assert results.attempted > 3 and results.failed == 0


def test_a_projects_money_is_shared_by_days_and_hours(county: County) -> None:
    contract = contract_for(county.room)
    clients = [county.client(name) for name in ("王秀英", "李国强")]
    for _each in range(3):
        county.record(clients, contract=contract)
    county.record(clients[:1], service="T02", contract=contract)
    county.record(clients[:1])  # under no contract
    project = sheet(county.officer, county.hub, "project")
    assert project.lines[0].title == contract.number
    numbers = told(project)
    assert (numbers["人数"], numbers["人次"], numbers["工时(小时)"]) == ("2", "7", "2.0")
    assert numbers["成本"] == f"¥{so_far():,.2f}"
    assert numbers["每小时成本"] == f"¥{so_far() / 2:,.2f}"
    assert numbers["每人成本"] == f"¥{so_far() / 2:,.2f}"
    assert numbers["每例改善成本"] == "未知"
    by_service = sheet(county.officer, county.hub, "service")
    assert [line.note for line in by_service.lines] == ["T01", "T02"]
    visits = told(by_service)
    assert visits["成本"] == f"¥{so_far() * 3 / 4:,.2f}"
    cost = by_service.lines[0].cells[by_service.columns.index("成本")]
    assert cost.note == "占工时 75.0%"
    assert visits["每人次成本"] == f"¥{so_far() * 3 / 4 / 6:,.2f}"
    assert (visits["人数"], visits["人次"]) == ("2", "7")


def test_a_stations_share_of_a_project_is_that_of_its_hours(county: County) -> None:
    contract = contract_for(county.room, county.next_room)
    county.record([county.client()], contract=contract)
    for _each in range(3):
        county.record([county.client(at=county.next_room)], at=county.next_room, contract=contract)
    assert told(sheet(county.officer, county.room, "project"))["成本"] == f"¥{so_far() / 4:,.2f}"
    assert told(sheet(county.officer, county.town, "project"))["成本"] == f"¥{so_far():,.2f}"
    assert sheet(county.officer, county.hub, "project").lines
    other = county.account(Role.COUNTY, county.world.hubs["B"])
    assert sheet(other, county.world.hubs["B"], "project").lines == []


def test_cases_count_with_the_services_and_the_project_they_got(county: County) -> None:
    contract = contract_for(county.room)
    good = closed_case(county, "王秀英", score=560, improved=True, contract=contract, times=2)
    closed_case(county, "李国强", score=440, improved=False, times=0)
    put(county.worker, "case", good.pk, Opinion(4))
    one_by_one = sheet(county.head, county.town, "case")
    assert [line.title for line in one_by_one.lines] == ["李国强 C-李国强", "王秀英 C-王秀英"]
    numbers = told(one_by_one, 1)
    assert (numbers["服务次数"], numbers["目标 T 分"], numbers["目标达成"], numbers["个案改善"]) == (
        "2",
        "56.0",
        "是",
        "是",
    )
    assert numbers["成本"] == f"¥{so_far():,.2f}" and numbers["满意度"] == "4.00"
    assert told(one_by_one)["成本"] == "未知"
    for kind in ("service", "project"):
        became = told(sheet(county.head, county.town, kind))
        assert (became["结案"], became["个案改善"], became["目标 T 分"], became["目标达成"]) == (
            "1", "100.0%", "56.0", "100.0%",
        )  # fmt: skip
        assert became["满意度"] == "4.00"
    assert told(sheet(county.head, county.town, "project"))["每例改善成本"] == f"¥{so_far():,.2f}"


def summed_up(county: County, group: SocialGroup, scores: list[tuple[int, int]], spent: str | None) -> None:
    """The group with its members' scores, its money and its end."""
    members = GroupMember.objects.filter(social_group=group).order_by("id")
    for member, (pre, post) in zip(members, scores, strict=True):
        GroupMember.objects.filter(pk=member.pk).update(pre_score=pre, post_score=post)
    if spent:
        BudgetLine.objects.filter(social_group=group, position=0).update(spent=Decimal(spent))
    SocialGroup.objects.filter(pk=group.pk).update(
        state="closed", closed_on=clock.today(), closed_by=county.worker, outcome="有所改善"
    )


def test_groups_tell_change_and_cost(county: County) -> None:
    group = approved(county)
    clients = [county.client(name) for name in ("王秀英", "李国强", "赵小军")]
    members = joined(county, group, clients)
    held(county, planned_session(county, group), came=clients[:2], absent=clients[2:])
    put(county.worker, "group", group.pk, Opinion(5), member_id=members[0].pk)
    put(county.worker, "group", group.pk, Opinion(4), member_id=members[1].pk)
    summed_up(county, group, [(3, 6), (4, 7), (5, 5)], "300")
    numbers = told(sheet(county.head, county.town, "group"))
    assert numbers == {
        "节数": "1", "组员": "3", "人次": "2", "前后测": "4.0 → 6.0", "组员改善": "2", "满意度": "4.50",
        "成本": "¥300.00", "每名组员成本": "¥100.00", "每例改善成本": "¥150.00",
    }  # fmt: skip
    poor = approved(county, title="没有登记花费的小组")
    joined(county, poor, clients[:2])
    held(county, planned_session(county, poor), came=clients[:2])
    summed_up(county, poor, [(3, 6), (4, 7)], None)
    assert told(sheet(county.head, county.town, "group"))["成本"] == "未知"
    city = sheet(county.city, county.world.centre, "group")
    assert [line.title for line in city.lines] == ["成长小组"]
    assert told(city)["组员"] == "0–5" and told(city)["组员改善"] == "—" and told(city)["每名组员成本"] == "未知"


def test_activities_tell_who_came_and_what_each_cost(county: County) -> None:
    activity = activity_held(county, planned_activity(county), came=[county.client()], walk_ins=24)
    BudgetLine.objects.filter(activity=activity).update(spent=Decimal("250"))
    put(county.worker, "activity", activity.pk, Opinion(5))
    numbers = told(sheet(county.head, county.room, "activity"))
    assert numbers == {
        "人次": "25", "工时(小时)": "2.0", "满意度": "5.00", "成本": "¥250.00", "每人次成本": "¥10.00",
    }  # fmt: skip
    city = told(sheet(county.city, county.world.centre, "activity"))
    assert (city["人次"], city["成本"], city["每人次成本"], city["满意度"]) == ("≈ 25", "¥250.00", "¥10.00", "—")
    assert Activity.objects.get().state == "held"


def test_who_sees_numbers_only_is_told_ranges_and_no_rows(county: County) -> None:
    contract = contract_for(county.room)
    for _each in range(7):
        county.record([county.client()], contract=contract)
    numbers = told(sheet(county.city, county.world.centre, "project"))
    assert (numbers["人数"], numbers["人次"], numbers["工时(小时)"]) == ("≈ 10", "≈ 10", "0–5")
    # The exact sum and an exact cost for each would give the number away.
    assert numbers["每人成本"] == f"¥{so_far() / 10:,.2f}"
    with viewing(county.city.pk) as viewer:
        asked = queries.asked_for(viewer, county.world.centre, year(), "project")
        assert queries.behind(asked, "records", str(contract.pk), None).reason
    with viewing(county.officer.pk) as viewer:
        asked = queries.asked_for(viewer, county.hub, year(), "project")
        found = queries.behind(asked, "records", str(contract.pk), None)
        assert len(found.rows) == 7 and found.title == contract.number
        with pytest.raises(LookupError):
            queries.behind(asked, "records", "999999", None)


def test_small_shares_and_means_are_not_told(county: County) -> None:
    officer, city = Teller(exact=True), Teller(exact=False)
    assert (officer.share(1, 20), city.share(1, 20), city.share(7, 20)) == ("5.0%", "—", "35.0%")
    assert (officer.mean(9, 2), city.mean(9, 2), city.mean(45, 10)) == ("4.5", "—", "4.5")
    assert (officer.each(Decimal(70), 7), city.each(Decimal(70), 7), city.each(Decimal(70), 5)) == (
        "¥10.00", "¥7.00", "",
    )  # fmt: skip


def test_behind_a_number_are_the_rows_that_were_counted(county: County) -> None:
    contract = contract_for(county.room)
    case = closed_case(county, "王秀英", score=560, improved=True, contract=contract)
    closed_case(county, "李国强", score=None, improved=None, times=0)
    record = ServiceRecord.objects.get(case=case)
    county.record([case.client])
    put(county.worker, "case", case.pk, Opinion(4, 5))
    put(county.worker, "record", record.pk, Opinion(3))
    group = approved(county, contract_id=contract.pk)
    member = joined(county, group, [county.client("赵小军"), county.client("钱小红")])[0]
    held(county, planned_session(county, group), came=[member.client])
    put(county.worker, "group", group.pk, Opinion(5), member_id=member.pk)
    summed_up(county, group, [(3, 6), (4, 2)], None)
    service = str(county.world.services["T01"].pk)
    with viewing(county.head.pk) as viewer:

        def counted(kind: str, what: str, key: str) -> int:
            asked = queries.asked_for(viewer, county.town, year(), kind)
            return len(queries.behind(asked, what, key, None).rows)

        assert counted("project", "records", str(contract.pk)) == 2  # one of them the group's session
        assert counted("project", "cases", str(contract.pk)) == counted("service", "cases", service) == 1
        assert counted("project", "opinions", str(contract.pk)) == 3
        assert counted("service", "opinions", service) == 2
        assert counted("service", "cases", "") == 2
        assert counted("project", "members", str(contract.pk)) == counted("group", "members", "growth") == 2
        assert counted("case", "cases", str(county.group("older").pk)) == 2
        assert counted("case", "opinions", str(county.group("older").pk)) == 1
        assert counted("group", "opinions", "growth") == 1
        assert counted("activity", "opinions", str(county.group("older").pk)) == 0


def agency_account(county: County, agency: Organisation) -> Account:
    account = Account.objects.create(username="agency-head", display_name="机构")
    account.grants.create(role=Role.AGENCY, station=county.hub, organisation=agency, since=START)
    return account


def test_an_agency_sees_its_own_projects_and_nothing_else(county: County) -> None:
    agency = Organisation.objects.create(name="爱心社工", kinds=["agency"], since=START)
    Operation.objects.create(station=county.room, mode="agency", organisation=agency, since=START)
    own = contract_for(county.room, number="HT-1", agency=agency)
    away = contract_for(county.room, county.far_room, number="HT-2", agency=agency)
    contract_for(county.room, number="HT-3")
    county.record([county.client()], contract=own)
    county.record([county.client()], contract=away)
    account = agency_account(county, agency)
    found = sheet(account, county.hub, "case")
    assert [line.title for line in found.lines] == ["HT-1", "HT-2"]
    # One of the second's stations is run by somebody else.
    assert (told(found)["人数"], told(found, 1)["人数"]) == ("1", "0–5")
    with viewing(account.pk) as viewer:
        asked = queries.asked_for(viewer, county.hub, year(), "service")
        assert len(queries.behind(asked, "records", str(own.pk), None).rows) == 1
        assert queries.head_numbers(asked) == []
    page = signed_in(account).get("/outcomes/")
    assert page.status_code == 200 and "HT-3" not in page.content.decode()


def test_half_of_all_lie_between_two_values_but_no_order_is_made(county: County) -> None:
    for number in range(7):
        contract = contract_for(county.room, number=f"HT-{number}")
        for _each in range(number + 1):
            county.record([county.client()], contract=contract)
    found = sheet(county.officer, county.hub, "project")
    assert [line.title for line in found.lines] == [f"HT-{number}" for number in range(7)]
    assert len(found.ranges) == 1 and "一半在" in found.ranges[0]


@pytest.mark.parametrize("kind", queries.KINDS)
def test_queries_do_not_grow_with_rows(county: County, kind: str) -> None:
    def one_more(number: int) -> None:
        contract = contract_for(county.room, number=f"HT-{number}")
        case = closed_case(county, f"王{number}", score=560, improved=True, contract=contract)
        put(county.worker, "case", case.pk)
        group = approved(county, contract_id=contract.pk)
        members = joined(county, group, [county.client(f"李{number}"), county.client(f"赵{number}")])
        held(county, planned_session(county, group), came=[members[0].client])
        put(county.worker, "group", group.pk, member_id=members[0].pk)
        summed_up(county, group, [(3, 6), (4, 7)], "100")
        put(county.worker, "activity", activity_held(county, planned_activity(county), walk_ins=5).pk)

    def asked_of(account: Account, station: Station) -> int:
        cache.clear()
        with viewing(account.pk) as viewer, CaptureQueriesContext(connection) as made:
            asked = queries.asked_for(viewer, station, year(), kind)
            assert queries.sheet_of(asked, None).lines
            queries.head_numbers(asked)
        return len(made)

    one_more(1)
    before = asked_of(county.head, county.town), asked_of(county.city, county.world.centre)
    for number in range(2, 5):
        one_more(number)
    assert (asked_of(county.head, county.town), asked_of(county.city, county.world.centre)) == before
    assert max(before) <= 16


@pytest.mark.parametrize("role", [Role.HEAD, Role.COUNTY, Role.CITY, Role.SUPERVISOR])
def test_the_pages_answer(county: County, role: Role) -> None:
    contract = contract_for(county.room)
    closed_case(county, "王秀英", score=560, improved=True, contract=contract)
    account = {
        Role.HEAD: county.head, Role.COUNTY: county.officer, Role.CITY: county.city, Role.SUPERVISOR: county.supervisor,
    }[role]  # fmt: skip
    browser: Browser = signed_in(account)
    for kind in queries.KINDS:
        page = browser.get(f"/outcomes/?kind={kind}")
        assert page.status_code == 200, kind
        assert "不排名" in page.content.decode()
    for what in queries.WHAT:
        page = browser.get(f"/outcomes/behind/?kind=project&what={what}&key={contract.pk}")
        assert page.status_code == 200, what
    seen = "王秀英" in browser.get("/outcomes/behind/?kind=service&what=cases&key=").content.decode()
    assert seen is (role in (Role.HEAD, Role.COUNTY))
    for wrong in ("kind=service&what=all", "what=cases&key=x", "what=cases&key=99999999", "what=cases&cursor=x"):
        answer: Any = browser.get(f"/outcomes/behind/?{wrong}")
        assert answer.status_code == (404 if role in (Role.HEAD, Role.COUNTY) or "cursor" not in wrong else 200)


def test_others_stay_outside(county: County) -> None:
    assert signed_in(county.worker).get("/outcomes/").status_code == 403
    assert signed_in(county.head).get(f"/outcomes/?station={county.world.hubs['B'].key}").status_code == 403


def test_what_was_before_or_after_is_not_counted(county: County) -> None:
    contract = contract_for(county.room)
    county.record([county.client()], on=year().start - timedelta(days=1), contract=contract)
    found = sheet(county.officer, county.hub, "project")
    assert told(found)["人次"] == "0" and told(found)["成本"] == "未知"
    assert sheet(county.officer, county.hub, "service").lines == []
    assert date(year().start.year, 1, 1) == year().start
