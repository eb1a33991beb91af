"""Acting together in the API: each subject with a router of its own."""

from ninja import Router

router = Router(tags=["linkage"])
