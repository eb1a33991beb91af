"""Policies, standards, self-checks, target letters, rounds of assessment and findings in the API: each with a router of
its own.
"""

from ninja import Router

from shegong.appraisal.api.findings import router as findings
from shegong.appraisal.api.policies import router as policies
from shegong.appraisal.api.rounds import router as rounds
from shegong.appraisal.api.self_checks import router as self_checks
from shegong.appraisal.api.standards import router as standards
from shegong.appraisal.api.targets import router as targets

router = Router(tags=["appraisal"])
for part in (policies, standards, self_checks, targets, rounds, findings):
    router.add_router("", part)
