"""Forms about workers. They only read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field
from shegong.network.enums import Tier
from shegong.network.models import Organisation, Station
from shegong.workforce.enums import Education, Language, PostingRole, Source, Speciality
from shegong.workforce.rules.posting import PostingDraft
from shegong.workforce.rules.profile import Profile

SEXES = [("2", _("女")), ("1", _("男")), ("", _("不填"))]
CATEGORIES = [("professional", _("专业社工")), ("supervisor", _("督导")), ("psychological", _("心理社工"))]
INDENT = {Tier.CENTRE: "", Tier.HUB: "", Tier.STATION: "\u3000", Tier.ROOM: "\u3000\u3000"}


def station_choices(stations: Iterable[Station]) -> list[tuple[str, str]]:
    """Stations in the order of the tree, set in by their tier."""
    return [(str(each.pk), f"{INDENT[Tier(each.tier)]}{each.name}") for each in stations]


class OwnProfileForm(forms.Form):
    """What a worker can propose to have corrected, and why."""

    name = forms.CharField(label=_("姓名"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sex = forms.ChoiceField(label=_("性别"), choices=SEXES, required=False, widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "data-no-draft": True}),
    )
    education = forms.ChoiceField(label=_("学历"), required=False, choices=[("", "—"), *Education.choices])
    major = forms.CharField(label=_("所学专业"), required=False)
    specialities = forms.MultipleChoiceField(
        label=_("专长"), required=False, choices=Speciality.choices, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("语言和方言"), required=False, choices=Language.choices, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["name", "sex", "phone", "education", "major", "specialities", "languages"]


class CorrectionForm(OwnProfileForm):
    """A proposal: only what differs from the profile is sent on."""

    reason = forms.CharField(label=_("说明"), help_text=_("为什么要改，例如“毕业证书已换发”。"))

    def proposed(self) -> dict[str, Any]:
        """The values by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class ProfileForm(OwnProfileForm):
    """All that is known about a worker besides postings and certificates."""

    source = forms.ChoiceField(label=_("来源"), choices=[("", "—"), *Source.choices])
    employer = forms.TypedChoiceField(label=_("用人单位"), required=False, coerce=int, empty_value=None)
    categories = forms.MultipleChoiceField(
        label=_("类别"), required=False, choices=CATEGORIES, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["name", "sex", "phone", "source", "employer", "categories", *OwnProfileForm.field_order]

    def __init__(self, *args: Any, employers: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((str(each.pk), each.name) for each in employers)]
        cast(forms.ChoiceField, self.fields["employer"]).choices = choices

    def profile(self) -> Profile:
        """What was typed, for the action."""
        said = self.cleaned_data
        return Profile(
            name=said["name"],
            source=said["source"],
            sex=said["sex"],
            phone=said["phone"],
            employer_id=said["employer"],
            education=said["education"],
            major=said["major"],
            specialities=tuple(said["specialities"]),
            languages=tuple(said["languages"]),
            is_professional="professional" in said["categories"],
            is_supervisor="supervisor" in said["categories"],
            is_psychological="psychological" in said["categories"],
        )


def profile_initial(profile: Profile) -> dict[str, Any]:
    """A profile as the forms begin with it."""
    return {
        "name": profile.name,
        "sex": profile.sex,
        "phone": profile.phone,
        "education": profile.education,
        "major": profile.major,
        "specialities": list(profile.specialities),
        "languages": list(profile.languages),
        "source": profile.source,
        "employer": profile.employer_id,
        "categories": [name for name, _label in CATEGORIES if getattr(profile, f"is_{name}")],
    }


def add_post_fields(form: forms.Form, stations: Iterable[Station], today: date) -> None:
    """Where, as what, how much and from when on: for forms that post somebody."""
    choices = [("", _("请选择")), *station_choices(stations)]
    form.fields["station"] = forms.TypedChoiceField(label=_("站点"), coerce=int, choices=choices)
    form.fields["role"] = forms.ChoiceField(
        label=_("岗位"), choices=PostingRole.choices, initial=PostingRole.WORKER.value
    )
    form.fields["share"] = forms.IntegerField(
        label=_("工时占比（%）"),
        initial=100,
        help_text=_("全职为 100；各站点合计任何一天都不能超过 100。"),
        widget=forms.NumberInput(attrs={"min": 1, "max": 100, "inputmode": "numeric"}),
    )
    form.fields["since"] = day_field(_("自哪天起"))
    form.initial.setdefault("since", today)


def draft_of(said: dict[str, Any]) -> PostingDraft:
    """The posting that a form asks for."""
    return PostingDraft(role=said["role"], share=said["share"], since=said["since"], until=said.get("until"))


class HireForm(ProfileForm):
    """Somebody new, and the first posting."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stations: Iterable[Station], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_post_fields(self, stations, today)


class PostForm(forms.Form):
    """One more posting."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stations: Iterable[Station], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_post_fields(self, stations, today)
        self.fields["until"] = day_field(_("到哪天止"), required=False, hint=_("这一天起不再派驻；不填表示一直。"))


class PostingForm(forms.Form):
    """What a posting is, and until when it lasts."""

    role = forms.ChoiceField(label=_("岗位"), choices=PostingRole.choices)
    share = forms.IntegerField(
        label=_("工时占比（%）"), widget=forms.NumberInput(attrs={"min": 1, "max": 100, "inputmode": "numeric"})
    )
    until = day_field(_("到哪天止"), required=False, hint=_("这一天起不再派驻；不填表示一直。"))


class LeaveForm(forms.Form):
    """When somebody leaves, and why."""

    on = day_field(_("离职日"), hint=_("这一天起不再在岗；所有派驻同时结束，历史保留。"))
    reason = forms.CharField(label=_("原因"))


class AnswerForm(forms.Form):
    """A word to who asked; why not, where it is declined."""

    answer = forms.CharField(label=_("答复"), required=False)
