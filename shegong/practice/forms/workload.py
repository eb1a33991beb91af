"""Noting leave, and saying how much work is fair."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.practice.forms.client import date_field
from shegong.workforce.models import Worker
from shegong.workforce.rules.leave import Away
from shegong.workforce.rules.workload import Fair


class LeaveForm(forms.Form):
    """Who is away from when to when, and who stands in. Nobody is asked why."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    worker = forms.TypedChoiceField(label=_("谁休假"), coerce=int)
    first_on = date_field(_("第一天"), required=True)
    last_on = date_field(_("最后一天"), required=True)
    stand_in = forms.TypedChoiceField(
        label=_("替岗人"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("休假期间，本人未办完的走访、个案和回访会出现在替岗人的“今天”里。"),
    )

    def __init__(self, *args: Any, people: Iterable[Worker], colleagues: Iterable[Worker], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["worker"]).choices = [(each.pk, each.name) for each in people]
        named = [(each.pk, f"{each.name}（{each.station.name}）") for each in colleagues]
        cast(forms.ChoiceField, self.fields["stand_in"]).choices = [("", _("没有替岗")), *named]

    def away(self) -> Away:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return Away(said["worker"], said["first_on"], said["last_on"], said["stand_in"])


class FairRangeForm(forms.Form):
    """From how many to how many, for somebody full-time."""

    cases_low = forms.IntegerField(label=_("在办个案：不少于"))
    cases_high = forms.IntegerField(label=_("在办个案：不多于"))
    hours_low = forms.IntegerField(label=_("每周服务小时：不少于"))
    hours_high = forms.IntegerField(label=_("每周服务小时：不多于"))

    def fair(self) -> Fair:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return Fair(said["cases_low"], said["cases_high"], said["hours_low"], said["hours_high"])
