"""Addresses of the home pages."""

from django.urls import path

from shegong.desk import views
from shegong.desk.staffing import views as staffing

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("day/beside/", views.day_beside, name="day-beside"),
    path("search/", views.search, name="search"),
    path("journal/", views.journal, name="journal"),
    path("stations/<slug:key>/", views.station, name="station"),
    path("stations/<slug:key>/premises/", views.station_premises, name="station-premises"),
    path("staffing/", staffing.staffing, name="staffing"),
    path("staffing/what-if/", staffing.what_if, name="what-if"),
]
