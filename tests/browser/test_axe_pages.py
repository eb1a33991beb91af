"""Every page of the product, as its own people see it, has no barrier that a machine can find: light, dark, English.

The pages are counted off against the addresses: a new one must be added to VISITS, or to EXEMPT with the reason.
"""

import re
from base64 import b32decode
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site, sign_in
from tests.browser.walk import NOBODY, Visit, Walk

pytestmark = pytest.mark.browser

SERIOUS: Final = ("serious", "critical")
# A theme changes colours only, so the second look is for these.
COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# The first for our pages, the second for Django's back office.
DARK: Final = "document.documentElement.dataset.bsTheme = document.documentElement.dataset.theme = 'dark'"
SETTLED: Final = """async () => {
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  await Promise.allSettled(document.getAnimations().map((each) => each.finished));
}"""
NO_KEY: Final = "00000000-0000-4000-8000-000000000000"


VISITS: Final = (
    Visit("portal:ask", NOBODY, "/help/"),
    Visit("portal:state", NOBODY, "/help/state/"),
    Visit("portal:home", NOBODY, "/door/"),
    Visit("portal:find", NOBODY, "/door/stations/?q=社工室"),
    Visit("portal:station", NOBODY, "/door/stations/{room}/"),
    Visit("portal:activities", NOBODY, "/door/activities/?station={room}"),
    Visit("portal:activity", NOBODY, f"/door/activities/{NO_KEY}/", 404),
    Visit("portal:complain", NOBODY, "/door/complain/?station={room}"),
    Visit("portal:own-data", NOBODY, "/door/own-data/"),
    Visit("portal:own-data", NOBODY, "/door/own-data/?station={room}"),
    Visit("portal:rate", NOBODY, "/door/rate/"),
    Visit("portal:notices", NOBODY, "/door/notices/"),
    Visit("portal:figures", NOBODY, "/door/figures/"),
    Visit("portal:widget-stations", NOBODY, "/widgets/stations/?q=社工室"),
    Visit("portal:widget-calendar", NOBODY, "/widgets/calendar/{room}/"),
    Visit("portal:words", "worker", "/asker-words/"),
    Visit("portal:complaints", "county", "/complaints/"),
    Visit("portal:complaint", "county", "/complaints/{grievance}/"),
    Visit("portal:complaint-answer", "county", "/complaints/{grievance}/answer/"),
    Visit("portal:own-requests", "worker", "/data-requests/"),
    Visit("portal:own-request", "worker", "/data-requests/{own_request}/"),
    Visit("portal:own-check", "worker", "/data-requests/{own_request}/check/"),
    Visit("portal:own-refuse", "worker", "/data-requests/{own_request}/refuse/"),
    Visit("people:sign_in", NOBODY, "/accounts/sign-in/?next=/clients/"),
    Visit("people:forgotten", NOBODY, "/accounts/forgotten/"),
    Visit("people:reset", NOBODY, "/accounts/reset/x/y/", 410),
    Visit("missing", NOBODY, "/nothing-here/", 404),
    Visit("practice:evaluate", NOBODY, "/e/nothing-here/", 404),
    Visit("practice:evaluate", NOBODY, "/e/{evaluation}/"),
    Visit("practice:evaluations", "worker", "/evaluations/of/case/{case}/"),
    Visit("practice:evaluation-new", "worker", "/evaluations/of/case/{case}/new/"),
    Visit("practice:evaluation-ask", "worker", "/evaluations/of/case/{case}/ask/"),
    Visit("desk:home", "worker", "/"),
    Visit("practice:clients", "worker", "/clients/"),
    Visit("practice:clients", "worker", "/clients/?q=nobody-has-this-name"),
    Visit("practice:client-new", "worker", "/clients/new/"),
    Visit("practice:client", "worker", "/clients/{client}/"),
    Visit("practice:client-edit", "worker", "/clients/{client}/edit/"),
    Visit("practice:consent-new", "worker", "/clients/{client}/consents/new/"),
    Visit("practice:contact-new", "worker", "/clients/{client}/contacts/new/"),
    Visit("practice:household", "worker", "/clients/{client}/household/"),
    Visit("practice:merge", "worker", "/clients/{client}/merge/"),
    Visit("practice:client-door", "worker", f"/clients/restricted/?id={NO_KEY}"),
    Visit("practice:client-door", "worker", "/clients/restricted/"),
    Visit("practice:cases", "worker", "/cases/"),
    Visit("practice:cases", "worker", "/cases/?stage=closed"),
    Visit("practice:case", "worker", "/cases/{case}/"),
    Visit("practice:case-new", "worker", "/clients/{client}/cases/new/"),
    Visit("practice:case", "head", "/cases/{open}/"),
    Visit("practice:case-sheet", "worker", "/cases/{case}/sheets/intake/"),
    Visit("practice:case-sheet", "worker", "/cases/{case}/sheets/assessment/"),
    Visit("practice:case-sheet", "worker", "/cases/{case}/sheets/evaluation/"),
    Visit("practice:case-back", "worker", "/cases/{open}/back/"),
    Visit("practice:case-end", "worker", "/cases/{case}/end/"),
    Visit("practice:case-ask-closure", "worker", "/cases/{case}/ask-closure/"),
    Visit("practice:case-hand-over", "worker", "/cases/{case}/hand-over/"),
    Visit("practice:case-supervisor", "worker", "/cases/{case}/supervisor/"),
    Visit("practice:case-transfer", "worker", "/cases/{case}/transfer/"),
    Visit("practice:goal-new", "worker", "/cases/{case}/goals/new/"),
    Visit("practice:goal-edit", "worker", "/goals/{goal}/edit/"),
    Visit("practice:goal-rate", "worker", "/goals/{goal}/rate/"),
    Visit("practice:service-plan", "worker", "/cases/{case}/services/new/"),
    Visit("practice:service-edit", "head", "/planned-services/{line}/edit/"),
    Visit("practice:follow-up-new", "worker", "/cases/{case}/follow-ups/new/"),
    Visit("practice:follow-up-move", "worker", "/follow-ups/{follow_up}/move/"),
    Visit("practice:follow-up-note", "worker", "/follow-ups/{follow_up}/note/"),
    Visit("practice:cases-waiting", "supervisor", "/cases/waiting/"),
    Visit("practice:approval-decide", "supervisor", "/approvals/{approval}/"),
    Visit("practice:emergency-review", "head", "/emergencies/{emergency}/review/"),
    Visit("practice:transfer-accept", "head", "/transfers/{transfer}/accept/"),
    Visit("practice:transfer-decline", "head", "/transfers/{transfer}/decline/"),
    Visit("practice:cases-waiting", "head", "/cases/waiting/"),
    Visit("practice:groups", "worker", "/groups/"),
    Visit("practice:groups", "worker", "/groups/?done=yes"),
    Visit("practice:group-new", "worker", "/groups/new/"),
    Visit("practice:group", "worker", "/groups/{group}/"),
    Visit("practice:group-edit", "worker", "/groups/{group_back}/edit/"),
    Visit("practice:group-decide", "head", "/groups/{group_asked}/decide/"),
    Visit("practice:group-cancel", "worker", "/groups/{group}/cancel/"),
    Visit("practice:group-join", "worker", "/groups/{group}/join/"),
    Visit("practice:group-measures", "worker", "/groups/{group}/measures/"),
    Visit("practice:group-summary", "worker", "/groups/{group}/summary/"),
    Visit("practice:sessions-lay-out", "worker", "/groups/{group_open}/sessions/"),
    Visit("practice:session-new", "worker", "/groups/{group}/sessions/new/"),
    Visit("practice:member-screen", "worker", "/members/{member}/screen/"),
    Visit("practice:session", "worker", "/sessions/{session}/"),
    Visit("practice:session-plan", "worker", "/sessions/{session}/plan/"),
    Visit("practice:session-cancel", "worker", "/sessions/{session}/cancel/"),
    Visit("practice:activities", "worker", "/activities/"),
    Visit("practice:activity-new", "worker", "/activities/new/"),
    Visit("practice:activity", "worker", "/activities/{activity}/"),
    Visit("practice:activity-edit", "worker", "/activities/{activity_back}/edit/"),
    Visit("practice:activity-decide", "head", "/activities/{activity_asked}/decide/"),
    Visit("practice:activity-note", "head", "/activities/{activity}/note/"),
    Visit("practice:activity-cancel", "worker", "/activities/{activity}/cancel/"),
    Visit("practice:activity-join", "worker", "/activities/{activity}/join/"),
    Visit("practice:activity-resident", "worker", "/activities/{activity}/residents/"),
    Visit("practice:activity-turnout", "worker", "/activities/{activity}/turnout/"),
    Visit("practice:gift-new", "worker", "/activities/{activity}/gifts/new/"),
    Visit("practice:activity-summary", "worker", "/activities/{activity_held}/summary/"),
    Visit("practice:calendar", "worker", "/calendar/"),
    Visit("practice:surveys", "worker", "/surveys/"),
    Visit("practice:survey", "worker", "/surveys/{survey}/"),
    Visit("practice:survey", "county", "/surveys/{survey}/"),
    Visit("practice:survey-new", "county", "/surveys/new/"),
    Visit("practice:survey-fill", "worker", "/surveys/{survey}/fill/"),
    Visit("practice:survey-answer", NOBODY, "/s/{link}/"),
    Visit("practice:survey-answer", NOBODY, "/s/nothing-here/", 404),
    Visit("practice:survey-thanks", NOBODY, "/s/{link}/thanks/"),
    Visit("catalogue:instruments", "city", "/forms/"),
    Visit("catalogue:instrument", "city", "/forms/{form}/"),
    Visit("catalogue:instrument-preview", "worker", "/forms/{form}/1/preview/"),
    Visit("catalogue:instrument-edit", "city", "/forms/{form}/edit/"),
    Visit("catalogue:instrument-import", "city", "/forms/import/"),
    Visit("practice:assessment-new", "worker", "/clients/{client}/assessments/new/"),
    Visit("practice:assessment-new", "worker", "/clients/{client}/assessments/new/?form=needs-older"),
    Visit("practice:assessment", "head", "/assessments/{assessment}/"),
    Visit("practice:records", "worker", "/records/"),
    Visit("practice:record-new", "worker", "/records/new/"),
    Visit("practice:record-new", "worker", "/records/new/?client={client}"),
    Visit("practice:record-saved", "worker", "/records/{record}/saved/"),
    Visit("practice:record", "worker", "/records/{record}/"),
    Visit("practice:record-correct", "worker", "/records/{record}/correct/"),
    Visit("practice:record-void", "worker", "/records/{record}/void/"),
    Visit("practice:attachment-new", "worker", "/attachments/of/client/{client}/new/"),
    Visit("practice:attachments", "worker", "/attachments/of/case/{case}/"),
    Visit("practice:attachment-remove", "worker", "/attachments/{attachment}/remove/"),
    Visit("practice:paper-new", "worker", "/papers/new/case/{case}/"),
    Visit("practice:paper", "worker", "/papers/{paper}/"),
    Visit("practice:papers", "worker", "/papers/"),
    Visit("indicators:reports", "head", "/work-reports/"),
    Visit("indicators:report-new", "head", "/work-reports/new/"),
    Visit("indicators:report", "head", "/work-reports/{report}/"),
    Visit("indicators:report-issue", "head", "/work-reports/{report}/issue/"),
    Visit("indicators:report-rewrite", "head", "/work-reports/{report}/rewrite/"),
    Visit("appraisal:standardisation", "city", "/standardisation/"),
    Visit("appraisal:standardisation", "county", "/standardisation/"),
    Visit("appraisal:stations", "head", "/standardisation/stations/"),
    Visit("appraisal:stations", "city", "/standardisation/stations/?q=nowhere"),
    Visit("appraisal:station", "head", "/standardisation/stations/{town}/"),
    Visit("appraisal:station-plan", "city", "/standardisation/stations/{town}/plan/"),
    Visit("appraisal:self-checks", "city", "/self-checks/"),
    Visit("appraisal:self-check", "city", "/self-checks/{self_check}/"),
    Visit("appraisal:self-check-review", "county", "/self-checks/{self_check_submitted}/review/"),
    Visit("appraisal:self-check-decide", "city", "/self-checks/{self_check}/decide/"),
    Visit("appraisal:appeal-decide", "city", "/self-checks/{self_check_appealed}/appeal/decide/"),
    Visit("appraisal:letters", "city", "/letters/"),
    Visit("appraisal:letters", "county", "/letters/?state=issued"),
    Visit("appraisal:letter", "county", "/letters/{letter}/"),
    Visit("appraisal:letter", "liaison", "/letters/{letter_task}/"),
    Visit("appraisal:letter", "county", "/letters/{letter_final}/"),
    Visit("appraisal:letter-new", "city", "/letters/new/"),
    Visit("appraisal:letter", "city", "/letters/{letter_draft}/"),
    Visit("appraisal:letter-days", "city", "/letters/{letter_draft}/days/"),
    Visit("appraisal:letter-copy", "city", "/letters/{letter}/copy/"),
    Visit("appraisal:letter-item-new", "city", "/letters/{letter_draft}/items/new/"),
    Visit("appraisal:letter-item-edit", "city", "/letters/{letter_draft}/items/T1/"),
    Visit("appraisal:letter-entry", "county", "/letters/{letter}/items/M1/entry/"),
    Visit("appraisal:letter-milestone", "liaison", "/letters/{letter_task}/items/T1/milestones/1/"),
    Visit("appraisal:letter-object", "county", "/letters/{letter_scored}/items/A1/object/"),
    Visit("appraisal:objection-rule", "city", "/letters/objections/{letter_objection}/"),
    Visit("linkage:volunteering", "volunteer", "/volunteering/"),
    Visit("linkage:volunteering", "volunteer", "/volunteering/?reach=all"),
    Visit("linkage:volunteer-mine", "volunteer", "/volunteering/me/"),
    Visit("linkage:volunteers", "head", "/volunteers/"),
    Visit("linkage:volunteers", "county", "/volunteers/?q=nobody"),
    Visit("linkage:volunteer-new", "head", "/volunteers/new/"),
    Visit("linkage:volunteer", "head", "/volunteers/{volunteer}/"),
    Visit("linkage:volunteer-edit", "head", "/volunteers/{volunteer}/edit/"),
    Visit("linkage:volunteer-move", "head", "/volunteers/{volunteer}/move/paused/"),
    Visit("linkage:volunteer-train", "head", "/volunteers/{volunteer}/train/"),
    Visit("linkage:volunteer-honour", "head", "/volunteers/{volunteer}/honour/"),
    Visit("linkage:volunteer-thank", "head", "/volunteers/{volunteer}/thank/"),
    Visit("linkage:certificate-new", "head", "/volunteers/{volunteer}/certificate/"),
    Visit("linkage:opportunities", "head", "/opportunities/"),
    Visit("linkage:opportunities", "county", "/opportunities/?state=over"),
    Visit("linkage:opportunity-new", "head", "/opportunities/new/"),
    Visit("linkage:opportunity", "volunteer", "/opportunities/{call}/"),
    Visit("linkage:opportunity", "head", "/opportunities/{call}/"),
    Visit("linkage:opportunity-edit", "head", "/opportunities/{call}/edit/"),
    Visit("linkage:opportunity-move", "head", "/opportunities/{call}/move/cancelled/"),
    Visit("linkage:sign-up-other", "head", "/opportunities/{call}/add/"),
    Visit("linkage:volunteer-attendance", "head", "/opportunities/{call_past}/attendance/"),
    Visit("linkage:hours", "head", "/volunteer-hours/"),
    Visit("linkage:hours-export", "head", "/volunteer-hours/export/"),
    Visit("linkage:hours-correct", "volunteer", "/volunteer-hours/{served}/correct/"),
    Visit("linkage:hours-decide", "head", "/volunteer-hours/corrections/{hours_wish}/"),
    Visit("linkage:certificate", "volunteer", "/certificates/{certificate}/"),
    Visit("linkage:certificate-withdraw", "head", "/certificates/{certificate}/withdraw/"),
    Visit("linkage:check-any", NOBODY, "/v/"),
    Visit("linkage:check", NOBODY, "/v/FW2020NOBODY0000/", 404),
    Visit("linkage:department", "liaison", "/department/"),
    Visit("linkage:department-results", "liaison", "/department/results/"),
    Visit("linkage:department-results", "city", "/department/results/?time=year"),
    Visit("linkage:agreements", "city", "/agreements/"),
    Visit("linkage:agreements", "worker", "/agreements/?state=all"),
    Visit("linkage:agreement-new", "city", "/agreements/new/"),
    Visit("linkage:agreement", "county", "/agreements/{accord}/"),
    Visit("linkage:agreement", "county", "/agreements/{accord_draft}/"),
    Visit("linkage:agreement-edit", "county", "/agreements/{accord_draft}/edit/"),
    Visit("linkage:agreement-own-side", "county", "/agreements/{accord_draft}/own-side/"),
    Visit("linkage:agreement-party", "county", "/agreements/{accord_draft}/parties/"),
    Visit("linkage:agreement-places", "county", "/agreements/{accord_draft}/places/"),
    Visit("linkage:agreement-channel", "county", "/agreements/{accord_draft}/channels/"),
    Visit("linkage:agreement-sign", "liaison", "/agreements/{accord_sign}/parties/{accord_party}/sign/"),
    Visit("linkage:agreement-follow", "county", "/agreements/{accord}/follow/"),
    Visit("linkage:agreement-review", "county", "/agreements/reviews/{accord_review}/"),
    Visit("linkage:joint-project-new", "county", "/agreements/{accord}/projects/new/"),
    Visit("linkage:joint-projects", "liaison", "/joint-projects/?stage=all"),
    Visit("linkage:joint-project", "county", "/joint-projects/{joint}/"),
    Visit("linkage:payable-services", "city", "/payable-services/"),
    Visit("linkage:payable-service", "city", "/payable-services/E01/"),
    Visit("linkage:arrivals", "head", "/arrivals/"),
    Visit("linkage:arrival-new", "liaison", "/arrivals/new/"),
    Visit("linkage:arrival", "head", "/arrivals/{arrival}/"),
    Visit("linkage:local-groups", "county", "/local-groups/"),
    Visit("linkage:local-group-new", "head", "/local-groups/new/"),
    Visit("linkage:local-group", "head", "/local-groups/{local_group}/"),
    Visit("linkage:local-group-edit", "head", "/local-groups/{local_group}/edit/"),
    Visit("linkage:local-group-stage", "head", "/local-groups/{local_group}/stage/"),
    Visit("linkage:local-group-support", "head", "/local-groups/{local_group}/support/"),
    Visit("linkage:local-group-project", "head", "/local-groups/{local_group}/projects/"),
    Visit("linkage:micro-grant-ask", "head", "/local-groups/{local_group}/grants/"),
    Visit("linkage:micro-grants", "city", "/micro-grants/"),
    Visit("linkage:micro-grant", "county", "/micro-grants/{grant_asked}/"),
    Visit("linkage:micro-grant-approve", "county", "/micro-grants/{grant_asked}/approve/"),
    Visit("linkage:micro-grant-account", "head", "/micro-grants/{grant_paid}/account/"),
    Visit("linkage:drives", "", "/drives/"),
    Visit("linkage:drive", "", "/drives/{drive}/"),
    Visit("linkage:drive-donors", "", "/drives/{drive}/donors/"),
    Visit("linkage:follow-gift", "", "/donations/follow/"),
    Visit("linkage:drive-new", "donor", "/drives/new/"),
    Visit("linkage:drive-edit", "donor", "/drives/{drive_draft}/edit/"),
    Visit("linkage:drive-step", "donor", "/drives/{drive_draft}/step/open/"),
    Visit("linkage:drive-cost", "city", "/drives/{drive_ended}/cost/"),
    Visit("linkage:drive-settle", "city", "/drives/{drive_ended}/settle/"),
    Visit("linkage:drive-close", "city", "/drives/{drive_ended}/close/"),
    Visit("linkage:donation-new", "city", "/drives/{drive}/donate/"),
    Visit("linkage:drive-use", "county", "/drives/{drive}/use/"),
    Visit("linkage:donations", "donor", "/donations/"),
    Visit("linkage:donation", "donor", "/donations/{gift}/"),
    Visit("linkage:claim-gift", "donor", "/donations/claim/"),
    Visit("linkage:charities", "city", "/charities/"),
    Visit("linkage:stocks", "county", "/stocks/"),
    Visit("linkage:stock", "county", "/stocks/{stock}/"),
    Visit("linkage:stock-use", "county", "/stocks/{stock}/use/"),
    Visit("linkage:stock-move", "county", "/stocks/{stock}/move/"),
    Visit("linkage:gift-uses", "county", "/gift-uses/"),
    Visit("linkage:gift-use", "county", "/gift-uses/{gift_use}/"),
    Visit("appraisal:findings", "head", "/findings/"),
    Visit("appraisal:findings", "city", "/findings/?state=closed"),
    Visit("appraisal:findings", "county", "/findings/?q=nowhere"),
    Visit("appraisal:finding-new", "county", "/findings/new/?station={town}"),
    Visit("appraisal:finding", "head", "/findings/{finding}/"),
    Visit("appraisal:finding", "county", "/findings/{finding_corrected}/"),
    Visit("appraisal:finding-plan", "head", "/findings/{finding}/plan/"),
    Visit("appraisal:finding-correct", "head", "/findings/{finding}/correct/"),
    Visit("appraisal:finding-recheck", "county", "/findings/{finding_corrected}/recheck/"),
    Visit("appraisal:finding-extend", "county", "/findings/{finding}/extend/"),
    Visit("appraisal:finding-ask", "head", "/findings/{finding}/ask/"),
    Visit("appraisal:finding-refuse", "county", "/findings/{finding}/refuse/"),
    Visit("appraisal:finding-terms", "city", "/findings/terms/"),
    Visit("appraisal:finding-term", "city", "/findings/terms/grave/"),
    Visit("appraisal:rule-questions", "city", "/rule-questions/"),
    Visit("appraisal:rule-question-answer", "city", "/rule-questions/{rule_question}/"),
    Visit("appraisal:signs", "county", "/signs/?month={last_month}"),
    Visit("appraisal:signs", "city", "/signs/"),
    Visit("appraisal:sign", "county", "/signs/{sign}"),
    Visit("appraisal:loop", "city", "/loop/"),
    Visit("appraisal:loop", "county", "/loop/?stage=appraised"),
    Visit("appraisal:station-loop", "head", "/loop/{town}/"),
    Visit("appraisal:standards", "city", "/standards/"),
    Visit("appraisal:standard", "county", "/standards/{standard}/"),
    Visit("appraisal:standard", "city", "/standards/{standard_draft}/"),
    Visit("appraisal:standard-copy", "city", "/standards/{standard}/copy/"),
    Visit("appraisal:standard-frame", "city", "/standards/{standard_draft}/frame/"),
    Visit("appraisal:item-new", "city", "/standards/{standard_draft}/items/new/"),
    Visit("appraisal:item-edit", "city", "/standards/{standard_draft}/items/E1/"),
    Visit("appraisal:rounds", "city", "/rounds/"),
    Visit("appraisal:rounds", "worker", "/rounds/"),
    Visit("appraisal:round-new", "city", "/rounds/new/"),
    Visit("appraisal:round", "city", "/rounds/{round}/"),
    Visit("appraisal:round", "county", "/rounds/{round_past}/"),
    Visit("appraisal:round-sample", "city", "/rounds/{round}/sample/"),
    Visit("appraisal:round-findings", "county", "/rounds/{round_past}/findings/"),
    Visit("appraisal:round-step", "city", "/rounds/{round}/step/extend/"),
    Visit("appraisal:member-new", "city", "/rounds/{round}/team/new/"),
    Visit("appraisal:unit", "assessor", "/rounds/units/{unit}/"),
    Visit("appraisal:unit", "city", "/rounds/units/{unit_past}/"),
    Visit("appraisal:sampled-record", "assessor", "/rounds/records/{sampled}/"),
    Visit("appraisal:relations", "city", "/rounds/relations/"),
    Visit("appraisal:relation-new", "city", "/rounds/relations/new/"),
    Visit("appraisal:score-sheets", "assessor", "/score-sheets/"),
    Visit("appraisal:score-sheets", "county", "/score-sheets/"),
    Visit("appraisal:score-sheet", "assessor2", "/score-sheets/{score_sheet}/"),
    Visit("appraisal:sheet-reassign", "city", "/score-sheets/{score_sheet}/reassign/"),
    Visit("appraisal:assessments", "", "/rounds/notices/"),
    Visit("appraisal:assessment", "", "/rounds/notices/{round_past}/"),
    Visit("appraisal:policies", "worker", "/policies/"),
    Visit("appraisal:policies", "city", "/policies/?q=持证"),
    Visit("appraisal:policy", "city", "/policies/plan/?version=2"),
    Visit("appraisal:policy-new", "city", "/policies/new/"),
    Visit("appraisal:policy-draft", "city", "/policies/plan/draft/"),
    Visit("appraisal:clause", "county", "/policies/plan/clauses/staff-station/"),
    Visit("appraisal:clause-new", "city", "/policies/plan/clauses/new/"),
    Visit("appraisal:clause-edit", "city", "/policies/plan/clauses/equipment/edit/"),
    Visit("network:premises", "county", "/premises/"),
    Visit("network:premises", "worker", "/premises/?q=nobody-has-this-name"),
    Visit("network:site-new", "county", "/premises/new/"),
    Visit("network:premises-use", "head", "/premises/use/"),
    Visit("network:site", "county", "/premises/{kept}/"),
    Visit("network:site", "worker", "/premises/{site}/"),
    Visit("network:site-edit", "county", "/premises/{kept}/edit/"),
    Visit("network:site-end", "county", "/premises/{kept}/end/"),
    Visit("network:site-hours", "county", "/premises/{kept}/hours/"),
    Visit("network:area-new", "county", "/premises/{kept}/areas/new/"),
    Visit("network:sharing-new", "county", "/premises/{kept}/sharing/new/"),
    Visit("network:equipment-new", "county", "/premises/{kept}/equipment/new/"),
    Visit("network:area-edit", "county", "/premises/{area}/"),
    Visit("network:equipment-edit", "county", "/premises/{thing}/"),
    Visit("network:equipment-lend", "county", "/premises/{spare}/lend/"),
    Visit("network:sharing-end", "county", "/premises/sharing/{sharing}/end/"),
    Visit("network:loan-return", "county", "/premises/loans/{loan}/return/"),
    Visit("indicators:plan-step", "city", "/board/gap/plans/{room_plan}/step/?to=opened"),
    Visit("indicators:plan-drop", "city", "/board/gap/plans/{room_plan}/drop/"),
    Visit("network:bookings", "worker", "/bookings/"),
    Visit("network:bookings", "county", "/bookings/?month=2030-01"),
    Visit("network:booking-new", "worker", "/bookings/new/"),
    Visit("network:booking", "head", "/bookings/{reserved}/"),
    Visit("indicators:room-plan", "city", "/board/gap/{village}/"),
    Visit("desk:search", "worker", "/search/?q=shequ"),
    Visit("desk:search", "worker", "/search/?q=nobody-has-this-name"),
    Visit("people:account", "worker", "/accounts/"),
    Visit("people:password", "worker", "/accounts/password/"),
    Visit("people:second_factor", "worker", "/accounts/second-factor/"),
    Visit("desk:journal", "worker", "/journal/"),
    Visit("forbidden", "worker", "/admin-tools/workbook/", 403),
    Visit("practice:enquiries", "worker", "/enquiries/"),
    Visit("practice:enquiry-new", "worker", "/enquiries/new/"),
    Visit("practice:enquiry", "worker", "/enquiries/{enquiry}/"),
    Visit("practice:enquiry-accept", "worker", "/enquiries/{enquiry}/accept/"),
    Visit("practice:enquiry-brief", "worker", "/enquiries/{enquiry}/brief/"),
    Visit("practice:enquiry-decline", "worker", "/enquiries/{enquiry}/decline/"),
    Visit("practice:family", "worker", "/clients/{client}/family/"),
    Visit("practice:family-add", "worker", "/clients/{client}/family/persons/new/"),
    Visit("practice:family-new", "worker", "/clients/{client}/family/systems/new/"),
    Visit("practice:family-part", "worker", "/clients/{client}/family/persons/{person}/"),
    Visit("practice:course", "worker", "/clients/{client}/course/"),
    Visit("practice:referrals", "worker", "/referrals/"),
    Visit("practice:refer", "worker", "/referrals/new/?client={client}"),
    Visit("practice:referral", "head", "/referrals/{referral}/"),
    Visit("practice:referral-release", "head", "/referrals/{referral}/release/"),
    Visit("practice:referral-accept", "head", "/referrals/{referral}/accept/"),
    Visit("practice:referral-decline", "head", "/referrals/{referral}/decline/"),
    Visit("practice:referral-result", "head", "/referrals/{referral}/result/"),
    Visit("practice:reports", "worker", "/reports/"),
    Visit("practice:report", "head", "/reports/{duty}/"),
    Visit("practice:report-notice", "head", "/reports/{duty}/notice/"),
    Visit("practice:report-follow", "head", "/reports/{duty}/follow-up/"),
    Visit("practice:report-close", "head", "/reports/{duty}/close/"),
    Visit("practice:report-open", "dpo", "/reports/open/"),
    Visit("workforce:credentials-own", "worker", "/credentials/own/"),
    Visit("workforce:credentials", "county", "/credentials/"),
    Visit("workforce:credentials", "county", "/credentials/?due=window"),
    Visit("workforce:credential-file", "worker", "/credentials/workers/{own}/"),
    Visit("workforce:growth", "worker", "/credentials/workers/{own}/growth/"),
    Visit("workforce:request-new", "worker", "/credentials/workers/{own}/ask/certificate/"),
    Visit("workforce:request-new", "worker", "/credentials/workers/{own}/ask/renewal/"),
    Visit("workforce:learning-new", "worker", "/credentials/workers/{own}/learning/"),
    Visit("workforce:requests", "county", "/credentials/requests/"),
    Visit("workforce:request", "county", "/credentials/requests/{asked}/"),
    Visit("workforce:request-approve", "county", "/credentials/requests/{asked}/approve/"),
    Visit("workforce:request-decline", "county", "/credentials/requests/{asked}/decline/"),
    Visit("workforce:learning-waiting", "head", "/credentials/learning/"),
    Visit("workforce:learning-approve", "head", "/credentials/learning/{learning}/approve/"),
    Visit("workforce:learning-decline", "head", "/credentials/learning/{learning}/decline/"),
    Visit("workforce:register", "county", "/credentials/register/"),
    Visit("workforce:courses", "worker", "/courses/"),
    Visit("workforce:courses", "county", "/courses/?when=past"),
    Visit("workforce:course-new", "county", "/courses/new/"),
    Visit("workforce:course", "county", "/courses/{training}/"),
    Visit("workforce:course", "worker", "/courses/{training}/"),
    Visit("workforce:course-edit", "county", "/courses/{training}/edit/"),
    Visit("workforce:course-cancel", "county", "/courses/{training}/cancel/"),
    Visit("workforce:course-attendance", "county", "/courses/{training}/attendance/"),
    Visit("desk:home", "head", "/"),
    Visit("indicators:board", "head", "/board/"),
    Visit("indicators:behind", "head", "/board/behind/?code=practice.records"),
    Visit("practice:cases", "head", "/cases/?whose=all"),
    Visit("desk:home", "supervisor", "/"),
    Visit("practice:cases", "supervisor", "/cases/"),
    Visit("practice:clients", "county", "/clients/?risk=high"),
    Visit("practice:workload", "worker", "/workload/"),
    Visit("practice:workload", "county", "/workload/"),
    Visit("practice:leave-new", "head", "/workload/leave/new/"),
    Visit("practice:fair-range", "county", "/workload/fair/"),
    Visit("indicators:targets", "county", "/board/targets/"),
    Visit("indicators:outcomes", "county", "/outcomes/"),
    Visit("indicators:outcomes", "county", "/outcomes/?kind=project"),
    Visit("indicators:outcomes", "head", "/outcomes/?kind=case"),
    Visit("indicators:outcomes", "head", "/outcomes/?kind=group"),
    Visit("indicators:outcomes", "city", "/outcomes/?kind=activity"),
    Visit("indicators:outcomes", "agency", "/outcomes/"),
    Visit("indicators:outcomes_behind", "head", "/outcomes/behind/?what=cases&key="),
    Visit("indicators:outcomes_behind", "city", "/outcomes/behind/?what=opinions&key="),
    Visit("desk:home", "donor", "/"),
    Visit("indicators:board", "city", "/board/"),
    Visit("indicators:board", "city", "/board/?measure=practice.service_hours&by=field"),
    Visit("indicators:board", "city", "/board/?measure=practice.persons_served&by=method"),
    Visit("indicators:board", "city", "/board/?by=service"),
    Visit("indicators:board_funnel", "city", "/board/funnel/"),
    Visit("indicators:behind", "city", "/board/behind/?code=network.room_coverage"),
    Visit("indicators:behind", "city", "/board/behind/?code=practice.persons_served&split=group"),
    Visit("indicators:gap", "city", "/board/gap/"),
    Visit("indicators:targets", "city", "/board/targets/"),
    Visit("indicators:wall", "city", "/wall/"),
    Visit("network:stations", "city", "/stations/"),
    Visit("network:stations", "city", "/stations/?q=nobody-has-this-name"),
    Visit("desk:station", "city", "/stations/{centre}/"),
    Visit("desk:station", "city", "/stations/{room}/"),
    Visit("network:stage", "city", "/stations/{room}/stage/"),
    Visit("network:operation", "city", "/stations/{room}/operation/"),
    Visit("catalogue:services", "city", "/services/"),
    Visit("catalogue:service", "city", "/services/{service}/"),
    Visit("catalogue:revise", "city", "/services/{service}/revise/"),
    Visit("indicators:wall_display", "city", "/wall/display/"),
    Visit("workforce:pool-own", "supervisor", "/pool/mine/"),
    Visit("workforce:pool-own", "worker", "/pool/mine/"),
    Visit("workforce:pool-offer-new", "supervisor", "/pool/offers/new/"),
    Visit("workforce:pool-request-new", "worker", "/pool/requests/new/"),
    Visit("workforce:pool-booking-arrange", "city", "/pool/bookings/{booking}/arrange/"),
    Visit("workforce:pool-booking-cancel", "city", "/pool/bookings/{booking}/cancel/"),
    Visit("workforce:pool-board", "city", "/pool/board/"),
    Visit("workforce:pool-board", "county", "/pool/board/"),
    Visit("workforce:pool-coverage", "city", "/pool/coverage/"),
    Visit("workforce:pool-coverage", "county", "/pool/coverage/"),
    Visit("workforce:pool-proposal", "city", "/pool/proposals/{pool_proposal}/"),
    Visit("workforce:pool-proposal", "city", "/pool/proposals/{pool_proposal}/?show=left"),
    Visit("workforce:pool-assignment-change", "city", "/pool/assignments/{assignment}/change/"),
    Visit("workforce:pool-assignment-swap", "city", "/pool/assignments/{assignment}/swap/"),
    Visit("workforce:supervision-give", "supervisor", "/supervision/give/"),
    Visit("workforce:supervision-profile", "supervisor", "/supervision/profile/"),
    Visit("workforce:supervision-receive", "worker", "/supervision/receive/"),
    Visit("workforce:supervision-stations", "county", "/supervision/stations/"),
    Visit("workforce:supervision-stations", "city", "/supervision/stations/"),
    Visit("workforce:supervision-agreement-new", "head", "/supervision/agreements/new/"),
    Visit("workforce:supervision-agreement", "supervisor", "/supervision/agreements/{agreement}/"),
    Visit("workforce:supervision-agreement-edit", "head", "/supervision/agreements/{agreement_draft}/edit/"),
    Visit("workforce:supervision-agreement", "head", "/supervision/agreements/{agreement_draft}/"),
    Visit("workforce:supervision-agreement-end", "head", "/supervision/agreements/{agreement}/end/"),
    Visit("workforce:supervision-hand-over", "supervisor", "/supervision/agreements/{agreement}/hand-over/"),
    Visit("workforce:supervision-plan", "supervisor", "/supervision/agreements/{agreement}/plan/"),
    Visit("workforce:supervision-hold-new", "supervisor", "/supervision/agreements/{agreement}/hold/"),
    Visit("workforce:supervision-session", "supervisor", "/supervision/sessions/{supervision}/"),
    Visit("workforce:supervision-session", "worker", "/supervision/sessions/{supervised}/"),
    Visit("workforce:supervision-hold", "supervisor", "/supervision/sessions/{supervision}/hold/"),
    Visit("workforce:supervision-cancel", "supervisor", "/supervision/sessions/{supervision}/cancel/"),
    Visit("workforce:supervision-rate", "worker", "/supervision/sessions/{supervised}/rate/"),
    Visit("practice:reviews", "supervisor", "/supervision/sessions/{supervision}/cases/"),
    Visit("practice:review-put", "head", "/supervision/sessions/{supervision}/cases/new/"),
    Visit("workforce:supervision-advice", "worker", "/supervision/advice/{advice}/"),
    Visit("workforce:supervision-advice-acted", "worker", "/supervision/advice/{advice}/acted/"),
    Visit("workforce:supervision-advice-returned", "supervisor", "/supervision/advice/{advice_given}/returned/"),
    Visit("workforce:supervision-advice-done", "supervisor", "/supervision/advice/{advice_given}/done/"),
    Visit("purchase:funds", "city", "/funds/"),
    Visit("purchase:funds", "county", "/funds/"),
    Visit("purchase:fund", "city", "/funds/of/SW/"),
    Visit("purchase:fund-rules", "city", "/funds/of/CG/rules/"),
    Visit("purchase:rule-new", "city", "/funds/of/SW/rules/new/"),
    Visit("purchase:rule-change", "city", "/funds/of/CG/rules/{fund_rule}/change/"),
    Visit("purchase:rule-end", "city", "/funds/of/CG/rules/{fund_rule}/end/"),
    Visit("purchase:budgets", "city", "/funds/budget/"),
    Visit("purchase:budget-new", "city", "/funds/budget/new/"),
    Visit("indicators:money-course", "city", "/funds/course/"),
    Visit("indicators:fund-course", "county", "/funds/of/SW/course/"),
    Visit("indicators:payment", "city", "/funds/payments/{payment}/"),
    Visit("purchase:ledger", "city", "/funds/ledger/"),
    Visit("purchase:entry", "city", "/funds/ledger/{entry}/"),
    Visit("purchase:entry-reverse", "city", "/funds/ledger/{entry}/reverse/"),
    Visit("purchase:book", "city", "/funds/book/allocate/"),
    Visit("purchase:transfers", "city", "/funds/transfers/"),
    Visit("purchase:transfer-new", "county", "/funds/transfers/new/"),
    Visit("purchase:transfer-decide", "city", "/funds/transfers/{money_transfer}/"),
    Visit("purchase:treasury", "city", "/funds/treasury/"),
    Visit("purchase:treasury-new", "city", "/funds/treasury/new/"),
    Visit("practice:contracts", "city", "/contracts/"),
    Visit("practice:contracts", "agency", "/contracts/?show=all"),
    Visit("practice:contracts-load", "city", "/contracts/load/"),
    Visit("practice:contract", "city", "/contracts/{contract}/"),
    Visit("practice:contract-accept", "city", "/contracts/{contract}/accept/"),
    Visit("practice:contract-amend", "city", "/contracts/{contract}/amend/"),
    Visit("practice:contract-terminate", "city", "/contracts/{contract}/terminate/"),
    Visit("practice:contract-warn", "city", "/contracts/{contract}/warn/"),
    Visit("practice:part-claim", "city", "/contracts/{contract}/parts/1/claim/"),
    Visit("practice:part-deduct", "city", "/contracts/{contract}/parts/1/deduct/"),
    Visit("practice:part-pay", "city", "/contracts/{contract}/parts/1/pay/"),
    Visit("practice:contract-deliver", "city", "/contracts/{contract}/deliver/1/"),
    Visit("purchase:year-open", "city", "/funds/years/open/"),
    Visit("purchase:year-close", "city", "/funds/years/2026/close/"),
    Visit("purchase:projects", "county", "/projects/"),
    Visit("purchase:projects", "agency", "/projects/"),
    Visit("purchase:projects", "assessor", "/projects/"),
    Visit("purchase:project-new", "county", "/projects/new/"),
    Visit("purchase:project-new", "city", "/projects/new/"),
    Visit("purchase:methods", "city", "/projects/methods/"),
    Visit("purchase:method-edit", "city", "/projects/methods/consultation/"),
    Visit("purchase:project", "county", "/projects/{need}/"),
    Visit("purchase:project", "county", "/projects/{awarded}/"),
    Visit("purchase:project", "county", "/projects/{opened}/"),
    Visit("purchase:project", "agency", "/projects/{bidding}/"),
    Visit("purchase:project-edit", "county", "/projects/{need}/edit/"),
    Visit("purchase:project-criteria", "county", "/projects/{need}/criteria/"),
    Visit("purchase:project-invite", "county", "/projects/{reserved_project}/invite/"),
    Visit("purchase:project-file-new", "county", "/projects/{reserved_project}/files/new/"),
    Visit("purchase:project-file-remove", "county", "/projects/files/{reserved_file}/remove/"),
    Visit("purchase:project-panel", "county", "/projects/{opened}/panel/"),
    Visit("purchase:project-step", "county", "/projects/{awarded}/step/fail/"),
    Visit("purchase:bid", "agency", "/projects/{bidding}/bid/"),
    Visit("purchase:bid-reject", "county", "/projects/bids/{opened_bid}/reject/"),
    Visit("purchase:declare", "assessor", "/projects/{opened}/declare/"),
    Visit("purchase:scores", "assessor", "/projects/{awarded}/scores/"),
    Visit("purchase:objection-answer", "county", "/projects/objections/{objection}/answer/"),
    Visit("purchase:notices", NOBODY, "/notices/"),
    Visit("purchase:notice", NOBODY, "/notices/{notice}/"),
    Visit("purchase:agencies", "city", "/agencies/"),
    Visit("purchase:agency", "city", "/agencies/{agency}/"),
    Visit("purchase:agency", "agency", "/agencies/{agency}/"),
    Visit("purchase:agency-mine", "agency", "/agencies/mine/"),
    Visit("purchase:licence-new", "city", "/agencies/{agency}/licence/"),
    Visit("purchase:credit-new", "city", "/agencies/{agency}/credit/"),
    Visit("purchase:complaint-new", "county", "/agencies/{agency}/complaint/"),
    Visit("purchase:complaint-answer", "agency", "/agencies/complaints/{complaint}/answer/"),
    Visit("desk:journal", "dpo", "/journal/"),
    Visit("practice:consents", "dpo", "/protection/consents/"),
    Visit("practice:consents", "dpo", "/protection/consents/?state=withdrawn"),
    Visit("practice:consent", "dpo", "/protection/consents/{consent}/"),
    Visit("practice:requests", "dpo", "/protection/requests/"),
    Visit("practice:request-new", "dpo", "/protection/requests/new/"),
    Visit("practice:request", "dpo", "/protection/requests/{request}/"),
    Visit("practice:request-answer", "dpo", "/protection/requests/{request}/answer/"),
    Visit("practice:retention", "dpo", "/protection/retention/"),
    Visit("practice:retention-rule", "dpo", "/protection/retention/case/"),
    Visit("practice:erasures", "dpo", "/protection/erasures/"),
    Visit("practice:erasures", "county", "/protection/erasures/"),
    Visit("practice:erasure-approve", "county", "/protection/erasures/{proposal}/approve/"),
    Visit("practice:erasure-decline", "county", "/protection/erasures/{proposal}/decline/"),
    Visit("workforce:workers", "county", "/workers/"),
    Visit("workforce:workers", "city", "/workers/?category=supervisor&state=all"),
    Visit("workforce:workers", "agency", "/workers/?q=nobody-has-this-name"),
    Visit("workforce:worker-new", "county", "/workers/new/"),
    Visit("workforce:worker", "county", "/workers/{colleague}/"),
    Visit("workforce:me", "worker", "/workers/me/"),
    Visit("workforce:worker-edit", "county", "/workers/{colleague}/edit/"),
    Visit("workforce:worker-leave", "county", "/workers/{colleague}/leave/"),
    Visit("workforce:posting-new", "county", "/workers/{colleague}/postings/new/"),
    Visit("workforce:posting-edit", "county", "/postings/{posting}/edit/"),
    Visit("workforce:correction-new", "worker", "/workers/{myself}/correction/"),
    Visit("workforce:correction", "head", "/corrections/{correction}/"),
    Visit("desk:staffing", "city", "/staffing/"),
    Visit("desk:staffing", "head", "/staffing/?state=met"),
    Visit("desk:what-if", "county", "/staffing/what-if/?worker={colleague}"),
    Visit("desk:what-if", "county", "/staffing/what-if/"),
    Visit("workforce:staffing-rules", "city", "/staffing/rules/"),
    Visit("workforce:staffing-rule-new", "city", "/staffing/rules/room/"),
    Visit("workbook:page", "admin", "/admin-tools/workbook/"),
    Visit("admin:index", "admin", "/admin/"),
    Visit("admin:people_account_changelist", "admin", "/admin/people/account/"),
    Visit("admin:people_account_add", "admin", "/admin/people/account/add/"),
)

