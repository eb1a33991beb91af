"""The back office at /admin/: for administrators, in their scope, and every change journalled."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shegong.journal.actions import log
from shegong.people import actions
from shegong.people.enums import Role
from shegong.people.models import Account

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


def is_administrator(request: HttpRequest) -> bool:
    """Whether the viewer holds the administrator's role today."""
    viewer = getattr(request, "viewer", None)
    return viewer is not None and viewer.has(Role.ADMIN)


def acting_account(request: HttpRequest) -> Account:
    """Who is at work in the back office. Raises PermissionDenied for somebody unknown."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


class JournalledAdmin(Base):
    """A model whose rows administrators may see and change; each change leaves an event in the journal.

    What is over is ended by its date, not deleted: rows are deleted only where `deletable` says so, and rows that come
    from elsewhere (`addable = False`) are only amended.
    """

    addable: ClassVar[bool] = True
    deletable: ClassVar[bool] = False
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.addable and is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.deletable and is_administrator(request)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Save, and journal which fields changed (not their values)."""
        super().save_model(request, obj, form, change)
        self._log(request, "change" if change else "add", obj, {"fields": form.changed_data})

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete, and journal it."""
        self._log(request, "delete", obj, {})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several, and journal each."""
        for obj in queryset:
            self._log(request, "delete", obj, {})
        super().delete_queryset(request, queryset)

    def _log(self, request: HttpRequest, verb: str, obj: Model, detail: dict[str, object]) -> None:
        log(verb, str(obj._meta.model_name), obj.pk, by=acting_account(request).pk, detail={**detail, "via": "admin"})


class BackOffice(admin.AdminSite):
    """Django's admin, entered through our own sign-in page by administrators only."""

    site_header = gettext_lazy("后台管理")
    site_title = gettext_lazy("后台管理")
    index_title = gettext_lazy("基础数据")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the viewer holds the administrator's role today."""
        return is_administrator(request)

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[admin.ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Only what is journalled can be changed here. The pages that other packages bring (groups, the keys of second
        factors) are left out.
        """
        if admin_class is not None and issubclass(admin_class, JournalledAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To the sign-in page; somebody signed in without the role is refused."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied(_("您的角色不能使用这个页面。"))
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """End the session, as everywhere."""
        actions.sign_out(request, acting_account(request))
        return redirect("people:sign_in")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """To the page that everybody uses."""
        return redirect("people:password")
