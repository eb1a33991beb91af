"""The root of all addresses. /healthz and /metrics aren't here: `shegong.config.health.Probes` answers them earlier."""

from django.urls import URLPattern, URLResolver, path

from shegong.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
]
