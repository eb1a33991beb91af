"""Fields that forms of every app share: longer texts, days and moments picked with the device's own calendar, files."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

# What is kept of files (kernel/uploads); told by their content, whatever they call themselves.
TAKEN: Final = "image/jpeg,image/png,image/webp,application/pdf"
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


class SeveralFiles(forms.FileInput):
    """Picks several files at once, and hands all of them on."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The files under a name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Several files; the form's value is a list of (content, the name that it came with). What they are and how large
    they may be is the action's to say.
    """

    def clean(self, data: Any, initial: Any = None) -> Any:
        """All that was picked."""
        picked: list[UploadedFile] = [each for each in data if each] if isinstance(data, (list, tuple)) else []
        super().clean(picked[0] if picked else None, initial)
        return [(each.read(), each.name or "") for each in picked]


def files_field(label: Any, hint: Any = "", *, required: bool = True) -> FilesField:
    """Photos and PDFs, several at once."""
    widget = SeveralFiles(attrs={"accept": TAKEN})
    return FilesField(label=label, help_text=hint, required=required, allow_empty_file=True, widget=widget)
