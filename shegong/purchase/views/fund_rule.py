"""Pages of what a fund may pay: its rules now, to come and ended; made and ended by the city."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.purchase.actions import fund_rule as actions
from shegong.purchase.actions.fund_rule import RuleDraft
from shegong.purchase.enums import Pays
from shegong.purchase.forms.fund_rule import EndRuleForm, RuleForm
from shegong.purchase.models import Fund, FundRule
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.sheets import answer_sheet


def _services() -> dict[str, str]:
    """{code: name in its newest wording} of the catalogue (one query)."""
    return {item.code: str(item.name) for item in ServiceItem.objects.order_by("code", "version")}


@require_GET
@requires(*OFFICERS)
def rules(request: Request, code: str) -> HttpResponseBase:
    """What a fund may pay today, later, and what it might pay before."""
    fund = get_object_or_404(Fund, code=code)
    today, names = clock.today(), _services()
    found = [
        (rule, [f"{each} {names.get(each, '')}".strip() for each in rule.service_codes])
        for rule in fund.rules.order_by("pays", "-since")
    ]
    ended = [each for each in found if each[0].until is not None and each[0].until <= today]
    context = {
        "fund": fund,
        "standing": [each for each in found if each not in ended],
        "ended": ended,
        "today": today,
        "is_city": request.viewer.has(Role.CITY),
        "steps": [
            {"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")},
            {"title": fund.name, "url": reverse("purchase:fund", args=[code])},
        ],
    }
    return render(request, "purchase/fund_rules.html", context)


@both_ways
@requires(Role.CITY)
def rule_new(request: Request, code: str) -> HttpResponseBase:
    """A fund may pay something more."""
    fund = get_object_or_404(Fund, code=code)
    form = RuleForm(request.POST or None, services=_choices(), is_new=True, initial={"since": clock.today()})

    def save() -> tuple[str, Any]:
        actions.add_rule(fund, Pays(form.cleaned_data["pays"]), _draft(form), by=request.viewer, at=clock.now())
        return reverse("purchase:fund-rules", args=[code]), _("已保存。")

    back = reverse("purchase:fund-rules", args=[code])
    return answer_sheet(request, form, save, title=_("新增用途"), submit=_("保存"), back=back)


@both_ways
@requires(Role.CITY)
def rule_change(request: Request, code: str, rule_id: int) -> HttpResponseBase:
    """Other services or another clause from a day on."""
    rule = _open_rule(code, rule_id)
    initial = {"since": clock.today(), "services": rule.service_codes, "clause": rule.clause}
    form = RuleForm(request.POST or None, services=_choices(), is_new=False, initial=initial)

    def save() -> tuple[str, Any]:
        actions.change_rule(rule, _draft(form), by=request.viewer, at=clock.now())
        return reverse("purchase:fund-rules", args=[code]), _("已保存，原规则到新规则开始时为止。")

    back = reverse("purchase:fund-rules", args=[code])
    title = _("更改：%(what)s") % {"what": rule.get_pays_display()}
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=back)


@both_ways
@requires(Role.CITY)
def rule_end(request: Request, code: str, rule_id: int) -> HttpResponseBase:
    """A fund pays something no longer."""
    rule = _open_rule(code, rule_id)
    form = EndRuleForm(request.POST or None, initial={"until": clock.today()})

    def save() -> tuple[str, Any]:
        actions.end_rule(rule, form.cleaned_data["until"], by=request.viewer, at=clock.now())
        return reverse("purchase:fund-rules", args=[code]), _("已保存。")

    back = reverse("purchase:fund-rules", args=[code])
    title = _("停止：%(what)s") % {"what": rule.get_pays_display()}
    note = _("已经签约和支付的不受影响；之后不能再按它预留或签约。")
    return answer_sheet(request, form, save, title=title, submit=_("停止"), back=back, note=note)


def _choices() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in _services().items()]


def _draft(form: RuleForm) -> RuleDraft:
    typed = form.cleaned_data
    return RuleDraft(typed["services"], typed["clause"], typed["since"])


def _open_rule(code: str, rule_id: int) -> FundRule:
    found = FundRule.objects.filter(fund__code=code, pk=rule_id, until__isnull=True).first()
    if found is None:
        raise Http404
    return found
