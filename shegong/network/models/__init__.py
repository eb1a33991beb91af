"""What the network is made of: the tree of stations with who runs them, and the premises in which they work."""

from shegong.network.models.premises import (
    Area,
    Booking,
    BookingSeries,
    CoveragePlan,
    Equipment,
    EquipmentLoan,
    OpeningHours,
    SharingAgreement,
    Site,
)
from shegong.network.models.tree import (
    City,
    Division,
    Grant,
    Operation,
    Organisation,
    Station,
    StationStage,
    ends_after_start,
    never_twice,
    span,
)

__all__ = [
    "Area",
    "Booking",
    "BookingSeries",
    "City",
    "CoveragePlan",
    "Division",
    "Equipment",
    "EquipmentLoan",
    "Grant",
    "OpeningHours",
    "Operation",
    "Organisation",
    "SharingAgreement",
    "Site",
    "Station",
    "StationStage",
    "ends_after_start",
    "never_twice",
    "span",
]
