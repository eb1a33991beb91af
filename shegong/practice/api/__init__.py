"""Practice in the API: clients, records, assessments, cases, enquiries, referrals, reports, families, surveys."""

from ninja import Router

from shegong.practice.api.assessment import router as assessments
from shegong.practice.api.case import router as cases
from shegong.practice.api.client import router as clients
from shegong.practice.api.duty import router as reports
from shegong.practice.api.enquiry import router as enquiries
from shegong.practice.api.family import router as families
from shegong.practice.api.record import router as records
from shegong.practice.api.referral import router as referrals
from shegong.practice.api.survey import router as surveys

router = Router(tags=["practice"])
for part in (clients, records, assessments, cases, enquiries, referrals, reports, families, surveys):
    router.add_router("", part)
