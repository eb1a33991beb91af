"""Acting together in the API: each subject with a router of its own."""

from ninja import Router

from shegong.linkage.api.agreements import router as agreements
from shegong.linkage.api.gifts import router as gifts
from shegong.linkage.api.groups import router as groups
from shegong.linkage.api.volunteers import router as volunteers

router = Router(tags=["linkage"])
for part in (agreements, groups, volunteers, gifts):
    router.add_router("", part)
