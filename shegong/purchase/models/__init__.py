"""The tables of purchase: funds and their ledger, contracts."""

from shegong.purchase.models.budget import BudgetSheet
from shegong.purchase.models.contract import Contract
from shegong.purchase.models.fund import FiscalYear, Fund, FundRule
from shegong.purchase.models.ledger import Balance, LedgerEntry, LedgerLine, SubjectBalance, Transfer
from shegong.purchase.models.reconciliation import TreasuryRow, TreasurySheet

__all__ = [
    "Balance",
    "BudgetSheet",
    "Contract",
    "FiscalYear",
    "Fund",
    "FundRule",
    "LedgerEntry",
    "LedgerLine",
    "SubjectBalance",
    "Transfer",
    "TreasuryRow",
    "TreasurySheet",
]
