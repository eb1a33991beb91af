"""Fields that forms of every app share: longer texts, days and moments picked with the device's own calendar."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms

MOMENT_FORMATS: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def text_field(label: Any, hint: Any = "", *, rows: int = 3, required: bool = True) -> forms.CharField:
    """A longer text; its limit is the action's."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, strip=False, widget=widget)


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=hint, required=required, widget=widget)


class LastDayField(forms.DateField):
    """The last day of a time, as people say it; the form's value is the day after, up to which the time runs."""

    def clean(self, value: Any) -> date | None:
        """What was typed, as the day after."""
        last: date | None = super().clean(value)
        return last and last + timedelta(days=1)

    def prepare_value(self, value: Any) -> Any:
        """The day after as the last day; what was typed as it was typed."""
        return value - timedelta(days=1) if isinstance(value, date) else value


def last_day_field(label: Any, hint: Any = "", *, required: bool = True) -> LastDayField:
    """The last day of a time that begins with another field."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return LastDayField(label=label, help_text=hint, required=required, widget=widget)


def moment_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateTimeField:
    """A day and a time of day."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT_FORMATS[0])
    return forms.DateTimeField(
        label=label, help_text=hint, required=required, input_formats=MOMENT_FORMATS, widget=widget
    )
