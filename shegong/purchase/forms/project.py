"""Forms of purchases: the need, what bids are measured by, the call for bids, steps with a reason."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shegong.kernel.inputs import day_field, files_field, last_day_field, moment_field, text_field
from shegong.kernel.wording import money_short
from shegong.network.models import Organisation, Station
from shegong.purchase.actions.project import CallForBids
from shegong.purchase.enums import Nature, Pays
from shegong.purchase.forms.ledger import money_field, offer, reason_field
from shegong.purchase.models import FiscalYear, Fund, MethodRule, Project
from shegong.purchase.rules.project import ProjectDraft

OTHER_CRITERIA: Final = 5
USUAL: Final = ((_("服务方案"), 40), (_("人员配备"), 25), (_("同类项目业绩"), 15), ("", None), ("", None))
USUAL_PRICE: Final = 20


def number_field(label: Any, hint: Any = "", *, least: int = 0, most: int | None = None) -> forms.IntegerField:
    """A whole number."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=most, widget=widget)


class NeedForm(forms.Form):
    """A need, and out of which money it would be met."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("项目名称"))
    nature = forms.ChoiceField(
        label=_("采购内容"), choices=Nature.choices, widget=forms.RadioSelect, initial=Nature.SERVICE.value
    )
    need = text_field(_("服务需求"), _("服务谁、做什么、做到什么程度；公开招标时会公布。"), rows=5)
    buyer = forms.TypedChoiceField(label=_("购买主体"), coerce=int, help_text=_("购买主体应为国家机关。"))
    stations = forms.TypedMultipleChoiceField(
        label=_("服务的站点"), coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("选择社工站，即包括它下面的社工室。"),
    )  # fmt: skip
    fund = forms.ModelChoiceField(label=_("资金来源"), queryset=Fund.objects.all())
    pays = forms.ChoiceField(label=_("用途"), choices=Pays.choices)
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    budget = money_field(_("预算(元)"))
    services = forms.MultipleChoiceField(
        label=_("服务项目"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("有的资金只能购买清单内的服务，这时请选择。"),
    )  # fmt: skip
    labour_floor = number_field(_("人力成本不低于(%)"), _("报价中人力成本的最低占比；不作要求填 0。"), most=100)
    since = day_field(_("服务期起"))
    until = last_day_field(_("服务期止"), _("服务的最后一天；一般不超过一年。"))
    long_term_reason = forms.CharField(
        label=_("超过一年的理由"), required=False, max_length=200,
        help_text=_("需求稳定、经费有保障的，可以不超过三年。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, organs: Iterable[Organisation], places: Iterable[Station], years: Iterable[FiscalYear],
        services: Iterable[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        offer(self, "buyer", [(each.pk, each.name) for each in organs])
        offer(self, "stations", [(each.pk, each.name) for each in places])
        offer(self, "year", [(year.pk, str(year.pk)) for year in years if year.closed_at is None])
        offer(self, "services", [(code, f"{code} {name}") for code, name in services])

    def draft(self) -> ProjectDraft:
        """What was typed, for the action."""
        typed = self.cleaned_data
        return ProjectDraft(
            title=typed["title"], need=typed["need"], nature=typed["nature"], buyer_id=typed["buyer"],
            station_ids=typed["stations"], services=typed["services"], fund_id=typed["fund"].pk, year=typed["year"],
            pays=typed["pays"], budget=typed["budget"], labour_floor=typed["labour_floor"], since=typed["since"],
            until=typed["until"], long_term_reason=typed["long_term_reason"],
        )  # fmt: skip


def need_values(project: Project) -> dict[str, Any]:
    """A need as its form shows it."""
    names = ("title", "nature", "need", "pays", "budget", "services", "labour_floor", "since", "until")
    return {
        **{name: getattr(project, name) for name in names},
        "key": project.pk,
        "buyer": project.buyer_id,
        "fund": project.fund_id,
        "year": project.year_id,
        "long_term_reason": project.long_term_reason,
        "stations": list(project.stations.values_list("id", flat=True)),
    }


class CriteriaForm(forms.Form):
    """What bids are measured by: the price, and up to five others; a hundred points in all."""

    price = number_field(_("价格分"), _("最低报价得满分，其余按比例计算。"), least=1, most=100)

    def __init__(self, *args: Any, present: Sequence[tuple[str, int, bool]] = (), **kwargs: Any) -> None:
        others: list[tuple[Any, int | None]] = [(name, points) for name, points, is_price in present if not is_price]
        others = others or list(USUAL)
        values: dict[str, Any] = {"price": next((points for _n, points, is_price in present if is_price), USUAL_PRICE)}
        for place in range(OTHER_CRITERIA):
            name, points = others[place] if place < len(others) else ("", None)
            values |= {f"name_{place}": name, f"points_{place}": points}
        super().__init__(*args, **{"initial": values, **kwargs})
        for place in range(OTHER_CRITERIA):
            number = place + 1
            self.fields[f"name_{place}"] = forms.CharField(
                label=_("评审因素 %(number)s") % {"number": number}, required=place == 0, max_length=60
            )
            points_field = number_field(_("分值 %(number)s") % {"number": number}, least=1, most=100)
            points_field.required = place == 0
            self.fields[f"points_{place}"] = points_field

    def criteria(self) -> list[tuple[str, int, bool]]:
        """(name, points, is the price) of what was filled in; a name without points counts as none."""
        typed = self.cleaned_data
        rows = [(str(_("报价")), int(typed["price"]), True)]
        for place in range(OTHER_CRITERIA):
            name, points = typed.get(f"name_{place}", ""), typed.get(f"points_{place}")
            if name or points:
                rows.append((name, points or 0, False))
        return rows


class CallForm(forms.Form):
    """By which method bids are asked for, until when, of whom."""

    method = forms.ChoiceField(label=_("采购方式"), widget=forms.RadioSelect)
    method_reason = forms.CharField(
        label=_("采用此方式的理由"), required=False, max_length=300, help_text=_("采用单一来源时必填。")
    )
    deadline = moment_field(_("响应截止时间"))
    organisations = forms.TypedMultipleChoiceField(
        label=_("邀请的供应商"), required=False, coerce=int, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("公开招标不用选；只列出登记证书在有效期内的机构。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, rules: Iterable[MethodRule], suppliers: Iterable[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "method", [(rule.method, f"{rule.get_method_display()}({rule_words(rule)})") for rule in rules])
        offer(self, "organisations", [(each.pk, each.name) for each in suppliers])

    def call(self) -> CallForBids:
        """What was typed, for the action."""
        typed = self.cleaned_data
        return CallForBids(typed["method"], typed["deadline"], typed["organisations"], typed["method_reason"])


def rule_words(rule: MethodRule) -> str:
    """A method's rule in a few words."""
    words = [
        ngettext("至少 %(number)s 家", "至少 %(number)s 家", rule.min_bidders) % {"number": rule.min_bidders},
        ngettext("响应期 %(days)s 天", "响应期 %(days)s 天", rule.bidding_days) % {"days": rule.bidding_days},
    ]
    if rule.from_amount:
        words.insert(0, str(_("预算 %(amount)s 以上") % {"amount": money_short(rule.from_amount)}))
    if rule.below_amount is not None:
        words.insert(0, str(_("预算低于 %(amount)s") % {"amount": money_short(rule.below_amount)}))
    return str(_("，")).join(words)


