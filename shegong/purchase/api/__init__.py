"""Purchase in the API: each object with a router of its own."""

from ninja import Router

from shegong.purchase.api.funds import router as funds

router = Router(tags=["purchase"])
for part in (funds,):
    router.add_router("", part)
