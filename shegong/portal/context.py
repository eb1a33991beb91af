"""What pages on lower floors need to know of the residents' door: they can't link up by themselves."""

from django.http import HttpRequest
from django.urls import reverse


def portal(request: HttpRequest) -> dict[str, str]:
    """For pages on lower floors that lead here: the residents' first page; what waits for staff; an enquiry's words
    stand below `words_url` by its key.
    """
    return {"portal_url": reverse("portal:home"), "words_url": reverse("portal:words")}
