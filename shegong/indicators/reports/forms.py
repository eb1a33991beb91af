"""Forms of work reports."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.periods import Period, PeriodKind
from shegong.network.models import Station

OWN = "own"
MONTHS_OFFERED = 13
YEARS_OFFERED = 3


def periods_offered(today: date) -> list[Period]:
    """The last months and years, the latest first; last month first of all early in a month."""
    months = [Period.current(PeriodKind.MONTH, today)]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous())
    years = [Period.current(PeriodKind.YEAR, today)]
    while len(years) < YEARS_OFFERED:
        years.append(years[-1].previous())
    return [*months, *years]


class StartForm(forms.Form):
    """Which report to begin."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station = forms.ChoiceField(label=_("谁的报告"))
    period = forms.ChoiceField(label=_("哪段时间"))

    def __init__(self, *args: Any, own: str, stations: Iterable[Station], today: date, **kwargs: Any) -> None:
        """`own` is the viewer's name as a worker, or empty."""
        super().__init__(*args, **kwargs)
        mine = [(OWN, _("%(name)s（个人）") % {"name": own})] if own else []
        self.fields["station"] = forms.ChoiceField(
            label=_("谁的报告"), choices=[*mine, *((each.key, each.name) for each in stations)]
        )
        choices = [(str(each), each.label()) for each in periods_offered(today)]
        self.fields["period"] = forms.ChoiceField(label=_("哪段时间"), choices=choices)


class TextsForm(forms.Form):
    """The texts of a draft, one field for each section."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sections: Iterable[Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in sections:
            rows = max(4, min(14, len(each["text"]) // 40 + each["text"].count("\n") + 2))
            self.fields[each["key"]] = forms.CharField(
                label=each["title"],
                required=False,
                initial=each["text"],
                widget=forms.Textarea(attrs={"rows": rows}),
            )

    def texts(self) -> dict[str, str]:
        """{section key: text} of a valid form."""
        return {name: text for name, text in self.cleaned_data.items() if name != "revision"}


class ConfirmForm(forms.Form):
    """Nothing to fill in: the press of the button is the answer."""