PART: Final = "a part of a page, brought by htmx"
POST: Final = "takes a form and leads on to another page"
FILE: Final = "a file, no page"
THANKS: Final = "a sentence after a form"
BELOW: Final = "visited by a test of its own below"
ASKED_ABOVE: Final = "a sheet as the ones above; opened in tests/practice/test_contract_pages.py"
EXEMPT: Final = {
    **dict.fromkeys(
        (
            "hsds:about",
            "hsds:services",
            "hsds:service",
            "hsds:organizations",
            "hsds:organization",
            "hsds:service-at-locations",
            "hsds:service-at-location",
            "hsds:locations",
            "hsds:taxonomies",
            "hsds:taxonomy",
            "hsds:taxonomy-terms",
            "hsds:taxonomy-term",
            "hsds:export",
        ),
        FILE,
    ),
    "portal:say": POST,
    "portal:text-size": POST,
    "portal:own-data-open": POST,
    "portal:station-calendar": FILE,
    "portal:figures-csv": FILE,
    "portal:figures-metadata": FILE,
    "portal:enquiry-words": "tests/browser/test_door.py looks at it on the enquiry's page",
    "portal:enquiry-reply": POST,
    "portal:own-open": POST,
    "practice:worker-load": PART,
    "indicators:board_pulse": PART,
    "indicators:wall_pulse": PART,
    "indicators:wall_map": PART,
    "practice:evaluate-thanks": THANKS,
    "practice:look-alikes": PART,
    "practice:client-reveal": PART,
    "practice:contact-reveal": PART,
    "workforce:worker-reveal": PART,
    "workforce:posting-cancel": POST,
    "workforce:correction-withdraw": POST,
    "practice:reach": PART,
    "practice:record-clients": PART,
    "practice:leave-cancel": POST,
    "practice:overloaded": PART,
    "practice:case-on": POST,
    "practice:case-ask-plan": POST,
    "practice:goal-drop": POST,
    "practice:service-drop": POST,
    "practice:approval-withdraw": POST,
    "practice:group-submit": POST,
    "practice:gathering-people": PART,
    "practice:member-accept": POST,
    "practice:activity-submit": POST,
    "practice:signup-cancel": POST,
    "practice:gift-remove": POST,
    "practice:feed": FILE,
    "purchase:budget-workbook": FILE,
    "purchase:project-file": FILE,
    "purchase:notice-file": FILE,
    "purchase:bid-file": FILE,
    "purchase:bid-file-new": "the sheet of purchase:project-file-new; tests/purchase/test_documents.py",
    "purchase:bid-file-remove": "the sheet of purchase:project-file-remove; tests/purchase/test_documents.py",
    "appraisal:self-check-begin": POST,
    "appraisal:self-check-appeal": "the sheet of self-check-decide with its reason alone",
    "appraisal:proof": FILE,
    "appraisal:proof-remove": POST,
    "appraisal:letters-issue": POST,
    "appraisal:letters-score": POST,
    "appraisal:letter-issue": POST,
    "appraisal:letter-accept": POST,
    "appraisal:letter-score": POST,
    "appraisal:letter-settle": POST,
    "appraisal:letter-drop": POST,
    "appraisal:letter-item-drop": POST,
    "appraisal:letter-proof": FILE,
    "linkage:volunteer-register": "leads on for who is registered; tests/linkage/test_volunteer_pages.py opens it",
    "linkage:sign-up": THANKS,
    "linkage:sign-up-withdraw": THANKS,
    "linkage:certificate-code": FILE,
    "linkage:agreement-party-drop": POST,
    "linkage:agreement-channel-drop": POST,
    "linkage:agreement-send": POST,
    "linkage:agreement-recall": POST,
    "linkage:agreement-end": "the sheet of agreement-follow with its reason alone",
    "linkage:arrival-accept": "a sheet with one text; tests/browser/test_agreements.py opens it",
    "linkage:arrival-decline": "the sheet of arrival-accept with its reason",
    "linkage:arrival-result": "the sheet of arrival-accept with its result",
    "linkage:arrival-reveal": POST,
    "linkage:joint-project-link": "a sheet with one choice",
    "linkage:joint-project-unlink": POST,
    "linkage:joint-project-finish": "a sheet with one text",
    "linkage:group-project-result": "a sheet with one text",
    "linkage:local-group-reveal": POST,
    "linkage:micro-grant-decline": "the sheet of micro-grant-approve with its reason alone",
    "linkage:micro-grant-pay": POST,
    "linkage:charity-certificate": "a plain form of five fields like linkage:drive-new",
    "linkage:donation-void": "the sheet of appraisal:finding-extend with its reason alone",
    "linkage:donation-consent": "a choice and a line, as in linkage:stock-move",
    "linkage:donation-receipt": "one line, as in linkage:claim-gift",
    "linkage:stock-redirect": "the sheet of linkage:drive-settle",
    "linkage:gift-use-acknowledge": "a day and a line, as in linkage:drive-cost",
    "appraisal:finding-withdraw": "the sheet of finding-extend with its reason alone",
    "appraisal:finding-proof": FILE,
    "appraisal:draw-check": POST,
    "appraisal:round-item-new": "only of a draft; tests/browser/test_assessment.py opens it",
    "appraisal:round-item": "the sheet of round-item-new with its values",
    "appraisal:round-item-drop": POST,
    "appraisal:member-drop": POST,
    "appraisal:relation-end": POST,
    "appraisal:settle": "a sheet with a number and a reason; tests/browser/test_assessment.py opens it",
    "appraisal:settle-agree": POST,
    "appraisal:result-appeal": "the sheet of a reason alone; the shown round's days of appeal are over",
    "appraisal:result-decide": "no appeal waits in the demonstration city",
    "appraisal:score-photo": FILE,
    "appraisal:score-photo-remove": POST,
    "appraisal:standard-publish": POST,
    "appraisal:standard-drop": POST,
    "appraisal:item-drop": POST,
    "appraisal:policy-publish": POST,
    "appraisal:clause-drop": POST,
    "purchase:ledger-workbook": FILE,
    "purchase:bid-withdraw": "a confirmation like those of purchase:project-step; tests/purchase/test_project_pages.py",
    "purchase:object": "a form like purchase:complaint-new; tests/purchase/test_project_pages.py",
    "purchase:treasury-template": FILE,
    "purchase:treasury-sheet": "looked at in tests/purchase/test_reconciliation.py",
    "practice:contracts-workbook": FILE,
    "practice:contracts-template": FILE,
    "practice:claim-file": FILE,
    "practice:warning-lift": ASKED_ABOVE,
    "practice:pay-correct": ASKED_ABOVE,
    "practice:deduction": ASKED_ABOVE,
    "practice:contract-answer": ASKED_ABOVE,
    "practice:feed-new": BELOW,
    "practice:feed-revoke": POST,
    "practice:survey-end": POST,
    "practice:survey-link-new": POST,
    "practice:survey-link-end": POST,
    "catalogue:import-confirm": POST,
    "catalogue:instrument-publish": POST,
    "catalogue:instrument-retire": POST,
    "catalogue:instrument-xlsform": FILE,
    "practice:family-pictures": PART,
    "practice:family-remove": POST,
    "practice:family-restore": POST,
    "practice:enquiry-take": POST,
    "practice:enquiry-reveal": PART,
    "practice:referral-close": POST,
    "practice:referral-withdraw": POST,
    "practice:referral-reveal": PART,
    "practice:report-new": "makes a report and leads on to it",
    "practice:report-save": PART,
    "portal:place": PART,
    "practice:record-plan": POST,
    "practice:consent-withdraw": POST,
    "practice:contact-remove": POST,
    "practice:household-leave": POST,
    "practice:merge-undo": POST,
    "practice:protection": "leads on to the first of its pages",
    "practice:request-propose": POST,
    "practice:erasure-propose": POST,
    "indicators:wall_display_end": POST,
    "people:lock": POST,
    "people:present": "asked by pages that are left alone",
    "people:sign_out": POST,
    "people:language": POST,
    "people:revoke_token": POST,
    "people:second_factor_begin": POST,
    "people:second_factor_off": POST,
    "workforce:request-withdraw": POST,
    "workforce:learning-withdraw": POST,
    "workforce:course-enrol": POST,
    "workforce:course-leave": POST,
    "workforce:proof": FILE,
    "desk:station-premises": PART,
    "desk:day-beside": "a part of the day, looked at with it",
    "workforce:pool": "leads on to the first of its pages",
    "workforce:pool-offer-withdraw": POST,
    "workforce:pool-request-withdraw": POST,
    "workforce:pool-propose": POST,
    "workforce:pool-proposal-publish": POST,
    "workforce:pool-proposal-again": POST,
    "workforce:pool-proposal-drop": POST,
    "workforce:pool-assignment-pin": POST,
    "workforce:pool-assignment-unpin": POST,
    "workforce:pool-assignment-remove": POST,
    "workforce:supervision": "leads on to the first of its pages",
    "workforce:supervision-agreement-start": POST,
    "workforce:supervision-acknowledge": POST,
    "practice:review-withdraw": POST,
    "practice:attachment-file": FILE,
    "practice:attachment-preview": FILE,
    "practice:paper-file": FILE,
    "people:second_factor_qr": FILE,
    "workbook:template": FILE,
    "workbook:new_accounts": FILE,
    "set_language": POST,
    "people:issue_token": BELOW,
    "people:second_factor_set_up": BELOW,
    "people:second_factor_codes": BELOW,
    "people:sign_in_code": BELOW,
    "people:sign_in_new_password": BELOW,
}
ERRORS: Final = {"missing", "forbidden"}  # visits that are no address of their own


