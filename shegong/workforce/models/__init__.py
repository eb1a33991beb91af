"""The workforce's tables: workers, their postings and their certificates."""

from shegong.workforce.models.credential import Credential
from shegong.workforce.models.worker import Posting, Worker

__all__ = ["Credential", "Posting", "Worker"]
