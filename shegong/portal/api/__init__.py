"""The residents' door in the API: complaints for who answers them, requests about own data for who lets them through,
words with askers, and what was said of services.
"""

from ninja import Router

from shegong.portal.api.complaints import router as complaints
from shegong.portal.api.own_data import router as own_data
from shegong.portal.api.words import router as words

router = Router(tags=["portal"])
for part in (complaints, own_data, words):
    router.add_router("", part)