class RuleForm(forms.Form):
    """A method's rule."""

    from_amount = forms.DecimalField(label=_("预算不低于(元)"), max_digits=14, decimal_places=2)
    below_amount = forms.DecimalField(
        label=_("预算低于(元)"), max_digits=14, decimal_places=2, required=False, help_text=_("没有上限就不填。")
    )
    min_bidders = number_field(_("最少供应商数"), least=1, most=20)
    panel_size = number_field(_("评审小组人数"), least=1, most=15)
    bidding_days = number_field(_("响应期不少于(天)"), most=365)
    notice_days = number_field(_("成交公告期(天)"), most=365)
    clause = forms.CharField(label=_("依据"), required=False, max_length=120)


class AppointForm(forms.Form):
    """Who joins the panel."""

    account = forms.TypedChoiceField(
        label=_("评审专家"), coerce=int, help_text=_("与供应商有任职关系的人选了也会被拒绝。")
    )

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "account", people)


class SignForm(forms.Form):
    """The contract's number, if it has one of its own."""

    number = forms.CharField(label=_("合同编号"), required=False, max_length=40, help_text=_("不填则自动编号。"))


class ReasonForm(forms.Form):
    """Why."""

    reason = reason_field(_("原因"))


class AnswerForm(forms.Form):
    """The answer to an objection."""

    text = text_field(_("答复"))
    upheld = forms.ChoiceField(
        label=_("结论"), choices=[("no", _("质疑不成立")), ("yes", _("质疑成立，本次采购失败"))],
        widget=forms.RadioSelect, initial="no",
    )  # fmt: skip


class DocumentsForm(forms.Form):
    """Documents to be added."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    file = files_field(_("文件"), _("PDF 或照片（JPEG、PNG、WebP），每个不超过 10 MB，可以一次选几个。"))