def test_every_page_is_visited_or_says_why_not() -> None:
    named = set(_names(get_resolver().url_patterns))
    visited = {visit.name for visit in VISITS} - ERRORS
    assert named - visited - set(EXEMPT) == set(), "pages that nobody looks at"
    assert (visited | set(EXEMPT)) - {name for name in visited if name.startswith("admin:")} <= named


def _names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """The names of all addresses; not those of the API, nor of Django's own back office (see VISITS for ours)."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        elif isinstance(pattern, URLResolver):
            if pattern.namespace is None:
                yield from _names(pattern.url_patterns, prefix)
            elif pattern.namespace != "admin" and not pattern.namespace.startswith("api"):
                yield from _names(pattern.url_patterns, f"{prefix}{pattern.namespace}:")


@pytest.fixture(scope="module")
def walk(chromium: Browser, live_site: Site) -> Iterator[Walk]:
    """A walk through the product, kept over all visits."""
    walking = Walk(chromium, live_site)
    yield walking
    walking.close()


def barriers(tab: Page, options: dict[str, Any] | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds serious on this page."""
    tab.evaluate(SETTLED)
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    # What passes isn't told of: describing every element that is in order takes longer than looking at it.
    found = tab.evaluate(
        "(options) => axe.run(options).then((found) => found.violations)",
        {**(options or {}), "resultTypes": ["violations"]},
    )
    return [
        (one["id"], [f"{node['html'][:200]} {node['failureSummary'][:300]}" for node in one["nodes"]])
        for one in found
        if one["impact"] in SERIOUS
    ]


