"""Addresses of the workforce: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.workforce.views import correction, posting, staffing, worker

app_name = "workforce"

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

urlpatterns: list[URLPattern | URLResolver] = [*workers]
