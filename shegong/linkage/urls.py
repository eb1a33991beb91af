"""Addresses of agreements, volunteers, local groups and charity."""

from django.urls import URLPattern, URLResolver, path

from shegong.linkage.views import agreement, certificate, department, group, joint, opportunity, volunteer

app_name = "linkage"

agreements: list[URLPattern | URLResolver] = [
    path("agreements/", agreement.agreements, name="agreements"),
    path("agreements/new/", agreement.agreement_new, name="agreement-new"),
    path("agreements/reviews/<uuid:review_id>/", agreement.agreement_review, name="agreement-review"),
    path("agreements/<uuid:agreement_id>/", agreement.agreement, name="agreement"),
    path("agreements/<uuid:agreement_id>/edit/", agreement.agreement_edit, name="agreement-edit"),
    path("agreements/<uuid:agreement_id>/own-side/", agreement.agreement_own_side, name="agreement-own-side"),
    path("agreements/<uuid:agreement_id>/parties/", agreement.agreement_party, name="agreement-party"),
    path(
        "agreements/<uuid:agreement_id>/parties/<uuid:party_id>/drop/",
        agreement.agreement_party_drop,
        name="agreement-party-drop",
    ),
    path(
        "agreements/<uuid:agreement_id>/parties/<uuid:party_id>/sign/",
        agreement.agreement_sign,
        name="agreement-sign",
    ),
    path("agreements/<uuid:agreement_id>/places/", agreement.agreement_places, name="agreement-places"),
    path("agreements/<uuid:agreement_id>/channels/", agreement.agreement_channel, name="agreement-channel"),
    path(
        "agreements/<uuid:agreement_id>/channels/<uuid:channel_id>/drop/",
        agreement.agreement_channel_drop,
        name="agreement-channel-drop",
    ),
    path("agreements/<uuid:agreement_id>/send/", agreement.agreement_send, name="agreement-send"),
    path("agreements/<uuid:agreement_id>/recall/", agreement.agreement_recall, name="agreement-recall"),
    path("agreements/<uuid:agreement_id>/follow/", agreement.agreement_follow, name="agreement-follow"),
    path("agreements/<uuid:agreement_id>/end/", agreement.agreement_end, name="agreement-end"),
    path("agreements/<uuid:agreement_id>/projects/new/", joint.joint_project_new, name="joint-project-new"),
    path("department/", department.department, name="department"),
    path("department/results/", department.department_results, name="department-results"),
    path("arrivals/", department.arrivals, name="arrivals"),
    path("arrivals/new/", department.arrival_new, name="arrival-new"),
    path("arrivals/<uuid:arrival_id>/", department.arrival, name="arrival"),
    path("arrivals/<uuid:arrival_id>/accept/", department.arrival_accept, name="arrival-accept"),
    path("arrivals/<uuid:arrival_id>/decline/", department.arrival_decline, name="arrival-decline"),
    path("arrivals/<uuid:arrival_id>/result/", department.arrival_result, name="arrival-result"),
    path("arrivals/<uuid:arrival_id>/reveal/<slug:field>/", department.arrival_reveal, name="arrival-reveal"),
    path("joint-projects/", joint.joint_projects, name="joint-projects"),
    path("joint-projects/<uuid:project_id>/", joint.joint_project, name="joint-project"),
    path("joint-projects/<uuid:project_id>/activities/", joint.joint_project_link, name="joint-project-link"),
    path(
        "joint-projects/<uuid:project_id>/activities/<uuid:linked_id>/drop/",
        joint.joint_project_unlink,
        name="joint-project-unlink",
    ),
    path("joint-projects/<uuid:project_id>/finish/", joint.joint_project_finish, name="joint-project-finish"),
    path("payable-services/", joint.payable_services, name="payable-services"),
    path("payable-services/<slug:code>/", joint.payable_service, name="payable-service"),
]

