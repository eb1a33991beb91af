"""What a fund may pay: rules begin, change and end by the city's decision; nothing is rewritten, by nobody."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from shegong.journal.models import Event
from shegong.kernel import clock
from shegong.kernel.problems import Problem, Problems
from shegong.network.scope import viewing
from shegong.people.models import Account
from shegong.purchase.actions import ledger
from shegong.purchase.actions.fund_rule import RuleDraft, add_rule, change_rule, end_rule
from shegong.purchase.enums import Pays
from shegong.purchase.models import FundRule
from tests.practice.test_client_pages import FOUND, SEE_OTHER, WRONG, signed_in, text
from tests.purchase.purse import Purse


def first() -> date:
    """The year's first day."""
    return clock.today().replace(month=1, day=1)


def draft(*services: str, since: date | None = None, clause: str = "办法第三条") -> RuleDraft:
    return RuleDraft(services, clause, since or clock.today())


def test_a_rule_begins_changes_and_ends(purse: Purse) -> None:
    with viewing(purse.city.pk) as by:
        rule = add_rule(purse.fund, Pays.TRAINING, draft(since=first()), by=by, at=clock.now())
        ledger.reserve(purse.booking("10.00"), pays=Pays.TRAINING, subject="project:a", by=by, at=clock.now())
        changed = change_rule(rule, draft("T02"), by=by, at=clock.now())
        rule.refresh_from_db()
        assert rule.until == changed.since == clock.today() and changed.service_codes == ["T02"]
        booking = purse.booking("10.00")
        with pytest.raises(Problem, match="T01"):
            ledger.reserve(booking, pays=Pays.TRAINING, subject="project:a", services=["T01"], by=by, at=clock.now())
        ended = end_rule(changed, clock.today() + timedelta(days=1), by=by, at=clock.now())
        with pytest.raises(Problem, match="不再更改"):
            end_rule(ended, clock.today() + timedelta(days=9), by=by, at=clock.now())
    verbs = list(Event.objects.filter(kind="fund_rule").order_by("id").values_list("verb", flat=True))
    assert verbs == ["add_fund_rule", "change_fund_rule", "end_fund_rule"]


def test_what_a_rule_must_say(purse: Purse) -> None:
    with viewing(purse.city.pk) as by:
        for made, field in (
            (draft("XX"), "services"),
            (draft(since=first() - timedelta(days=1)), "since"),
            (draft(clause="  "), "clause"),
            (draft(clause="长" * 121), "clause"),
        ):
            with pytest.raises((Problem, Problems)) as refused:
                add_rule(purse.fund, Pays.TRAINING, made, by=by, at=clock.now())
            problems = refused.value.problems if isinstance(refused.value, Problems) else [refused.value]
            assert [problem.field for problem in problems] == [field]
        with pytest.raises(Problem, match="已有同样用途"):
            add_rule(purse.fund, Pays.OPERATION, draft(), by=by, at=clock.now())
        rule = add_rule(purse.fund, Pays.TRAINING, draft(since=first()), by=by, at=clock.now())
        with pytest.raises(Problem, match="不能早于今天"):
            end_rule(rule, clock.today() - timedelta(days=1), by=by, at=clock.now())
    for account in (purse.county, purse.world.account("worker", purse.a)):
        with viewing(account.pk) as by, pytest.raises(Problem, match="市级"):
            add_rule(purse.fund, Pays.RELIEF, draft(), by=by, at=clock.now())


def run(account: Account, sql: str, *values: Any) -> int:
    with viewing(account.pk), connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: int = cursor.rowcount
    return found


def test_the_database_keeps_rules_from_strangers(purse: Purse) -> None:
    rule = FundRule.objects.get(fund=purse.fund, pays=Pays.OPERATION)
    add = "INSERT INTO purchase_fundrule (fund_id, pays, service_codes, clause, since) VALUES (%s, %s, '{}', '', %s)"
    assert run(purse.county, "SELECT FROM purchase_fundrule") == FundRule.objects.count()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        run(purse.county, add, purse.fund.pk, "relief", first())
    assert run(purse.county, "UPDATE purchase_fundrule SET until = %s", clock.today()) == 0
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(purse.city, "DELETE FROM purchase_fundrule")
    for change in ("service_codes = '{T01}'", "since = since - 9", "until = NULL"):
        with pytest.raises(IntegrityError, match="only ever ends"), transaction.atomic():
            run(purse.city, f"UPDATE purchase_fundrule SET {change} WHERE id = %s", rule.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        run(purse.city, add, purse.fund.pk, "operation", first())
    assert run(purse.city, "UPDATE purchase_fundrule SET until = %s WHERE id = %s", clock.today(), rule.pk) == 1
    with pytest.raises(IntegrityError, match="only ever ends"), transaction.atomic():
        run(purse.city, "UPDATE purchase_fundrule SET until = until + 9 WHERE id = %s", rule.pk)
    with pytest.raises(IntegrityError, match="only ever ends"), transaction.atomic():
        FundRule.objects.filter(pk=rule.pk).delete()


def test_the_pages_of_the_rules(purse: Purse) -> None:
    city, county = signed_in(purse.city), signed_in(purse.county)
    page = "/funds/of/SW/rules/"
    assert page in text(county.get("/funds/of/SW/"))
    html = text(county.get(page))
    assert "站点运营与专业服务" in html and f"{page}new/" not in html
    assert county.get(f"{page}new/").status_code == 403
    sent = {"pays": "training", "clause": "办法第五条", "since": clock.today().isoformat(), "services": ["T01", "T02"]}
    wrong = city.post(f"{page}new/", {**sent, "clause": ""})
    assert wrong.status_code == WRONG and "T02" in text(wrong)
    assert city.post(f"{page}new/", {**sent, "since": "1999-01-01"}).status_code == WRONG
    assert city.post(f"{page}new/", sent).status_code == SEE_OTHER
    html = text(city.get(page))
    assert "办法第五条" in html and "T01 入户探访" in html
    rule = FundRule.objects.get(pays="training")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert "办法第五条" in text(city.get(f"{page}{rule.pk}/change/"))
    changed = {"clause": "办法第六条", "since": tomorrow, "services": []}
    assert city.post(f"{page}{rule.pk}/change/", changed).status_code == SEE_OTHER
    assert "尚未开始" in text(city.get(page))
    assert city.get(f"{page}{rule.pk}/end/").status_code == 404  # it ends already
    late = FundRule.objects.get(pays="training", until__isnull=True)
    assert city.get(f"{page}{late.pk}/end/").status_code == FOUND
    assert city.post(f"{page}{late.pk}/end/", {"until": tomorrow}).status_code == WRONG
    assert city.get(f"/funds/of/CG/rules/{late.pk}/end/").status_code == 404
