"""Addresses of premises, money and the purchase of services: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.purchase.views import agency, bidding, ledger, project, reconciliation, transfer

app_name = "purchase"

urlpatterns: list[URLPattern | URLResolver] = [
    path("funds/", ledger.funds, name="funds"),
    path("funds/ledger/", ledger.ledger, name="ledger"),
    path("funds/ledger/workbook/", ledger.workbook, name="ledger-workbook"),
    path("funds/ledger/<int:entry_id>/", ledger.entry, name="entry"),
    path("funds/ledger/<int:entry_id>/reverse/", ledger.entry_reverse, name="entry-reverse"),
    path("funds/book/<slug:kind>/", ledger.book, name="book"),
    path("funds/transfers/", transfer.transfers, name="transfers"),
    path("funds/transfers/new/", transfer.transfer_new, name="transfer-new"),
    path("funds/transfers/<uuid:transfer_id>/", transfer.transfer_decide, name="transfer-decide"),
    path("funds/treasury/", reconciliation.sheets, name="treasury"),
    path("funds/treasury/new/", reconciliation.sheet_new, name="treasury-new"),
    path("funds/treasury/template/", reconciliation.template, name="treasury-template"),
    path("funds/treasury/<uuid:sheet_id>/", reconciliation.sheet, name="treasury-sheet"),
    path("funds/years/open/", transfer.year_open, name="year-open"),
    path("funds/years/<int:year>/close/", transfer.year_close, name="year-close"),
    path("funds/of/<slug:code>/", ledger.fund, name="fund"),
    path("projects/", project.projects, name="projects"),
    path("projects/new/", project.project_new, name="project-new"),
    path("projects/methods/", project.methods, name="methods"),
    path("projects/methods/<slug:method>/", project.method_edit, name="method-edit"),
    path("projects/bids/<uuid:bid_id>/reject/", project.bid_reject, name="bid-reject"),
    path("projects/objections/<uuid:objection_id>/answer/", bidding.objection_answer, name="objection-answer"),
    path("projects/<uuid:project_id>/", project.project, name="project"),
    path("projects/<uuid:project_id>/edit/", project.project_edit, name="project-edit"),
    path("projects/<uuid:project_id>/criteria/", project.project_criteria, name="project-criteria"),
    path("projects/<uuid:project_id>/invite/", project.project_invite, name="project-invite"),
    path("projects/<uuid:project_id>/panel/", project.project_panel, name="project-panel"),
    path("projects/<uuid:project_id>/step/<slug:verb>/", project.project_step, name="project-step"),
    path("projects/<uuid:project_id>/bid/", bidding.bid, name="bid"),
    path("projects/<uuid:project_id>/bid/withdraw/", bidding.bid_withdraw, name="bid-withdraw"),
    path("projects/<uuid:project_id>/object/", bidding.object_to_award, name="object"),
    path("projects/<uuid:project_id>/declare/", bidding.declare, name="declare"),
    path("projects/<uuid:project_id>/scores/", bidding.scores, name="scores"),
    path("notices/", bidding.notices, name="notices"),
    path("notices/<uuid:notice_id>/", bidding.notice, name="notice"),
    path("agencies/", agency.agencies, name="agencies"),
    path("agencies/mine/", agency.mine, name="agency-mine"),
    path("agencies/<int:agency_id>/", agency.agency, name="agency"),
    path("agencies/<int:agency_id>/licence/", agency.licence_new, name="licence-new"),
    path("agencies/<int:agency_id>/credit/", agency.credit_new, name="credit-new"),
    path("agencies/<int:agency_id>/complaint/", agency.complaint_new, name="complaint-new"),
    path("agencies/complaints/<uuid:complaint_id>/answer/", agency.complaint_answer, name="complaint-answer"),
]
