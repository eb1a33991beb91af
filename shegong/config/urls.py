"""The root of all addresses. /healthz and /metrics aren't here: `shegong.config.health.Probes` answers them earlier."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
