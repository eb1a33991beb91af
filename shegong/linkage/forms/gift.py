"""Forms of drives, gifts and goods."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field
from shegong.kernel.ids import uuid7
from shegong.kernel.inputs import day_field, last_day_field, text_field
from shegong.linkage.enums import CertificateKind, DonorKind, RecipientKind, StockMoveKind
from shegong.linkage.models import Drive
from shegong.network.models import Station
from shegong.purchase.forms.ledger import money_field, offer

ANYWHERE: Final = ("", _("全市"))


def _key() -> forms.UUIDField:
    """A key made with the form, so that sending it twice is one thing."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


def _quantity(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )


def _optional_money(label: Any) -> forms.DecimalField:
    field = money_field(label)
    field.required = False
    return field


def _stations(rows: Iterable[Station]) -> list[tuple[str, str]]:
    return [(str(each.pk), each.name) for each in rows]


class CertificateForm(forms.Form):
    """A charity's certificate."""

    kind = forms.ChoiceField(label=_("资格"), choices=CertificateKind, widget=forms.RadioSelect)
    number = forms.CharField(label=_("证书编号"), max_length=40)
    authority = forms.CharField(label=_("发证机关"), max_length=100)
    since = day_field(_("有效期起"))
    until = last_day_field(_("有效期至"), _("长期有效的不填。"), required=False)


