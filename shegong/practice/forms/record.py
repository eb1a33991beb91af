"""The record sheet: one form for recording and correcting. Its fields carry the names of a RecordDraft's."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method
from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.kernel.ids import uuid7
from shegong.kernel.inputs import MOMENT_FORMATS
from shegong.kernel.wording import duration
from shegong.practice.enums import Place
from shegong.practice.models import Client
from shegong.practice.queries.record import Offer
from shegong.practice.rules.habits import Habits
from shegong.practice.rules.record import DAY_MINUTES, NEXT_STEP_LIMIT, RecordDraft

USUAL_MINUTES: Final = 30
MINUTES: Final = (15, 30, 45, 60, 90, 120)
# The rule says what is too long, in its own words; this only keeps megabytes out of a page's way.
MOST_PEOPLE: Final = 200


class _Moment(forms.DateTimeInput):
    """The browser's own picker for a day and time."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=MOMENT_FORMATS[0], **kwargs)


class _Day(forms.DateInput):
    """The browser's own picker for a day."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class _Time(forms.TimeInput):
    """The browser's own picker for a time, in steps of five minutes."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(attrs={"step": 300}, format="%H:%M", **kwargs)


class PeopleField(forms.MultipleChoiceField):
    """Several files by their keys; whether they exist and may be served is for the action to say."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> tuple[UUID, ...]:
        """The keys in the order given, each once. Raises ValidationError for what is no key."""
        try:
            return tuple(dict.fromkeys(UUID(str(each)) for each in (value or [])[:MOST_PEOPLE]))
        except ValueError as wrong:
            raise forms.ValidationError(_("服务对象不存在，或不在您的范围内。"), code="client_out_of_scope") from wrong


class ServiceChoices(forms.RadioSelect):
    """Services as radio buttons that carry their usual minutes and place, for the page to fill in."""

    extra: Mapping[str, Mapping[str, str]] = {}

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Django's option with our attributes."""
        option = super().create_option(*args, **kwargs)
        option["attrs"].update(self.extra.get(str(option["value"]), {}))
        return option


class RecordForm(forms.Form):
    """Who, what, when, where, how long, by whom, what was done, what next."""

    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-key": ""}))
    station_id = forms.TypedChoiceField(label=_("站点"), coerce=int)
    client_ids = PeopleField(label=_("服务对象"), required=False)
    anonymous_count = forms.IntegerField(label=_("不记名人数"), required=False, initial=0)
    service_id = forms.TypedChoiceField(label=_("服务项目"), coerce=int, widget=ServiceChoices)
    minutes = forms.IntegerField(label=_("时长(分钟)"))
    started_at = forms.DateTimeField(label=_("开始时间"), input_formats=MOMENT_FORMATS, widget=_Moment)
    place = forms.ChoiceField(label=_("地点"), choices=Place.choices, widget=forms.RadioSelect)
    worker_ids = forms.TypedMultipleChoiceField(
        label=_("工作人员"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    summary = forms.CharField(label=_("做了什么"), widget=forms.Textarea, strip=False)
    next_on = forms.DateField(label=_("下次日期"), required=False, widget=_Day)
    next_time = forms.TimeField(label=_("下次时间"), required=False, widget=_Time)
    next_step = forms.CharField(label=_("下次做什么"), required=False)
    satisfaction = forms.TypedChoiceField(
        label=_("满意度"), coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
    )
    case_id = forms.TypedChoiceField(label=_("所属个案"), coerce=UUID, required=False, empty_value=None)
    emergency_reason = forms.CharField(
        label=_("紧急服务的原因"),
        required=False,
        max_length=200,
        help_text=_("只在服务计划批准前因人身危险先行介入时填写；72 小时内由另一人复核。"),
    )
    contract_id = forms.TypedChoiceField(label=_("所属合同"), coerce=int, required=False, empty_value=None)
    fund_id = forms.TypedChoiceField(label=_("资金来源"), coerce=int, required=False, empty_value=None)
    method = forms.ChoiceField(label=_("方法"), required=False)
    group_id = forms.TypedChoiceField(label=_("服务人群"), coerce=int, required=False, empty_value=None)

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self._offer_choices()
        self._dress()

    def _offer_choices(self) -> None:
        offer = self.offer
        groups: dict[int, PopulationGroup] = {each.group_id: each.group for each in offer.services}
        ordered = sorted(groups.values(), key=lambda group: group.position)
        services = cast(ServiceChoices, self.fields["service_id"].widget)
        services.extra = {str(each.id): _remembered(each, offer.habits) for each in offer.services}
        by_item = ("", _("按服务项目"))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "station_id": [(each.id, each.name) for each in offer.stations],
            "client_ids": [(str(each.id), each.name) for each in offer.clients],
            "service_id": [(each.id, each.name) for each in offer.services],
            "worker_ids": [(each.id, each.name) for each in offer.workers],
            "satisfaction": [(number, str(number)) for number in range(1, 6)],
            "case_id": [("", _("不属于个案")), *((e.id, f"{e.client.name} {e.number}") for e in offer.cases)],
            "contract_id": [("", _("不属于合同")), *((each.id, each.number) for each in offer.contracts)],
            "fund_id": [("", _("不注明")), *((each.id, str(each)) for each in offer.funds)],
            "method": [by_item, *Method.choices],
            "group_id": [by_item, *((group.id, group.name) for group in ordered)],
        }
        for name, values in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = values

    def _dress(self) -> None:
        """What the browser needs to know about each control."""
        attributes: dict[str, dict[str, object]] = {
            "minutes": {"inputmode": "numeric", "min": 1, "max": DAY_MINUTES, "data-minutes": ""},
            "anonymous_count": {"inputmode": "numeric", "min": 0, "max": 20000},
            "summary": {"rows": 2, "data-summary": "", "enterkeyhint": "done"},
            "started_at": {"data-started": ""},
            "next_step": {"maxlength": NEXT_STEP_LIMIT},
        }
        for name, extra in attributes.items():
            self.fields[name].widget.attrs.update(extra)

    @property
    def usual_services(self) -> list[Any]:
        """The options of the services given most often, and of the chosen one."""
        return [option for option in self["service_id"].subwidgets if self._is_usual(option)]

    @property
    def other_services(self) -> list[tuple[str, list[Any]]]:
        """(population group, options) of all other services."""
        groups = {str(each.id): each.group.name for each in self.offer.services}
        found: dict[str, list[Any]] = {}
        for option in self["service_id"].subwidgets:
            if not self._is_usual(option):
                found.setdefault(groups[str(option.data["value"])], []).append(option)
        return list(found.items())

    def _is_usual(self, option: Any) -> bool:
        usual = self.offer.habits.services or tuple(each.id for each in self.offer.services[:4])
        return bool(option.data["selected"]) or int(option.data["value"]) in usual

    @property
    def known(self) -> str:
        """What a fresh sheet knows already, in one line; empty where somebody or something is still to be chosen."""
        people = [client.name for client in self.offer.chosen]
        service = next((each for each in self.offer.services if each.id == self.initial.get("service_id")), None)
        if self.is_bound or not people or service is None:
            return ""
        place = Place(self.initial["place"]).label if self.initial.get("place") else ""
        minutes = duration(int(self.initial["minutes"]))
        return " · ".join([gettext("、").join(people), service.name, minutes, str(place)])

    @property
    def phrases(self) -> list[tuple[int, str]]:
        """(service, one of the worker's own sentences about it)."""
        habits = self.offer.habits.of_service
        return [(service, phrase) for service, habit in habits.items() for phrase in habit.phrases]

    def draft(self) -> RecordDraft:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return RecordDraft(
            station_id=said["station_id"],
            service_id=said["service_id"],
            started_at=said["started_at"],
            minutes=said["minutes"],
            place=said["place"],
            summary=said["summary"],
            worker_ids=tuple(said["worker_ids"]),
            client_ids=said["client_ids"],
            anonymous_count=said["anonymous_count"] or 0,
            method=said["method"] or None,
            group_id=said["group_id"],
            next_step=said["next_step"],
            next_on=said["next_on"],
            next_time=said["next_time"],
            satisfaction=said["satisfaction"],
            case_id=said["case_id"],
            contract_id=said["contract_id"],
            fund_id=said["fund_id"],
            emergency_reason=said["emergency_reason"],
        )


class PlanForm(forms.Form):
    """When the next visit is due and what for."""

    next_on = forms.DateField(label=_("下次日期"), required=False, widget=_Day)
    next_time = forms.TimeField(label=_("下次时间"), required=False, widget=_Time)
    next_step = forms.CharField(label=_("下次做什么"), required=False, max_length=NEXT_STEP_LIMIT)


class ReasonForm(forms.Form):
    """Why a record is corrected or voided."""

    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("会和改前的内容一起留在历史里。"))


