"""Forms of enquiries and of the intake decision. They read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field, PopulationGroup, ServiceItem
from shegong.network.models import Division, Station
from shegong.practice.actions.enquiry import BriefService
from shegong.practice.enums import Basis, DeclineKind, EnquirySource, Place, Sex, Urgency
from shegong.practice.forms.client import SEXES, date_field
from shegong.practice.models import Client
from shegong.practice.rules.enquiry import EnquiryDraft
from shegong.workforce.models import Worker

SOURCES = [(each.value, each.label) for each in EnquirySource if each != EnquirySource.PORTAL]


def lines(label: Any, hint: Any = "", rows: int = 3, *, required: bool = True) -> forms.CharField:
    """A text of some lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, widget=widget, required=required)


def private(label: Any, hint: Any = "", mode: str = "text") -> forms.CharField:
    """A number or address of a person: never kept as a draft on the device."""
    attrs = {"autocomplete": "off", "inputmode": mode, "data-no-draft": True}
    return forms.CharField(label=label, required=False, help_text=hint, widget=forms.TextInput(attrs=attrs))


def number_choice(label: Any, *, required: bool = False) -> forms.TypedChoiceField:
    """A choice of rows by number; None for none. The choices come with the form."""
    return forms.TypedChoiceField(label=label, required=required, coerce=int, empty_value=None)


def set_choices(form: forms.Form, name: str, rows: Iterable[Any], empty: str | None = "—") -> None:
    """Fill a choice with rows by their names."""
    choices = [(each.pk, str(each)) for each in rows]
    cast(forms.ChoiceField, form.fields[name]).choices = choices if empty is None else [("", empty), *choices]


class EnquiryForm(forms.Form):
    """An enquiry to take in."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station = number_choice(_("受理站点"), required=True)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=_("来源"), choices=SOURCES, initial=EnquirySource.SELF.value, widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("谁需要帮助"), required=False, help_text=_("不知道真名时，可先写称呼。"))
    sex = forms.ChoiceField(
        label=_("性别"), choices=SEXES, required=False, initial=Sex.UNKNOWN.value, widget=forms.RadioSelect
    )
    age = forms.IntegerField(label=_("年龄"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    need = lines(_("需要什么帮助"), _("用来人自己的话，一两句即可。"))
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=Urgency.choices, initial=Urgency.ROUTINE.value, widget=forms.RadioSelect
    )
    asker_name = forms.CharField(label=_("谁来求助"), required=False, help_text=_("本人来的不用填。"))
    relation = forms.CharField(label=_("与当事人的关系"), required=False, help_text=_("如：儿子、邻居、网格员"))
    asker_phone = private(_("联系电话"), mode="tel")
    community = number_choice(_("村(社区)"))
    address = private(_("住址"))
    group = number_choice(_("服务人群"))
    field = number_choice(_("服务领域"))

    def __init__(
        self,
        *args: Any,
        stations: Iterable[Station],
        groups: Iterable[PopulationGroup],
        areas: Iterable[Field],
        communities: Iterable[Division],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        open_now = list(stations)
        set_choices(self, "station", open_now, None)
        if len(open_now) == 1:
            self.fields["station"].widget = forms.HiddenInput()
        set_choices(self, "group", groups)
        set_choices(self, "field", areas)
        set_choices(self, "community", communities)

    def draft(self) -> EnquiryDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        return EnquiryDraft(
            need=data["need"],
            source=data["source"],
            urgency=data["urgency"],
            asker_name=data["asker_name"],
            asker_phone=data["asker_phone"],
            relation=data["relation"],
            client_id=data["client_id"],
            name=data["name"],
            sex=data["sex"] or Sex.UNKNOWN.value,
            age=data["age"],
            address=data["address"],
            community_id=data["community"],
            field_id=data["field"],
            group_id=data["group"],
        )


class AcceptForm(forms.Form):
    """Acceptance: for whose file, and why a case."""

    client = forms.TypedChoiceField(
        label=_("档案"), required=False, empty_value=None, coerce=str, widget=forms.RadioSelect
    )
    group = number_choice(_("服务人群"), required=True)
    problem = lines(_("主要问题"), _("本人怎么说、您看到什么、希望改变什么。"))
    supervisor = number_choice(_("督导"))
    born_on = date_field(_("出生日期"))
    basis = forms.ChoiceField(label=_("建档依据"), choices=Basis.choices, required=False)
    no_guardian_reason = forms.CharField(
        label=_("没有监护人的原因"), required=False, help_text=_("未满 18 岁且没有登记监护人时必填。")
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[PopulationGroup],
        supervisors: Iterable[Worker],
        likely: Iterable[Client],
        has_file: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "group", groups)
        set_choices(self, "supervisor", supervisors)
        choices = [(str(each.pk), f"{each.name} · {each.number} · {each.station.name}") for each in likely]
        cast(forms.ChoiceField, self.fields["client"]).choices = [*choices, ("", _("新建一份档案"))]
        if has_file:
            for name in ("client", "born_on", "basis"):
                del self.fields[name]
        elif not choices:
            self.fields["client"].widget = forms.HiddenInput()


class BriefForm(forms.Form):
    """A service given on the spot."""

    service = number_choice(_("服务项目"), required=True)
    minutes = forms.IntegerField(
        label=_("时长(分钟)"), initial=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    place = forms.ChoiceField(label=_("地点"), choices=Place.choices, initial=Place.PHONE.value)
    summary = lines(_("做了什么"))

    def __init__(self, *args: Any, services: Iterable[ServiceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "service", services)

    def given(self) -> BriefService:
        """What was typed, for the action."""
        data = self.cleaned_data
        return BriefService(data["service"], data["minutes"], data["place"], data["summary"])


class DeclineForm(forms.Form):
    """Why not."""

    decline_kind = forms.ChoiceField(label=_("不予受理的原因"), choices=[("", "—"), *DeclineKind.choices])
    decision_note = lines(_("说明"), _("告诉求助人去哪里、找谁。"), rows=2)
