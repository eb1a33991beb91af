"""The JSON API, /api/v1: the apps' operations under one roof, and its OpenAPI document."""

from collections.abc import Callable
from functools import cached_property
from http.client import responses as STATUS_NAMES
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path, reverse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.router import BoundRouter
from pydantic_core import from_json, to_json

from shegong.appraisal.api import router as appraisal
from shegong.catalogue.api import router as catalogue
from shegong.desk.staffing.api import router as staffing
from shegong.indicators.api import router as indicators
from shegong.kernel.api.answers import JSON
from shegong.kernel.api.refusals import PROBLEM_JSON, ProblemDetails, answered, not_found
from shegong.kernel.problems import TITLES, Problem
from shegong.linkage.api import router as linkage
from shegong.network.api import router as network
from shegong.network.api_scope import at_the_gate, in_scope
from shegong.network.premises.api import router as premises
from shegong.people.api import router as people
from shegong.portal.api import router as portal
from shegong.practice.api import router as practice
from shegong.purchase.api import router as purchase
from shegong.workforce.api import router as workforce

DESCRIPTION: Final = """\
Everything that the pages do, under the same rules and the same scope: whoever calls sees and changes what that account
may. Call with `Authorization: Bearer …` (a token from `POST /tokens` or from the page of one's account).

Things are made by `PUT` under a key of the caller's (a UUID, best of version 7): sent again with the same content it is
the same thing (200), with other content it is refused (409). Lists come page by page: pass `next` as `cursor`.
`?fields=` names the members wanted. Errors are problem details (RFC 9457) in Chinese or English by `Accept-Language`.
Identity numbers, telephone numbers and addresses of people are always masked."""
REFUSALS: Final = (400, 401, 403, 406, 422, 500, 503)
REFUSALS_OF_BODIES: Final = (413, 415)
View = Callable[..., HttpResponseBase]


class JsonReader(Parser):
    """Strict JSON: UTF-8, no NaN, no halves of surrogate pairs, no bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError for anything else (answered with 400)."""
        return from_json(request.body, allow_inf_nan=False)


class Api(NinjaAPI):
    """Ninja's operations, each in its caller's scope, each error as problem details."""

    def on_exception(self, request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
        """Let it pass: the transaction must see it, to undo what was done."""
        raise exc

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name."""
        return operation.view_func.__name__

    def _get_bound_routers(self) -> list[BoundRouter]:
        bound = self._bound_routers_cache
        if bound is None:
            bound = super()._get_bound_routers()
            for router in bound:
                for view in router.path_operations.values():
                    for operation in view.operations:
                        _enclose(operation)
        return bound

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = [path("openapi.json", self.document, name="openapi-json")]
        for router in self._get_bound_routers():
            patterns += router.urls_paths(router.prefix)
        patterns += [path("", _nowhere, name="api-root"), re_path("", _nowhere)]
        for pattern in patterns:
            pattern.callback = answered(pattern.callback)
        return [*patterns]

    def document(self, request: HttpRequest) -> HttpResponse:
        """The OpenAPI document."""
        if request.method != "GET":
            raise Problem("method_not_allowed", TITLES[405], status=405)
        return HttpResponse(self._document, content_type=JSON)

    @cached_property
    def _document(self) -> bytes:
        schema = self.get_openapi_schema(path_prefix=reverse("api:api-root"))
        components = schema["components"]
        components["schemas"]["ProblemDetails"] = ProblemDetails.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        components["schemas"].update(components["schemas"]["ProblemDetails"].pop("$defs"))
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                _describe(operation)
        return to_json(schema)


def _nowhere(request: HttpRequest, **values: Any) -> HttpResponseBase:
    raise not_found()


def _enclose(operation: Operation) -> None:
    """Put an operation into its transaction, behind a check of the parameters' names."""
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }
    enclosed = (at_the_gate if getattr(operation.view_func, "gate", False) else in_scope)(operation.run)

    def run(request: HttpRequest, **values: Any) -> HttpResponseBase:
        for name in request.GET:
            if name not in known:
                raise Problem("parameter_unknown", _("没有这个参数，请核对名称。"), name[:100], 400)
        return enclosed(request, **values)

    setattr(operation, "run", run)  # noqa: B010  a method is replaced, which is how ninja's own decorators do it


def _describe(operation: dict[str, Any]) -> None:
    """Add to an operation's description who may call it and how it refuses."""
    operation.setdefault("security", [{"token": []}, {"session": []}])
    responses = operation["responses"]
    details = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    statuses = {*REFUSALS, *(REFUSALS_OF_BODIES if "requestBody" in operation else ())}
    statuses |= {status for status in responses if status >= 400}
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        statuses.add(404)
    for status in sorted(statuses):
        responses[status] = {"description": STATUS_NAMES[status], "content": details}


def made() -> Api:
    """The API with all its operations."""
    api = Api(
        title="Shegong",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        parser=JsonReader(),
    )
    apps = (
        *(people, network, premises, catalogue, workforce, purchase, staffing, practice, indicators),
        *(linkage, appraisal, portal),
    )
    for router in apps:
        api.add_router("", router)
    return api


api = made()
