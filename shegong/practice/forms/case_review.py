"""The form that puts a case to review in supervision."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.practice.forms.enquiry import lines
from shegong.practice.models import Case


class ReviewForm(forms.Form):
    """Which case, and what to talk over."""

    case_id = forms.TypedChoiceField(label=_("个案"), coerce=UUID)
    question = lines(_("想讨论什么"), _("督导在协议期内只能查看这一个个案；每次查看都有日志。"), rows=2)

    def __init__(self, cases: Iterable[Case], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.pk, f"{each.number} · {each.client.name} · {each.worker.name}") for each in cases]
        cast(forms.ChoiceField, self.fields["case_id"]).choices = choices
