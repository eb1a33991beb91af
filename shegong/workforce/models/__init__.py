"""The workforce's tables: workers, their postings, their qualifications and what they learn."""

from shegong.workforce.models.credential import (
    Credential,
    CredentialRequest,
    Proof,
    ProofPiece,
    Qualification,
    Registration,
)
from shegong.workforce.models.learning import CareerCondition, Course, Enrolment, LearningEntry
from shegong.workforce.models.worker import Posting, Worker

__all__ = [
    "CareerCondition",
    "Course",
    "Credential",
    "CredentialRequest",
    "Enrolment",
    "LearningEntry",
    "Posting",
    "Proof",
    "ProofPiece",
    "Qualification",
    "Registration",
    "Worker",
]
