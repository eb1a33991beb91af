"""Forms of cases: opening, the sheets of the stages, steps and decisions."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.network.models import Station
from shegong.practice.enums import CaseStage, CloseReason, Risk, Verdict
from shegong.practice.forms.client import date_field
from shegong.practice.models import Assessment, CaseSheet
from shegong.practice.rules.case import EARLY_REASONS
from shegong.practice.rules.case_sheet import FORMS, NAME_LENGTH, SheetFact
from shegong.workforce.models import Worker

EMPTY = ("", "—")


def text_field(label: Any, hint: Any = "", rows: int = 4, *, required: bool = True) -> forms.CharField:
    """A longer text."""
    return forms.CharField(
        label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": rows}), strip=False
    )


class OpenCaseForm(forms.Form):
    """A case to open."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    problem = text_field(_("主要问题"), _("本人怎么说、您看到什么、希望改变什么。"))
    group = forms.TypedChoiceField(label=_("服务人群"), coerce=int)
    opened_on = date_field(_("接案日期"))
    supervisor = forms.TypedChoiceField(label=_("督导"), required=False, coerce=int, empty_value=None)
    no_guardian_reason = forms.CharField(
        label=_("没有监护人的原因"), required=False, help_text=_("未满 18 岁且没有登记监护人时必填。")
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[PopulationGroup],
        supervisors: Iterable[Worker],
        asks_for_guardian: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["group"]).choices = [(each.pk, each.name) for each in groups]
        choices = [EMPTY, *((each.pk, each.name) for each in supervisors)]
        cast(forms.ChoiceField, self.fields["supervisor"]).choices = choices
        if not asks_for_guardian:
            del self.fields["no_guardian_reason"]