def _remembered(service: ServiceItem, habits: Habits) -> dict[str, str]:
    """How a service is usually given, as attributes of its button."""
    habit = habits.of_service.get(service.id)
    found = {"data-words": f"{service.name} {service.code}".lower()}
    if habit:
        found |= {"data-usual-minutes": str(habit.minutes), "data-usual-place": habit.place}
    return found


def first_values(offer: Offer, now: datetime, clients: Iterable[Client], service_id: int | None) -> dict[str, Any]:
    """What a fresh sheet says already: the worker's habits, the service just ended."""
    service = service_id or (offer.habits.services[0] if offer.habits.services else None)
    minutes = offer.habits.minutes_for(service, USUAL_MINUTES)
    began = timezone.localtime(now - timedelta(minutes=minutes))
    return {
        "key": uuid7(),
        "station_id": offer.station.id if offer.station else None,
        "client_ids": [str(client.id) for client in clients],
        "anonymous_count": 0,
        "service_id": service,
        "minutes": minutes,
        "started_at": began.replace(second=0, microsecond=0),
        "place": offer.habits.place_for(service, Place.HOME),
        "worker_ids": [offer.worker.id] if offer.worker else [],
    }


def values_of(draft: RecordDraft, key: UUID) -> dict[str, Any]:
    """What the sheet says about a record that is to be corrected."""
    return {
        "key": key,
        "station_id": draft.station_id,
        "client_ids": [str(client) for client in draft.client_ids],
        "anonymous_count": draft.anonymous_count,
        "service_id": draft.service_id,
        "minutes": draft.minutes,
        "started_at": timezone.localtime(draft.started_at),
        "place": draft.place,
        "worker_ids": list(draft.worker_ids),
        "summary": draft.summary,
        "next_on": draft.next_on,
        "next_time": draft.next_time,
        "next_step": draft.next_step,
        "satisfaction": draft.satisfaction,
        "case_id": draft.case_id,
        "contract_id": draft.contract_id,
        "fund_id": draft.fund_id,
        "method": draft.method,
        "group_id": draft.group_id,
    }


NEXT_CHOICES: Final = ((7, _("一周后")), (14, _("两周后")), (30, _("一个月后")))


def next_days(today: date) -> list[tuple[date, Any]]:
    """Days at which people usually meet again, with their words."""
    return [(today + timedelta(days=days), words) for days, words in NEXT_CHOICES]
