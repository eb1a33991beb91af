"""Errors: problem details for every one of them, in both languages; and who is let in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser

from shegong.kernel import clock
from shegong.network import api as network_api
from shegong.people.models import AccessToken
from tests.api.conftest import ROOT, Caller, Cast, server_role
from tests.factories import new_key


def assert_problem(response: HttpResponse, status: int) -> dict[str, object]:
    """It is a problem of this status; returns it."""
    assert response.status_code == status, response.content.decode()
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, object] = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "errors"} and problem["status"] == status
    return problem


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/nowhere", None, {}, 404),
        ("GET", "/", None, {}, 404),
        ("GET", "/stations/A/", None, {}, 404),
        ("DELETE", "/stations", None, {}, 405),
        ("POST", "/openapi.json", {}, {}, 405),
        ("GET", "/stations", None, {"Accept": "text/html"}, 406),
        ("PUT", "/clients/{key}", b"a=1", {"content_type": "application/x-www-form-urlencoded"}, 415),
        ("PUT", "/clients/{key}", b"[" * 200_000, {}, 400),
        ("PUT", "/clients/{key}", b'{"name": NaN}', {}, 400),
        ("PUT", "/clients/{key}", b'{"name": "\\ud800"}', {}, 400),
        ("PUT", "/clients/{key}", b"\xff\xfe", {}, 400),
        ("PUT", "/clients/{key}", b"", {}, 422),
        ("PUT", "/clients/{key}", [], {}, 422),
        ("PUT", "/clients/{key}", b'"' + b"x" * 1_100_000 + b'"', {}, 413),
        ("PUT", "/clients/not-a-key", {}, {}, 422),
        ("GET", "/clients?q=%00", None, {}, 422),
        ("GET", "/clients?limit=0", None, {}, 422),
        ("GET", "/clients?limit=101", None, {}, 422),
        ("GET", "/clients?name=x", None, {}, 400),
        ("GET", "/clients?fields=name,salary", None, {}, 400),
        ("GET", "/stations/%00", None, {}, 422),
        ("GET", "/workers/99999999999999999999", None, {}, 422),
        ("GET", "/divisions/5101", None, {}, 422),
    ],
)  # fmt: skip
def test_every_refusal_has_details(
    cast: Cast, method: str, path: str, body: object, headers: dict[str, str], status: int
) -> None:
    assert_problem(cast.worker.call(method, path.format(key=new_key()), body, **headers), status)


def test_a_fault_of_ours_is_told_without_its_inside(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(network_api.queries, "stations", broken)
    response = cast.worker.get("/stations")
    assert_problem(response, 500)
    assert "secret" not in response.content.decode()


def test_problems_speak_the_caller_s_language(cast: Cast) -> None:
    assert cast.worker.token is not None
    chinese = assert_problem(cast.worker.get("/stations/nowhere"), 404)
    english = assert_problem(Caller(cast.worker.token, language="en").get("/stations/nowhere"), 404)
    assert (chinese["title"], english["title"]) == ("未找到", "Not found")
    assert chinese["detail"] != english["detail"]


def test_nobody_is_let_in_without_a_token(cast: Cast) -> None:
    for caller in (Caller(), Caller("sg_wrong"), Caller("")):
        response = caller.get("/clients")
        assert_problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_or_expired_token_is_worth_nothing(cast: Cast) -> None:
    AccessToken.objects.filter(account=cast.worker_account).update(revoked_at=clock.now())
    assert_problem(cast.worker.get("/clients"), 401)
    AccessToken.objects.update(revoked_at=None, created_at=clock.now() - timedelta(days=9))
    AccessToken.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert_problem(cast.worker.get("/clients"), 401)


def test_an_account_that_is_switched_off_is_let_in_no_more(cast: Cast) -> None:
    cast.worker_account.is_active = False
    cast.worker_account.save()
    assert_problem(cast.worker.get("/clients"), 401)


def test_a_session_reads_but_writes_only_with_the_cross_site_token(cast: Cast) -> None:
    browser = Browser(enforce_csrf_checks=True, headers={"host": "localhost"})
    browser.force_login(cast.worker_account, "django.contrib.auth.backends.ModelBackend")
    with server_role():
        assert len(browser.get(f"{ROOT}/clients").json()["items"]) == 2
        path, body = f"{ROOT}/service-records/{new_key()}", cast.record()
        assert_problem(browser.put(path, body, content_type="application/json"), 403)
        browser.cookies["csrftoken"] = "a" * 32
        headers = {"X-CSRFToken": "a" * 32}
        assert browser.put(path, body, content_type="application/json", headers=headers).status_code == 201


def test_a_refusal_undoes_all_and_the_scope_ends_with_the_call(cast: Cast) -> None:
    cast.recorded(new_key())
    with server_role():
        headers = {"Authorization": f"Bearer {cast.worker.token}", "Host": "localhost"}
        assert Browser().get(f"{ROOT}/clients?limit=0", headers=headers).status_code == 422
        with connection.cursor() as cursor:
            for table in ("practice_client", "practice_servicerecord", "people_account", "people_accesstoken"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table
