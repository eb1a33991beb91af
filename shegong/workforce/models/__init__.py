"""The workforce's tables: workers, their postings and certificates, corrections of profiles, staffing rules."""

from shegong.workforce.models.correction import ProfileCorrection
from shegong.workforce.models.credential import Credential
from shegong.workforce.models.staffing import StaffingRule
from shegong.workforce.models.worker import Posting, Worker

__all__ = ["Credential", "Posting", "ProfileCorrection", "StaffingRule", "Worker"]
