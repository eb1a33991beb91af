"""Forms of group work: the proposal, who signs up, screening, a session's plan and sheet, measures, the summary."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import moment_field, text_field
from shegong.practice.actions.groupwork import Rating, Summary
from shegong.practice.actions.groupwork_session import SessionPlan, SessionSheet
from shegong.practice.enums import GroupKind, GroupStage, MemberOutcome, MemberState, Place, Presence
from shegong.practice.forms.client import date_field
from shegong.practice.forms.gathering import (
    KeysField,
    PlanForm,
    SpendingForm,
    budget_text,
    number_field,
)
from shegong.practice.models import Client, GroupMember, GroupSession, SocialGroup
from shegong.practice.queries.groupwork import SessionFile
from shegong.practice.rules.groupwork import NOTE_LENGTH, REASON_LENGTH, TITLE_LENGTH, Attended, GroupDraft

# What social workers commonly found a group on; any other may be typed.
THEORIES: Final = (
    _("社会支持理论"),
    _("优势视角"),
    _("社会学习理论"),
    _("镜中我理论"),
    _("增能理论"),
    _("生命周期理论"),
    _("认知行为理论"),
    _("小组动力学"),
)
SCREENED: Final = (MemberState.ACCEPTED, MemberState.WAITLISTED, MemberState.DECLINED, MemberState.LEFT)


class ProposalForm(PlanForm):
    """A group's proposal. Its fields carry the names of a GroupDraft's."""

    title = forms.CharField(label=_("小组名称"), max_length=TITLE_LENGTH)
    kind = forms.ChoiceField(label=_("小组类型"), choices=GroupKind.choices, widget=forms.RadioSelect)
    aim = text_field(_("小组目标"), _("结束时组员会有什么看得见的变化。"))
    theory = forms.CharField(label=_("理论依据"), required=False, widget=forms.TextInput(attrs={"list": "theories"}))
    criteria = text_field(_("组员条件"), _("谁适合、怎么招募、谁不适合。"), rows=2)
    size_min = number_field(_("最少人数"))
    size_max = number_field(_("最多人数"))
    sessions_planned = number_field(_("计划节数"))
    first_on = date_field(_("第一节日期"), required=True)
    risk = text_field(_("风险与应对"), _("可能出现什么情况，怎么办。"), rows=2)
    measure_name = forms.CharField(
        label=_("前后测问题"), required=False, max_length=100, help_text=_("用一个数字回答，如“这一周有几天觉得孤单”。")
    )
    measure_low = number_field(_("最低分"), required=False, initial=0)
    measure_high = number_field(_("最高分"), required=False, initial=10)
    measure_up = forms.TypedChoiceField(
        label=_("哪边是好转"),
        choices=[("yes", _("分数越高越好")), ("no", _("分数越低越好"))],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def draft(self) -> GroupDraft:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        plain = {name: said[name] for name in GroupDraft.__slots__ if name in said}
        low, high = said["measure_low"], said["measure_high"]
        return GroupDraft(
            **plain
            | {
                "measure_low": 0 if low is None else low,
                "measure_high": 10 if high is None else high,
                "helper_ids": tuple(said.get("helper_ids", ())),
            }
        )


def proposal_values(group: SocialGroup) -> dict[str, Any]:
    """What the form says about a proposal that is to be changed."""
    names = [name for name in GroupDraft.__slots__ if name not in ("budget", "measure_up")]
    return {name: getattr(group, name) for name in names} | {
        "key": group.pk,
        "measure_up": "yes" if group.measure_up else "no",
        "budget": budget_text(group.budget.order_by("position")),
    }


class SignUpForm(forms.Form):
    """Clients who want to come."""

    client_ids = KeysField(label=_("服务对象"), required=False)


class ScreenForm(forms.Form):
    """What screening made of a sign-up."""

    decision = forms.ChoiceField(
        label=_("筛选结果"), choices=[(each.value, each.label) for each in SCREENED], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("原因"), required=False, max_length=REASON_LENGTH, help_text=_("除入组外都要写明原因。")
    )


class LayOutForm(forms.Form):
    """When all sessions are."""

    first_on = date_field(_("第一节日期"), required=True)
    at_time = forms.TimeField(label=_("时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = number_field(_("时长(分钟)"), initial=90)
    weeks = number_field(_("每隔几周"), initial=1)


class SessionPlanForm(forms.Form):
    """A session's plan. Its fields carry the names of a SessionPlan's."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("本节主题"), required=False, max_length=TITLE_LENGTH)
    starts_at = moment_field(_("开始时间"))
    minutes = number_field(_("时长(分钟)"), initial=90)
    stage = forms.ChoiceField(label=_("阶段"), choices=GroupStage.choices, widget=forms.RadioSelect)
    place = forms.ChoiceField(label=_("地点"), choices=Place.choices, initial=Place.STATION)
    aims = text_field(_("本节目标"), rows=2, required=False)
    flow = text_field(_("流程"), _("每步做什么、多久、谁带。"), rows=4, required=False)
    materials = text_field(_("物资"), rows=2, required=False)

    def plan(self) -> SessionPlan:
        """What was said, for the action. Only after `is_valid`."""
        return SessionPlan(**{name: self.cleaned_data[name] for name in SessionPlan.__slots__})


def session_values(session: GroupSession) -> dict[str, Any]:
    """What the plan's form says about a session that is there."""
    values = {name: getattr(session, name) for name in SessionPlan.__slots__}
    return values | {"key": session.pk, "starts_at": timezone.localtime(session.starts_at)}


