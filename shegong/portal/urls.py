"""Addresses of the public site."""

from django.urls import path

from shegong.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.ask, name="ask"),
    path("places/", views.place, name="place"),
    path("state/", views.state, name="state"),
]
