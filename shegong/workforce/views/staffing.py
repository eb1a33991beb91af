"""Pages of the staffing rules. (Who meets them stands on the desk's floor, where contracts are known, too.)"""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role
from shegong.workforce.actions.staffing import change_rule, may_change_rules
from shegong.workforce.forms.staffing import RuleForm
from shegong.workforce.queries.staffing import STAFFING_READERS, rule_history
from shegong.workforce.views.worker import both_ways


@require_GET
@requires(*STAFFING_READERS)
def rules(request: Request) -> HttpResponseBase:
    """The rules of each tier, with what was before."""
    tiers = [{"tier": tier, "title": Tier(tier).label, "rules": found} for tier, found in rule_history().items()]
    context = {"tiers": tiers, "may_change": may_change_rules(request.viewer)}
    return render(request, "workforce/staffing_rules.html", context)


@both_ways
@requires(Role.CITY, Role.ADMIN)
def rule_new(request: Request, tier: str) -> HttpResponseBase:
    """Another rule for a tier, from a day on."""
    if tier not in Tier.values:
        raise Http404
    present = next(iter(rule_history()[tier]), None)
    initial: dict[str, Any] = {"since": clock.today(), "counts_from": 1}
    if present is not None:
        names = ("least", "most", "certified_only", "counts_from", "clause")
        initial |= {name: getattr(present, name) for name in names}
    form = RuleForm(request.POST or None, initial=initial)

    def save() -> tuple[str, Any]:
        change_rule(tier, **form.cleaned_data, by=request.viewer)
        return reverse("workforce:staffing-rules"), _("已保存。")

    title = _("%(tier)s的人员配备标准") % {"tier": Tier(tier).label}
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=reverse("workforce:staffing-rules"))
