"""The root of all addresses. /healthz and /metrics aren't here: `shegong.config.health.Probes` answers them earlier."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),  # the language switch
]
