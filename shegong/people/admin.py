"""Accounts in the back office: no password is ever shown but a new one-time password, once."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Field
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shegong.people import queries
from shegong.people.actions import remove_second_factor, revoke_token, set_one_time_password
from shegong.people.backoffice import JournalledAdmin, acting_account
from shegong.people.models import AccessToken, Account


@admin.register(Account)
class AccountAdmin(JournalledAdmin):
    """Accounts are switched off, never deleted: the journal points at them."""

    list_display = ["username", "display_name", "email", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "display_name", "email"]
    ordering = ["username"]
    fields = [
        "username", "display_name", "email", "language", "is_active",
        "must_change_password", "has_second_factor", "joined_at", "last_login",
    ]  # fmt: skip
    readonly_fields = ["must_change_password", "has_second_factor", "joined_at", "last_login"]
    change_form_template = "people/admin/account_change.html"

    @admin.display(description=gettext_lazy("两步验证"), boolean=True)
    def has_second_factor(self, account: Account) -> bool:
        """Whether the account has a second factor."""
        return account.pk is not None and queries.authenticator(account) is not None

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """One of the languages that the pages speak."""
        if db_field.name == "language":
            return ChoiceField(label=db_field.verbose_name, choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """A new account can't be used before it is given a one-time password."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """The pages of the two things that can be done for somebody who can't get in."""
        view = self.admin_site.admin_view
        return [
            path("<int:account_id>/one-time-password/", view(self.one_time_password), name="people_one_time_password"),
            path("<int:account_id>/second-factor/", view(self.second_factor), name="people_drop_second_factor"),
            *super().get_urls(),
        ]

    def one_time_password(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Ask, then set a one-time password and show it."""
        account = get_object_or_404(Account, pk=account_id)
        password = ""
        if request.method == "POST":
            password = set_one_time_password(account, by=acting_account(request))
        context = {"account": account, "password": password, "title": _("一次性密码")}
        return self._page(request, "people/admin/one_time_password.html", context)

    def second_factor(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Ask, then remove the second factor."""
        account = get_object_or_404(Account, pk=account_id)
        if request.method == "POST":
            remove_second_factor(account, by=acting_account(request))
            self.message_user(request, _("已移除 %(name)s 的两步验证。") % {"name": account})
            return redirect(reverse("admin:people_account_change", args=[account.pk]))
        context = {"account": account, "title": _("移除两步验证")}
        return self._page(request, "people/admin/second_factor.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**common, **context})


@admin.register(AccessToken)
class AccessTokenAdmin(JournalledAdmin):
    """Whose tokens are in force; they can be revoked. What they are can't be read anywhere."""

    addable = False
    list_display = ["account", "name", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["account"]
    search_fields = ["account__username", "account__display_name", "name"]
    ordering = ["-created_at"]
    fields = ["account", "name", "created_at", "expires_at", "revoked_at"]
    readonly_fields = ["account", "name", "created_at", "expires_at", "revoked_at"]
    actions = ["revoke"]

    @admin.action(description=gettext_lazy("撤销所选令牌"))
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """Make the chosen tokens worthless."""
        for token in queryset:
            revoke_token(token, by=acting_account(request))
