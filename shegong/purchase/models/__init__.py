"""The tables of purchase: funds and their ledger, contracts."""

from shegong.purchase.models.contract import Contract, Instalment
from shegong.purchase.models.fund import FiscalYear, Fund, FundRule
from shegong.purchase.models.ledger import Balance, LedgerEntry, LedgerLine, SubjectBalance, Transfer
from shegong.purchase.models.reconciliation import TreasuryRow, TreasurySheet

__all__ = [
    "Balance",
    "Contract",
    "FiscalYear",
    "Fund",
    "FundRule",
    "Instalment",
    "LedgerEntry",
    "LedgerLine",
    "SubjectBalance",
    "Transfer",
    "TreasuryRow",
    "TreasurySheet",
]
