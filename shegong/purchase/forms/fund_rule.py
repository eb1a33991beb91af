"""Forms of what a fund may pay."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.purchase.enums import Pays
from shegong.purchase.forms.ledger import day_field, offer


class RuleForm(forms.Form):
    """What a fund may pay, which services if not any, by which clause, from when."""

    pays = forms.ChoiceField(label=_("可支付"), choices=Pays.choices)
    clause = forms.CharField(label=_("依据"), max_length=120)
    since = day_field(_("起"))
    services = forms.MultipleChoiceField(
        label=_("限于这些服务"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一项也不选，表示不限。"),
    )

    def __init__(self, *args: Any, services: Iterable[tuple[str, str]], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "services", services)
        if not is_new:
            del self.fields["pays"]


class EndRuleForm(forms.Form):
    """When a fund stops paying something."""

    until = day_field(_("自哪天起不再支付"))
