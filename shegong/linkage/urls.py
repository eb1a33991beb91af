"""Addresses of agreements, volunteers, local groups and charity."""

from django.urls import URLPattern, URLResolver, path

from shegong.linkage.views import certificate, opportunity, volunteer

app_name = "linkage"

VOLUNTEERING: list[URLPattern | URLResolver] = [
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

urlpatterns: list[URLPattern | URLResolver] = [*VOLUNTEERING]
