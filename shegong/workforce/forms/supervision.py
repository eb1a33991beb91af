"""Forms of supervision. They only read what was typed; the rules say what is wrong with it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import Field, PopulationGroup
from shegong.kernel.inputs import day_field, moment_field, text_field
from shegong.network.models import Station
from shegong.workforce.enums import (
    SupervisionForm,
    SupervisionFunction,
    SupervisionMode,
    SupervisionTopic,
    SupervisorKind,
)
from shegong.workforce.models import SupervisionSession, SupervisorProfile, Worker
from shegong.workforce.rules.supervision import AdviceDraft, AgreementDraft, SessionDraft, SessionSheet

LENGTHS: Final = ((30, "0.5"), (60, "1"), (90, "1.5"), (120, "2"), (150, "2.5"), (180, "3"), (240, "4"), (360, "6"))
ADVICE_LINES: Final = 5
ADVICE_DAYS: Final = 14
SCORES: Final = [(5, _("很同意")), (4, _("同意")), (3, _("一般")), (2, _("不太同意")), (1, _("不同意"))]


def ticks(label: Any, choices: Any, *, missing: Any = "") -> forms.MultipleChoiceField:
    """Several of a few; `missing` says that one at least is needed."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=bool(missing),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": missing},
    )


class ReasonForm(forms.Form):
    """Why something ends or doesn't take place."""

    reason = text_field(_("原因"), rows=2)


class NoteForm(forms.Form):
    """What was done about an advice, or found."""

    note = text_field(_("说明"), rows=3)


