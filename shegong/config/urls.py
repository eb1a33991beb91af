"""The root of all addresses."""

from django.urls import URLPattern, URLResolver, path

from shegong.config.health import healthz, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
