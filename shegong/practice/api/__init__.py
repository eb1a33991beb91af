"""Practice in the API: clients, service records, assessments, cases, groups, activities."""

from ninja import Router

from shegong.practice.api.activity import router as activities
from shegong.practice.api.assessment import router as assessments
from shegong.practice.api.case import router as cases
from shegong.practice.api.client import router as clients
from shegong.practice.api.groupwork import router as groups
from shegong.practice.api.record import router as records

router = Router(tags=["practice"])
for part in (clients, records, assessments, cases, groups, activities):
    router.add_router("", part)