class AgreementForm(forms.Form):
    """Who supervises which station's workers, how long, for how many hours."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station_id = forms.TypedChoiceField(label=_("站点"), coerce=int)
    supervisor_id = forms.TypedChoiceField(label=_("督导"), coerce=int)
    kind = forms.ChoiceField(label=_("类别"), choices=SupervisorKind.choices, widget=forms.RadioSelect)
    since = day_field(_("开始日期"))
    until = day_field(_("最后一天"))
    hours = forms.DecimalField(label=_("约定小时数"), max_digits=6, decimal_places=1)
    price = forms.DecimalField(
        label=_("每小时费用(元)"), max_digits=8, decimal_places=2, initial=Decimal(0), help_text=_("无偿填 0。")
    )
    goals = text_field(_("督导目标"), rows=3)
    supervisee_ids = forms.TypedMultipleChoiceField(
        label=_("只督导其中几人"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是站点和所辖社工室的全体社工。"),
    )

    def __init__(
        self,
        stations: Iterable[Station],
        supervisors: Iterable[SupervisorProfile],
        workers: Iterable[Worker],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "station_id": [(each.pk, each.name) for each in stations],
            "supervisor_id": [
                ("", "—"),
                *(
                    (each.pk, f"{each.worker.name} · {each.get_kind_display()} · {each.hub.name}")
                    for each in supervisors
                ),
            ],
            "supervisee_ids": [(each.pk, f"{each.name} · {each.station.name}") for each in workers],
        }
        for name, values in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = values

    def draft(self) -> AgreementDraft:
        """What was said, for the action. Only after `is_valid`. The term is kept with its first day after the end."""
        said = self.cleaned_data
        return AgreementDraft(
            supervisor_id=said["supervisor_id"],
            station_id=said["station_id"],
            kind=said["kind"],
            since=said["since"],
            until=said["until"] + timedelta(days=1),
            hours=said["hours"],
            price=said["price"],
            goals=said["goals"],
            supervisee_ids=tuple(said["supervisee_ids"]),
        )


class PlanForm(forms.Form):
    """When and with whom a session is to take place."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    starts_at = moment_field(_("开始时间"))
    minutes = forms.TypedChoiceField(
        label=_("时长(小时)"), coerce=int, choices=LENGTHS, initial=90, error_messages={"required": _("请选择时长。")}
    )
    worker_ids = forms.TypedMultipleChoiceField(
        label=_("参加的社工"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择至少一名参加的社工。")},
    )
    mode = forms.ChoiceField(label=_("方式"), choices=SupervisionMode.choices, initial=SupervisionMode.ONSITE.value)
    place = forms.CharField(label=_("地点"), max_length=100, required=False)

    def __init__(self, workers: Sequence[Worker], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers = workers
        cast(forms.ChoiceField, self.fields["worker_ids"]).choices = [(each.pk, each.name) for each in workers]

    def draft(self) -> SessionDraft:
        """What was said, for the action. Only after `is_valid`. One worker is supervised alone, several as a group."""
        said = self.cleaned_data
        several = len(set(said["worker_ids"])) > 1
        return SessionDraft(
            starts_at=said["starts_at"],
            ends_at=said["starts_at"] + timedelta(minutes=said["minutes"]),
            form=SupervisionForm.GROUP if several else SupervisionForm.INDIVIDUAL,
            mode=said["mode"],
            place=said["place"],
            worker_ids=tuple(said["worker_ids"]),
        )


class HoldForm(PlanForm):
    """What is written down of a session, on one page that fits a phone: who came, what for, what was said, advice."""

    functions = ticks(_("督导功能"), SupervisionFunction.choices, missing=_("请选择督导功能：行政性、教育性或支持性。"))
    topics = ticks(_("督导议题"), SupervisionTopic.choices, missing=_("请选择督导议题。"))
    record = text_field(_("督导记录"), _("讨论了什么、怎么分析、达成什么共识。不写服务对象的姓名和号码。"), rows=5)

    def __init__(self, workers: Sequence[Worker], *args: Any, expected: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(workers, *args, **kwargs)
        self.expected = expected
        self.fields["worker_ids"].label = _("谁来了")
        for number in range(1, ADVICE_LINES + 1):
            self.fields[f"advice_{number}"] = text_field(_("建议"), rows=2, required=False)
            self.fields[f"responsible_{number}"] = forms.TypedChoiceField(
                label=_("负责人"),
                coerce=int,
                required=False,
                empty_value=None,
                choices=[("", "—"), *((each.pk, each.name) for each in workers)],
                initial=workers[0].pk if len(workers) == 1 else "",
            )
            self.fields[f"due_{number}"] = day_field(_("完成期限"), required=False)

    @property
    def advice_rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The lines of advice, each with its number."""
        return [
            (number, self[f"advice_{number}"], self[f"responsible_{number}"], self[f"due_{number}"])
            for number in range(1, ADVICE_LINES + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """An advice names who sees to it and until when; without anybody named it is for the only one who came."""
        said = super().clean() or self.cleaned_data
        came = said.get("worker_ids") or []
        for number in range(1, ADVICE_LINES + 1):
            if not (said.get(f"advice_{number}") or "").strip():
                continue
            if not said.get(f"responsible_{number}"):
                if len(came) == 1:
                    said[f"responsible_{number}"] = came[0]
                else:
                    self.add_error(f"responsible_{number}", _("请选择负责人。"))
            if not said.get(f"due_{number}") and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", _("请选择完成期限。"))
        return said

    def sheet(self) -> SessionSheet:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        advice = tuple(
            AdviceDraft(said[f"advice_{number}"].strip(), said[f"responsible_{number}"], said[f"due_{number}"])
            for number in range(1, ADVICE_LINES + 1)
            if said[f"advice_{number}"].strip()
        )
        return SessionSheet(
            session=self.draft(),
            functions=tuple(said["functions"]),
            topics=tuple(said["topics"]),
            record=said["record"],
            absent_ids=tuple(each for each in self.expected if each not in said["worker_ids"]),
            advice=advice,
        )


class RateForm(forms.Form):
    """What a worker says of a session."""

    helpful = forms.TypedChoiceField(label=_("对我的工作有帮助"), coerce=int, choices=SCORES, widget=forms.RadioSelect)
    respected = forms.TypedChoiceField(
        label=_("我感到被理解和支持"), coerce=int, choices=SCORES, widget=forms.RadioSelect
    )
    clear = forms.TypedChoiceField(label=_("建议清楚、做得到"), coerce=int, choices=SCORES, widget=forms.RadioSelect)
    comment = text_field(
        _("想说的话"), _("站长和区（市）县能看到；督导只看到三份以上评价的平均分。"), rows=2, required=False
    )


class HandOverForm(forms.Form):
    """What another supervisor of the station is to go on with."""

    taker_id = forms.TypedChoiceField(label=_("交给哪位督导"), coerce=int)
    note = text_field(_("交接内容"), _("谁负责什么、正在跟进什么、要注意什么。"))

    def __init__(self, takers: Iterable[SupervisorProfile], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.pk, f"{each.worker.name} · {each.get_kind_display()}") for each in takers]
        cast(forms.ChoiceField, self.fields["taker_id"]).choices = choices


class ProfileForm(forms.Form):
    """What a supervisor offers."""

    monthly_hours = forms.IntegerField(
        label=_("每月可用小时"), min_value=-32_000, max_value=32_000, widget=forms.NumberInput({"inputmode": "numeric"})
    )
    functions = ticks(_("督导功能"), SupervisionFunction.choices, missing=_("请选择督导功能：行政性、教育性或支持性。"))
    groups = ticks(_("擅长人群"), ())
    fields_known = ticks(_("擅长领域"), ())
    methods = ticks(_("擅长方法"), Method.choices)
    hub_ids = forms.TypedMultipleChoiceField(
        label=_("可到达的区(市)县"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        groups: Iterable[PopulationGroup],
        fields: Iterable[Field],
        hubs: Iterable[Station],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, values in (
            ("groups", [(each.code, each.name) for each in groups]),
            ("fields_known", [(each.code, each.name) for each in fields]),
            ("hub_ids", [(each.pk, each.name) for each in hubs]),
        ):
            cast(forms.ChoiceField, self.fields[name]).choices = values

    def apply(self, profile: SupervisorProfile) -> SupervisorProfile:
        """The profile as it was said. Only after `is_valid`."""
        said = self.cleaned_data
        profile.monthly_hours, profile.functions = said["monthly_hours"], said["functions"]
        profile.groups, profile.fields, profile.methods = said["groups"], said["fields_known"], said["methods"]
        profile.hub_ids = said["hub_ids"]
        return profile


def plan_values(session: SupervisionSession, workers: Iterable[int]) -> dict[str, Any]:
    """What is arranged already."""
    return {
        "key": session.pk,
        "starts_at": timezone.localtime(session.starts_at),
        "minutes": int((session.ends_at - session.starts_at).total_seconds() // 60),
        "worker_ids": list(workers),
        "mode": session.mode,
        "place": session.place,
    }


def new_session_values(key: object, at: datetime, today: date, workers: Sequence[Worker]) -> dict[str, Any]:
    """What a fresh form says already: the last full half hour, the only worker there is, two weeks for advice."""
    rounded = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
    return {
        "key": key,
        "starts_at": timezone.localtime(rounded),
        "worker_ids": [each.pk for each in workers] if len(workers) == 1 else [],
        **advice_dates(today),
    }


def advice_dates(today: date) -> dict[str, date]:
    """Until when advice is to be acted on, unless somebody says otherwise."""
    return {f"due_{number}": today + timedelta(days=ADVICE_DAYS) for number in range(1, ADVICE_LINES + 1)}
