"""The form of a paper to be printed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PaperForm(forms.Form):
    """How it is to be printed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reveals = forms.BooleanField(
        label=_("印出完整的证件号码、电话和住址"), required=False, help_text=_("只在确有需要时选；会写入日志。")
    )

    def __init__(self, *args: Any, holds_numbers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not holds_numbers:
            del self.fields["reveals"]