def look(tab: Page) -> None:
    """No barrier in light, nor in dark."""
    assert barriers(tab) == []
    tab.evaluate(DARK)
    assert barriers(tab, COLOURS) == []


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_no_barrier_in_light_and_dark(walk: Walk, visit: Visit) -> None:
    tab = walk.tab(visit.role)
    answer = tab.goto(walk.path(visit))
    assert answer is not None
    assert answer.status == visit.status
    expect(tab.locator("h1")).to_have_count(1)
    if visit == next(each for each in VISITS if each.name == visit.name):
        look(tab)
    else:  # the page in another state, for somebody else: its colours have been looked at
        assert barriers(tab) == []


ENGLISH: Final = ("practice:client", "practice:record-new", "indicators:board", "desk:station", "people:sign_in")


@pytest.mark.parametrize("name", ENGLISH)
def test_no_barrier_in_english(walk: Walk, name: str) -> None:
    visit = next(each for each in VISITS if each.name == name)
    tab = walk.tab(visit.role, "en")
    tab.goto(walk.path(visit))
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    look(tab)


def test_no_barrier_in_what_opens_over_a_page(walk: Walk) -> None:
    tab = walk.tab("worker")
    for path, link in (("/", "/records/new/"), (f"/clients/{walk.key('client')}/", "/consents/new/")):
        tab.goto(path)
        tab.locator(f"[hx-get*='{link}']:visible").first.click()
        expect(tab.locator("dialog[open] form")).to_be_visible()
        look(tab)


