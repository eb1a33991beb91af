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

__all__ = [
    "FIVE_PARTS",
    "Agreement",
    "AgreementParty",
    "AgreementReview",
    "AgreementStation",
    "DepartmentReferral",
    "GroupProject",
    "GroupStep",
    "GroupSupport",
    "JointActivity",
    "JointPart",
    "JointProject",
    "LocalGroup",
    "MicroGrant",
    "PayableService",
    "ReferralChannel",
]
