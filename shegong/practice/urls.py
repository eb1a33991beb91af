"""Addresses of the practice: each object's own list."""

from django.urls import path

from shegong.practice.views import (
    assessment,
    attachment,
    case,
    case_stage,
    client,
    duty,
    enquiry,
    file,
    goal,
    paper,
    protection,
    record,
    referral,
)

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
    path("cases/waiting/", case.cases_waiting, name="cases-waiting"),
    path("cases/<uuid:case_id>/", case.case, name="case"),
    path("cases/<uuid:case_id>/sheets/<slug:stage>/", case_stage.case_sheet, name="case-sheet"),
    path("cases/<uuid:case_id>/on/", case_stage.case_on, name="case-on"),
    path("cases/<uuid:case_id>/back/", case_stage.case_back, name="case-back"),
    path("cases/<uuid:case_id>/end/", case_stage.case_end, name="case-end"),
    path("cases/<uuid:case_id>/ask-plan/", case_stage.case_ask_plan, name="case-ask-plan"),
    path("cases/<uuid:case_id>/ask-closure/", case_stage.case_ask_closure, name="case-ask-closure"),
    path("cases/<uuid:case_id>/hand-over/", case_stage.case_hand_over, name="case-hand-over"),
    path("cases/<uuid:case_id>/transfer/", case_stage.case_transfer_ask, name="case-transfer"),
    path("cases/<uuid:case_id>/goals/new/", goal.goal_new, name="goal-new"),
    path("cases/<uuid:case_id>/services/new/", goal.service_plan, name="service-plan"),
    path("cases/<uuid:case_id>/follow-ups/new/", case_stage.follow_up_new, name="follow-up-new"),
    path("clients/<uuid:client_id>/cases/new/", case.case_new, name="case-new"),
    path("goals/<uuid:goal_id>/edit/", goal.goal_edit, name="goal-edit"),
    path("goals/<uuid:goal_id>/drop/", goal.goal_drop, name="goal-drop"),
    path("goals/<uuid:goal_id>/rate/", goal.goal_rate, name="goal-rate"),
    path("planned-services/<uuid:line_id>/edit/", goal.service_edit, name="service-edit"),
    path("planned-services/<uuid:line_id>/drop/", goal.service_drop, name="service-drop"),
    path("approvals/<uuid:approval_id>/", case_stage.approval_decide, name="approval-decide"),
    path("approvals/<uuid:approval_id>/withdraw/", case_stage.approval_withdraw, name="approval-withdraw"),
    path("emergencies/<uuid:emergency_id>/review/", case_stage.emergency_review, name="emergency-review"),
    path("transfers/<uuid:transfer_id>/accept/", case_stage.transfer_accept, name="transfer-accept"),
    path("transfers/<uuid:transfer_id>/decline/", case_stage.transfer_decline, name="transfer-decline"),
    path("follow-ups/<uuid:follow_up_id>/move/", case_stage.follow_up_move, name="follow-up-move"),
    path("follow-ups/<uuid:follow_up_id>/note/", case_stage.follow_up_note, name="follow-up-note"),
]
assessment_urls = [
    path("assessments/<uuid:assessment_id>/", assessment.assessment, name="assessment"),
    path("clients/<uuid:client_id>/assessments/new/", assessment.assessment_new, name="assessment-new"),
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
protection_urls = [
    path("protection/", protection.protection, name="protection"),
    path("protection/consents/", protection.consents, name="consents"),
    path("protection/consents/<uuid:consent_id>/", protection.consent, name="consent"),
    path("protection/requests/", protection.requests, name="requests"),
    path("protection/requests/new/", protection.request_new, name="request-new"),
    path("protection/requests/<uuid:request_id>/", protection.request_page, name="request"),
    path("protection/requests/<uuid:request_id>/answer/", protection.request_answer, name="request-answer"),
    path("protection/requests/<uuid:request_id>/erasure/", protection.request_propose, name="request-propose"),
    path("protection/retention/", protection.retention, name="retention"),
    path("protection/retention/<slug:kind>/", protection.retention_rule, name="retention-rule"),
    path("protection/erasures/", protection.erasures, name="erasures"),
    path("protection/erasures/files/<uuid:client_id>/", protection.erasure_propose, name="erasure-propose"),
    path("protection/erasures/<uuid:proposal_id>/approve/", protection.erasure_approve, name="erasure-approve"),
    path("protection/erasures/<uuid:proposal_id>/decline/", protection.erasure_decline, name="erasure-decline"),
]
attachment_urls = [
    path("attachments/of/<slug:kind>/<uuid:key>/", attachment.attachments, name="attachments"),
    path("attachments/of/<slug:kind>/<uuid:key>/new/", attachment.attachment_new, name="attachment-new"),
    path("attachments/<uuid:attachment_id>/", attachment.attachment_file, name="attachment-file"),
    path("attachments/<uuid:attachment_id>/preview/", attachment.attachment_preview, name="attachment-preview"),
    path("attachments/<uuid:attachment_id>/remove/", attachment.attachment_remove, name="attachment-remove"),
]
paper_urls = [
    path("papers/", paper.papers, name="papers"),
    path("papers/new/<slug:kind>/<uuid:subject>/", paper.paper_new, name="paper-new"),
    path("papers/<uuid:job_id>/", paper.paper, name="paper"),
    path("papers/<uuid:job_id>/file/", paper.paper_file, name="paper-file"),
]

enquiry_urls = [
    path("enquiries/", enquiry.enquiries, name="enquiries"),
    path("enquiries/new/", enquiry.enquiry_new, name="enquiry-new"),
    path("enquiries/<uuid:enquiry_id>/", enquiry.enquiry, name="enquiry"),
    path("enquiries/<uuid:enquiry_id>/take/", enquiry.enquiry_take, name="enquiry-take"),
    path("enquiries/<uuid:enquiry_id>/accept/", enquiry.enquiry_accept, name="enquiry-accept"),
    path("enquiries/<uuid:enquiry_id>/brief/", enquiry.enquiry_brief, name="enquiry-brief"),
    path("enquiries/<uuid:enquiry_id>/decline/", enquiry.enquiry_decline, name="enquiry-decline"),
    path("enquiries/<uuid:enquiry_id>/reveal/<slug:field>/", enquiry.enquiry_reveal, name="enquiry-reveal"),
]
referral_urls = [
    path("referrals/", referral.referrals, name="referrals"),
    path("referrals/new/", referral.refer, name="refer"),
    path("referrals/<uuid:referral_id>/", referral.referral, name="referral"),
    path("referrals/<uuid:referral_id>/release/", referral.referral_release, name="referral-release"),
    path("referrals/<uuid:referral_id>/accept/", referral.referral_accept, name="referral-accept"),
    path("referrals/<uuid:referral_id>/decline/", referral.referral_decline, name="referral-decline"),
    path("referrals/<uuid:referral_id>/result/", referral.referral_result, name="referral-result"),
    path("referrals/<uuid:referral_id>/close/", referral.referral_close, name="referral-close"),
    path("referrals/<uuid:referral_id>/withdraw/", referral.referral_withdraw, name="referral-withdraw"),
    path("referrals/<uuid:referral_id>/reveal/<slug:field>/", referral.referral_reveal, name="referral-reveal"),
]
report_urls = [
    path("reports/", duty.reports, name="reports"),
    path("reports/new/", duty.report_new, name="report-new"),
    path("reports/open/", duty.report_open, name="report-open"),
    path("reports/<uuid:report_id>/", duty.report, name="report"),
    path("reports/<uuid:report_id>/save/", duty.report_save, name="report-save"),
    path("reports/<uuid:report_id>/notice/", duty.report_notice, name="report-notice"),
    path("reports/<uuid:report_id>/follow-up/", duty.report_follow, name="report-follow"),
    path("reports/<uuid:report_id>/close/", duty.report_close, name="report-close"),
]

urlpatterns = [
    *client_urls,
    *case_urls,
    *assessment_urls,
    *record_urls,
    *enquiry_urls,
    *referral_urls,
    *report_urls,
    *protection_urls,
    *attachment_urls,
    *paper_urls,
]