@pytest.mark.parametrize(
    ("role", "path"),
    [(NOBODY, "/accounts/sign-in/"), ("worker", "/clients/new/"), ("worker", "/enquiries/new/")],
)
def test_no_barrier_in_a_form_with_errors(walk: Walk, role: str, path: str) -> None:
    tab = walk.tab(role)
    tab.goto(walk.path(Visit("", role, path)))
    tab.locator("main form:not([role=search]) [type=submit]").last.click()
    expect(tab.locator(".error-summary")).to_be_visible()
    look(tab)


def test_no_barrier_in_a_questionnaire_with_errors(walk: Walk) -> None:
    """It says what is missing at the question, and leads there."""
    tab = walk.tab("worker")
    tab.goto(walk.path(Visit("", "worker", "/clients/{client}/assessments/new/?form=needs-older")))
    tab.locator("main form:not([role=search]) [type=submit]:not([formnovalidate])").last.click()
    expect(tab.get_by_text("请回答这一题。").first).to_be_visible()
    assert tab.evaluate("document.activeElement.closest('[data-item]') !== null")
    look(tab)


def test_no_barrier_on_a_phone_and_nothing_over_its_side(walk: Walk, live_site: Site) -> None:
    context = walk.context(viewport=PHONE)
    tab = sign_in(context.new_page(), live_site, "worker")
    for visit in VISITS:
        if visit.role == "worker" and visit.status == 200:
            tab.goto(walk.path(visit))
            assert (visit, tab.evaluate("document.documentElement.scrollWidth")) == (visit, PHONE["width"])
    look(tab)
    context.close()


