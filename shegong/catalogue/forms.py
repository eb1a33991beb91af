"""Revising a service; importing forms and putting them into use."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Subject
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


class ImportForm(forms.Form):
    """An XLSForm workbook, and what it is for. How large and what it may be is told by whoever reads it."""

    file = forms.FileField(
        label=_("XLSForm 文件（.xlsx）"),
        allow_empty_file=True,
        help_text=_("用 ODK、KoboToolbox 或表格软件做的 XLSForm，最大 10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    subject = forms.ChoiceField(label=_("用途"), choices=Subject.choices, widget=forms.RadioSelect)
    code = forms.CharField(
        label=_("代码"),
        required=False,
        max_length=30,
        help_text=_("不填则用文件里的 form_id；与已有表单相同时成为它的新版本。"),
    )


class DayForm(forms.Form):
    """From when a version is used, or isn't any more."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
