"""The form in which a workbook is handed in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WorkbookForm(forms.Form):
    """A file; how large and what it may be is told by whoever reads it."""

    file = forms.FileField(
        label=_("工作簿（XLSX 文件）"),
        allow_empty_file=True,
        help_text=_("按模板填写，最大 10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
