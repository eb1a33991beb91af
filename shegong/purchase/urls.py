"""Addresses of premises, money and the purchase of services: each object's own list."""

from django.urls import URLPattern, URLResolver, path

from shegong.purchase.views import budget, fund_rule, ledger, reconciliation, transfer

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
    path("funds/budget/", budget.budgets, name="budgets"),
    path("funds/budget/new/", budget.budget_new, name="budget-new"),
    path("funds/budget/workbook/", budget.workbook, name="budget-workbook"),
    path("funds/of/<slug:code>/", ledger.fund, name="fund"),
    path("funds/of/<slug:code>/rules/", fund_rule.rules, name="fund-rules"),
    path("funds/of/<slug:code>/rules/new/", fund_rule.rule_new, name="rule-new"),
    path("funds/of/<slug:code>/rules/<int:rule_id>/change/", fund_rule.rule_change, name="rule-change"),
    path("funds/of/<slug:code>/rules/<int:rule_id>/end/", fund_rule.rule_end, name="rule-end"),
]
