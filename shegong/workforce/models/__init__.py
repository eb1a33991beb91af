"""The workforce's tables: workers and all that is kept about their work."""

from shegong.workforce.models.correction import ProfileCorrection
from shegong.workforce.models.credential import Credential, ProofPiece, Qualification
from shegong.workforce.models.learning import CareerCondition, Course
from shegong.workforce.models.leave import FairRange, Leave
from shegong.workforce.models.staffing import StaffingRule
from shegong.workforce.models.worker import Posting, Worker

__all__ = [
    "CareerCondition",
    "Course",
    "Credential",
    "FairRange",
    "Leave",
    "Posting",
    "ProfileCorrection",
    "ProofPiece",
    "Qualification",
    "StaffingRule",
    "Worker",
]
