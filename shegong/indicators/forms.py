"""The form in which a city or a county sets its own targets."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.indicators.rules import INDICATORS, PLANNED, UNIT_NAMES


def field_name(code: str) -> str:
    """The form's name for an indicator."""
    return code.replace(".", "-")


class TargetsForm(forms.Form):
    """A field for each indicator that can be planned; an empty one means no target."""

    def __init__(self, data: Mapping[str, str] | None = None, *, targets: Mapping[str, Decimal] | None = None) -> None:
        """`targets` are those set so far, by code."""
        super().__init__(data)
        for code in PLANNED:
            indicator = INDICATORS[code]
            value = (targets or {}).get(code)
            self.fields[field_name(code)] = forms.DecimalField(
                label=str(indicator.name),
                required=False,
                max_digits=14,
                decimal_places=2,
                initial=None if value is None else f"{value.normalize():f}",
                help_text=_("单位：%(unit)s") % {"unit": UNIT_NAMES[indicator.unit]},
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )

    def values(self) -> dict[str, Decimal | None]:
        """{code: target or None} of a valid form."""
        return {code: self.cleaned_data.get(field_name(code)) for code in PLANNED}
