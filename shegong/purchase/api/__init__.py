"""Purchase in the API: each object with a router of its own."""

from ninja import Router

router = Router(tags=["purchase"])
