"""Addresses of the catalogue."""

from django.urls import path

from shegong.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<str:code>/", views.service, name="service"),
    path("services/<str:code>/revise/", views.revise, name="revise"),
]
