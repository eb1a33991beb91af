"""Forms of volunteers: registration, training, honours, thanks, certificates."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field, last_day_field, text_field
from shegong.linkage.enums import DAY_NAMES, PART_NAMES, SpokenLanguage, TrainingTopic
from shegong.linkage.models import Volunteer
from shegong.linkage.rules.volunteer import SLOTS, VolunteerDraft
from shegong.practice.enums import Sex


def slot_words(number: int) -> str:
    """What a period of a week is called."""
    return f"{DAY_NAMES[number // 3]}{PART_NAMES[number % 3]}"


class VolunteerForm(forms.Form):
    """What a volunteer says of themselves; with `stations`, also where their home is."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex, required=False)
    born_on = day_field(_("出生日期"))
    phone = forms.CharField(label=_("手机号码"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    identity = forms.CharField(
        label=_("证件号码"), max_length=30, required=False, widget=forms.TextInput(attrs={"data-no-draft": ""}),
        help_text=_("加密保存；此后一律只用志愿者编号。"),
    )  # fmt: skip
    skills = forms.MultipleChoiceField(label=_("能做什么"), required=False, widget=forms.CheckboxSelectMultiple)
    languages = forms.MultipleChoiceField(
        label=_("普通话之外的语言"), choices=SpokenLanguage, required=False, widget=forms.CheckboxSelectMultiple
    )
    slots = forms.MultipleChoiceField(label=_("什么时候有空"), required=False, widget=forms.CheckboxSelectMultiple)
    reach_km = forms.IntegerField(
        label=_("愿意走多远（公里）"), min_value=1, max_value=100, initial=5, help_text=_("从所在社区算起。")
    )
    guardian_name = forms.CharField(
        label=_("监护人姓名"), max_length=60, required=False, help_text=_("未满 18 周岁的填写。")
    )
    guardian_phone = forms.CharField(label=_("监护人电话"), max_length=30, required=False)
    guardian_consent_on = day_field(_("监护人同意日期"), required=False)

    def __init__(
        self, *args: Any, skills: Iterable[tuple[str, str]], stations: Iterable[tuple[str, str]] = (),
        ask: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["skills"] = forms.MultipleChoiceField(
            label=_("能做什么"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(skills)
        )
        slots = [(str(number), slot_words(number)) for number in range(SLOTS)]
        self.fields["slots"] = forms.MultipleChoiceField(
            label=_("什么时候有空"), required=False, widget=forms.CheckboxSelectMultiple, choices=slots
        )
        known = list(stations)
        if known:
            self.fields["station"] = forms.ChoiceField(label=_("所在站点"), choices=known)
        elif ask:
            self.fields["station"] = forms.CharField(
                label=_("所在站点"), max_length=100, help_text=_("离家最近的社工站、社工室的名称。")
            )
        if "station" in self.fields:
            self.order_fields(["name", "sex", "born_on", "phone", "identity", "station"])

    def draft(self) -> VolunteerDraft:
        """The same as the actions take it."""
        values = self.cleaned_data
        return VolunteerDraft(
            name=values["name"], born_on=values["born_on"], phone=values["phone"], identity=values["identity"],
            sex=values["sex"] or Sex.UNKNOWN.value, languages=tuple(values["languages"]),
            skills=tuple(values["skills"]), slots=tuple(int(each) for each in values["slots"]),
            reach_km=values["reach_km"], guardian_name=values["guardian_name"],
            guardian_phone=values["guardian_phone"], guardian_consent_on=values["guardian_consent_on"],
        )  # fmt: skip


def initial_of(volunteer: Volunteer) -> dict[str, Any]:
    """What a form begins with."""
    names = (
        "name", "sex", "born_on", "phone", "identity", "skills", "languages", "reach_km", "guardian_name",
        "guardian_phone", "guardian_consent_on",
    )  # fmt: skip
    return {**{name: getattr(volunteer, name) for name in names}, "slots": [str(each) for each in volunteer.slots]}


class TrainingForm(forms.Form):
    """What somebody was trained in."""

    topic = forms.ChoiceField(label=_("培训内容"), choices=TrainingTopic)
    course = forms.CharField(label=_("课程名称"), max_length=60)
    minutes = forms.IntegerField(label=_("学习时长（分钟）"), min_value=1, max_value=1440)
    held_on = day_field(_("培训日期"))


class HonourForm(forms.Form):
    """An honour."""

    kind = forms.ChoiceField(label=_("荣誉"))
    reason = text_field(_("事由"), rows=2)
    given_on = day_field(_("授予日期"))

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label=_("荣誉"), choices=list(kinds))


class ThanksForm(forms.Form):
    """A word of thanks."""

    sender = forms.CharField(label=_("谁的感谢"), max_length=40, help_text=_("例如“居民张婆婆”；不写住址和电话。"))
    words = text_field(_("感谢的话"), rows=2)


class CertificateForm(forms.Form):
    """For which period."""

    since = day_field(_("起"))
    until = last_day_field(_("止（含当天）"))


class WithdrawForm(forms.Form):
    """Why."""

    reason = text_field(_("撤回原因"), rows=2)


class CheckForm(forms.Form):
    """The number on a certificate."""

    number = forms.CharField(label=_("证明编号"), max_length=40, help_text=_("印在证明页眉，FW 开头。"))
