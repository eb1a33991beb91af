"""The forms of sign-in and of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UsernameField
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.people import rules

LONGEST_PASSWORD = 256
CODE_ATTRS: dict[str, Any] = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


def password_field(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """A password as it was typed, spaces included."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    """User name and password."""

    username = UsernameField(
        label=_("用户名"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = password_field(_("密码"), "current-password")


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=30,
        help_text=_("验证器应用中的 6 位数字，或一个 10 位恢复码。"),
        widget=forms.TextInput(attrs={**CODE_ATTRS, "autofocus": True}),
    )


class SetUpForm(forms.Form):
    """A first code, which shows that the app has the key."""

    code = forms.CharField(
        label=_("应用中显示的 6 位数字"), max_length=20, widget=forms.TextInput(attrs={**CODE_ATTRS})
    )


class PasswordAndCodeForm(forms.Form):
    """What it takes to change the second factor."""

    password = password_field(_("密码"), "current-password")
    code = forms.CharField(
        label=_("验证码"),
        max_length=30,
        help_text=_("验证器应用中的 6 位数字，或一个 10 位恢复码。"),
        widget=forms.TextInput(attrs={**CODE_ATTRS}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new_password = password_field(
        _("新密码"), "new-password", _("至少 10 个字符；不能是常见密码，也不能与用户名或姓名相近。")
    )
    repeated = password_field(_("再输入一次新密码"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        values = super().clean() or {}
        if "new_password" in values and "repeated" in values and values["new_password"] != values["repeated"]:
            self.add_error("repeated", _("两次输入的密码不一致。"))
        return values


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one."""

    old_password = password_field(_("原密码"), "current-password")
    field_order = ["old_password", "new_password", "repeated"]


class ForgottenForm(forms.Form):
    """Where to send the link."""

    email = forms.EmailField(label=_("电子邮箱"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class LanguageForm(forms.Form):
    """The language of the pages."""

    language = forms.ChoiceField(label=_("界面语言"), choices=lambda: settings.LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"language": get_language()})


class TokenForm(forms.Form):
    """What an access token is for, and how long it lives."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：统计脚本"))
    days = forms.IntegerField(label=_("有效天数"), initial=90, min_value=1, max_value=rules.BEARER_DAYS, localize=False)
