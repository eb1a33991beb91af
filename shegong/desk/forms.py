"""Narrowing lists of the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.desk.journal_words import VERBS


class JournalForm(forms.Form):
    """Which events. What can't be understood narrows nothing, and says so at its field."""

    verb = forms.ChoiceField(label=_("做了什么"), required=False, choices=[("", _("全部")), *VERBS.items()])
    who = forms.CharField(label=_("用户名"), required=False, max_length=60)
    day = forms.DateField(label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
