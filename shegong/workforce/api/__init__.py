"""The workforce in the API: each object with a router of its own."""

from ninja import Router

<<<<<<< HEAD
from shegong.workforce.api.credentials import router as credentials
from shegong.workforce.api.learning import router as learning
=======
from shegong.workforce.api.pool import router as pool
>>>>>>> pool
from shegong.workforce.api.supervision import router as supervision
from shegong.workforce.api.workers import router as workers

router = Router(tags=["workforce"])
<<<<<<< HEAD
for part in (
    workers,
    credentials,
    learning,
    supervision,
):
=======
for part in (workers, supervision, pool):
>>>>>>> pool
    router.add_router("", part)
