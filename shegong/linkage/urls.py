"""Addresses of agreements, volunteers, local groups and charity."""

from django.urls import URLPattern, URLResolver

app_name = "linkage"

urlpatterns: list[URLPattern | URLResolver] = []
