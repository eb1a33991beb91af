"""The tables of purchase: funds and their ledger, purchases from a need to an award, suppliers, contracts with what was
promised, judged and paid.
"""

from shegong.purchase.models.agency import AgencyComplaint, CreditRecord, Licence
from shegong.purchase.models.bid import Bid, Objection, PanelMember, Score
from shegong.purchase.models.budget import BudgetSheet
from shegong.purchase.models.contract import Contract, Instalment
from shegong.purchase.models.document import BidFile, BidPiece, ProjectFile, ProjectPiece
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
from shegong.purchase.models.project import Criterion, Invitation, MethodRule, Notice, Project, ProjectStep
from shegong.purchase.models.reconciliation import TreasuryRow, TreasurySheet

__all__ = [
    "Acceptance",
    "AgencyAnswer",
    "AgencyComplaint",
    "Amendment",
    "Balance",
    "Bid",
    "BidFile",
    "BidPiece",
    "BudgetSheet",
    "Claim",
    "ClaimFile",
    "ClaimPiece",
    "Commitment",
    "Contract",
    "ContractEntry",
    "ContractWarning",
    "CreditRecord",
    "Criterion",
    "Deduction",
    "Deliverable",
    "FiscalYear",
    "Fund",
    "FundRule",
    "Instalment",
    "Invitation",
    "LedgerEntry",
    "LedgerLine",
    "Licence",
    "MethodRule",
    "Notice",
    "Objection",
    "PanelMember",
    "Payment",
    "Project",
    "ProjectFile",
    "ProjectPiece",
    "ProjectStep",
    "Score",
    "SubjectBalance",
    "Transfer",
    "TreasuryRow",
    "TreasurySheet",
]
