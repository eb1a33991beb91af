"""Addresses of the practice: each object's own list."""

from django.urls import path

from shegong.practice.views import assessment, case, client, file, record, survey

app_name = "practice"

client_urls = [
    path("clients/", client.clients, name="clients"),
    path("clients/new/", client.client_new, name="client-new"),
    path("clients/alike/", client.look_alikes, name="look-alikes"),
    path("clients/restricted/", file.door, name="client-door"),
    path("clients/<uuid:client_id>/", client.client, name="client"),
    path("clients/<uuid:client_id>/edit/", client.client_edit, name="client-edit"),
    path("clients/<uuid:client_id>/reveal/<slug:field>/", client.client_reveal, name="client-reveal"),
    path("clients/<uuid:client_id>/consents/new/", file.consent_new, name="consent-new"),
    path("clients/<uuid:client_id>/contacts/new/", file.contact_new, name="contact-new"),
    path("clients/<uuid:client_id>/household/", file.household, name="household"),
    path("clients/<uuid:client_id>/household/leave/", file.household_leave, name="household-leave"),
    path("clients/<uuid:client_id>/merge/", file.merge, name="merge"),
    path("consents/<uuid:consent_id>/withdraw/", file.consent_withdraw, name="consent-withdraw"),
    path("contacts/<uuid:contact_id>/remove/", file.contact_remove, name="contact-remove"),
    path("contacts/<uuid:contact_id>/reveal/", file.contact_reveal, name="contact-reveal"),
    path("merges/<uuid:merge_id>/undo/", file.merge_undo, name="merge-undo"),
]
case_urls = [
    path("cases/", case.cases, name="cases"),
    path("cases/<uuid:case_id>/", case.case, name="case"),
    path("cases/<uuid:case_id>/plan/", case.case_plan, name="case-plan"),
    path("cases/<uuid:case_id>/close/", case.case_close, name="case-close"),
    path("clients/<uuid:client_id>/cases/new/", case.case_new, name="case-new"),
]
assessment_urls = [
    path("assessments/<uuid:assessment_id>/", assessment.assessment, name="assessment"),
    path("clients/<uuid:client_id>/assessments/new/", assessment.assessment_new, name="assessment-new"),
]
survey_urls = [
    path("surveys/", survey.surveys, name="surveys"),
    path("surveys/new/", survey.survey_new, name="survey-new"),
    path("surveys/<uuid:survey_id>/", survey.survey, name="survey"),
    path("surveys/<uuid:survey_id>/fill/", survey.survey_fill, name="survey-fill"),
    path("surveys/<uuid:survey_id>/end/", survey.survey_end, name="survey-end"),
    path("surveys/<uuid:survey_id>/links/new/", survey.link_new, name="survey-link-new"),
    path("surveys/links/<uuid:link_id>/end/", survey.link_end, name="survey-link-end"),
    path("s/<slug:token>/", survey.answer, name="survey-answer"),
    path("s/<slug:token>/thanks/", survey.thanks, name="survey-thanks"),
]
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

urlpatterns = [*client_urls, *case_urls, *assessment_urls, *survey_urls, *record_urls]
