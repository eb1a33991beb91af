"""Addresses of the workforce: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.workforce.enums import AdviceStepKind
from shegong.workforce.views import supervision, supervision_session

app_name = "workforce"

AGREEMENT = "supervision/agreements/<uuid:agreement_id>/"
SESSION = "supervision/sessions/<uuid:session_id>/"
ADVICE = "supervision/advice/<uuid:advice_id>/"

supervision_pages: list[URLPattern | URLResolver] = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/give/", supervision.give, name="supervision-give"),
    path("supervision/receive/", supervision.receive, name="supervision-receive"),
    path("supervision/stations/", supervision.stations, name="supervision-stations"),
    path("supervision/profile/", supervision.profile, name="supervision-profile"),
    path("supervision/agreements/new/", supervision_session.agreement_new, name="supervision-agreement-new"),
    path(AGREEMENT, supervision_session.agreement, name="supervision-agreement"),
    path(f"{AGREEMENT}edit/", supervision_session.agreement_edit, name="supervision-agreement-edit"),
    path(f"{AGREEMENT}start/", supervision_session.agreement_start, name="supervision-agreement-start"),
    path(f"{AGREEMENT}end/", supervision_session.agreement_end, name="supervision-agreement-end"),
    path(f"{AGREEMENT}hand-over/", supervision_session.hand_over, name="supervision-hand-over"),
    path(f"{AGREEMENT}plan/", supervision_session.session_plan, name="supervision-plan"),
    path(f"{AGREEMENT}hold/", supervision_session.hold_new, name="supervision-hold-new"),
    path(SESSION, supervision_session.session, name="supervision-session"),
    path(f"{SESSION}hold/", supervision_session.hold, name="supervision-hold"),
    path(f"{SESSION}cancel/", supervision_session.session_cancel, name="supervision-cancel"),
    path(f"{SESSION}rate/", supervision_session.session_rate, name="supervision-rate"),
    path(ADVICE, supervision.advice, name="supervision-advice"),
    *[
        path(
            f"{ADVICE}{step.value}/",
            supervision.advice_step,
            {"step": step.value},
            name=f"supervision-advice-{step.value}",
        )
        for step in AdviceStepKind
    ],
    path(
        "supervision/handovers/<uuid:handover_id>/acknowledge/",
        supervision.handover_acknowledge,
        name="supervision-acknowledge",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [*supervision_pages]
