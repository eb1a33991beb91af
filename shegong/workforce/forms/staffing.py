"""Forms about staffing rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import day_field


def _count(label: Any, *, required: bool = True, hint: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"})
    return forms.IntegerField(label=label, required=required, help_text=hint, widget=widget)


class RuleForm(forms.Form):
    """What a tier's stations must have from a day on."""

    least = _count(_("至少几人"))
    most = _count(_("一般不超过"), required=False, hint=_("可以不填；超过不算不达标。"))
    certified_only = forms.BooleanField(label=_("只计持证社工"), required=False)
    counts_from = _count(_("工时占比达到多少才计入（%）"))
    clause = forms.CharField(label=_("依据条款"))
    since = day_field(_("自哪天起"))
