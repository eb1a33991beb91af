"""Access tokens in the API: got for a name and a password, listed and revoked by their owner."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field, StringConstraints

from shegong.kernel.api.answers import All, Answer, empty, one, wanted, whole
from shegong.kernel.api.kinds import PLAIN, Body, Chosen, Count, IdParameter
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.problems import Problem
from shegong.people import queries
from shegong.people.actions import check_code, check_password, issue_token, revoke_token
from shegong.people.models import AccessToken, Account
from shegong.people.rules import BEARER_DAYS

router = Router(tags=["tokens"])
Operation = Callable[..., HttpResponse]


def before_signing_in(operation: Operation) -> Operation:
    """Mark an operation of callers who aren't known yet: it runs at the gate (network.api_scope)."""
    setattr(operation, "gate", True)  # noqa: B010  functions declare no attributes
    return operation


class Credentials(Body):
    """Who asks for a token, what it is for, and for how many days."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PLAIN)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
    otp: Annotated[
        str,
        StringConstraints(max_length=40, pattern=PLAIN),
        Field(description="A code of the authenticator app or a recovery code, where a second factor is set up."),
    ] = ""
    name: Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)] = "API"
    days: Annotated[Count, Field(description=f"1 to {BEARER_DAYS}")] = 30


class NewToken(BaseModel):
    """A bearer token. It is told this once."""

    token: str


class TokenOut(Answer):
    """A token in force; the token itself is never told again."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime


class Caller(Protocol):
    """What is to be known here of who calls (a network.scope.Viewer, of the floor above)."""

    @property
    def account_id(self) -> int:
        """The account."""
        ...


class CallerRequest(HttpRequest):
    """A call whose caller is known."""

    viewer: Caller


@router.post(
    "/tokens",
    response={201: NewToken, 429: ProblemDetails},
    openapi_extra={"security": []},
)
@before_signing_in
def create_token(request: HttpRequest, credentials: Credentials) -> HttpResponse:
    """A new token with all the rights of the account. After five failures the name is locked for a while (429)."""
    account = check_password(request, credentials.username, credentials.password)
    if queries.authenticator(account) is not None:
        try:
            check_code(account, credentials.otp)
        except Problem as problem:
            raise problem.at("otp") from None
    if account.must_change_password:
        raise Problem("must_change_password", _("请先在网页上登录并修改一次性密码。"), "password", 403)
    return one(NewToken(token=issue_token(account, credentials.name, credentials.days)), status=201)


@router.get("/tokens", response={200: All[TokenOut]})
def list_tokens(request: CallerRequest, asked: Query[Chosen]) -> HttpResponse:
    """The caller's own tokens in force, the newest first."""
    fields = wanted(TokenOut, asked.fields)
    found = queries.own_tokens(_account(request))
    rows = (TokenOut(id=row.pk, name=row.name, created_at=row.created_at, expires_at=row.expires_at) for row in found)
    return whole(rows, fields)


@router.delete("/tokens/{token_id}", response={204: None})
def delete_token(request: CallerRequest, token_id: IdParameter) -> HttpResponse:
    """Revoke one of the caller's own tokens."""
    account = _account(request)
    found = AccessToken.objects.filter(account=account, id=token_id).first()
    if found is None:
        raise not_found()
    revoke_token(found, by=account)
    return empty()


def _account(request: CallerRequest) -> Account:
    return Account.objects.get(pk=request.viewer.account_id)