def code_for(secret: str) -> str:
    """What an authenticator app shows now for this key."""
    return f"{totp(b32decode(secret)):06}"


def test_no_barrier_on_the_way_through_the_second_factor(walk: Walk, live_site: Site) -> None:
    account = live_site.accounts["volunteer"]
    tab = walk.tab("volunteer")
    tab.goto("/accounts/second-factor/")
    tab.locator("[action$='/begin/'] [type=submit]").click()
    tab.wait_for_url(re.compile("set-up"))
    look(tab)
    secret = "".join(tab.locator("code.secret").inner_text().split())
    tab.fill("[name=code]", code_for(secret))
    tab.locator("main form [type=submit]").click()
    expect(tab.locator(".secret-list")).to_be_visible()
    look(tab)
    recovery = tab.locator(".secret-list li").all_inner_texts()
    tab.goto("/accounts/second-factor/")
    look(tab)
    other = walk.context()
    gate = other.new_page()
    gate.goto("/accounts/sign-in/")
    gate.fill("[name=username]", account["username"])
    gate.fill("[name=password]", account["password"])
    gate.press("[name=password]", "Enter")
    gate.wait_for_url(re.compile("sign-in/code"))
    look(gate)
    other.close()
    tab.fill("[name=password]", account["password"])
    tab.fill("[name=code]", recovery[0])
    tab.locator("[formaction$='/off/']").click()
    tab.wait_for_url(re.compile("/accounts/$"))


