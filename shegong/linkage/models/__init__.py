"""The tables of acting together."""

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
    "Attendance",
    "Certificate",
    "Honour",
    "HonourKind",
    "HoursCorrection",
    "OfStation",
    "Opportunity",
    "ServedYear",
    "SignUp",
    "Skill",
    "Thanks",
    "Volunteer",
    "VolunteerTraining",
]
