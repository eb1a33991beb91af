"""Forms of client files. They only read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.kernel.chinese import ETHNICITIES, mask_identity, mask_phone
from shegong.network.models import Division, Station
from shegong.practice.enums import Basis, ClientState, DisabilityKind, LowIncomeKind, Purpose, Sex
from shegong.practice.models import Client, Disability, LowIncome
from shegong.practice.rules.client import ConsentFact, ContactFact, Facts

GRADES = [("", "—"), ("1", _("一级")), ("2", _("二级")), ("3", _("三级")), ("4", _("四级"))]
SEXES = [(Sex.FEMALE.value, _("女")), (Sex.MALE.value, _("男")), (Sex.UNKNOWN.value, _("不清楚"))]
CHANGEABLE_STATES = [(each.value, each.label) for each in (ClientState.ACTIVE, ClientState.MOVED, ClientState.DECEASED)]


def date_field(label: Any, *, required: bool = False) -> forms.DateField:
    """A date, picked with the device's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def _number(label: Any, hint: Any = "", mode: str = "text") -> forms.CharField:
    """A number about a person: never kept as a draft on the device."""
    attrs = {"autocomplete": "off", "inputmode": mode, "data-no-draft": True}
    return forms.CharField(label=label, required=False, help_text=hint, widget=forms.TextInput(attrs=attrs))


