"""Addresses of the practice: each object's own list."""

from django.urls import path

from shegong.practice.views import (
    activity,
    agenda,
    assessment,
    attachment,
    case,
    case_stage,
    client,
    course,
    duty,
    enquiry,
    evaluation,
    family,
    file,
    goal,
    groupwork,
    groupwork_session,
    paper,
    protection,
    record,
    referral,
    survey,
    workload,
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
evaluation_urls = [
    path("evaluations/of/<slug:kind>/<uuid:key>/", evaluation.evaluations, name="evaluations"),
    path("evaluations/of/<slug:kind>/<uuid:key>/new/", evaluation.evaluation_new, name="evaluation-new"),
    path("evaluations/of/<slug:kind>/<uuid:key>/ask/", evaluation.evaluation_ask, name="evaluation-ask"),
    path("e/<slug:token>/", evaluation.evaluate, name="evaluate"),
    path("e/<slug:token>/thanks/", evaluation.evaluate_thanks, name="evaluate-thanks"),
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

family_urls = [
    path("clients/<uuid:client_id>/course/", course.course, name="course"),
    path("clients/<uuid:client_id>/family/", family.family, name="family"),
    path("clients/<uuid:client_id>/family/pictures/", family.family_pictures, name="family-pictures"),
    path("clients/<uuid:client_id>/family/persons/new/", family.relative_new, name="family-add"),
    path("clients/<uuid:client_id>/family/<slug:part>/new/", family.part_new, name="family-new"),
    path("clients/<uuid:client_id>/family/<slug:part>/<uuid:key>/", family.part, name="family-part"),
    path("clients/<uuid:client_id>/family/<slug:part>/<uuid:key>/remove/", family.part_remove, name="family-remove"),
    path(
        "clients/<uuid:client_id>/family/versions/<int:number>/restore/", family.family_restore, name="family-restore"
    ),
]

group_urls = [
    path("groups/", groupwork.groups, name="groups"),
    path("groups/new/", groupwork.group_new, name="group-new"),
    path("groups/people/", groupwork.gathering_people, name="gathering-people"),
    path("groups/<uuid:group_id>/", groupwork.group, name="group"),
    path("groups/<uuid:group_id>/edit/", groupwork.group_edit, name="group-edit"),
    path("groups/<uuid:group_id>/submit/", groupwork.group_submit, name="group-submit"),
    path("groups/<uuid:group_id>/decide/", groupwork.group_decide, name="group-decide"),
    path("groups/<uuid:group_id>/cancel/", groupwork.group_cancel, name="group-cancel"),
    path("groups/<uuid:group_id>/join/", groupwork.group_join, name="group-join"),
    path("groups/<uuid:group_id>/measures/", groupwork.group_measures, name="group-measures"),
    path("groups/<uuid:group_id>/summary/", groupwork.group_summary, name="group-summary"),
    path("groups/<uuid:group_id>/sessions/", groupwork_session.sessions_lay_out, name="sessions-lay-out"),
    path("groups/<uuid:group_id>/sessions/new/", groupwork_session.session_new, name="session-new"),
    path("members/<uuid:member_id>/screen/", groupwork.member_screen, name="member-screen"),
    path("members/<uuid:member_id>/accept/", groupwork.member_accept, name="member-accept"),
    path("sessions/<uuid:session_id>/", groupwork_session.session, name="session"),
    path("sessions/<uuid:session_id>/plan/", groupwork_session.session_plan, name="session-plan"),
    path("sessions/<uuid:session_id>/cancel/", groupwork_session.session_cancel, name="session-cancel"),
]
activity_urls = [
    path("activities/", activity.activities, name="activities"),
    path("activities/new/", activity.activity_new, name="activity-new"),
    path("activities/<uuid:activity_id>/", activity.activity, name="activity"),
    path("activities/<uuid:activity_id>/edit/", activity.activity_edit, name="activity-edit"),
    path("activities/<uuid:activity_id>/submit/", activity.activity_submit, name="activity-submit"),
    path("activities/<uuid:activity_id>/decide/", activity.activity_decide, name="activity-decide"),
    path("activities/<uuid:activity_id>/note/", activity.activity_note, name="activity-note"),
    path("activities/<uuid:activity_id>/cancel/", activity.activity_cancel, name="activity-cancel"),
    path("activities/<uuid:activity_id>/join/", activity.activity_join, name="activity-join"),
    path("activities/<uuid:activity_id>/residents/", activity.activity_resident, name="activity-resident"),
    path("activities/<uuid:activity_id>/turnout/", activity.activity_turnout, name="activity-turnout"),
    path("activities/<uuid:activity_id>/gifts/new/", activity.gift_new, name="gift-new"),
    path("activities/<uuid:activity_id>/summary/", activity.activity_summary, name="activity-summary"),
    path("signups/<uuid:signup_id>/cancel/", activity.signup_cancel, name="signup-cancel"),
    path("gifts/<uuid:gift_id>/remove/", activity.gift_remove, name="gift-remove"),
    path("calendar/", agenda.month, name="calendar"),
    path("calendar/feeds/new/", agenda.feed_new, name="feed-new"),
    path("calendar/feeds/<int:feed_id>/revoke/", agenda.feed_revoke, name="feed-revoke"),
    path("calendar/<slug:token>.ics", agenda.feed, name="feed"),
]

workload_urls = [
    path("workload/", workload.workload, name="workload"),
    path("workload/leave/new/", workload.leave_new, name="leave-new"),
    path("workload/leave/<uuid:leave_id>/cancel/", workload.leave_cancel, name="leave-cancel"),
    path("workload/fair/", workload.fair_range, name="fair-range"),
]

urlpatterns = [
    *client_urls,
    *case_urls,
    *assessment_urls,
    *survey_urls,
    *record_urls,
    *protection_urls,
    *evaluation_urls,
    *attachment_urls,
    *paper_urls,
    *enquiry_urls,
    *referral_urls,
    *report_urls,
    *family_urls,
    *group_urls,
    *activity_urls,
    *workload_urls,
]
