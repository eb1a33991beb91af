"""Forms of referrals."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.network.enums import OrganisationKind
from shegong.network.models import Organisation, Station
from shegong.practice.enums import Basis, ReceiverKind, Urgency
from shegong.practice.forms.client import date_field
from shegong.practice.forms.enquiry import lines
from shegong.practice.rules.referral import ReferralDraft


class ReferForm(forms.Form):
    """Whom to refer to, what for, and on what basis."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    receiver = forms.ChoiceField(label=_("转给"))
    reason = lines(_("转介原因"), rows=2)
    asked = lines(_("请对方做什么"), rows=2)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), choices=Urgency.choices, initial=Urgency.ROUTINE.value, widget=forms.RadioSelect
    )
    basis = forms.ChoiceField(
        label=_("依据"),
        choices=Basis.choices,
        initial=Basis.CONSENT.value,
        help_text=_("没有登记“向其他机构提供”的同意时，转介先留在本站，对方什么也看不到。"),
    )
    basis_note = forms.CharField(
        label=_("法律依据或同意情况"),
        required=False,
        help_text=_("履行法定职责或紧急情况必填，如“未成年人保护法第十一条”。"),
    )
    consent_on = date_field(_("本人同意转介的日期"))

    def __init__(
        self,
        *args: Any,
        stations: Iterable[Station],
        organisations: Iterable[Organisation],
        hub_id: int,
        has_file: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        near: list[tuple[str, str]] = []
        far: list[tuple[str, str]] = []
        for station in stations:
            (near if station.hub_id == hub_id else far).append((f"{ReceiverKind.STATION}:{station.pk}", station.name))
        others: dict[str, list[tuple[str, str]]] = {ReceiverKind.DEPARTMENT: [], ReceiverKind.ORGANISATION: []}
        for each in organisations:
            is_department = OrganisationKind.DEPARTMENT in each.kinds
            kind = ReceiverKind.DEPARTMENT if is_department else ReceiverKind.ORGANISATION
            others[kind].append((f"{kind}:{each.pk}", each.name))
        groups = [(_("本区(市)县的站点"), near), *((ReceiverKind(kind).label, rows) for kind, rows in others.items())]
        cast(forms.ChoiceField, self.fields["receiver"]).choices = [
            ("", _("请选择")), *groups, (_("其他区(市)县的站点"), far)
        ]  # fmt: skip
        if has_file:
            del self.fields["consent_on"]

    def draft(self, case_id: UUID | None) -> ReferralDraft:
        """What was typed, for the action."""
        data = self.cleaned_data
        kind, _sep, number = data["receiver"].partition(":")
        is_station = kind == ReceiverKind.STATION
        return ReferralDraft(
            receiver_kind=kind,
            reason=data["reason"],
            asked=data["asked"],
            basis=data["basis"],
            to_station_id=int(number) if is_station else None,
            to_organisation_id=None if is_station else int(number),
            urgency=data["urgency"],
            basis_note=data["basis_note"],
            consent_on=data.get("consent_on"),
            case_id=case_id,
        )


class ReleaseForm(forms.Form):
    """Consent given afterwards, by somebody without a file."""

    consent_on = date_field(_("本人同意转介的日期"))


class AcceptReferralForm(forms.Form):
    """A word to who sent it."""

    answer = lines(_("答复"), _("谁来接手、什么时候联系。"), rows=2, required=False)


class DeclineReferralForm(forms.Form):
    """Why not."""

    answer = lines(_("不能接收的原因"), rows=2)


class ResultForm(forms.Form):
    """What came of it."""

    result = lines(_("结果"), _("做了什么，情况怎样，还需要什么。"), rows=4)
