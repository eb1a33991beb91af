"""What a fund may pay: rules that begin and end; what was decided under them stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.purchase.enums import Pays
from shegong.purchase.models import Fund, FundRule

CLAUSE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What a fund may pay from a day on, only these services if any are named, and the clause that says so."""

    services: Sequence[str]
    clause: str
    since: date


@transaction.atomic
def add_rule(fund: Fund, pays: Pays, draft: RuleDraft, *, by: Viewer, at: datetime) -> FundRule:
    """A fund may pay something more from a day on. Raises Problem (403) and Problems at `pays`, `services`, `clause`,
    `since`.
    """
    _city(by)
    rule = _made(fund, pays, draft, clock.today())
    _log("add_fund_rule", rule, by, at)
    return rule


@transaction.atomic
def change_rule(rule: FundRule, draft: RuleDraft, *, by: Viewer, at: datetime) -> FundRule:
    """From a day on other services or another clause: the old rule ends, a new one begins. Raises as `add_rule`; 409
    for a rule that ends already.
    """
    _city(by)
    rule = _open(rule)
    if draft.since <= rule.since:
        raise Problem("rule_since", _("应晚于原规则的起始日期。"), "since")
    rule.until = draft.since
    rule.save(update_fields=["until"])
    made = _made(rule.fund, Pays(rule.pays), draft, clock.today())
    _log("change_fund_rule", made, by, at)
    return made


@transaction.atomic
def end_rule(rule: FundRule, until: date, *, by: Viewer, at: datetime) -> FundRule:
    """A fund may no longer pay something from a day on; what is bound already stays so. Raises Problem (403, 409), and
    at `until`.
    """
    _city(by)
    rule = _open(rule)
    if until <= rule.since:
        raise Problem("rule_until", _("应晚于起始日期。"), "until")
    if until < clock.today():
        raise Problem("rule_past", _("不能早于今天：已经按它付过的钱不受影响。"), "until")
    rule.until = until
    rule.save(update_fields=["until"])
    _log("end_fund_rule", rule, by, at)
    return rule


def _made(fund: Fund, pays: Pays, draft: RuleDraft, today: date) -> FundRule:
    problems: list[Problem | None] = []
    services = sorted(set(draft.services))
    known = set(ServiceItem.objects.filter(code__in=services).values_list("code", flat=True))
    unknown = [code for code in services if code not in known]
    if unknown:
        params = {"codes": "、".join(unknown)}
        problems.append(Problem("services_unknown", _("没有这些服务：%(codes)s。"), "services", params=params))
    if draft.since < today.replace(month=1, day=1):
        problems.append(Problem("rule_since_past", _("不能早于今年。"), "since"))
    clause = ""
    try:
        clause = clean_text(draft.clause, CLAUSE_LENGTH).strip()
    except Problem as problem:
        problems.append(problem.at("clause"))
    if not clause and not problems:
        problems.append(Problem("clause_missing", _("请写明依据。"), "clause"))
    raise_any(problems)
    rule = FundRule(fund=fund, pays=pays, service_codes=services, clause=clause, since=draft.since)
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:
        if "purchase_fundrule" not in str(error):
            raise
        raise Problem("rule_twice", _("这段时间已有同样用途的规则。"), "pays") from error
    return rule


def _open(rule: FundRule) -> FundRule:
    """The rule for changing. Raises Problem (409) for one that ends already."""
    found = FundRule.objects.select_for_update(of=("self",)).select_related("fund").get(pk=rule.pk)
    if found.until is not None:
        raise Problem("rule_ended", _("这条规则已经定了结束日期，不再更改。"), status=409)
    return found


def _city(by: Viewer) -> None:
    if not by.has(Role.CITY):
        raise Problem("ledger_not_yours", _("资金用途规则由市级制定。"), status=403)


def _log(verb: str, rule: FundRule, by: Viewer, at: datetime) -> None:
    detail: dict[str, object] = {
        "fund": rule.fund.code,
        "pays": rule.pays,
        "services": rule.service_codes,
        "since": rule.since.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
    }
    log(verb, "fund_rule", rule.pk, by=by.account_id, at=at, detail=detail)
