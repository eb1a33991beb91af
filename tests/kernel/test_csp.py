"""The content security policy on every response."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shegong.kernel.csp import POLICY, ContentSecurityPolicy


def answered(response: HttpResponse) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return response

    return ContentSecurityPolicy(view)(RequestFactory().get("/"))


def test_every_response_carries_it() -> None:
    assert answered(HttpResponse())["Content-Security-Policy"] == POLICY


def test_a_stricter_one_of_the_view_stays() -> None:
    response = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    assert answered(response)["Content-Security-Policy"] == "default-src 'none'"


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    for directive in ("script-src 'self'", "style-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
        assert directive in POLICY
