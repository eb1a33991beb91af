"""Addresses of premises, money and the purchase of services: each object's own list."""

from django.urls import URLPattern, URLResolver

app_name = "purchase"

urlpatterns: list[URLPattern | URLResolver] = []