class SheetForm(forms.Form):
    """A session as it was; beside its own fields three for each member: presence, reason, note."""

    started_at = moment_field(_("开始时间"))
    minutes = number_field(_("时长(分钟)"))
    place = forms.ChoiceField(label=_("地点"), choices=Place.choices)
    worker_ids = forms.TypedMultipleChoiceField(
        label=_("工作人员"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    content = text_field(_("做了什么"))
    dynamics = text_field(_("小组动力"), _("气氛、互动、冲突、次小组、领导与沉默。"), rows=2, required=False)
    progress = text_field(_("目标达成"), rows=2, required=False)
    next_step = forms.CharField(label=_("跟进事项"), required=False, max_length=NOTE_LENGTH)
    reason = forms.CharField(label=_("更正原因"), required=False, max_length=REASON_LENGTH)

    def __init__(self, file: SessionFile, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = file
        workers = [(each.pk, each.name) for each in file.workers]
        cast(forms.ChoiceField, self.fields["worker_ids"]).choices = workers
        if file.record is None:
            del self.fields["reason"]
        for client in file.members:
            known, name = file.attendance.get(client.pk), client.pk.hex
            self.fields[f"presence_{name}"] = forms.ChoiceField(
                label=client.name,
                choices=Presence.choices,
                initial=known.presence if known else Presence.PRESENT,
                widget=forms.RadioSelect,
            )
            self.fields[f"reason_{name}"] = _short(_("缺席原因"), known.reason if known else "", REASON_LENGTH)
            self.fields[f"note_{name}"] = _short(_("表现"), known.note if known else "", NOTE_LENGTH)

    @property
    def rows(self) -> list[tuple[Client, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each member with the three fields."""
        return [
            (client, self[f"presence_{key}"], self[f"reason_{key}"], self[f"note_{key}"])
            for client, key in ((client, client.pk.hex) for client in self.file.members)
        ]

    def sheet(self) -> SessionSheet:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        attended = tuple(
            Attended(
                client.pk,
                said[f"presence_{client.pk.hex}"],
                said[f"reason_{client.pk.hex}"],
                said[f"note_{client.pk.hex}"],
            )
            for client in self.file.members
        )
        return SessionSheet(
            started_at=said["started_at"],
            minutes=said["minutes"],
            place=said["place"],
            worker_ids=tuple(said["worker_ids"]),
            attended=attended,
            content=said["content"],
            dynamics=said["dynamics"],
            progress=said["progress"],
            next_step=said["next_step"],
            reason=said.get("reason", ""),
        )


def _short(label: Any, initial: str, limit: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=limit, initial=initial)


def sheet_values(file: SessionFile, now: datetime) -> dict[str, Any]:
    """What the sheet says already: the plan, or what was held."""
    session = file.session
    return {
        "started_at": timezone.localtime(min(session.starts_at, now - timedelta(minutes=session.minutes))),
        "minutes": session.minutes,
        "place": session.place,
        "worker_ids": list(file.givers),
        "content": session.content,
        "dynamics": session.dynamics,
        "progress": session.progress,
        "next_step": session.next_step,
    }


class MeasuresForm(forms.Form):
    """Scores and outcomes of all members."""

    def __init__(self, group: SocialGroup, members: Sequence[GroupMember], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        low, high = group.measure_low, group.measure_high
        for member in members:
            name = member.pk.hex
            for side, score in (("pre", member.pre_score), ("post", member.post_score)):
                self.fields[f"{side}_{name}"] = forms.DecimalField(
                    label=_("前测") if side == "pre" else _("后测"),
                    required=False,
                    min_value=low,
                    max_value=high,
                    decimal_places=1,
                    initial=score,
                    widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
                )
            self.fields[f"outcome_{name}"] = forms.ChoiceField(
                label=_("成效"),
                required=False,
                choices=[("", _("按分数")), *MemberOutcome.choices],
                initial=member.outcome,
            )
            self.fields[f"note_{name}"] = _short(_("成效说明"), member.outcome_note, 300)

    @property
    def rows(self) -> list[tuple[GroupMember, list[forms.BoundField]]]:
        """Each member with the four fields."""
        sides = ("pre", "post", "outcome", "note")
        return [(member, [self[f"{side}_{member.pk.hex}"] for side in sides]) for member in self.members]

    def ratings(self) -> dict[Any, Rating]:
        """{member: rating}. Only after `is_valid`."""
        said = self.cleaned_data
        return {
            member.pk: Rating(
                pre_score=said[f"pre_{key}"],
                post_score=said[f"post_{key}"],
                outcome=said[f"outcome_{key}"],
                outcome_note=said[f"note_{key}"],
            )
            for member, key in ((member, member.pk.hex) for member in self.members)
        }


class SummaryForm(SpendingForm):
    """What came of a group."""

    outcome = text_field(_("成效总结"), _("目标达到了多少，组员有什么变化，凭什么这样说。"), rows=5)
    follow_up = text_field(_("后续跟进"), rows=2, required=False)
    field_order = ("outcome", "follow_up", "satisfaction")

    def summary(self) -> Summary:
        """What was said, for the action. Only after `is_valid`."""
        said = self.cleaned_data
        return Summary(said["outcome"], said["follow_up"], said.get("satisfaction"), self.spent())


def new_values(today: date) -> dict[str, Any]:
    """What a fresh proposal says already."""
    return {"size_min": 6, "size_max": 12, "sessions_planned": 6, "first_on": today + timedelta(days=14)}
