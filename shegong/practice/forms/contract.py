"""Forms of a contract's life."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, files_field, last_day_field, text_field
from shegong.network.models import Station
from shegong.purchase.enums import AcceptanceKind, Measure
from shegong.purchase.forms.ledger import money_field, offer
from shegong.purchase.models import Commitment
from shegong.purchase.rules.contract import PARTS


class KeyedForm(forms.Form):
    """Something new, under a key of its own: sent twice it is made once."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class AcceptanceForm(KeyedForm):
    """An acceptance: points for each part; what failed says what to mend by when."""

    kind = forms.ChoiceField(label=_("类别"), choices=AcceptanceKind.choices)
    year = forms.TypedChoiceField(label=_("合同年度"), coerce=int)
    held_on = day_field(_("验收日期"))
    opinion = text_field(_("验收意见"), required=False)
    mend_by = day_field(_("整改期限"), _("得分低于 60 为不合格，须写明问题和整改期限。"), required=False)

    def __init__(self, *args: Any, years: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        assert isinstance(year, forms.ChoiceField)
        year.choices = [(number, str(number)) for number in range(1, years + 1)]
        if years == 1:
            year.widget = forms.HiddenInput()
        later = {name: self.fields.pop(name) for name in ("opinion", "mend_by")}
        for code, most, label in PARTS:
            self.fields[code] = forms.DecimalField(
                label=label, help_text=_("0–%(most)s 分") % {"most": most}, decimal_places=2, max_digits=5,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip
        self.fields.update(later)

    def points(self) -> dict[str, Decimal]:
        """What was given for each part."""
        return {code: self.cleaned_data[code] for code, _most, _label in PARTS}


class ClaimForm(KeyedForm):
    """An invoice with its scans."""

    invoice = forms.CharField(label=_("发票号码"), max_length=40)
    amount = money_field(_("发票金额(元)"))
    note = text_field(_("说明"), rows=2, required=False)
    file = files_field(_("发票与凭证(PDF 或照片)"), _("发票和付款凭证各一个文件；文件会加密保存。"), required=False)


class DeductionForm(KeyedForm):
    """A sum to be held back."""

    amount = money_field(_("扣减金额(元)"))
    reason = text_field(_("扣减理由"))
    answer_by = day_field(_("答复期限"), _("机构在这一天前可以答复；之后或答复后才能决定。"))


class DecisionForm(forms.Form):
    """Hold to a deduction or drop it."""

    uphold = forms.ChoiceField(
        label=_("决定"),
        choices=[("yes", _("维持扣减")), ("no", _("撤回扣减"))],
        widget=forms.RadioSelect,
        initial="yes",
    )


class PayForm(KeyedForm):
    """The day on which an instalment was paid."""

    paid_on = day_field(_("支付日期"))


class ReasonForm(forms.Form):
    """Why."""

    reason = text_field(_("理由"))


class EndForm(ReasonForm):
    """Why and when a contract ends before its time."""

    ended_on = day_field(_("终止日期"))


class WarningForm(KeyedForm):
    """What isn't as agreed, and until when it has to be."""

    reason = text_field(_("问题"))
    mend_by = day_field(_("整改期限"))


class AnswerForm(KeyedForm):
    """What the agency says."""

    text = text_field(_("答复"))


class DeliveryForm(forms.Form):
    """When something was delivered."""

    delivered_on = day_field(_("交付日期"))
    note = text_field(_("说明"), rows=2, required=False)


class AmendForm(forms.Form):
    """What is agreed anew: what is left as it is doesn't change."""

    reason = text_field(_("理由"))
    agreed_on = day_field(_("约定日期"))
    amount = money_field(_("合同金额(元)"))
    until = last_day_field(_("最后一天"))
    long_term_reason = text_field(_("超过一年的理由"), rows=2, required=False)
    staff_needed = forms.IntegerField(label=_("应派驻人数"), min_value=0)
    certified_needed = forms.IntegerField(label=_("其中持证社工"), min_value=0)
    more_stations = forms.TypedMultipleChoiceField(
        label=_("增加站点"), required=False, coerce=int, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("本区(市)县还没有列入合同的站点，可以选几个。"),
    )  # fmt: skip
    fewer_stations = forms.TypedMultipleChoiceField(
        label=_("减少站点"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("勾选的站点不再由这份合同服务。"),
    )  # fmt: skip
    new_measure = forms.ChoiceField(label=_("增加指标"), required=False)
    new_target = forms.IntegerField(label=_("新指标的目标值"), required=False, min_value=1)

    def __init__(
        self, *args: Any, commitments: Iterable[Commitment], served: Sequence[Station], others: Iterable[Station],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.commitments = list(commitments)
        self.served = [each.pk for each in served]
        offer(self, "more_stations", [(each.pk, each.name) for each in others])
        offer(self, "fewer_stations", [(each.pk, each.name) for each in served])
        added = {name: self.fields.pop(name) for name in ("new_measure", "new_target")}
        for each in self.commitments:
            label = f"{each.number}. {Measure(each.measure).label} ({each.unit})"
            self.fields[f"target_{each.number}"] = forms.IntegerField(label=label, min_value=1, initial=each.target)
        self.fields.update(added)
        measure = self.fields["new_measure"]
        assert isinstance(measure, forms.ChoiceField)
        measure.choices = [("", "—"), *Measure.choices]

    def clean(self) -> dict[str, Any]:
        """A contract serves some station."""
        typed = super().clean() or self.cleaned_data
        if "fewer_stations" in typed and self.station_ids() == ():
            self.add_error("fewer_stations", _("合同至少要服务一个站点。"))
        return typed

    def station_ids(self) -> tuple[int, ...] | None:
        """All stations that are served from now on; None where they stay the same."""
        more, fewer = self.cleaned_data.get("more_stations", []), set(self.cleaned_data.get("fewer_stations", []))
        if not more and not fewer:
            return None
        return (*(each for each in self.served if each not in fewer), *more)

    def targets(self) -> dict[int, int]:
        """New targets by number, those that changed."""
        typed = {each.number: self.cleaned_data[f"target_{each.number}"] for each in self.commitments}
        return {each.number: typed[each.number] for each in self.commitments if typed[each.number] != each.target}


class ContractsForm(forms.Form):
    """A workbook of contracts."""

    file = forms.FileField(
        label=_("合同工作簿(XLSX)"),
        help_text=_("请用模板；有一行不对，全部不导入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