groups: list[URLPattern | URLResolver] = [
    path("local-groups/", group.local_groups, name="local-groups"),
    path("local-groups/new/", group.local_group_new, name="local-group-new"),
    path("local-groups/projects/<uuid:project_id>/", group.group_project_result, name="group-project-result"),
    path("local-groups/<uuid:group_id>/", group.local_group, name="local-group"),
    path("local-groups/<uuid:group_id>/edit/", group.local_group_edit, name="local-group-edit"),
    path("local-groups/<uuid:group_id>/stage/", group.local_group_stage, name="local-group-stage"),
    path("local-groups/<uuid:group_id>/support/", group.local_group_support, name="local-group-support"),
    path("local-groups/<uuid:group_id>/projects/", group.local_group_project, name="local-group-project"),
    path("local-groups/<uuid:group_id>/reveal/", group.local_group_reveal, name="local-group-reveal"),
    path("local-groups/<uuid:group_id>/grants/", group.micro_grant_ask, name="micro-grant-ask"),
    path("micro-grants/", group.micro_grants, name="micro-grants"),
    path("micro-grants/<uuid:grant_id>/", group.micro_grant, name="micro-grant"),
    path("micro-grants/<uuid:grant_id>/approve/", group.micro_grant_approve, name="micro-grant-approve"),
    path("micro-grants/<uuid:grant_id>/decline/", group.micro_grant_decline, name="micro-grant-decline"),
    path("micro-grants/<uuid:grant_id>/pay/", group.micro_grant_pay, name="micro-grant-pay"),
    path("micro-grants/<uuid:grant_id>/account/", group.micro_grant_account, name="micro-grant-account"),
]

volunteering: list[URLPattern | URLResolver] = [
    path("volunteering/", volunteer.volunteering, name="volunteering"),
    path("volunteering/register/", volunteer.volunteer_register, name="volunteer-register"),
    path("volunteering/me/", volunteer.volunteer_mine, name="volunteer-mine"),
    path("volunteers/", volunteer.volunteers, name="volunteers"),
    path("volunteers/new/", volunteer.volunteer_new, name="volunteer-new"),
    path("volunteers/<uuid:volunteer_id>/", volunteer.volunteer, name="volunteer"),
    path("volunteers/<uuid:volunteer_id>/edit/", volunteer.volunteer_edit, name="volunteer-edit"),
    path("volunteers/<uuid:volunteer_id>/move/<slug:state>/", volunteer.volunteer_move, name="volunteer-move"),
    path("volunteers/<uuid:volunteer_id>/train/", volunteer.volunteer_train, name="volunteer-train"),
    path("volunteers/<uuid:volunteer_id>/honour/", volunteer.volunteer_honour, name="volunteer-honour"),
    path("volunteers/<uuid:volunteer_id>/thank/", volunteer.volunteer_thank, name="volunteer-thank"),
    path("volunteers/<uuid:volunteer_id>/certificate/", certificate.certificate_new, name="certificate-new"),
    path("opportunities/", opportunity.opportunities, name="opportunities"),
    path("opportunities/new/", opportunity.opportunity_new, name="opportunity-new"),
    path("opportunities/<uuid:opportunity_id>/", opportunity.opportunity, name="opportunity"),
    path("opportunities/<uuid:opportunity_id>/edit/", opportunity.opportunity_edit, name="opportunity-edit"),
    path(
        "opportunities/<uuid:opportunity_id>/move/<slug:state>/",
        opportunity.opportunity_move,
        name="opportunity-move",
    ),
    path("opportunities/<uuid:opportunity_id>/sign-up/", opportunity.opportunity_sign_up, name="sign-up"),
    path("opportunities/<uuid:opportunity_id>/add/", opportunity.opportunity_add, name="sign-up-other"),
    path(
        "opportunities/<uuid:opportunity_id>/withdraw/<uuid:signup_id>/",
        opportunity.signup_withdraw,
        name="sign-up-withdraw",
    ),
    path("opportunities/<uuid:opportunity_id>/attendance/", opportunity.attendance, name="volunteer-attendance"),
    path("volunteer-hours/", opportunity.hours, name="hours"),
    path("volunteer-hours/export/", opportunity.hours_export, name="hours-export"),
    path("volunteer-hours/<uuid:attendance_id>/correct/", opportunity.hours_correct, name="hours-correct"),
    path("volunteer-hours/corrections/<uuid:correction_id>/", opportunity.hours_decide, name="hours-decide"),
    path("certificates/<uuid:certificate_id>/", certificate.certificate, name="certificate"),
    path("certificates/<uuid:certificate_id>/code/", certificate.certificate_code, name="certificate-code"),
    path("certificates/<uuid:certificate_id>/withdraw/", certificate.certificate_withdraw, name="certificate-withdraw"),
    path("v/", certificate.check, name="check-any"),
    path("v/<slug:number>/", certificate.check, name="check"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *agreements,
    *groups,
    *volunteering,
]
