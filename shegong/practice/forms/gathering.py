"""What the forms of groups and activities share: money line by line, moments, people, reasons."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.practice.models import BudgetLine
from shegong.practice.queries.gathering import Content, Offering
from shegong.practice.rules.groupwork import REASON_LENGTH, BudgetDraft

MOST_LINES: Final = 40
MOST_PEOPLE: Final = 1000
# Between the two stands any space, colon or comma, wide ones too; after the amount perhaps the sign for yuan.
LINE: Final = re.compile("(?P<item>.*?)[\\s:,\uff1a\uff0c]*(?P<amount>[0-9]+(?:\\.[0-9]+)?)\\s*\u5143?")


def number_field(label: Any, *, required: bool = True, **kwargs: Any) -> forms.IntegerField:
    """A whole number; its bounds are the rule's."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, required=required, widget=widget, min_value=-32_000, max_value=32_000, **kwargs
    )


class BudgetField(forms.CharField):
    """A budget as people write it: on each line what for, and how many yuan."""

    def __init__(self, **kwargs: Any) -> None:
        hint = _("每行一项：用途和金额，如“茶点 80”。")
        super().__init__(
            label=_("预算"), required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": 3}), **kwargs
        )

    def clean(self, value: Any) -> tuple[BudgetDraft, ...]:
        """The lines. Raises ValidationError naming the line that can't be read."""
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("预算最多 %(most)s 行。"), params={"most": MOST_LINES})
        found = []
        for line in lines:
            match = LINE.fullmatch(line)
            if match is None or not match["item"]:
                raise forms.ValidationError(_("看不懂这一行：%(line)s"), params={"line": line[:40]})
            try:
                found.append(BudgetDraft(match["item"], Decimal(match["amount"]).quantize(Decimal("0.01"))))
            except InvalidOperation as wrong:
                raise forms.ValidationError(_("看不懂这一行：%(line)s"), params={"line": line[:40]}) from wrong
        return tuple(found)


def budget_text(lines: Any) -> str:
    """Lines of a budget as the field shows them."""
    return "\n".join(f"{line.item} {line.amount.normalize():f}" for line in lines)


class KeysField(forms.MultipleChoiceField):
    """Several rows by their keys; whether they exist and may be named is for the action to say."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> tuple[UUID, ...]:
        """The keys in the order given, each once. Raises ValidationError for what is no key."""
        try:
            return tuple(dict.fromkeys(UUID(str(each)) for each in (value or [])[:MOST_PEOPLE]))
        except ValueError as wrong:
            raise forms.ValidationError(_("服务对象不存在，或不在您的范围内。"), code="client_out_of_scope") from wrong


class PlanForm(forms.Form):
    """What plans of groups and activities have in common: where, which service, who helps, under which contract."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station_id = forms.TypedChoiceField(label=_("站点"), coerce=int)
    service_id = forms.TypedChoiceField(label=_("服务项目"), coerce=int)
    group_id = forms.TypedChoiceField(label=_("服务人群"), coerce=int, required=False, empty_value=None)
    helper_ids = forms.TypedMultipleChoiceField(
        label=_("协同社工"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    contract_id = forms.TypedChoiceField(label=_("所属合同"), coerce=int, required=False, empty_value=None)
    budget = BudgetField()

    def __init__(self, offer: Offering, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        own = offer.worker.pk if offer.worker else 0
        choices: dict[str, list[tuple[Any, Any]]] = {
            "station_id": [(each.pk, each.name) for each in offer.stations],
            "service_id": [(each.pk, each.name) for each in offer.services],
            "group_id": [("", _("按服务项目")), *((each.pk, each.name) for each in offer.groups)],
            "helper_ids": [(each.pk, each.name) for each in offer.workers if each.pk != own],
            "contract_id": [("", _("不属于合同")), *((each.pk, each.number) for each in offer.contracts)],
        }
        for name, values in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = values
        if not choices["helper_ids"]:
            del self.fields["helper_ids"]
        if len(choices["contract_id"]) == 1:
            del self.fields["contract_id"]


class DecisionForm(forms.Form):
    """Approval, or what is still missing."""

    approve = forms.TypedChoiceField(
        label=_("审批结果"),
        choices=[("yes", _("批准")), ("no", _("退回修改"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("审批意见"), required=False, max_length=REASON_LENGTH, help_text=_("退回时请写明要补充什么。")
    )


class WhyForm(forms.Form):
    """A reason, and nothing else."""

    reason = forms.CharField(label=_("原因"), max_length=REASON_LENGTH)


class SpendingForm(forms.Form):
    """What each line of a budget cost in the end: one field a line, in the lines' order."""

    satisfaction = forms.DecimalField(
        label=_("平均满意度"), required=False, min_value=1, max_value=5, max_digits=3, decimal_places=2,
        help_text=_("1 到 5 分的平均数；还没有人评价，才在这里填。"),
    )  # fmt: skip

    def __init__(
        self, lines: tuple[BudgetLine, ...], *args: Any, content: Content | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if content is not None and content.number:
            del self.fields["satisfaction"]
        self.lines = lines
        for number, line in enumerate(lines):
            self.fields[f"spent_{number}"] = forms.DecimalField(
                label=f"{line.item}（{line.amount:f}）",
                required=False,
                min_value=0,
                max_digits=9,
                decimal_places=2,
                initial=line.spent if line.spent is not None else line.amount,
            )

    @property
    def spending(self) -> list[forms.BoundField]:
        """The fields of the lines."""
        return [self[f"spent_{number}"] for number in range(len(self.lines))]

    def spent(self) -> tuple[Decimal | None, ...]:
        """The amounts. Only after `is_valid`."""
        return tuple(self.cleaned_data[f"spent_{number}"] for number in range(len(self.lines)))