class FactsForm(forms.Form):
    """What is known about a person."""

    name = forms.CharField(
        label=_("姓名"),
        help_text=_("只有姓名必填，其余可以以后再补。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sex = forms.ChoiceField(
        label=_("性别"), choices=SEXES, required=False, initial=Sex.UNKNOWN.value, widget=forms.RadioSelect
    )
    born_on = date_field(_("出生日期"))
    identity = _number(_("证件号码"), _("身份证、港澳台居民居住证或外国人永久居留证，18 位。没有可以不填。"))
    phone = _number(_("电话"), mode="tel")
    address = _number(_("住址"))
    community = forms.TypedChoiceField(label=_("村(社区)"), required=False, coerce=int, empty_value=None)
    groups = forms.TypedMultipleChoiceField(
        label=_("所属人群"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    ethnicity = forms.ChoiceField(label=_("民族"), required=False, choices=[("", "—"), *ETHNICITIES.items()])
    disability_kind = forms.ChoiceField(
        label=_("残疾类别"), required=False, choices=[("", "—"), *DisabilityKind.choices]
    )
    disability_grade = forms.ChoiceField(label=_("残疾等级"), required=False, choices=GRADES)
    disability_card = _number(_("残疾人证号"))
    disability_since = date_field(_("残疾认定日期"))
    low_income = forms.ChoiceField(label=_("低收入类别"), required=False, choices=[("", "—"), *LowIncomeKind.choices])
    low_income_since = date_field(_("低收入认定日期"))

    def __init__(
        self, *args: Any, groups: Iterable[PopulationGroup], communities: Iterable[Division], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        restricted = _("（限制查阅）")
        choices = [(each.pk, f"{each.name}{restricted if each.restricted_class else ''}") for each in groups]
        cast(forms.MultipleChoiceField, self.fields["groups"]).choices = choices
        places = [("", "—"), *((each.pk, each.name) for each in communities)]
        cast(forms.ChoiceField, self.fields["community"]).choices = places

    def facts(self) -> Facts:
        """What was typed, for the action."""
        data = self.cleaned_data
        facts = Facts(
            name=data["name"],
            sex=data["sex"] or Sex.UNKNOWN.value,
            born_on=data["born_on"],
            identity=data["identity"],
            phone=data["phone"],
            address=data["address"],
            community=data["community"],
            ethnicity=data["ethnicity"],
            groups=data["groups"],
            disabilities=[],
            low_incomes=[],
        )
        if data["disability_kind"] or data["disability_grade"] or data["disability_card"]:
            facts["disabilities"] = [
                {
                    "kind": data["disability_kind"],
                    "grade": int(data["disability_grade"] or 0),
                    "card": data["disability_card"],
                    "since": data["disability_since"],
                }
            ]
        if data["low_income"]:
            facts["low_incomes"] = [{"kind": data["low_income"], "since": data["low_income_since"]}]
        return facts


class RegisterForm(FactsForm):
    """A new file: the facts, one contact, and the basis on which we keep them."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station = forms.TypedChoiceField(label=_("建档站点"), coerce=int)
    contact_name = forms.CharField(label=_("联系人姓名"), required=False)
    contact_relation = forms.CharField(label=_("与服务对象的关系"), required=False, help_text=_("如：儿子、邻居、母亲"))
    contact_phone = _number(_("联系人电话"), mode="tel")
    contact_guardian = forms.BooleanField(label=_("是监护人"), required=False)
    purposes = forms.MultipleChoiceField(
        label=_("同意的目的"), required=False, choices=Purpose.choices, widget=forms.CheckboxSelectMultiple
    )
    basis = forms.ChoiceField(label=_("依据"), required=False, choices=Basis.choices)

    def __init__(self, *args: Any, stations: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.pk, each.name) for each in stations]
        cast(forms.ChoiceField, self.fields["station"]).choices = choices
        if len(choices) == 1:
            self.fields["station"].widget = forms.HiddenInput()

    def contacts(self) -> list[ContactFact]:
        """The contact that was typed, if any."""
        data = self.cleaned_data
        if not (data["contact_name"] or data["contact_relation"] or data["contact_phone"]):
            return []
        return [
            ContactFact(
                name=data["contact_name"],
                relation=data["contact_relation"],
                phone=data["contact_phone"],
                is_guardian=data["contact_guardian"],
            )
        ]

    def consents(self) -> list[ConsentFact]:
        """One consent for each purpose that was ticked."""
        data = self.cleaned_data
        return [ConsentFact(purpose=purpose, basis=data["basis"]) for purpose in data["purposes"]]


class ChangeForm(FactsForm):
    """A file to change. Numbers are not shown: an empty one stays as it is, and one to erase is ticked."""

    state = forms.ChoiceField(label=_("状态"), choices=CHANGEABLE_STATES)
    disabilities_kept = forms.MultipleChoiceField(
        label=_("仍然有效的残疾情况"), required=False, widget=forms.CheckboxSelectMultiple
    )
    low_incomes_kept = forms.MultipleChoiceField(
        label=_("仍然有效的低收入认定"), required=False, widget=forms.CheckboxSelectMultiple
    )
    erase = forms.MultipleChoiceField(
        label=_("删除已登记的内容"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("identity", _("证件号码")), ("phone", _("电话")), ("address", _("住址"))],
    )

    def __init__(
        self,
        *args: Any,
        client: Client,
        disabilities: list[Disability],
        low_incomes: list[LowIncome],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.client, self.disabilities, self.low_incomes = client, disabilities, low_incomes
        self.fields["identity"].help_text = _("已登记：%(known)s。不改就留空。") % {
            "known": mask_identity(client.identity)
        }
        self.fields["phone"].help_text = _("已登记：%(known)s。不改就留空。") % {"known": mask_phone(client.phone)}
        self.fields["address"].help_text = _("不改就留空。")
        kept = [(str(each.pk), f"{each.get_kind_display()} {GRADES[each.grade][1]}") for each in disabilities]
        cast(forms.MultipleChoiceField, self.fields["disabilities_kept"]).choices = kept
        low = [(str(each.pk), each.get_kind_display()) for each in low_incomes]
        cast(forms.MultipleChoiceField, self.fields["low_incomes_kept"]).choices = low

    def facts(self) -> Facts:
        """As typed; numbers left empty are left out."""
        facts, data = super().facts(), self.cleaned_data
        numbers = cast(dict[str, str], facts)
        for name in ("identity", "phone", "address"):
            if name in data["erase"]:
                numbers[name] = ""
            elif not data[name]:
                del numbers[name]
        facts["disabilities"] += [
            {"kind": each.kind, "grade": each.grade}
            for each in self.disabilities
            if str(each.pk) in data["disabilities_kept"]
        ]
        facts["low_incomes"] += [
            {"kind": each.kind} for each in self.low_incomes if str(each.pk) in data["low_incomes_kept"]
        ]
        return facts


class ConsentForm(forms.Form):
    """A purpose and its basis."""

    purpose = forms.ChoiceField(label=_("目的"), choices=Purpose.choices)
    basis = forms.ChoiceField(label=_("依据"), choices=Basis.choices)
    given_on = date_field(_("取得日期"))
    note = forms.CharField(label=_("说明"), required=False)


class ContactForm(forms.Form):
    """Somebody to turn to."""

    contact_name = forms.CharField(label=_("姓名"))
    contact_relation = forms.CharField(label=_("与服务对象的关系"), help_text=_("如：儿子、邻居、母亲"))
    contact_phone = _number(_("电话"), mode="tel")
    contact_guardian = forms.BooleanField(label=_("是监护人"), required=False)


class DoorForm(forms.Form):
    """The door of restricted files."""

    number = forms.CharField(label=_("档案编号"))
    reason = forms.CharField(
        label=_("查阅理由"), help_text=_("会写入查阅日志。"), widget=forms.Textarea(attrs={"rows": 2})
    )


class MergeForm(forms.Form):
    """The other file of the same person."""

    number = forms.CharField(label=_("另一份档案的编号"), help_text=_("它的记录、个案、评估会并入这份档案；可以撤销。"))


class HouseholdForm(forms.Form):
    """Who lives with whom."""

    number = forms.CharField(label=_("同住的服务对象的档案编号"))
    household_relation = forms.CharField(label=_("与户主关系"), required=False)