class DriveForm(forms.Form):
    """A drive as it is to be published."""

    organisation = forms.ChoiceField(label=_("慈善组织"))
    title = forms.CharField(label=_("名称"), max_length=80)
    purpose = text_field(_("用途说明"), _("款物用在哪里、给哪些人；开始募捐后不能再改。"))
    target = money_field(_("目标金额（元）"))
    hub = forms.ChoiceField(label=_("用于哪里"))
    station = forms.CharField(
        label=_("限于站点"), required=False, max_length=100, help_text=_("站点名称或代码；不限的不填。")
    )
    field = forms.ModelChoiceField(
        label=_("限于需求领域"), queryset=Field.objects.all(), required=False, empty_label=_("不限")
    )
    since = day_field(_("募捐起"))
    until = last_day_field(_("募捐止"))
    filing_number = forms.CharField(
        label=_("备案编号"), required=False, max_length=40, help_text=_("在民政部门备案后填写，开始募捐前必填。")
    )

    def __init__(
        self, *args: Any, organisations: Iterable[tuple[str, str]], hubs: Iterable[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)
        offer(self, "hub", hubs)


class AccountForm(forms.Form):
    """The account of a drive."""

    account = text_field(_("结项说明"), _("收入、使用、管理费用和余款处理，公开给所有人看。"), rows=5)


class SettleForm(forms.Form):
    """Where what is left goes with the donors' consent."""

    to_drive = forms.ModelChoiceField(
        label=_("同意转用的，转到"), queryset=Drive.objects.none(), required=False, empty_label=_("不转用，全部退还")
    )

    def __init__(self, *args: Any, drives: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to_drive"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = drives


class RedirectForm(SettleForm):
    """Which drive goods serve from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_drive"].required = True
        self.fields["to_drive"].label = _("转到募捐活动")


class CostForm(forms.Form):
    """What running a drive cost."""

    key = _key()
    amount = money_field(_("金额（元）"))
    used_on = day_field(_("日期"))
    note = forms.CharField(label=_("用途"), max_length=200)


class DonationForm(forms.Form):
    """A gift as it came in: money, or goods of one kind."""

    key = _key()
    given_as = forms.ChoiceField(
        label=_("捐赠形式"),
        choices=[("money", _("捐款")), ("goods", _("捐物"))],
        widget=forms.RadioSelect,
        initial="money",
    )
    amount = _optional_money(_("金额（元）"))
    item = forms.CharField(label=_("物品"), required=False, max_length=60)
    quantity = forms.IntegerField(
        label=_("数量"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    unit = forms.CharField(label=_("单位"), required=False, max_length=10, help_text=_("如：件、箱、袋。"))
    expires_on = day_field(_("有效期至"), _("没有有效期的不填。"), required=False)
    value = _optional_money(_("估值（元）"))
    station = forms.CharField(
        label=_("入库站点"), required=False, max_length=100, help_text=_("捐物时填写站点名称或代码。")
    )
    received_on = day_field(_("收到日期"))
    anonymous = forms.BooleanField(label=_("匿名捐赠"), required=False)
    kind = forms.ChoiceField(label=_("捐赠方类别"), choices=DonorKind, widget=forms.RadioSelect, initial="person")
    name = forms.CharField(label=_("姓名或单位"), required=False, max_length=100)
    phone = forms.CharField(
        label=_("电话"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "data-no-draft": True}),
    )  # fmt: skip
    email = forms.EmailField(label=_("邮箱"), required=False, max_length=200)
    named = forms.BooleanField(label=_("捐赠方同意公示名称"), required=False)
    may_reuse = forms.BooleanField(label=_("捐赠方同意剩余款物用于相近目的"), required=False)

    def __init__(self, *args: Any, stations: Iterable[Station], may_money: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = _stations(stations)
        if known:
            self.fields["station"] = forms.ChoiceField(
                label=_("入库站点"), choices=[("", "—"), *known][len(known) == 1 :], required=False
            )
        if not may_money:
            del self.fields["amount"]
            self.fields["given_as"] = forms.CharField(widget=forms.HiddenInput, initial="goods")


class VoidForm(forms.Form):
    """Why a gift is undone."""

    reason = text_field(_("作废原因"), rows=2)


class GiftConsentForm(forms.Form):
    """What the donor said."""

    agrees = forms.ChoiceField(
        label=_("捐赠方的意见"),
        choices=[("yes", _("同意剩余转用于相近目的")), ("no", _("不同意，要求退还"))],
        widget=forms.RadioSelect,
    )
    how = forms.CharField(label=_("怎样征求的"), max_length=200, help_text=_("如：某日电话、书面回函。"))


class ReceiptForm(forms.Form):
    """To whom the receipt is made out."""

    payer = forms.CharField(label=_("抬头"), max_length=100)


class FollowForm(forms.Form):
    """Number and code."""

    number = forms.CharField(label=_("捐赠编号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    code = forms.CharField(
        label=_("查询码"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "data-no-draft": True}),
    )  # fmt: skip


class UseForm(forms.Form):
    """To whom something is given for what."""

    key = _key()
    station = forms.ChoiceField(label=_("发放站点"))
    amount = money_field(_("金额（元）"))
    quantity = _quantity(_("数量"))
    recipient = forms.ChoiceField(
        label=_("给谁"),
        choices=[each for each in RecipientKind.choices if each[0] != RecipientKind.COST],
        widget=forms.RadioSelect,
        initial=RecipientKind.CLIENT.value,
    )
    who = forms.CharField(
        label=_("受赠对象"), max_length=60, required=False,
        help_text=_("服务对象的姓名或档案编号（家庭填其中一人）、小组或活动的名称；给站点的不填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-draft": True}),
    )  # fmt: skip
    people = _quantity(_("受益人数"))
    field = forms.ModelChoiceField(label=_("需求领域"), queryset=Field.objects.all())
    used_on = day_field(_("日期"))
    note = forms.CharField(label=_("用途"), max_length=200, help_text=_("不写姓名。"))

    def __init__(self, *args: Any, stations: Iterable[Station], goods: bool, drive: Drive, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "station", _stations(stations))
        del self.fields["amount" if goods else "quantity"]
        if drive.field_id is not None:
            self.fields["field"].initial = drive.field_id
            chosen = self.fields["field"]
            assert isinstance(chosen, forms.ModelChoiceField)
            chosen.queryset = Field.objects.filter(pk=drive.field_id)


class AcknowledgeForm(forms.Form):
    """How the recipient acknowledged a gift."""

    on = day_field(_("签收日期"))
    how = forms.CharField(label=_("签收方式"), max_length=100, help_text=_("如：本人签名、家属代签。"))


class MoveForm(forms.Form):
    """Goods on their way."""

    key = _key()
    kind = forms.ChoiceField(
        label=_("办理"), widget=forms.RadioSelect, initial=StockMoveKind.MOVED.value,
        choices=[(each.value, each.label)
                 for each in (StockMoveKind.MOVED, StockMoveKind.DISPOSED, StockMoveKind.RETURNED)],
    )  # fmt: skip
    quantity = _quantity(_("数量"))
    to_station = forms.CharField(
        label=_("调往"), required=False, max_length=100, help_text=_("调拨时填写站点名称或代码。")
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=200, help_text=_("报废和退还时必填。"))
