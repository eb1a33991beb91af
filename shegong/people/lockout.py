"""What django-axes asks of us."""

from django.http import HttpRequest, HttpResponse


def own_answer(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """The answer to somebody locked out: the sign-in page's own, which says when to try again at the field."""
    return response
