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
from shegong.linkage.models.charity import CharityCertificate, Donor, Drive
from shegong.linkage.models.gift import Donation, GiftReceipt, GiftRecipient, GiftSettlement, GiftUse
from shegong.linkage.models.group import GroupProject, GroupStep, GroupSupport, LocalGroup, MicroGrant
from shegong.linkage.models.opportunity import Attendance, Certificate, HoursCorrection, Opportunity, SignUp
from shegong.linkage.models.stock import GiftLot, Stock, StockMove
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
    "CharityCertificate",
    "DepartmentReferral",
    "Donation",
    "Donor",
    "Drive",
    "GiftLot",
    "GiftReceipt",
    "GiftRecipient",
    "GiftSettlement",
    "GiftUse",
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
    "Stock",
    "StockMove",
    "Thanks",
    "Volunteer",
    "VolunteerTraining",
]
