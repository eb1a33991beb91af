"""Addresses of the practice: each object's own list."""

from django.urls import path

from shegong.practice.views import record

app_name = "practice"

record_urls = [
    path("records/", record.records, name="records"),
    path("records/new/", record.record_new, name="record-new"),
    path("records/clients/", record.record_clients, name="record-clients"),
    path("records/reach/<uuid:client_id>/<slug:kind>/", record.reach, name="reach"),
    path("records/<uuid:record_id>/", record.record, name="record"),
    path("records/<uuid:record_id>/saved/", record.record_saved, name="record-saved"),
    path("records/<uuid:record_id>/plan/", record.record_plan, name="record-plan"),
    path("records/<uuid:record_id>/correct/", record.record_correct, name="record-correct"),
    path("records/<uuid:record_id>/void/", record.record_void, name="record-void"),
]

urlpatterns = [*record_urls]
