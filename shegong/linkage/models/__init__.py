"""What acting together is kept in, a module for each subject."""

from shegong.linkage.models.agreement import (
    FIVE_PARTS,
    Agreement,
    AgreementParty,
    AgreementReview,
    AgreementStation,
    JointActivity,
    JointPart,
    JointProject,
    PayableService,
    ReferralChannel,
)
from shegong.linkage.models.arrival import DepartmentReferral
from shegong.linkage.models.group import GroupProject, GroupStep, GroupSupport, LocalGroup, MicroGrant
from shegong.linkage.models.opportunity import Attendance, Certificate, HoursCorrection, Opportunity, SignUp
from shegong.linkage.models.volunteer import (
    Honour,
    HonourKind,
    OfStation,
    ServedYear,
    Skill,
    Thanks,
    Volunteer,
    VolunteerTraining,
)

__all__ = [
    "FIVE_PARTS",
    "Agreement",
    "AgreementParty",
    "AgreementReview",
    "AgreementStation",
    "Attendance",
    "Certificate",
    "DepartmentReferral",
    "GroupProject",
    "GroupStep",
    "GroupSupport",
    "Honour",
    "HonourKind",
    "HoursCorrection",
    "JointActivity",
    "JointPart",
    "JointProject",
    "LocalGroup",
    "MicroGrant",
    "OfStation",
    "Opportunity",
    "PayableService",
    "ReferralChannel",
    "ServedYear",
    "SignUp",
    "Skill",
    "Thanks",
    "Volunteer",
    "VolunteerTraining",
]
