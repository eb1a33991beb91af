"""Forms of cases."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import PopulationGroup
from shegong.practice.enums import CloseReason
from shegong.practice.forms.client import date_field
from shegong.workforce.models import Worker


def _text(label: Any, hint: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


class OpenCaseForm(forms.Form):
    """A case to open."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    problem = _text(_("主要问题"), _("本人怎么说、您看到什么、希望改变什么。"))
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
        choices = [("", "—"), *((each.pk, each.name) for each in supervisors)]
        cast(forms.ChoiceField, self.fields["supervisor"]).choices = choices
        if not asks_for_guardian:
            del self.fields["no_guardian_reason"]


class PlanForm(forms.Form):
    """The plan of a case."""

    goals = _text(_("目标"), _("能看得见、量得到的变化，如“每周至少下楼三次”。"))
    plan = _text(_("服务计划"), _("谁、做什么、多久一次、到什么时候。"))
    planned_on = date_field(_("计划日期"))


class CloseForm(forms.Form):
    """The closure of a case."""

    close_reason = forms.ChoiceField(label=_("结案原因"), choices=[("", "—"), *CloseReason.choices])
    outcome = _text(_("成效小结"), _("目标达到了多少，有什么变化，以后要注意什么。"))
    closed_on = date_field(_("结案日期"))
