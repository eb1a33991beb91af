"""Practice in the API: each object with a router of its own."""

from ninja import Router

from shegong.practice.api.activity import router as activities
from shegong.practice.api.assessment import router as assessments
from shegong.practice.api.attachment import router as attachments
from shegong.practice.api.case import router as cases
from shegong.practice.api.case_file import router as case_files
from shegong.practice.api.client import router as clients
from shegong.practice.api.contract import router as contracts
from shegong.practice.api.duty import router as reports
from shegong.practice.api.enquiry import router as enquiries
from shegong.practice.api.evaluation import router as evaluations
from shegong.practice.api.family import router as families
from shegong.practice.api.gathering import router as gatherings
from shegong.practice.api.groupwork import router as groups
from shegong.practice.api.paper import router as papers
from shegong.practice.api.record import router as records
from shegong.practice.api.referral import router as referrals
from shegong.practice.api.survey import router as surveys

router = Router(tags=["practice"])
for part in (
    clients,
    records,
    assessments,
    cases,
    enquiries,
    referrals,
    reports,
    families,
    groups,
    activities,
    gatherings,
    case_files,
    surveys,
    evaluations,
    attachments,
    papers,
    contracts,
):
    router.add_router("", part)
