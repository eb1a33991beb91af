"""Addresses of policies, standards, self-checks, the way to the target, findings, signs and the loop."""

from django.urls import URLPattern, URLResolver, path

from shegong.appraisal.views import finding, loop, policy, rule_question, self_check, signs, standard
from shegong.appraisal.views import path as way

app_name = "appraisal"

urlpatterns: list[URLPattern | URLResolver] = [
    path("standardisation/", way.standardisation, name="standardisation"),
    path("standardisation/stations/", way.stations, name="stations"),
    path("standardisation/stations/<slug:key>/", way.station, name="station"),
    path("standardisation/stations/<slug:key>/begin/", way.check_begin, name="self-check-begin"),
    path("standardisation/stations/<slug:key>/plan/", way.station_plan, name="station-plan"),
    path("self-checks/", self_check.self_checks, name="self-checks"),
    path("self-checks/<uuid:check_id>/", self_check.self_check, name="self-check"),
    path("self-checks/<uuid:check_id>/review/", self_check.self_check_review, name="self-check-review"),
    path("self-checks/<uuid:check_id>/decide/", self_check.self_check_decide, name="self-check-decide"),
    path("self-checks/<uuid:check_id>/appeal/", self_check.self_check_appeal, name="self-check-appeal"),
    path("self-checks/<uuid:check_id>/appeal/decide/", self_check.self_check_appeal_decide, name="appeal-decide"),
    path("self-checks/proofs/<uuid:proof_id>/", self_check.check_proof, name="proof"),
    path("self-checks/proofs/<uuid:proof_id>/remove/", self_check.check_proof_remove, name="proof-remove"),
    path("standards/", standard.standards, name="standards"),
    path("standards/<int:standard_id>/", standard.standard, name="standard"),
    path("standards/<int:standard_id>/copy/", standard.standard_copy, name="standard-copy"),
    path("standards/<int:standard_id>/frame/", standard.standard_frame, name="standard-frame"),
    path("standards/<int:standard_id>/publish/", standard.standard_publish, name="standard-publish"),
    path("standards/<int:standard_id>/drop/", standard.standard_drop, name="standard-drop"),
    path("standards/<int:standard_id>/items/new/", standard.item, name="item-new"),
    path("standards/<int:standard_id>/items/<slug:code>/", standard.item, name="item-edit"),
    path("standards/<int:standard_id>/items/<slug:code>/drop/", standard.item_drop, name="item-drop"),
    path("policies/", policy.policies, name="policies"),
    path("policies/new/", policy.policy_new, name="policy-new"),
    path("policies/<slug:code>/", policy.policy, name="policy"),
    path("policies/<slug:code>/draft/", policy.policy_draft, name="policy-draft"),
    path("policies/<slug:code>/publish/", policy.policy_publish, name="policy-publish"),
    path("policies/<slug:code>/clauses/new/", policy.clause_edit, name="clause-new"),
    path("policies/<slug:code>/clauses/<slug:anchor>/", policy.clause, name="clause"),
    path("policies/<slug:code>/clauses/<slug:anchor>/edit/", policy.clause_edit, name="clause-edit"),
    path("policies/<slug:code>/clauses/<slug:anchor>/drop/", policy.clause_drop, name="clause-drop"),
    path("findings/", finding.findings, name="findings"),
    path("findings/new/", finding.finding_new, name="finding-new"),
    path("findings/terms/", finding.finding_terms, name="finding-terms"),
    path("findings/terms/<slug:severity>/", finding.finding_term, name="finding-term"),
    path("findings/<uuid:finding_id>/", finding.finding, name="finding"),
    path("findings/<uuid:finding_id>/plan/", finding.finding_plan, name="finding-plan"),
    path("findings/<uuid:finding_id>/correct/", finding.finding_correct, name="finding-correct"),
    path("findings/<uuid:finding_id>/recheck/", finding.finding_recheck, name="finding-recheck"),
    path("findings/<uuid:finding_id>/extend/", finding.finding_extend, name="finding-extend"),
    path("findings/<uuid:finding_id>/withdraw/", finding.finding_withdraw, name="finding-withdraw"),
    path("findings/proofs/<uuid:proof_id>/", finding.finding_proof, name="finding-proof"),
    path("rule-questions/", rule_question.rule_questions, name="rule-questions"),
    path("rule-questions/<uuid:question_id>/", rule_question.rule_question_answer, name="rule-question-answer"),
    path("signs/", signs.signs, name="signs"),
    path("signs/<slug:key>/<slug:kind>/", signs.sign, name="sign"),
    path("loop/", loop.loop, name="loop"),
    path("loop/<slug:key>/", loop.station_loop, name="station-loop"),
]
