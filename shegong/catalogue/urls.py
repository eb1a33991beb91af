"""Addresses of the catalogue."""

from django.urls import path

from shegong.catalogue.views import editor, instrument, service

app_name = "catalogue"
urlpatterns = [
    path("services/", service.services, name="services"),
    path("services/<str:code>/", service.service, name="service"),
    path("services/<str:code>/revise/", service.revise, name="revise"),
    path("forms/", instrument.instruments, name="instruments"),
    path("forms/import/", instrument.instrument_import, name="instrument-import"),
    path("forms/import/confirm/", instrument.import_confirm, name="import-confirm"),
    path("forms/<str:code>/", instrument.instrument, name="instrument"),
    path("forms/<str:code>/edit/", editor.instrument_edit, name="instrument-edit"),
    path("forms/<str:code>/<int:version>/preview/", instrument.preview, name="instrument-preview"),
    path("forms/<str:code>/<int:version>/xlsform/", instrument.xlsform, name="instrument-xlsform"),
    path("forms/<str:code>/<int:version>/publish/", instrument.publish, name="instrument-publish"),
    path("forms/<str:code>/<int:version>/retire/", instrument.retire, name="instrument-retire"),
]
