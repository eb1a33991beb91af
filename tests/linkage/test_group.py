"""Local groups from incubation on, and micro-grants through the ledger: asked, approved, paid, accounted for."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser

from shegong.indicators.queries import reading
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.linkage.actions import group as actions
from shegong.linkage.models import LocalGroup, MicroGrant
from shegong.linkage.queries import group as queries
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking, reverse
from shegong.purchase.models import FiscalYear, Fund, LedgerEntry
from tests.factories import START, World


class Grouped:
    """A station with its people, and a fund of 3,000 yuan that may pay projects."""

    def __init__(self, world: World) -> None:
        self.today = clock.today()
        self.hub, self.town = world.hubs["A"], world.towns["A"]
        self.head = world.account("head", self.town)
        self.county = world.account("county", self.hub)
        self.city = world.account("city", world.centre)
        self.fund = Fund.objects.create(code="SO", name_zh="社会组织发展资金", name_en="Fund", kind="social_org")
        self.fund.rules.create(pays="project", clause="办法", since=START)
        FiscalYear.objects.get_or_create(year=self.today.year)
        with viewing(self.city.pk) as viewer:
            money = Booking(self.fund, world.centre.pk, self.today.year, Decimal(3000))
            ledger.appropriate(money, by=viewer, at=clock.now())
            given = Booking(self.fund, self.hub.pk, self.today.year, Decimal(3000))
            ledger.allocate(given, by=viewer, at=clock.now())

    def draft(self, **more: Any) -> actions.GroupDraft:
        values: dict[str, Any] = {
            "name": "银龄互助队", "kind": "mutual_aid", "aim": "邻里互助", "members": 12, "leader": "周大姐",
            "leader_phone": "13812345678", **more,
        }  # fmt: skip
        return actions.GroupDraft(**values)

    def founded(self, by: Account | None = None, **more: Any) -> LocalGroup:
        since = self.today - timedelta(days=90)
        with viewing((by or self.head).pk) as viewer:
            return actions.found_group(
                self.town, self.draft(**more), since, by=viewer, at=clock.now(), today=self.today
            )

    def asked(self, group: LocalGroup, amount: int = 2000) -> MicroGrant:
        with viewing(self.head.pk) as viewer:
            return actions.ask_grant(group, "楼道花园", "买土和苗", Decimal(amount), by=viewer, at=clock.now())

    def approved(self, grant: MicroGrant, amount: int = 1500) -> MicroGrant:
        with viewing(self.county.pk) as viewer:
            return actions.approve_grant(
                grant, self.fund, Decimal(amount), "同意", by=viewer, at=clock.now(), today=self.today
            )

    def free(self) -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT amount FROM purchase_balance WHERE hub_id = %s AND stage = 'allocated'", [self.hub.pk]
            )
            amount: Decimal = cursor.fetchone()[0]
        return amount


@pytest.fixture
def place(world: World) -> Grouped:
    return Grouped(world)


def refusal(act: Callable[[], Any]) -> set[tuple[str, str | None]]:
    with pytest.raises(Problem) as caught, transaction.atomic():
        act()
    return {(each.code, each.field) for each in caught.value}


def browser(account: Account) -> Browser:
    client = Browser()
    client.force_login(account)
    return client


def test_a_group_from_incubation_to_its_end(place: Grouped) -> None:
    wrong: dict[str, Any] = {"name": " ", "members": 2, "leader": "", "leader_phone": "12"}
    assert refusal(lambda: place.founded(**wrong)) == {
        ("text_missing", "name"), ("members", "members"), ("text_missing", "leader"), ("phone_form", "leader_phone")
    }  # fmt: skip
    assert refusal(lambda: place.founded(by=place.county)) == {("not_yours", None)}
    group = place.founded()
    assert refusal(place.founded) == {("name_taken", "name")}
    assert reading("linkage.groups_incubating", place.town).value == 1
    with viewing(place.head.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now(), "today": place.today}
        assert refusal(lambda: actions.move_group(group, "filed", place.today, " ", **given)) == {
            ("number_missing", "number")
        }
        before = place.today - timedelta(days=91)
        assert refusal(lambda: actions.move_group(group, "filed", before, "备 1", **given)) == {("stage_day", "since")}
        actions.move_group(group, "filed", place.today, "备 1 号", **given)
        actions.support_group(group, "training", place.today, "骨干培训", **given)
        tomorrow = place.today + timedelta(days=1)
        assert refusal(lambda: actions.support_group(group, "venue", tomorrow, " ", **given)) == {
            ("in_future", "given_on"), ("text_missing", "what")
        }  # fmt: skip
        project = actions.begin_group_project(
            group, "楼道议事", place.today, place.today + timedelta(days=9), by=viewer, at=clock.now()
        )
        actions.note_result(project, "解决停车纠纷 3 起", by=viewer, at=clock.now())
    page = browser(place.county).get(f"/local-groups/{group.pk}/").content.decode()
    assert "骨干培训" in page and "解决停车纠纷" in page and "138****5678" in page and "13812345678" not in page
    assert "13812345678" in browser(place.head).post(f"/local-groups/{group.pk}/reveal/").content.decode()
    for unit in (place.town, place.hub):
        assert reading("linkage.groups_filed", unit).value == 1
        assert reading("linkage.groups_incubating", unit).value == 0
    with pytest.raises(IntegrityError, match="no_stage_skipped"), viewing(place.head.pk):
        LocalGroup.objects.filter(pk=group.pk).update(stage="incubating")
    with viewing(place.head.pk) as viewer:
        given = {"by": viewer, "at": clock.now(), "today": place.today}
        actions.move_group(group, "dissolved", place.today, "", **given)
        assert refusal(lambda: actions.move_group(group, "registered", place.today, "1", **given)) == {
            ("dissolved", None)
        }
    stages = [step.stage for step in queries.life_of(group).steps]
    assert set(stages) == {"incubating", "filed", "dissolved"}


def test_a_micro_grant_through_the_ledger(place: Grouped) -> None:
    group = place.founded()
    assert refusal(lambda: place.asked(group, 60_000)) == {("asked", "asked")}
    grant = place.asked(group)
    assert refusal(lambda: place.approved(grant, 2001)) == {("more_than_asked", "approved")}
    second = place.asked(group, 4000)
    assert refusal(lambda: place.approved(second, 3500)) == {("insufficient", "approved")}
    grant = place.approved(grant)
    assert place.free() == 1500
    with viewing(place.county.pk) as viewer:
        given: dict[str, Any] = {"by": viewer, "at": clock.now()}
        assert refusal(lambda: actions.decline_grant(grant, "不", **given)) == {("state_gone", None)}
        assert refusal(lambda: actions.decline_grant(second, " ", **given)) == {("text_missing", "opinion")}
        actions.decline_grant(second, "超出本年额度", **given)
    with pytest.raises(IntegrityError, match="as_the_ledger_says"), viewing(place.county.pk):
        MicroGrant.objects.filter(pk=grant.pk).update(state="paid", paid_on=place.today, paid_by=place.county)
    with pytest.raises(IntegrityError, match="stays"), viewing(place.county.pk):
        MicroGrant.objects.filter(pk=grant.pk).update(approved=1800)
    assert "拨付并记账" in browser(place.county).get(f"/micro-grants/{grant.pk}/").content.decode()
    assert browser(place.county).post(f"/micro-grants/{grant.pk}/pay/").status_code == 302
    grant.refresh_from_db()
    assert (grant.state, place.free()) == ("paid", Decimal(1500))
    kinds = LedgerEntry.objects.filter(subject=grant.subject).order_by("id").values_list("kind", "amount")
    assert list(kinds) == [("commit", Decimal(1500)), ("pay", Decimal(1500))]
    entry = LedgerEntry.objects.filter(kind="pay").get()
    assert "这笔钱买到了什么" not in browser(place.county).get(f"/funds/ledger/{entry.pk}/").content.decode()
    with viewing(place.county.pk) as viewer:
        assert refusal(lambda: reverse(entry, "误", by=viewer, at=clock.now())) == {("grant_entry", None)}
    head = browser(place.head)
    too_much = head.post(f"/micro-grants/{grant.pk}/account/", {"spent": "1600", "account": "买土"})
    assert too_much.status_code == 422 and "不能超过批准金额" in too_much.content.decode()
    head.post(f"/micro-grants/{grant.pk}/account/", {"spent": "1400", "account": "买土 20 袋，12 户参与"})
    page = browser(place.city).get(f"/micro-grants/{grant.pk}/").content.decode()
    assert "12 户参与" in page and "¥100.00" in page and "银龄互助队" not in page
    assert "¥1,500.00" in browser(place.county).get("/micro-grants/").content.decode()


def test_by_sql_a_stranger_finds_and_writes_nothing(place: Grouped, world: World) -> None:
    group = place.founded()
    grant = place.asked(group)
    tables = ("localgroup", "groupstep", "groupsupport", "groupproject", "microgrant")
    for stranger in (world.account("head", world.towns["B"]), world.account("county", world.hubs["B"]),
                     world.account("volunteer", place.town)):  # fmt: skip
        with viewing(stranger.pk), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM linkage_{table}")
                assert cursor.fetchone() == (0,), table
            cursor.execute("UPDATE linkage_localgroup SET members = 9")
            assert cursor.rowcount == 0
        assert browser(stranger).get(f"/local-groups/{group.pk}/").status_code in (403, 404)
    # The city sees grants, and no leaders; nobody decides in another's name or about the own request.
    with viewing(place.city.pk), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM linkage_microgrant), (SELECT count(*) FROM linkage_localgroup)")
        assert cursor.fetchone() == (1, 0)
    declined = {"state": "declined", "opinion": "不", "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="in_the_own_name"), viewing(place.county.pk):
        MicroGrant.objects.filter(pk=grant.pk).update(**declined, decided_by=place.city)
    with viewing(place.head.pk):
        assert MicroGrant.objects.filter(pk=grant.pk).update(**declined, decided_by=place.head) == 0
    with pytest.raises(DatabaseError, match="permission denied"), viewing(place.head.pk), connection.cursor() as cursor:
        cursor.execute("DELETE FROM linkage_localgroup")


@pytest.mark.parametrize(("role", "address", "made"), [("head", "/local-groups/", 8), ("city", "/micro-grants/", 8)])
def test_lists_cost_the_same_whatever_the_number(
    place: Grouped, role: str, address: str, made: int, django_assert_num_queries: Any
) -> None:
    place.asked(place.founded())
    client = browser(getattr(place, role))
    client.get(address)
    for number in range(2):
        with django_assert_num_queries(made):
            assert client.get(address).status_code == 200
        for each in range(2):
            place.asked(place.founded(name=f"第 {number}{each} 队"))
