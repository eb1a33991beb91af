"""Practice in the API: clients, service records, assessments, cases and their files, enquiries, referrals, reports,
attachments, papers.
"""

from ninja import Router

from shegong.practice.api.assessment import router as assessments
from shegong.practice.api.attachment import router as attachments
from shegong.practice.api.case import router as cases
from shegong.practice.api.case_file import router as case_files
from shegong.practice.api.client import router as clients
from shegong.practice.api.duty import router as reports
from shegong.practice.api.enquiry import router as enquiries
from shegong.practice.api.paper import router as papers
from shegong.practice.api.record import router as records
from shegong.practice.api.referral import router as referrals

router = Router(tags=["practice"])
for part in (clients, records, assessments, cases, case_files, enquiries, referrals, reports, attachments, papers):
    router.add_router("", part)
