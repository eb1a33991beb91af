"""Addresses of the workforce: each object's own list."""

from django.urls import URLPattern, URLResolver

app_name = "workforce"

urlpatterns: list[URLPattern | URLResolver] = []
