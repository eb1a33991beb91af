"""Forms of money."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.models import Station
from shegong.purchase.enums import EntryKind, MoneyStage
from shegong.purchase.models import FiscalYear, Fund


def money_field(label: Any) -> forms.DecimalField:
    """A sum in yuan, above zero, with at most two decimals."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, max_digits=14, decimal_places=2, min_value=0, widget=widget)


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """A day, picked with the device's own calendar."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def reason_field(label: Any, *, required: bool = True) -> forms.CharField:
    """Some lines of why."""
    return forms.CharField(label=label, required=required, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]]) -> None:
    """What a field of choices offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def _hubs(hubs: Iterable[Station]) -> list[tuple[str, str]]:
    return [(str(hub.pk), hub.name) for hub in hubs]


def _open(years: Iterable[FiscalYear]) -> list[tuple[int, str]]:
    return [(year.pk, str(year.pk)) for year in years if year.closed_at is None]


class BookingForm(forms.Form):
    """One sum of one fund for one hub."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    fund = forms.ModelChoiceField(label=_("资金来源"), queryset=Fund.objects.all())
    hub = forms.ChoiceField(label=_("区(市)县"))
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    stage = forms.ChoiceField(
        label=_("从哪里收回"),
        choices=[(each.value, each.label) for each in (MoneyStage.ALLOCATED, MoneyStage.APPROPRIATED)],
    )
    amount = money_field(_("金额(元)"))
    booked_on = day_field(_("记账日期"))
    note = reason_field(_("摘要"), required=False)

    def __init__(
        self, *args: Any, kind: str, funds: Iterable[Fund], hubs: Iterable[Station], years: Iterable[FiscalYear],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["initial"] = {"booked_on": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        chosen = self.fields["fund"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = Fund.objects.filter(pk__in=[fund.pk for fund in funds])
        offer(self, "hub", _hubs(hubs))
        offer(self, "year", _open(years))
        if kind != EntryKind.RETURN:
            del self.fields["stage"]


class ReverseForm(forms.Form):
    """Why an entry is undone."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = reason_field(_("冲销的原因"))


class TransferForm(forms.Form):
    """Money from one county to another."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    fund = forms.ModelChoiceField(label=_("资金来源"), queryset=Fund.objects.all())
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    hub = forms.ChoiceField(label=_("调出"))
    to_hub = forms.ChoiceField(label=_("调入"))
    amount = money_field(_("金额(元)"))
    reason = reason_field(_("理由"))

    def __init__(self, *args: Any, hubs: Iterable[Station], years: Iterable[FiscalYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = _hubs(hubs)
        for name in ("hub", "to_hub"):
            offer(self, name, places)
        offer(self, "year", _open(years))


class DecisionForm(forms.Form):
    """Approve a transfer or not."""

    approve = forms.ChoiceField(
        label=_("决定"), choices=[("yes", _("批准")), ("no", _("不批准"))], widget=forms.RadioSelect, initial="yes"
    )
    note = reason_field(_("审批意见"), required=False)


class CloseYearForm(forms.Form):
    """Closing a year can't be undone, so its number is typed."""

    year = forms.IntegerField(label=_("请再输入一次年度"))


class TreasuryForm(forms.Form):
    """The treasury's sheet."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    hub = forms.ChoiceField(label=_("区(市)县"))
    fund = forms.ModelChoiceField(
        label=_("资金来源"), queryset=Fund.objects.all(), required=False, empty_label=_("全部")
    )
    since = day_field(_("起"))
    until = day_field(_("止"))
    file = forms.FileField(
        label=_("对账单(XLSX)"),
        help_text=_("请用模板；最后一行写合计金额，与各行相加必须一分不差。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, hubs: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "hub", _hubs(hubs))


class BudgetForm(forms.Form):
    """A year's budget as a workbook."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    file = forms.FileField(
        label=_("预算表(XLSX)"),
        help_text=_(
            "请用模板；没有金额的行不入账；最后一行写合计金额，与各行相加必须一分不差。有一行不对，全部不入账。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, years: Iterable[FiscalYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "year", _open(years))
