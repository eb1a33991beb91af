"""The tables of purchase: funds and their ledger, contracts with what was promised, judged and paid."""

from shegong.purchase.models.contract import Contract, Instalment
from shegong.purchase.models.fund import FiscalYear, Fund, FundRule
from shegong.purchase.models.ledger import Balance, LedgerEntry, LedgerLine, SubjectBalance, Transfer
from shegong.purchase.models.payment import (
    AgencyAnswer,
    Claim,
    ClaimFile,
    ClaimPiece,
    ContractEntry,
    Deduction,
    Payment,
)
from shegong.purchase.models.performance import Acceptance, Amendment, Commitment, ContractWarning, Deliverable
from shegong.purchase.models.reconciliation import TreasuryRow, TreasurySheet

__all__ = [
    "Acceptance",
    "AgencyAnswer",
    "Amendment",
    "Balance",
    "Claim",
    "ClaimFile",
    "ClaimPiece",
    "Commitment",
    "Contract",
    "ContractEntry",
    "ContractWarning",
    "Deduction",
    "Deliverable",
    "FiscalYear",
    "Fund",
    "FundRule",
    "Instalment",
    "LedgerEntry",
    "LedgerLine",
    "Payment",
    "SubjectBalance",
    "Transfer",
    "TreasuryRow",
    "TreasurySheet",
]
