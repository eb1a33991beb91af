"""What the app keeps: policies and clauses, standards and items, self-checks and what came of them, plans; rounds of
assessment with what was drawn, scored and settled.
"""

from shegong.appraisal.models.policy import Citation, Clause, PolicyDocument, PolicyVersion
from shegong.appraisal.models.round import (
    DeclaredRelation,
    Draw,
    Round,
    RoundItem,
    RoundMember,
    RoundStep,
    RoundUnit,
    UnitRecords,
)
from shegong.appraisal.models.score import (
    RoundResult,
    ScoreSheet,
    Settlement,
    SheetPhoto,
    SheetPhotoPiece,
    SheetScore,
)
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
    "DeclaredRelation",
    "Draw",
    "Milestone",
    "PolicyDocument",
    "PolicyVersion",
    "Round",
    "RoundItem",
    "RoundMember",
    "RoundResult",
    "RoundStep",
    "RoundUnit",
    "ScoreSheet",
    "SelfCheck",
    "Settlement",
    "SheetPhoto",
    "SheetPhotoPiece",
    "SheetScore",
    "Standard",
    "StandardItem",
    "Standardisation",
    "UnitRecords",
]
