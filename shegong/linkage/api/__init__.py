"""Acting together in the API: each subject with a router of its own."""

from ninja import Router

from shegong.linkage.api.gifts import router as gifts

router = Router(tags=["linkage"])
router.add_router("", gifts)
