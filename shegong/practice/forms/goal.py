"""Forms of goals, ratings and planned services."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem
from shegong.practice.enums import Per
from shegong.practice.forms.case import text_field
from shegong.practice.forms.client import date_field
from shegong.practice.models import CaseGoal
from shegong.practice.rules.goal import LEVEL_NAMES, LEVELS, LINE_LENGTH, GoalFact
from shegong.practice.rules.plan import PlanLine

SIGNS = {-2: "−2", -1: "−1", 0: "0", 1: "+1", 2: "+2"}


class GoalForm(forms.Form):
    """A goal with its five levels."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    statement = text_field(_("目标"), _("具体、看得见的变化，如“每周至少下楼三次”。"), 2)
    measure = forms.CharField(label=_("怎样衡量"), max_length=LINE_LENGTH, help_text=_("谁、用什么、多久看一次。"))
    baseline = forms.CharField(label=_("现在怎样"), max_length=LINE_LENGTH)
    level_1 = forms.CharField(max_length=LINE_LENGTH)
    level_2 = forms.CharField(max_length=LINE_LENGTH)
    level_3 = forms.CharField(max_length=LINE_LENGTH)
    level_4 = forms.CharField(max_length=LINE_LENGTH)
    level_5 = forms.CharField(max_length=LINE_LENGTH)
    weight = forms.IntegerField(label=_("权重"), initial=1, min_value=1, max_value=9)
    due_on = date_field(_("完成日期"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, level in enumerate(LEVELS, 1):
            self.fields[f"level_{number}"].label = f"{SIGNS[level]} {LEVEL_NAMES[level]}"

    def fact(self) -> GoalFact:
        """The goal. Only after `is_valid`."""
        said = self.cleaned_data
        return GoalFact(
            statement=said["statement"],
            measure=said["measure"],
            baseline=said["baseline"],
            levels=[said[f"level_{number}"] for number in range(1, len(LEVELS) + 1)],
            due_on=said["due_on"],
            weight=said["weight"],
        )


def values_of_goal(goal: CaseGoal) -> dict[str, Any]:
    """What the form says about a goal that is to be changed."""
    levels = {f"level_{number}": text for number, text in enumerate(goal.levels, 1)}
    plain = {name: getattr(goal, name) for name in ("statement", "measure", "baseline", "weight", "due_on")}
    return {"key": goal.pk, **plain, **levels}


class RatingForm(forms.Form):
    """How far a goal is reached."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    level = forms.TypedChoiceField(label=_("达成程度"), coerce=int, widget=forms.RadioSelect)
    rated_on = date_field(_("评定日期"))
    note = forms.CharField(label=_("依据"), max_length=LINE_LENGTH, required=False, help_text=_("看到或听到了什么。"))

    def __init__(self, goal: CaseGoal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(level, f"{SIGNS[level]} {text}") for level, text in zip(LEVELS, goal.levels, strict=True)]
        cast(forms.ChoiceField, self.fields["level"]).choices = choices


class PlannedServiceForm(forms.Form):
    """A service of the catalogue, how often, how long, from when until when."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    service_id = forms.TypedChoiceField(label=_("服务项目"), coerce=int)
    per = forms.ChoiceField(label=_("频率"), choices=Per.choices, widget=forms.RadioSelect)
    times = forms.IntegerField(label=_("次数"), min_value=1, max_value=99)
    minutes = forms.IntegerField(label=_("每次时长(分钟)"), min_value=1, max_value=1440)
    since = date_field(_("开始日期"), required=True)
    until = date_field(_("结束日期"), required=True)

    def __init__(self, services: Iterable[ServiceItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[int, str]]] = {}
        for each in services:
            groups.setdefault(each.group.name, []).append((each.pk, f"{each.code} {each.name}"))
        cast(forms.ChoiceField, self.fields["service_id"]).choices = [EMPTY_CHOICE, *groups.items()]

    def line(self) -> PlanLine:
        """The planned service. Only after `is_valid`."""
        return PlanLine(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


EMPTY_CHOICE = ("", "—")
