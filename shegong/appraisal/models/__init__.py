"""What the app keeps: policies and clauses, standards and items, self-checks and what came of them, plans."""

from shegong.appraisal.models.policy import Citation, Clause, PolicyDocument, PolicyVersion
from shegong.appraisal.models.self_check import (
    CheckAnswer,
    CheckProof,
    CheckProofPiece,
    CheckStep,
    Milestone,
    SelfCheck,
    Standardisation,
)
from shegong.appraisal.models.standard import Standard, StandardItem

__all__ = [
    "CheckAnswer",
    "CheckProof",
    "CheckProofPiece",
    "CheckStep",
    "Citation",
    "Clause",
    "Milestone",
    "PolicyDocument",
    "PolicyVersion",
    "SelfCheck",
    "Standard",
    "StandardItem",
    "Standardisation",
]
