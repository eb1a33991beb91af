"""What stands beside a form's own questions, and the picker of a form. The questions are a Questionnaire
(shegong.catalogue.questionnaire), whose rules judge the answers.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Instrument
from shegong.practice.forms.client import date_field


class AssessmentForm(forms.Form):
    """The key of what is made, what the worker makes of the answers, and the day."""

    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-key": ""}))
    summary = forms.CharField(label=_("评估小结"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assessed_on"] = date_field(_("评估日期"))


def instrument_entries(
    instruments: Sequence[Instrument], chosen: Instrument, address: str, case_id: UUID | None = None
) -> list[dict[str, Any]]:
    """The forms to choose from, as links."""
    kept = {"case": case_id} if case_id else {}
    return [
        {
            "title": each.name,
            "url": f"{address}?{urlencode({'form': each.code, **kept})}",
            "active": each.pk == chosen.pk,
        }
        for each in instruments
    ]
