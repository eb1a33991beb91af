"""What the residents' door keeps: attempts, words about enquiries, complaints, requests about own data, guests."""

from shegong.portal.models.attempt import Attempt
from shegong.portal.models.complaint import Complaint
from shegong.portal.models.guest import Guest
from shegong.portal.models.own_data import OwnDataRequest
from shegong.portal.models.word import Word

__all__ = ["Attempt", "Complaint", "Guest", "OwnDataRequest", "Word"]
