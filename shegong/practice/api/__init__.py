"""Practice in the API: clients, service records, assessments, cases."""

from ninja import Router

from shegong.practice.api.record import router as records

router = Router(tags=["practice"])
for part in (records,):
    router.add_router("", part)
