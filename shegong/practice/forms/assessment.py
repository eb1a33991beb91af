"""A form made from an instrument's definition."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Instrument
from shegong.practice.forms.client import date_field
from shegong.practice.queries.assessment import worded
from shegong.practice.rules.assessment import questions

PREFIX = "q-"


class AssessmentForm(forms.Form):
    """All questions of an instrument, and what the worker makes of them. The rules judge the answers."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        for question in questions(instrument.definition):
            self.fields[PREFIX + question["key"]] = _field(question)
        summary = forms.Textarea(attrs={"rows": 4})
        self.fields["summary"] = forms.CharField(label=_("评估小结"), required=False, widget=summary)
        self.fields["assessed_on"] = date_field(_("评估日期"))

    def sections(self) -> list[dict[str, Any]]:
        """The questions in their sections, as bound fields."""
        return [
            {"title": worded(section["title"]), "fields": [self[PREFIX + each["key"]] for each in section["questions"]]}
            for section in self.instrument.definition["sections"]
        ]

    def answers(self) -> dict[str, Any]:
        """{question key: answer} as typed."""
        found = {question["key"]: self.cleaned_data[PREFIX + question["key"]] for question in self._questions()}
        return {key: answer for key, answer in found.items() if answer not in ("", None, [])}

    def _questions(self) -> list[Any]:
        return list(questions(self.instrument.definition))


def _field(question: Any) -> forms.Field:
    """A question's field. Radio buttons and boxes rather than lists: on a phone they are one tap."""
    label, required = worded(question["label"]), bool(question.get("required"))
    if question["kind"] == "text":
        return forms.CharField(label=label, required=required, widget=forms.Textarea(attrs={"rows": 2}))
    if question["kind"] == "number":
        limits = {"min": question.get("minimum", 0), "inputmode": "numeric"}
        return forms.CharField(label=label, required=required, widget=forms.NumberInput(attrs=limits))
    choices = [(option["value"], worded(option["label"])) for option in question["options"]]
    if question["kind"] == "multi":
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=required, choices=choices, widget=widget)
    return forms.ChoiceField(label=label, required=required, choices=choices, widget=forms.RadioSelect)
