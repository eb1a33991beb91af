"""The workforce in the API: each object with a router of its own."""

from ninja import Router

from shegong.workforce.api.corrections import router as corrections
from shegong.workforce.api.credentials import router as credentials
from shegong.workforce.api.learning import router as learning
from shegong.workforce.api.pool import router as pool
from shegong.workforce.api.supervision import router as supervision
from shegong.workforce.api.workers import router as workers

router = Router(tags=["workforce"])
for part in (
    workers,
    corrections,
    credentials,
    learning,
    supervision,
    pool,
):
    router.add_router("", part)
