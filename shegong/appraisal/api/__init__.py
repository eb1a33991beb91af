"""Policies, standards, self-checks and target letters in the API: each with a router of its own."""

from ninja import Router

from shegong.appraisal.api.policies import router as policies
from shegong.appraisal.api.self_checks import router as self_checks
from shegong.appraisal.api.standards import router as standards
from shegong.appraisal.api.targets import router as targets

router = Router(tags=["appraisal"])
for part in (policies, standards, self_checks, targets):
    router.add_router("", part)
