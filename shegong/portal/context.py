"""What pages on lower floors need to know of the public site: they can't link up by themselves."""

from django.http import HttpRequest
from django.urls import reverse


def portal(request: HttpRequest) -> dict[str, str]:
    """For pages on lower floors that lead here."""
    return {"portal_url": reverse("portal:ask")}
