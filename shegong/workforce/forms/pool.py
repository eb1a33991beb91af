"""Forms of the shared pool. They only read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import moment_field, text_field
from shegong.kernel.wording import month_name
from shegong.network.models import Station
from shegong.workforce.enums import PoolUrgency, SupervisionMode, SupervisionTopic
from shegong.workforce.forms.supervision import ticks
from shegong.workforce.queries.pool import Alternative
from shegong.workforce.rules.booking import RequestDraft


def month_field() -> forms.TypedChoiceField:
    """One of the months that may be planned."""
    return forms.TypedChoiceField(label=_("月份"), coerce=date.fromisoformat)


def _offer_months(form: forms.Form, months: Iterable[date]) -> None:
    field = cast(forms.ChoiceField, form.fields["month"])
    field.choices = [(month.isoformat(), month_name(month)) for month in months]


def hours_field(label: Any, hint: Any = "") -> forms.DecimalField:
    """Some half hours."""
    widget = forms.NumberInput(attrs={"step": "0.5", "min": "0.5", "inputmode": "decimal"})
    return forms.DecimalField(label=label, help_text=hint, max_digits=4, decimal_places=1, widget=widget)


class OfferForm(forms.Form):
    """Hours that a supervisor offers."""

    month = month_field()
    hours = hours_field(_("可提供小时数"), _("以半小时计。已预约的不能减少。"))
    hub_ids = ticks(_("可到达的区(市)县"), ())
    note = forms.CharField(label=_("时间说明"), required=False, help_text=_("如“周二、周四下午”。"))

    def __init__(self, *args: Any, months: Sequence[date], hubs: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_months(self, months)
        cast(forms.MultipleChoiceField, self.fields["hub_ids"]).choices = [(str(hub.pk), hub.name) for hub in hubs]


class AskForm(forms.Form):
    """Supervision asked for."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    whom = forms.ChoiceField(
        label=_("督导对象"),
        choices=[("station", _("本站团队")), ("worker", _("我自己"))],
        initial="station",
        widget=forms.RadioSelect,
        help_text=_("为自己申请的，同事看不到。"),
    )
    month = month_field()
    hours = hours_field(_("需要小时数"))
    topic = forms.ChoiceField(label=_("督导议题"), choices=SupervisionTopic.choices)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=PoolUrgency.choices, initial=PoolUrgency.ROUTINE.value, widget=forms.RadioSelect
    )
    speciality = forms.ChoiceField(
        label=_("需要的专长"), required=False, help_text=_("选了以后，只安排有这项专长的督导。")
    )
    note = forms.CharField(
        label=_("说明"), required=False, help_text=_("不要写服务对象的姓名。"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        months: Sequence[date],
        specialities: Sequence[tuple[str, list[tuple[str, str]]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer_months(self, months)
        titles = {"group": _("服务人群"), "field": _("服务领域"), "method": _("工作方法")}
        cast(forms.ChoiceField, self.fields["speciality"]).choices = [
            ("", _("不限")), *((titles[kind], rows) for kind, rows in specialities)
        ]  # fmt: skip

    def draft(self) -> RequestDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        return RequestDraft(
            month=data["month"],
            hours=data["hours"],
            topic=data["topic"],
            speciality=data["speciality"],
            urgency=data["urgency"],
            note=data["note"],
            of_worker=data["whom"] == "worker",
        )


class ArrangeForm(forms.Form):
    """When and how."""

    starts_at = moment_field(_("开始时间"))
    mode = forms.ChoiceField(
        label=_("督导方式"),
        choices=SupervisionMode.choices,
        initial=SupervisionMode.ONSITE.value,
        widget=forms.RadioSelect,
    )
    place = forms.CharField(label=_("地点"), required=False)


class CancelForm(forms.Form):
    """Why not."""

    reason = text_field(_("取消原因"), rows=2)
    gives_up = forms.BooleanField(label=_("不再需要督导，撤回申请"), required=False)

    def __init__(self, *args: Any, may_give_up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_give_up:
            del self.fields["gives_up"]


class SupervisorForm(forms.Form):
    """Another supervisor for a request, those with room first."""

    supervisor = forms.TypedChoiceField(label=_("督导"), coerce=int)

    def __init__(self, *args: Any, rows: Iterable[Alternative], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for row in rows:
            choices[row.has_room].append((str(row.supervisor.pk), _written(row)))
        cast(forms.ChoiceField, self.fields["supervisor"]).choices = [
            ("", _("请选择")), (_("有空余时间"), choices[True]), (_("已排满"), choices[False])
        ]  # fmt: skip


def _written(row: Alternative) -> str:
    words = _("%(name)s · %(hub)s · %(km)s 公里 · 空余 %(free)s 小时 · %(points)s 分")
    return str(words) % {
        "name": row.supervisor.worker.name,
        "hub": row.supervisor.hub.name,
        "km": row.pairing.km,
        "free": max(row.free, Decimal(0)).normalize().__format__("f"),
        "points": row.pairing.points,
    }
