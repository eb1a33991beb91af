"""The workforce's tables: workers and all that is kept about their work."""

from shegong.workforce.models.correction import ProfileCorrection
from shegong.workforce.models.credential import (
    Credential,
    CredentialRequest,
    Proof,
    ProofPiece,
    Qualification,
    Registration,
)
from shegong.workforce.models.learning import CareerCondition, Course, Enrolment, LearningEntry
from shegong.workforce.models.leave import FairRange, Leave
from shegong.workforce.models.pool import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
)
from shegong.workforce.models.staffing import StaffingRule
from shegong.workforce.models.supervision import (
    SupervisionAdvice,
    SupervisionAdviceStep,
    SupervisionAgreement,
    SupervisionAttendee,
    SupervisionHandover,
    SupervisionNote,
    SupervisionRating,
    SupervisionSession,
    SupervisorProfile,
)
from shegong.workforce.models.worker import Posting, Worker

__all__ = [
    "CareerCondition",
    "Course",
    "Credential",
    "CredentialRequest",
    "Enrolment",
    "FairRange",
    "LearningEntry",
    "Leave",
    "PoolAssignment",
    "PoolProposal",
    "Posting",
    "ProfileCorrection",
    "Proof",
    "ProofPiece",
    "Qualification",
    "Registration",
    "StaffingRule",
    "SupervisionAdvice",
    "SupervisionAdviceStep",
    "SupervisionAgreement",
    "SupervisionAttendee",
    "SupervisionBooking",
    "SupervisionHandover",
    "SupervisionNote",
    "SupervisionOffer",
    "SupervisionRating",
    "SupervisionRequest",
    "SupervisionSession",
    "SupervisorProfile",
    "Worker",
]
