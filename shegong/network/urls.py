"""Addresses of the network: stations and what changes one (a station's own page is the desk's), and premises."""

from django.urls import path

from shegong.network import views
from shegong.network.premises.views import booking, site

app_name = "network"

urlpatterns = [
    path("stations/", views.stations, name="stations"),
    path("stations/<slug:key>/stage/", views.stage, name="stage"),
    path("stations/<slug:key>/operation/", views.operation, name="operation"),
    path("premises/", site.premises, name="premises"),
    path("premises/new/", site.site_new, name="site-new"),
    path("premises/use/", booking.premises_use, name="premises-use"),
    path("premises/<uuid:site_id>/", site.site, name="site"),
    path("premises/<uuid:site_id>/edit/", site.site_edit, name="site-edit"),
    path("premises/<uuid:site_id>/end/", site.site_end, name="site-end"),
    path("premises/<uuid:site_id>/hours/", site.hours, name="site-hours"),
    path("premises/<uuid:site_id>/areas/new/", site.area, name="area-new"),
    path("premises/<uuid:site_id>/areas/<uuid:area_id>/", site.area, name="area-edit"),
    path("premises/<uuid:site_id>/sharing/new/", site.sharing, name="sharing-new"),
    path("premises/<uuid:site_id>/equipment/new/", site.equipment, name="equipment-new"),
    path("premises/<uuid:site_id>/equipment/<uuid:equipment_id>/", site.equipment, name="equipment-edit"),
    path("premises/<uuid:site_id>/equipment/<uuid:equipment_id>/lend/", site.lend, name="equipment-lend"),
    path("premises/sharing/<uuid:agreement_id>/end/", site.sharing_end, name="sharing-end"),
    path("premises/loans/<uuid:loan_id>/return/", site.give_back, name="loan-return"),
    path("bookings/", booking.bookings, name="bookings"),
    path("bookings/new/", booking.booking_new, name="booking-new"),
    path("bookings/<uuid:booking_id>/", booking.booking, name="booking"),
]
