"""The practice's tables: client files, service records, assessments and cases.

Every table here carries the county hub it belongs to; in the database its key is (id, hub_id) and references between
these tables include the hub (see the first migration), so that they can be spread over a cluster by county.
"""

from shegong.practice.models.activity import (
    Activity,
    ActivitySeries,
    ActivitySignUp,
    BudgetLine,
    CalendarFeed,
    ResourceLink,
)
from shegong.practice.models.attachment import Attachment, AttachmentChunk
from shegong.practice.models.case import Assessment, AssessmentNeed, Case
from shegong.practice.models.case_file import (
    CaseApproval,
    CaseSheet,
    CaseStep,
    CaseTransfer,
    EmergencyService,
    FollowUp,
)
from shegong.practice.models.case_review import CaseReview
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
from shegong.practice.models.contract_tally import CommitmentDone, ContractUnit, ContractWork
from shegong.practice.models.deadline import Deadline, SpecialDay
from shegong.practice.models.duty import ProtectionReport, ReportAlert, ReportLook, ReportNotice, ReportTrigger
from shegong.practice.models.enquiry import Enquiry
from shegong.practice.models.evaluation import Evaluation, EvaluationLink
from shegong.practice.models.family import (
    EcoSystem,
    EcoTie,
    FamilyBond,
    FamilyParentage,
    FamilyPerson,
    FamilyUnion,
    FamilyVersion,
)
from shegong.practice.models.goal import CaseGoal, GoalRating, PlannedService
from shegong.practice.models.groupwork import GroupMember, GroupSession, SessionAttendance, SocialGroup
from shegong.practice.models.paper import PrintedFile, PrintJob
from shegong.practice.models.protection import ErasureProposal, RetentionRule, SubjectRequest
from shegong.practice.models.record import RecordClient, RecordRevision, RecordWorker, ServiceRecord
from shegong.practice.models.referral import Referral
from shegong.practice.models.survey import Survey, SurveyLink, SurveyResponse

__all__ = [
    "Activity",
    "ActivitySeries",
    "ActivitySignUp",
    "Assessment",
    "AssessmentNeed",
    "Attachment",
    "AttachmentChunk",
    "BudgetLine",
    "CalendarFeed",
    "Case",
    "CaseApproval",
    "CaseGoal",
    "CaseReview",
    "CaseSheet",
    "CaseStep",
    "CaseTransfer",
    "Client",
    "ClientGroup",
    "ClientMerge",
    "ClientToken",
    "CommitmentDone",
    "Consent",
    "Contact",
    "ContractUnit",
    "ContractWork",
    "Deadline",
    "Disability",
    "EcoSystem",
    "EcoTie",
    "EmergencyService",
    "Enquiry",
    "ErasureProposal",
    "Evaluation",
    "EvaluationLink",
    "FamilyBond",
    "FamilyParentage",
    "FamilyPerson",
    "FamilyUnion",
    "FamilyVersion",
    "FollowUp",
    "GoalRating",
    "GroupMember",
    "GroupSession",
    "Household",
    "LowIncome",
    "Numbering",
    "PlannedService",
    "PrintJob",
    "PrintedFile",
    "ProtectionReport",
    "RecordClient",
    "RecordRevision",
    "RecordWorker",
    "Referral",
    "ReportAlert",
    "ReportLook",
    "ReportNotice",
    "ReportTrigger",
    "ResourceLink",
    "RestrictedLook",
    "RetentionRule",
    "ServiceRecord",
    "SessionAttendance",
    "SocialGroup",
    "SpecialDay",
    "SubjectRequest",
    "Survey",
    "SurveyLink",
    "SurveyResponse",
]
