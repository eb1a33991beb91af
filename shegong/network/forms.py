"""Forms about the life of a station."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.enums import Mode, Stage
from shegong.network.queries import agencies_on
from shegong.network.rules import NEXT_STAGES


class _Day(forms.DateInput):
    """The browser's own picker for a day."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class StageForm(forms.Form):
    """The next stage of a station."""

    stage = forms.ChoiceField(label=_("改为"), widget=forms.RadioSelect)
    since = forms.DateField(label=_("自哪天起"), widget=_Day)
    reason = forms.CharField(
        label=_("原因"), required=False, max_length=200, help_text=_("暂停或撤销要写明原因。"), widget=forms.TextInput
    )

    def __init__(self, present: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nexts = [(stage.value, Stage(stage).label) for stage in NEXT_STAGES[present]]
        cast(forms.ChoiceField, self.fields["stage"]).choices = nexts
        self.initial.setdefault("since", clock.today())


class OperationForm(forms.Form):
    """Who runs a station."""

    mode = forms.ChoiceField(label=_("运营方式"), choices=Mode.choices, widget=forms.RadioSelect)
    organisation = forms.TypedChoiceField(label=_("专业机构"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(label=_("自哪天起"), widget=_Day)

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("无")), *agencies_on(today).values_list("id", "name")]
        cast(forms.ChoiceField, self.fields["organisation"]).choices = choices
        self.initial.setdefault("since", today)
