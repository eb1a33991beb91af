"""Forms of who offers and who scores."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, files_field, last_day_field, text_field
from shegong.purchase.enums import CreditKind, LicenceKind
from shegong.purchase.forms.ledger import money_field, offer
from shegong.purchase.forms.project import number_field
from shegong.purchase.models import Bid, Criterion
from shegong.purchase.rules.project import BidDraft


class BidForm(forms.Form):
    """What is offered."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    price = money_field(_("报价(元)"))
    labour_share = number_field(_("人力成本占比(%)"), most=100)
    workers = number_field(_("拟派人数"), least=1, most=1000)
    hours = number_field(_("承诺服务工时"), most=10_000_000)
    plan = text_field(_("服务方案"), _("开标前任何人都看不到，包括采购人。"), rows=8)
    file = files_field(
        _("附件"), _("PDF 或照片，每个不超过 10 MB；与响应文件一同密封，截止前可以增减。"), required=False
    )

    def draft(self) -> BidDraft:
        """What was typed, for the action."""
        typed = self.cleaned_data
        return BidDraft(typed["price"], typed["labour_share"], typed["workers"], typed["hours"], typed["plan"])


class ObjectionForm(forms.Form):
    """What is said against an award."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = text_field(_("质疑事项"), _("写明事实和依据。"), rows=4)


class DeclareForm(forms.Form):
    """Whether there is an interest in any of the bidders."""

    declaration = forms.ChoiceField(
        label=_("声明"),
        choices=[("clear", _("我与以上供应商没有利害关系")), ("conflict", _("我有利害关系，申请回避"))],
        widget=forms.RadioSelect,
    )
    interest = forms.CharField(label=_("是什么关系"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Who has an interest says which."""
        typed = super().clean() or {}
        if typed.get("declaration") == "conflict" and not typed.get("interest", "").strip():
            self.add_error("interest", _("请写明是什么关系。"))
        return typed

    def said(self) -> str:
        """The interest, empty for none."""
        typed = self.cleaned_data
        return str(typed["interest"]) if typed["declaration"] == "conflict" else ""


class ScoresForm(forms.Form):
    """Points for each bid by each criterion; whatever is left out is not scored yet."""

    def __init__(
        self, sheet: Sequence[tuple[Bid, Criterion]], given: dict[tuple[UUID, UUID], Decimal], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sheet = sheet
        for bid, criterion in sheet:
            self.fields[self.name_of(bid, criterion)] = forms.DecimalField(
                label=_("%(name)s(最高 %(most)s 分)") % {"name": criterion.name, "most": criterion.points},
                min_value=0, max_value=criterion.points, decimal_places=1, required=False,
                initial=given.get((bid.pk, criterion.pk)),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip

    @staticmethod
    def name_of(bid: Bid, criterion: Criterion) -> str:
        """The field of a bid's criterion."""
        return f"p-{bid.pk.hex}-{criterion.number}"

    def by_bid(self) -> list[tuple[Bid, list[Any]]]:
        """Each bid with its fields."""
        rows: dict[Any, tuple[Bid, list[Any]]] = {}
        for bid, criterion in self._sheet:
            rows.setdefault(bid.pk, (bid, []))[1].append(self[self.name_of(bid, criterion)])
        return list(rows.values())

    def points(self) -> dict[tuple[UUID, UUID], Decimal]:
        """What was filled in, by bid and criterion."""
        typed = {
            (bid.pk, criterion.pk): self.cleaned_data.get(self.name_of(bid, criterion))
            for bid, criterion in self._sheet
        }
        return {key: points for key, points in typed.items() if points is not None}


class LicenceForm(forms.Form):
    """A licence."""

    kind = forms.ChoiceField(label=_("证照"), choices=LicenceKind.choices)
    number = forms.CharField(label=_("证照编号"), max_length=40)
    authority = forms.CharField(label=_("发证机关"), max_length=100)
    since = day_field(_("有效期起"))
    until = last_day_field(_("有效期止"))


class CreditForm(forms.Form):
    """Something about an agency's good name."""

    kind = forms.ChoiceField(label=_("类别"), choices=CreditKind.choices)
    text = forms.CharField(label=_("内容"), max_length=200)
    source = forms.CharField(label=_("来源"), max_length=100)
    since = day_field(_("起"))
    until = last_day_field(_("止"), _("没有期限就不填。"), required=False)


class ComplaintForm(forms.Form):
    """A complaint about an agency."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    hub = forms.TypedChoiceField(label=_("区(市)县"), coerce=int)
    received_on = day_field(_("收到日期"))
    text = text_field(_("投诉事项"), _("不要写服务对象的姓名和住址。"))

    def __init__(self, *args: Any, hubs: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "hub", hubs)


class TextForm(forms.Form):
    """An answer."""

    text = text_field(_("答复"))
