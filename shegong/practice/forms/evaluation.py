"""The few questions of an evaluation, for the client's own eyes and for a worker who asks them; and whom to ask."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.practice.enums import Said
from shegong.practice.forms.client import date_field
from shegong.practice.models.evaluation import COMMENT_LENGTH
from shegong.practice.queries.evaluation import Evaluated
from shegong.practice.rules.evaluation import BETTER, SCORES, Opinion

UNSURE = ("", _("说不清"))


class OpinionForm(forms.Form):
    """What somebody says of a service."""

    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-key": ""}))
    score = forms.TypedChoiceField(
        label=_("您对这次服务满意吗"),
        coerce=int,
        choices=SCORES,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择满意程度。")},
    )
    better = forms.TypedChoiceField(
        label=_("情况有没有好转"),
        coerce=int,
        empty_value=None,
        choices=[*BETTER, UNSURE],
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("还想说什么"),
        required=False,
        strip=False,
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    said_by = forms.ChoiceField(
        label=_("您是"), choices=Said, initial=Said.CLIENT, widget=forms.RadioSelect,
        error_messages={"required": _("请选择是谁的评价。")},
    )  # fmt: skip

    def opinion(self) -> Opinion:
        """What was said, for the action."""
        said = self.cleaned_data
        return Opinion(said["score"], said["better"], said["comment"], said["said_by"])


class MemberForm(forms.Form):
    """Which member of a group is asked; nothing for anything else."""

    def __init__(self, *args: Any, of: Evaluated, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of.kind == "group":
            # No draft keeps a name in the browser.
            names = [(str(each.pk), each.client.name) for each in of.members]
            self.fields["member"] = forms.ChoiceField(
                label=_("哪位组员"),
                choices=[("", _("请选择")), *names],
                error_messages={"required": _("请选择一位组员。"), "invalid_choice": _("请选择一位组员。")},
            )

    def member_id(self) -> UUID | None:
        """The member's key, for the action."""
        chosen = self.cleaned_data.get("member")
        return UUID(chosen) if chosen else None


class AskedForm(MemberForm, OpinionForm):
    """What somebody answered whom the worker asked, and when."""

    def __init__(self, *args: Any, of: Evaluated, **kwargs: Any) -> None:
        super().__init__(*args, of=of, **kwargs)
        self.fields["score"].label = _("对服务满意吗")
        self.fields["said_by"].label = _("谁的评价")
        self.fields["evaluated_on"] = date_field(_("评价日期"))
        self.order_fields(["member", "score", "better", "comment", "said_by", "evaluated_on", "key"])