class SheetForm(forms.Form):
    """The sheet of a stage, made from its description in rules/case_sheet.py; it begins with what was written last."""

    def __init__(
        self,
        stage: str,
        *args: Any,
        last: CaseSheet | None = None,
        assessments: Iterable[Assessment] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stage, form = stage, FORMS[stage]
        for field in form.fields:
            if field.rows == 1:
                self.fields[field.key] = forms.CharField(
                    label=field.label, help_text=field.hint, required=field.required, max_length=500
                )
            else:
                self.fields[field.key] = text_field(field.label, field.hint, field.rows, required=field.required)
            self.fields[field.key].initial = last.content.get(field.key, "") if last else ""
        if form.limits_told:
            self.fields["limits_told"] = forms.BooleanField(
                label=_("已向服务对象说明保密的界限：有人身危险、涉及未成年人侵害或法律要求时，我们必须报告。"),
                required=False,
                initial=bool(last and last.content.get("limits_told")),
            )
        if form.risk:
            self.fields["risk"] = forms.TypedChoiceField(
                label=_("风险等级"),
                coerce=int,
                choices=Risk.choices,
                required=False,
                empty_value=None,
                widget=forms.RadioSelect,
                initial=last.risk if last else None,
            )
            self._offer_assessments(assessments, last)
        if form.satisfaction:
            self.fields["satisfaction"] = forms.TypedChoiceField(
                label=_("服务对象满意度"),
                coerce=int,
                choices=[(number, str(number)) for number in range(1, 6)],
                required=False,
                empty_value=None,
                widget=forms.RadioSelect,
                initial=last.satisfaction if last else None,
            )
        if form.signed:
            self._ask_for_signature()

    def _offer_assessments(self, assessments: Iterable[Assessment], last: CaseSheet | None) -> None:
        choices = [(str(each.pk), f"{each.assessed_on} {each.instrument.name}") for each in assessments]
        if choices:
            self.fields["assessment_id"] = forms.ChoiceField(
                label=_("依据的需求评估"),
                choices=[EMPTY, *choices],
                required=False,
                initial=str(last.assessment_id) if last and last.assessment_id else choices[0][0],
            )

    def _ask_for_signature(self) -> None:
        self.fields["signer"] = forms.CharField(
            label=_("签名人"), required=False, max_length=NAME_LENGTH, help_text=_("监护人代签时写明是谁。")
        )
        self.fields["signature"] = forms.CharField(
            label=_("签名"),
            required=False,
            strip=False,
            widget=forms.HiddenInput(
                attrs={"data-signature": "", "data-label": _("手写签名"), "data-clear": _("清除重签")}
            ),
        )
        self.fields["witness"] = forms.CharField(
            label=_("口头同意的见证人"), required=False, max_length=NAME_LENGTH, help_text=_("没有手写签名时必填。")
        )

    def fact(self) -> SheetFact:
        """What was filled in. Only after `is_valid`."""
        said = self.cleaned_data
        return SheetFact(
            content={field.key: said[field.key] for field in FORMS[self.stage].fields},
            limits_told=said.get("limits_told", False),
            risk=said.get("risk"),
            satisfaction=said.get("satisfaction"),
            signer=said.get("signer", ""),
            signature=said.get("signature", ""),
            witness=said.get("witness", ""),
        )


class BackForm(forms.Form):
    """A way back, with its reason."""

    to = forms.ChoiceField(label=_("退回到"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, stages: Iterable[CaseStage], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(stage.value, stage.label) for stage in stages]
        cast(forms.ChoiceField, self.fields["to"]).choices = choices
        self.fields["to"].initial = choices[0][0] if choices else None


class EarlyEndForm(forms.Form):
    """Why a case ends before its plan was carried out."""

    reason = forms.ChoiceField(
        label=_("提前结案的原因"), choices=[EMPTY, *((each.value, each.label) for each in EARLY_REASONS)]
    )
    note = forms.CharField(label=_("说明"), max_length=150)


class ClosureForm(forms.Form):
    """A closure to put before an approver."""

    close_reason = forms.ChoiceField(label=_("结案原因"), choices=[EMPTY, *CloseReason.choices])
    summary = text_field(_("成效小结"), _("目标达到了多少，有什么变化，以后要注意什么。"))
    after = text_field(_("结案后的支持"), _("以后有事找谁。"), 2, required=False)

    def __init__(self, days: Iterable[date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, day in enumerate(days, 1):
            self.fields[f"follow_up_{number}"] = date_field(
                _("第 %(number)s 次回访") % {"number": number}, required=False
            )
            self.fields[f"follow_up_{number}"].initial = day

    def follow_ups(self) -> list[date]:
        """The days chosen. Only after `is_valid`."""
        return [day for name, day in self.cleaned_data.items() if name.startswith("follow_up_") and day]


class DecisionForm(forms.Form):
    """What an approver says."""

    decision = forms.ChoiceField(label=_("决定"), choices=Verdict.choices[:2], widget=forms.RadioSelect)
    comment = text_field(_("意见"), _("退回时必填：要改什么。"), 3, required=False)


class CommentForm(forms.Form):
    """A comment."""

    comment = text_field(_("意见"), rows=3)


class HandOverForm(forms.Form):
    """To whom a case goes, and why."""

    to_worker = forms.TypedChoiceField(label=_("接手的社工"), coerce=int)
    reason = forms.CharField(label=_("转交原因"), max_length=200)

    def __init__(self, workers: Iterable[Worker], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [EMPTY, *((each.pk, each.name) for each in workers)]
        cast(forms.ChoiceField, self.fields["to_worker"]).choices = choices


class SupervisorForm(forms.Form):
    """Who is the supervisor of a case, or nobody."""

    supervisor = forms.TypedChoiceField(label=_("督导"), required=False, coerce=int, empty_value=None)

    def __init__(self, supervisors: Iterable[Worker], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("不设督导")), *((each.pk, each.name) for each in supervisors)]
        cast(forms.ChoiceField, self.fields["supervisor"]).choices = choices


class TransferForm(forms.Form):
    """To which station of the county a case goes, and why."""

    to_station = forms.TypedChoiceField(label=_("接收站点"), coerce=int)
    reason = forms.CharField(
        label=_("转交原因"),
        max_length=200,
        help_text=_("对方站长接收后才看得到个案。跨区（市）县请用转介。"),
    )

    def __init__(self, stations: Iterable[Station], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [EMPTY, *((each.pk, each.name) for each in stations)]
        cast(forms.ChoiceField, self.fields["to_station"]).choices = choices


class AcceptForm(forms.Form):
    """Who carries a case that is taken over."""

    to_worker = forms.TypedChoiceField(label=_("负责的社工"), coerce=int)
    comment = forms.CharField(label=_("意见"), required=False, max_length=200)

    def __init__(self, workers: Iterable[Worker], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [EMPTY, *((each.pk, each.name) for each in workers)]
        cast(forms.ChoiceField, self.fields["to_worker"]).choices = choices


class DeclineForm(forms.Form):
    """Why a case isn't taken over, or no longer offered."""

    comment = forms.CharField(label=_("原因"), max_length=200)


class FollowUpForm(forms.Form):
    """When to ask again."""

    due_on = date_field(_("回访日期"), required=True)


class NoFollowUpForm(forms.Form):
    """Why a follow-up came to nothing."""

    note = forms.CharField(label=_("没有做回访的原因"), max_length=200)
