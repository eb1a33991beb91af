"""The root of all addresses. /healthz and /metrics aren't here: `shegong.config.health.Probes` answers them earlier."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from shegong.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    path("accounts/", include("shegong.people.urls")),
    path("admin/", admin.site.urls),
    path("admin-tools/workbook/", include("shegong.config.workbook.urls")),
    path("api/v1/", api.urls),
    path("hsds/", include("shegong.portal.hsds.urls")),
    path("", include("shegong.portal.urls")),
    path("", include("shegong.catalogue.urls")),
    path("", include("shegong.desk.urls")),
    path("", include("shegong.network.urls")),
    path("", include("shegong.workforce.urls")),
    path("", include("shegong.purchase.urls")),
    path("", include("shegong.practice.urls")),
    path("", include("shegong.indicators.urls")),
    path("", include("shegong.linkage.urls")),
    path("", include("shegong.appraisal.urls")),
]
