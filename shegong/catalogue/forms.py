"""Revising a service."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import ServiceItem

WORDING = ("name_zh", "name_en", "category", "method", "unit", "clause", "description")

if TYPE_CHECKING:  # only the stubs' class can be given its model
    ServiceForm = forms.ModelForm[ServiceItem]
else:
    ServiceForm = forms.ModelForm


class RevisionForm(ServiceForm):
    """The wording of a service's next version, and from when it holds. Field and group stay: with another field or
    for other people it is another service.
    """

    since = forms.DateField(label=_("启用日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    class Meta:
        model = ServiceItem
        fields = [*WORDING, "since"]

    def wording(self) -> dict[str, str]:
        """What was typed, but the date."""
        return {name: self.cleaned_data[name] for name in WORDING}
