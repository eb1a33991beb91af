"""Addresses of the workforce: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.workforce.enums import AdviceStepKind
from shegong.workforce.views import (
    correction,
    course,
    credential,
    learning,
    pool,
    pool_board,
    posting,
    staffing,
    supervision,
    supervision_session,
    worker,
)

app_name = "workforce"

AGREEMENT = "supervision/agreements/<uuid:agreement_id>/"
SESSION = "supervision/sessions/<uuid:session_id>/"
ADVICE = "supervision/advice/<uuid:advice_id>/"

workers: list[URLPattern | URLResolver] = [
    path("workers/", worker.workers, name="workers"),
    path("workers/new/", worker.worker_new, name="worker-new"),
    path("workers/me/", worker.own, name="me"),
    path("workers/<int:worker_id>/", worker.worker, name="worker"),
    path("workers/<int:worker_id>/edit/", worker.worker_edit, name="worker-edit"),
    path("workers/<int:worker_id>/leave/", worker.worker_leave, name="worker-leave"),
    path("workers/<int:worker_id>/phone/", worker.worker_reveal, name="worker-reveal"),
    path("workers/<int:worker_id>/correction/", correction.correction_new, name="correction-new"),
    path("workers/<int:worker_id>/postings/new/", posting.posting_new, name="posting-new"),
    path("postings/<int:posting_id>/edit/", posting.posting_edit, name="posting-edit"),
    path("postings/<int:posting_id>/cancel/", posting.posting_cancel, name="posting-cancel"),
    path("corrections/<uuid:correction_id>/", correction.correction, name="correction"),
    path("corrections/<uuid:correction_id>/withdraw/", correction.correction_withdraw, name="correction-withdraw"),
    path("staffing/rules/", staffing.rules, name="staffing-rules"),
    path("staffing/rules/<slug:tier>/", staffing.rule_new, name="staffing-rule-new"),
]

credential_urls: list[URLPattern | URLResolver] = [
    path("credentials/", credential.credentials, name="credentials"),
    path("credentials/own/", credential.credentials_own, name="credentials-own"),
    path("credentials/workers/<int:worker_id>/", credential.credential_file, name="credential-file"),
    path("credentials/workers/<int:worker_id>/growth/", credential.growth, name="growth"),
    path("credentials/workers/<int:worker_id>/ask/<slug:kind>/", credential.request_new, name="request-new"),
    path("credentials/workers/<int:worker_id>/learning/", learning.learning_new, name="learning-new"),
    path("credentials/requests/", credential.requests, name="requests"),
    path("credentials/requests/<uuid:request_id>/", credential.request_page, name="request"),
    path("credentials/requests/<uuid:request_id>/approve/", credential.request_approve, name="request-approve"),
    path("credentials/requests/<uuid:request_id>/decline/", credential.request_decline, name="request-decline"),
    path("credentials/requests/<uuid:request_id>/withdraw/", credential.request_withdraw, name="request-withdraw"),
    path("credentials/learning/", learning.learning_waiting, name="learning-waiting"),
    path("credentials/learning/<uuid:entry_id>/approve/", learning.learning_approve, name="learning-approve"),
    path("credentials/learning/<uuid:entry_id>/decline/", learning.learning_decline, name="learning-decline"),
    path("credentials/learning/<uuid:entry_id>/withdraw/", learning.learning_withdraw, name="learning-withdraw"),
    path("credentials/proofs/<uuid:proof_id>/", credential.proof, name="proof"),
    path("credentials/register/", learning.register, name="register"),
]

course_urls: list[URLPattern | URLResolver] = [
    path("courses/", course.courses, name="courses"),
    path("courses/new/", course.course_new, name="course-new"),
    path("courses/<uuid:course_id>/", course.course, name="course"),
    path("courses/<uuid:course_id>/edit/", course.course_edit, name="course-edit"),
    path("courses/<uuid:course_id>/enrol/", course.course_enrol, name="course-enrol"),
    path("courses/<uuid:course_id>/leave/", course.course_leave, name="course-leave"),
    path("courses/<uuid:course_id>/cancel/", course.course_cancel, name="course-cancel"),
    path("courses/<uuid:course_id>/attendance/", course.course_attendance, name="course-attendance"),
]

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
    path(f"{ASSIGNMENT}swap/", pool_board.assignment_swap, name="pool-assignment-swap"),
    path(f"{ASSIGNMENT}change/", pool_board.assignment_change, name="pool-assignment-change"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *workers,
    *credential_urls,
    *course_urls,
    *supervision_pages,
    *pool_pages,
]