def test_no_barrier_on_a_new_calendar_feed(walk: Walk) -> None:
    tab = walk.tab("worker")
    tab.goto("/calendar/")
    tab.locator("[action$='/feeds/new/'] [type=submit]").first.click()
    tab.wait_for_url(re.compile(r"/feeds/new/$"))
    look(tab)


def test_no_barrier_on_a_new_token(walk: Walk) -> None:
    tab = walk.tab("volunteer")
    tab.goto("/accounts/")
    tab.locator("details.fold summary").click()
    tab.fill("[name=name]", "试用")
    tab.locator("[action$='/tokens/'] [type=submit]").click()
    expect(tab.locator("code.secret")).to_be_visible()
    look(tab)


def test_no_barrier_from_a_one_time_password_to_an_own_one(walk: Walk, live_site: Site) -> None:
    account = live_site.accounts["donor"]
    office = walk.tab("admin")
    office.goto(f"/admin/people/account/?q={account['username']}")
    office.locator("#result_list tbody a", has_text=account["username"]).click()
    look(office)
    office.locator(".object-tools a[href$='one-time-password/']").click()
    look(office)
    office.locator("#content form [type=submit]").click()
    once = office.locator("code.secret").inner_text()
    look(office)
    context = walk.context()
    tab = context.new_page()
    tab.goto("/accounts/sign-in/")
    tab.fill("[name=username]", account["username"])
    tab.fill("[name=password]", once)
    tab.press("[name=password]", "Enter")
    tab.wait_for_url(re.compile("new-password"))
    look(tab)
    # Its owner chooses what it was, for whoever signs in after this test.
    for name in ("new_password", "repeated"):
        tab.fill(f"[name={name}]", account["password"])
    tab.press("[name=repeated]", "Enter")
    tab.locator("[data-sign-out]").wait_for(state="attached")
    context.close()
