"""Forms of the policy library."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import PolicyKind
from shegong.appraisal.forms.standard import measure_choices, offer
from shegong.kernel.inputs import day_field, text_field
from shegong.network.enums import Tier


class DocumentForm(forms.Form):
    """A new document."""

    code = forms.SlugField(label=_("代码"), max_length=30, help_text=_("用于网址，小写字母、数字和连字符。"))
    kind = forms.ChoiceField(label=_("类别"), choices=PolicyKind)
    title = forms.CharField(label=_("名称"), max_length=120)
    issuer = forms.CharField(label=_("发布机关"), max_length=100, required=False, help_text=_("不填即为主管部门。"))
    source = forms.CharField(label=_("资料来源"), max_length=200)
    since = day_field(_("施行日期"))


class DraftForm(forms.Form):
    """A draft's day and what it changes."""

    since = day_field(_("施行日期"))
    note = text_field(_("修订说明"), rows=2, required=False)


class ClauseForm(forms.Form):
    """A clause of a draft."""

    anchor = forms.CharField(
        label=_("锚点"), max_length=40, help_text=_("条款的固定代号，例如 staff-room；定下后不再变。")
    )
    heading = forms.CharField(label=_("条目"), max_length=80)
    text = text_field(_("内容"), _("用自己的话概括，不照抄原文。"), rows=5)
    measure = forms.ChoiceField(label=_("对应测算项"), required=False)
    tier = forms.ChoiceField(label=_("适用层级"), required=False)
    least = forms.DecimalField(label=_("至少"), required=False, max_digits=8, decimal_places=2)

    def __init__(self, *args: Any, anchor: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "measure", measure_choices())
        offer(self, "tier", [("", "—"), *((tier.value, tier.label) for tier in Tier if tier != Tier.CENTRE)])
        if anchor:
            self.fields["anchor"].widget = forms.HiddenInput()
