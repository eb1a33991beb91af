"""Addresses of policies, standards, self-checks, the way to the target, and target letters."""

from django.urls import URLPattern, URLResolver, path

from shegong.appraisal.views import letter, letter_course, policy, self_check, standard
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
    path("letters/", letter.letters, name="letters"),
    path("letters/new/", letter.letter_new, name="letter-new"),
    path("letters/<uuid:letter_id>/", letter.letter, name="letter"),
    path("letters/<uuid:letter_id>/days/", letter.letter_days, name="letter-days"),
    path("letters/<uuid:letter_id>/copy/", letter.letter_copy, name="letter-copy"),
    path("letters/<uuid:letter_id>/drop/", letter.letter_drop, name="letter-drop"),
    path("letters/<uuid:letter_id>/issue/", letter.letter_issue, name="letter-issue"),
    path("letters/<uuid:letter_id>/accept/", letter_course.letter_accept, name="letter-accept"),
    path("letters/<uuid:letter_id>/score/", letter_course.letter_score, name="letter-score"),
    path("letters/<uuid:letter_id>/settle/", letter_course.letter_settle, name="letter-settle"),
    path("letters/<uuid:letter_id>/items/new/", letter.letter_item, name="letter-item-new"),
    path("letters/<uuid:letter_id>/items/<slug:code>/", letter.letter_item, name="letter-item-edit"),
    path("letters/<uuid:letter_id>/items/<slug:code>/drop/", letter.letter_item_drop, name="letter-item-drop"),
    path("letters/<uuid:letter_id>/items/<slug:code>/entry/", letter_course.letter_entry, name="letter-entry"),
    path(
        "letters/<uuid:letter_id>/items/<slug:code>/milestones/<int:number>/",
        letter_course.letter_entry,
        name="letter-milestone",
    ),
    path("letters/<uuid:letter_id>/items/<slug:code>/object/", letter_course.letter_object, name="letter-object"),
    path("letters/objections/<uuid:objection_id>/", letter_course.objection_rule, name="objection-rule"),
    path("letters/proofs/<uuid:proof_id>/", letter_course.letter_proof, name="letter-proof"),
    path("policies/", policy.policies, name="policies"),
    path("policies/new/", policy.policy_new, name="policy-new"),
    path("policies/<slug:code>/", policy.policy, name="policy"),
    path("policies/<slug:code>/draft/", policy.policy_draft, name="policy-draft"),
    path("policies/<slug:code>/publish/", policy.policy_publish, name="policy-publish"),
    path("policies/<slug:code>/clauses/new/", policy.clause_edit, name="clause-new"),
    path("policies/<slug:code>/clauses/<slug:anchor>/", policy.clause, name="clause"),
    path("policies/<slug:code>/clauses/<slug:anchor>/edit/", policy.clause_edit, name="clause-edit"),
    path("policies/<slug:code>/clauses/<slug:anchor>/drop/", policy.clause_drop, name="clause-drop"),
]
