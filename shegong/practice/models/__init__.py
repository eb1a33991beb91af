"""The practice's tables: client files, service records, assessments and cases.

Every table here carries the county hub it belongs to; in the database its key is (id, hub_id) and references between
these tables include the hub (see the first migration), so that they can be spread over a cluster by county.
"""

from shegong.practice.models.case import Assessment, AssessmentNeed, Case
from shegong.practice.models.client import (
    Client,
    ClientGroup,
    ClientMerge,
    ClientToken,
    Consent,
    Contact,
    Disability,
    Household,
    LowIncome,
    Numbering,
    RestrictedLook,
)
from shegong.practice.models.deadline import Deadline, SpecialDay
from shegong.practice.models.duty import ProtectionReport, ReportAlert, ReportLook, ReportNotice, ReportTrigger
from shegong.practice.models.enquiry import Enquiry
from shegong.practice.models.family import (
    EcoSystem,
    EcoTie,
    FamilyBond,
    FamilyParentage,
    FamilyPerson,
    FamilyUnion,
    FamilyVersion,
)
from shegong.practice.models.protection import ErasureProposal, RetentionRule, SubjectRequest
from shegong.practice.models.record import RecordClient, RecordRevision, RecordWorker, ServiceRecord
from shegong.practice.models.referral import Referral
from shegong.practice.models.survey import Survey, SurveyLink, SurveyResponse

__all__ = [
    "Assessment",
    "AssessmentNeed",
    "Case",
    "Client",
    "ClientGroup",
    "ClientMerge",
    "ClientToken",
    "Consent",
    "Contact",
    "Deadline",
    "Disability",
    "EcoSystem",
    "EcoTie",
    "Enquiry",
    "ErasureProposal",
    "FamilyBond",
    "FamilyParentage",
    "FamilyPerson",
    "FamilyUnion",
    "FamilyVersion",
    "Household",
    "LowIncome",
    "Numbering",
    "ProtectionReport",
    "RecordClient",
    "RecordRevision",
    "RecordWorker",
    "Referral",
    "ReportAlert",
    "ReportLook",
    "ReportNotice",
    "ReportTrigger",
    "RestrictedLook",
    "RetentionRule",
    "ServiceRecord",
    "SpecialDay",
    "SubjectRequest",
    "Survey",
    "SurveyLink",
    "SurveyResponse",
]
