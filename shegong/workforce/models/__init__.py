"""The workforce's tables: workers, their postings, their certificates and their supervision."""

from shegong.workforce.models.credential import Credential
from shegong.workforce.models.pool import (
    PoolAssignment,
    PoolProposal,
    SupervisionBooking,
    SupervisionOffer,
    SupervisionRequest,
)
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
    "Credential",
    "PoolAssignment",
    "PoolProposal",
    "Posting",
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
