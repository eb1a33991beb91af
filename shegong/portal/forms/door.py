"""Forms of the residents' door: finding a station, following up, complaining, own data, signing up."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shegong.kernel.inputs import text_field
from shegong.portal.enums import ComplaintAbout, ComplaintRuling
from shegong.portal.rules.word import KINDS, Grievance, Wish

KIND_CHOICES: Final = [(code, name) for code, (name, _hint) in KINDS.items()]


def private(label: Any, hint: Any = "", mode: str = "text", complete: str = "off", *, required: bool = True) -> Any:
    """A name or number of a person: never kept as a draft on the device."""
    attrs = {"autocomplete": complete, "inputmode": mode, "data-no-draft": True}
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=100, widget=forms.TextInput(attrs=attrs)
    )


class Trapped(forms.Form):
    """A form that anybody may send: with a key, so that sending twice is sending once, and a field for machines."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    # For machines: people don't see it.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def is_machine(self) -> bool:
        """Whether what people don't see was filled in."""
        return bool(self.cleaned_data.get("website"))


class PositionForm(forms.Form):
    """Where somebody is, in degrees; used once and kept nowhere."""

    longitude = forms.FloatField(min_value=73, max_value=136)
    latitude = forms.FloatField(min_value=3, max_value=54)


class ComplaintForm(Trapped):
    """A complaint."""

    about = forms.ChoiceField(
        label=_("投诉什么"), choices=ComplaintAbout.choices, widget=forms.RadioSelect,
        error_messages={"required": _("请选择投诉什么。")},
    )  # fmt: skip
    text = text_field(_("发生了什么"), _("什么时候、在哪里、什么事。不用写身份证号。"), rows=5)
    name = private(_("怎么称呼您"), _("可以不填。"), complete="name", required=False)
    phone = private(_("您的电话"), _("可以不填；不填也能凭编号查答复。"), "tel", "tel", required=False)

    def grievance(self, station_id: int) -> Grievance:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Grievance(data["key"], station_id, data["about"], data["text"], data["name"], data["phone"])


class OwnDataForm(Trapped):
    """A request about own data."""

    kind = forms.ChoiceField(
        label=_("要办什么"), choices=KIND_CHOICES, widget=forms.RadioSelect,
        error_messages={"required": _("请选择要办什么。")},
    )  # fmt: skip
    text = text_field(_("具体要求"), _("更正或停止使用时，请写清是什么。"), required=False)
    name = private(_("您的姓名"), _("和身份证上的一样。"), complete="name")
    phone = private(_("您的电话"), "", "tel", "tel")

    def wish(self, station_id: int) -> Wish:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Wish(data["key"], station_id, data["kind"], data["name"], data["phone"], data["text"])


class OpenForm(forms.Form):
    """Number, and the code that the worker handed over."""

    number = private(_("编号"), _("S 开头。"))
    code = private(_("查看码"), _("核对身份时社工当面给您的 8 位数字。"), "numeric")


class WordForm(Trapped):
    """One more word to the station."""

    number = forms.CharField(widget=forms.HiddenInput, max_length=40)
    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    text = text_field(_("再说一句"), _("比如换了电话、什么时候方便。"), rows=3)


class SignUpForm(Trapped):
    """Signing up to an activity."""

    name = private(_("怎么称呼您"), complete="name")
    phone = private(_("您的电话"), _("活动有变动时好通知您；不公开。"), "tel", "tel")


class LinkForm(forms.Form):
    """What stands in or under a QR code."""

    link = private(_("二维码下面的网址或评价码"), _("可以整段粘贴。"))


class RulingForm(forms.Form):
    """The answer to a complaint."""

    ruling = forms.ChoiceField(label=_("处理结果"), choices=[("", "—"), *ComplaintRuling.choices], required=False)
    answer = text_field(
        _("答复内容"),
        _("投诉人凭编号能看到：查了什么、怎么处理、依据什么。不写别人的个人信息。"),
        rows=5,
        required=False,
    )


class ReplyForm(forms.Form):
    """A word of the station to who asked."""

    text = text_field(
        _("回复求助人"), _("求助人凭编号和查询码就能看到，请不要写姓名、电话、住址、病情。"), rows=3, required=False
    )


class IdentityForm(forms.Form):
    """Whose file the request is about, once the identity card was seen."""

    file_number = private(_("档案编号"), _("看过本人身份证后，填他(她)的档案编号。"))
    seen = forms.BooleanField(
        label=_("我已当面看过本人的身份证件"), error_messages={"required": _("没有看过证件的不能继续。")}
    )


class NoteForm(forms.Form):
    """Why a request isn't taken up."""

    note = text_field(_("原因"), _("提出请求的人凭编号能看到。"), rows=2, required=False)
