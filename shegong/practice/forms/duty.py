"""Forms of reports under the duty to report. Nothing is required while writing: each word is saved as it comes."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import moment_field
from shegong.practice.actions.duty import Notice, Observation
from shegong.practice.enums import Authority, ProtectedPerson, ReportChannel, ReportResult, Sex
from shegong.practice.forms.client import SEXES
from shegong.practice.forms.enquiry import lines, private
from shegong.practice.models import ReportTrigger


class ObservationForm(forms.Form):
    """What is known so far."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("姓名或特征"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    person = forms.ChoiceField(
        label=_("当事人是"), required=False, choices=ProtectedPerson.choices, widget=forms.RadioSelect
    )
    triggers = forms.MultipleChoiceField(
        label=_("属于哪种情形（可多选）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    facts = lines(_("看到、听到了什么"), _("写事实和原话，不写猜测；不要反复追问孩子。"), rows=4, required=False)
    is_in_danger = forms.BooleanField(label=_("现在仍有危险"), required=False)
    safety = lines(_("已采取的安全措施"), _("如：带到安全的房间、送医、有人陪着。"), rows=2, required=False)
    noticed_at = moment_field(_("发现时间"), required=False)
    place = forms.CharField(label=_("发现地点"), required=False)
    sex = forms.ChoiceField(
        label=_("性别"), choices=SEXES, required=False, initial=Sex.UNKNOWN.value, widget=forms.RadioSelect
    )
    age = forms.IntegerField(label=_("年龄"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    address = private(_("住址或所在地"))

    def __init__(self, *args: Any, triggers: Iterable[ReportTrigger], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.code, each.name) for each in triggers]
        cast(forms.MultipleChoiceField, self.fields["triggers"]).choices = choices

    def observation(self) -> Observation:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Observation(
            client_id=data["client_id"],
            name=data["name"],
            sex=data["sex"] or Sex.UNKNOWN.value,
            age=data["age"],
            person=data["person"],
            address=data["address"],
            triggers=tuple(data["triggers"]),
            facts=data["facts"],
            noticed_at=data["noticed_at"],
            place=data["place"],
            is_in_danger=data["is_in_danger"],
            safety=data["safety"],
        )


class NoticeForm(forms.Form):
    """The proof that an authority was told."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    authority = forms.ChoiceField(label=_("报告给"), choices=Authority.choices, widget=forms.RadioSelect)
    told_at = moment_field(_("报告时间"), required=True)
    channel = forms.ChoiceField(label=_("方式"), choices=ReportChannel.choices, initial=ReportChannel.PHONE.value)
    officer = forms.CharField(label=_("接报人"), help_text=_("姓名、警号或工号。"))
    receipt = forms.CharField(label=_("接报或受案编号"), required=False)

    def notice(self) -> Notice:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Notice(data["authority"], data["told_at"], data["channel"], data["officer"], data["receipt"])


class FollowUpForm(forms.Form):
    """What was done after the report."""

    follow_up = lines(_("跟进情况"), _("主管机关怎样处理，当事人现在怎样，谁在陪着。"), rows=4)


class CloseReportForm(forms.Form):
    """How it ended."""

    result = forms.ChoiceField(label=_("结果"), choices=[("", "—"), *ReportResult.choices])
    result_note = lines(_("结果说明"), rows=2)


class OpenReportForm(forms.Form):
    """A data-protection officer's reason."""

    number = forms.CharField(label=_("报告编号"))
    reason = lines(_("查阅理由"), _("会写入查阅日志。"), rows=2)
