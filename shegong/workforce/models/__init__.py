"""The workforce's tables: workers, their postings, their certificates, their leave."""

from shegong.workforce.models.credential import Credential
from shegong.workforce.models.leave import FairRange, Leave
from shegong.workforce.models.worker import Posting, Worker

__all__ = ["Credential", "FairRange", "Leave", "Posting", "Worker"]
