"""Addresses of the workforce: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.workforce.enums import AdviceStepKind
from shegong.workforce.views import pool, pool_board, supervision, supervision_session

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

PROPOSAL = "pool/proposals/<uuid:proposal_id>/"
ASSIGNMENT = "pool/assignments/<int:assignment_id>/"
BOOKING = "pool/bookings/<uuid:booking_id>/"

pool_pages: list[URLPattern | URLResolver] = [
    path("pool/", pool.pool, name="pool"),
    path("pool/mine/", pool.own, name="pool-own"),
    path("pool/offers/new/", pool.offer_new, name="pool-offer-new"),
    path("pool/offers/<uuid:offer_id>/withdraw/", pool.offer_withdraw, name="pool-offer-withdraw"),
    path("pool/requests/new/", pool.request_new, name="pool-request-new"),
    path("pool/requests/<uuid:request_id>/withdraw/", pool.request_withdraw, name="pool-request-withdraw"),
    path(f"{BOOKING}arrange/", pool.booking_arrange, name="pool-booking-arrange"),
    path(f"{BOOKING}cancel/", pool.booking_cancel, name="pool-booking-cancel"),
    path("pool/board/", pool_board.board, name="pool-board"),
    path("pool/coverage/", pool_board.coverage, name="pool-coverage"),
    path("pool/proposals/new/", pool_board.propose, name="pool-propose"),
    path(PROPOSAL, pool_board.proposal, name="pool-proposal"),
    *[
        path(f"{PROPOSAL}{step}/", pool_board.proposal_step, {"step": step}, name=f"pool-proposal-{step}")
        for step in ("publish", "again", "drop")
    ],
    *[
        path(f"{ASSIGNMENT}{step}/", pool_board.assignment_step, {"step": step}, name=f"pool-assignment-{step}")
        for step in ("pin", "unpin", "remove")
    ],
    path(f"{ASSIGNMENT}change/", pool_board.assignment_change, name="pool-assignment-change"),
]

urlpatterns: list[URLPattern | URLResolver] = [*supervision_pages, *pool_pages]
