"""Forms about premises."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.kernel.inputs import last_day_field
from shegong.kernel.recurrence import Repeat
from shegong.network.enums import Access, AreaKind, BookingUse, Condition, EquipmentSource, HostKind, OpenTo, Payer
from shegong.network.models import Area, Division, Site, Station
from shegong.network.premises.actions.equipment import EquipmentDraft
from shegong.network.premises.actions.site import Sharing
from shegong.network.premises.rules.booking import BookingDraft
from shegong.network.premises.rules.site import WEEKDAYS, AreaDraft, SiteDraft, clock_words

MIDNIGHT = 24 * 60


class DayInput(forms.DateInput):
    """The browser's own picker for a day."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class _Clock(forms.TimeInput):
    """The browser's own picker for a time of the day."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=help_text)


def choose(form: forms.Form, field: str, rows: Iterable[tuple[Any, Any]]) -> None:
    """Fill a field's choices."""
    cast(forms.ChoiceField, form.fields[field]).choices = [(str(value), name) for value, name in rows]


class SiteForm(forms.Form):
    """What is said of a site."""

    name = forms.CharField(label=_("场地名称"))
    host_kind = forms.ChoiceField(label=_("载体类型"), choices=HostKind.choices)
    owner = forms.CharField(label=_("产权或管理单位"))
    keeper = forms.TypedChoiceField(label=_("管理站点"), coerce=int)
    division = forms.TypedChoiceField(label=_("所在村（社区）"), required=False, coerce=int, empty_value=None)
    address = forms.CharField(label=_("地址"))
    access = forms.ChoiceField(label=_("无障碍"), choices=Access.choices, widget=forms.RadioSelect)
    open_to = forms.ChoiceField(
        label=_("谁可以预订"), choices=OpenTo.choices, initial=OpenTo.AGREED.value, widget=forms.RadioSelect
    )
    since = day(_("启用日期"))
    longitude = forms.DecimalField(label=_("经度"), required=False, decimal_places=6)
    latitude = forms.DecimalField(label=_("纬度"), required=False, decimal_places=6)

    def __init__(self, *args: Any, keepers: Iterable[Station], divisions: Iterable[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", clock.today())
        choose(self, "keeper", ((station.pk, station.name) for station in keepers))
        choose(self, "division", [("", _("不限于一个村（社区）")), *((one.pk, one.name) for one in divisions)])

    def draft(self) -> SiteDraft:
        """What was typed, for the action."""
        data = dict(self.cleaned_data)
        return SiteDraft(keeper_id=data.pop("keeper"), division_id=data.pop("division"), **data)


class AreaForm(forms.Form):
    """A room."""

    name = forms.CharField(label=_("房间名称"))
    kind = forms.ChoiceField(label=_("用途"), choices=AreaKind.choices)
    capacity = forms.IntegerField(label=_("可容纳人数"))
    square_metres = forms.DecimalField(label=_("面积（平方米）"), required=False)
    is_bookable = forms.BooleanField(label=_("可以预订"), required=False, initial=True)

    def draft(self) -> AreaDraft:
        """What was typed, for the action."""
        return AreaDraft(**self.cleaned_data)


class HoursForm(forms.Form):
    """The week's opening hours, a line a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS, start=1):
            hint = _("如 9:00-12:00，14:00-17:30；不开放留空。") if number == 1 else ""
            self.fields[f"day{number}"] = forms.CharField(label=name, required=False, max_length=60, help_text=hint)

    def texts(self) -> list[str]:
        """Monday to Sunday."""
        return [self.cleaned_data[f"day{number}"] for number in range(1, 8)]


class SharingForm(forms.Form):
    """A sharing agreement."""

    station = forms.TypedChoiceField(label=_("使用站点"), coerce=int)
    purpose = forms.CharField(label=_("用途"))
    payer = forms.ChoiceField(label=_("费用"), choices=Payer.choices, widget=forms.RadioSelect)
    yearly = forms.DecimalField(label=_("每年费用（元）"), required=False)
    since = day(_("起"))
    until = last_day_field(_("止"), required=False)

    def __init__(self, *args: Any, stations: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", clock.today())
        choose(self, "station", ((station.pk, station.name) for station in stations))

    def draft(self) -> Sharing:
        """What was typed, for the action."""
        data = dict(self.cleaned_data)
        return Sharing(station_id=data.pop("station"), yearly=data.pop("yearly") or Decimal(0), **data)


class UntilForm(forms.Form):
    """From which day on something no longer holds."""

    until = day(_("自哪天起停用"))


class EquipmentForm(forms.Form):
    """An entry of the inventory."""

    name = forms.CharField(label=_("设备"))
    number = forms.IntegerField(label=_("数量"))
    condition = forms.ChoiceField(label=_("状态"), choices=Condition.choices, widget=forms.RadioSelect)
    source = forms.ChoiceField(label=_("来源"), choices=EquipmentSource.choices)
    checked_on = day(_("盘点日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("checked_on", clock.today())

    def draft(self) -> EquipmentDraft:
        """What was typed, for the action."""
        return EquipmentDraft(**self.cleaned_data)


class LendForm(forms.Form):
    """Lending to a station."""

    station = forms.TypedChoiceField(label=_("借用站点"), coerce=int)
    number = forms.IntegerField(label=_("数量"))
    lent_on = day(_("借出日期"))
    due_on = day(_("应还日期"))

    def __init__(self, *args: Any, stations: Iterable[Station], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("lent_on", clock.today())
        choose(self, "station", ((station.pk, station.name) for station in stations))


class ReturnForm(forms.Form):
    """Lent equipment is back."""

    returned_on = day(_("归还日期"))


class BookingForm(forms.Form):
    """A room for a station, once or time and again."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    station = forms.TypedChoiceField(label=_("使用站点"), coerce=int)
    area = forms.TypedChoiceField(label=_("房间"), coerce=UUID)
    on = day(_("日期"))
    starts = forms.TimeField(label=_("开始"), widget=_Clock)
    ends = forms.TimeField(label=_("结束"), widget=_Clock)
    people = forms.IntegerField(label=_("人数"))
    use = forms.ChoiceField(label=_("用途"), choices=BookingUse.choices)
    title = forms.CharField(label=_("事由"), help_text=_("同区的工作人员都能看到，请不要写服务对象的姓名。"))
    repeat = forms.ChoiceField(label=_("重复"), required=False, choices=[("", _("只订一次")), *Repeat.choices])
    until = day(_("重复到"), required=False)
    skip_taken = forms.BooleanField(label=_("跳过已被预订的日期"), required=False)

    def __init__(self, *args: Any, stations: Iterable[Station], areas: Iterable[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "station", ((station.pk, station.name) for station in stations))
        groups: dict[str, list[tuple[str, str]]] = {}
        for area in areas:
            words = _("%(name)s（%(most)s 人）") % {"name": area.name, "most": area.capacity}
            groups.setdefault(area.site.name, []).append((str(area.pk), words))
        cast(forms.ChoiceField, self.fields["area"]).choices = [("", _("请选择")), *groups.items()]

    def draft(self) -> BookingDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        ends = data["ends"].hour * 60 + data["ends"].minute
        return BookingDraft(
            area_id=data["area"],
            station_id=data["station"],
            title=data["title"],
            use=data["use"],
            people=data["people"],
            on=data["on"],
            opens=data["starts"].hour * 60 + data["starts"].minute,
            closes=ends or MIDNIGHT,
            repeat=data["repeat"],
            until=data["until"],
            skip_taken=data["skip_taken"],
        )


class CancelForm(forms.Form):
    """Giving a room back."""

    reason = forms.CharField(label=_("取消原因"), required=False)
    and_later = forms.BooleanField(label=_("这个系列以后的也一起取消"), required=False)


def site_initial(site: Site) -> dict[str, Any]:
    """A site's form as it stands."""
    fields = ("name", "host_kind", "owner", "address", "access", "open_to", "since", "longitude", "latitude")
    return {name: getattr(site, name) for name in fields} | {"keeper": site.keeper_id, "division": site.division_id}


def asked_initial(given: Mapping[str, object], today: date) -> dict[str, Any]:
    """A booking's form as an address asks for it."""
    known = ("area", "station", "on", "starts", "ends", "people", "use", "title", "repeat", "until")
    return {"on": today, "people": 10} | {name: given[name] for name in known if given.get(name)}


def clock_value(minute: int) -> str:
    """What the browser's picker takes: 09:30."""
    return clock_words(minute).zfill(5)
