"""What the frame of a page says about who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from shegong.people.display import displayed
from shegong.people.enums import Role
from shegong.people.models import Account


def account(request: HttpRequest) -> dict[str, Any]:
    """The account's name, its menu, where to sign out, and when and how the page locks itself (a display never does);
    nothing for somebody unknown. No query of its own.
    """
    viewer = getattr(request, "viewer", None)
    # Nobody is known: an error page of an early middleware may not even have a user to ask.
    if viewer is None or not isinstance(user := request.user, Account):
        return {}
    if displayed(request):
        return {"is_display": True}
    menu = [{"title": gettext("我的账号"), "url": reverse("people:account"), "icon": "account"}]
    if viewer.has(Role.ADMIN):
        menu.append({"title": gettext("后台管理"), "url": reverse("admin:index"), "icon": "settings"})
    return {
        "account_name": user.display_name,
        "account_menu": menu,
        "sign_out_url": reverse("people:sign_out"),
        "idle_seconds": settings.SESSION_COOKIE_AGE,
        "present_url": reverse("people:present"),
        "lock_url": reverse("people:lock"),
    }
