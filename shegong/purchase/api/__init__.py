"""Purchase in the API: each object with a router of its own."""

from ninja import Router

from shegong.purchase.api.funds import router as funds
from shegong.purchase.api.projects import router as projects

router = Router(tags=["purchase"])
for part in (funds, projects):
    router.add_router("", part)
