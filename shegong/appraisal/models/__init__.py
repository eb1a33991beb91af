"""What the app keeps: policies and clauses, standards and items, self-checks and what came of them, plans,
target letters, findings."""

from shegong.appraisal.models.finding import (
    Finding,
    FindingProof,
    FindingProofPiece,
    FindingStep,
    FindingTerm,
    RuleQuestion,
    SignReview,
)
from shegong.appraisal.models.letter import (
    LetterEntry,
    LetterItem,
    LetterMark,
    LetterMilestone,
    LetterObjection,
    LetterProgress,
    LetterProof,
    LetterProofPiece,
    LetterStep,
    TargetLetter,
)
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
    "Finding",
    "FindingProof",
    "FindingProofPiece",
    "FindingStep",
    "FindingTerm",
    "LetterEntry",
    "LetterItem",
    "LetterMark",
    "LetterMilestone",
    "LetterObjection",
    "LetterProgress",
    "LetterProof",
    "LetterProofPiece",
    "LetterStep",
    "Milestone",
    "PolicyDocument",
    "PolicyVersion",
    "RuleQuestion",
    "SelfCheck",
    "SignReview",
    "Standard",
    "StandardItem",
    "Standardisation",
    "TargetLetter",
]
