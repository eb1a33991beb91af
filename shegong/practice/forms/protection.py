"""Forms of the data-protection officer. They only read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station
from shegong.practice.enums import Asked, Asker, Basis, Outcome, Purpose
from shegong.practice.forms.client import date_field
from shegong.practice.rules.protection import RequestFact


def _text(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 4}))


class ConsentsForm(forms.Form):
    """What narrows the list of consents."""

    station = forms.ChoiceField(label=_("站点"), required=False)
    purpose = forms.ChoiceField(label=_("目的"), required=False, choices=[("", _("全部")), *Purpose.choices])
    basis = forms.ChoiceField(label=_("依据"), required=False, choices=[("", _("全部")), *Basis.choices])
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("force", _("有效")), ("withdrawn", _("已撤回"))],
    )

    def __init__(self, *args: Any, stations: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("全市")), *((each.key, each.name) for each in stations)]
        cast(forms.ChoiceField, self.fields["station"]).choices = choices


class RequestForm(forms.Form):
    """A request that was received."""

    kind = forms.ChoiceField(label=_("请求事项"), choices=[("", "—"), *Asked.choices])
    asker = forms.ChoiceField(label=_("谁提出"), choices=Asker.choices, initial=Asker.SELF)
    number = forms.CharField(label=_("档案编号"), required=False, max_length=60, help_text=_("没有档案的人请留空。"))
    text = _text(_("请求内容"), _("请先核实对方身份，只写办理所需的内容。"))
    contact = forms.CharField(
        label=_("怎么联系"),
        required=False,
        help_text=_("电话、邮箱或地址，加密保存。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-draft": True}),
    )
    received_on = date_field(_("收到日期"), required=True)

    def fact(self) -> RequestFact:
        """What was typed; only after `is_valid`."""
        typed = self.cleaned_data
        return RequestFact(
            kind=typed["kind"],
            asker=typed["asker"],
            contact=typed["contact"],
            text=typed["text"],
            received_on=typed["received_on"],
        )


class AnswerForm(forms.Form):
    """How a request was answered."""

    outcome = forms.ChoiceField(label=_("处理结果"), choices=[("", "—"), *Outcome.choices])
    answer = _text(_("答复内容"), _("办了什么、怎么告知本人；不予办理的，写明理由。"))
    answered_on = date_field(_("答复日期"), required=True)


class RuleForm(forms.Form):
    """How long files of a class are kept."""

    years = forms.IntegerField(label=_("保存年数"), localize=False)
    basis = forms.CharField(label=_("依据"), help_text=_("法律、规章或本市规定的名称和条款。"))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), help_text=_("理由和时间会写入日志。"))


class AgreeForm(forms.Form):
    """Nothing to fill in: only a yes."""
