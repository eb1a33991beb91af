"""Addresses of the network: the list of stations and what changes one. A station's page is the desk's."""

from django.urls import path

from shegong.network import views

app_name = "network"

urlpatterns = [
    path("stations/", views.stations, name="stations"),
    path("stations/<slug:key>/stage/", views.stage, name="stage"),
    path("stations/<slug:key>/operation/", views.operation, name="operation"),
]
