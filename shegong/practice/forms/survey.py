"""Making a survey, and what stands beside a survey's questions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Instrument
from shegong.network.models import Station
from shegong.practice.forms.client import date_field
from shegong.practice.rules.survey import NAME_LENGTH, TITLE_LENGTH


class SurveyForm(forms.Form):
    """A survey to make."""

    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-key": ""}))
    title = forms.CharField(label=_("标题"), max_length=TITLE_LENGTH)
    station = forms.ChoiceField(label=_("在哪里"))
    instrument = forms.ChoiceField(label=_("表单"))
    is_anonymous = forms.BooleanField(label=_("不记名"), required=False, initial=True)

    def __init__(
        self, *args: Any, stations: Sequence[Station], instruments: Sequence[Instrument], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"] = forms.ChoiceField(
            label=_("在哪里（含下级站点）"), choices=[(str(each.pk), each.name) for each in stations]
        )
        self.fields["instrument"] = forms.ChoiceField(
            label=_("表单"), choices=[(str(each.pk), each.name) for each in instruments]
        )
        self.fields["since"] = date_field(_("开始日期"))
        self.fields["until"] = date_field(_("截止日期"), required=False)
        self.order_fields(["title", "station", "instrument", "since", "until", "is_anonymous", "key"])


class ResponseForm(forms.Form):
    """The key of a response, and in a named survey whose it is."""

    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-key": ""}))

    def __init__(self, *args: Any, is_anonymous: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_anonymous:
            self.fields["name"] = forms.CharField(label=_("姓名"), max_length=NAME_LENGTH, required=False)
