"""What the API answers when anything is wrong: problem details (RFC 9457) in the reader's language."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from shegong.kernel.problems import TITLES, Problem, Problems

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)
PROBLEM_JSON: Final = "application/problem+json"
BODY_LIMIT: Final = 1024 * 1024
BODY_TYPES: Final = {"application/json", "application/merge-patch+json"}
View = Callable[..., HttpResponseBase]

# By pydantic's name of the mistake.
MISTAKES: Final[Mapping[str, "StrOrPromise"]] = {
    "missing": _("缺少这一项。"),
    "extra_forbidden": _("没有这一项，请核对名称。"),
    "int_type": _("应为整数。"),
    "int_parsing": _("应为整数。"),
    "int_from_float": _("应为整数。"),
    "int_parsing_size": _("数字过大。"),
    "float_type": _("应为数字。"),
    "float_parsing": _("应为数字。"),
    "finite_number": _("应为有限的数字。"),
    "greater_than_equal": _("不能小于 %(ge)s。"),
    "less_than_equal": _("不能大于 %(le)s。"),
    "string_type": _("应为文字。"),
    "string_unicode": _("含有残缺的字符。"),
    "string_too_short": _("至少 %(min_length)s 字。"),
    "string_too_long": _("最多 %(max_length)s 字。"),
    "string_pattern_mismatch": _("含有不能使用的字符。"),
    "uuid_type": _("应为 UUID。"),
    "uuid_parsing": _("应为 UUID。"),
    "bool_type": _("应为 true 或 false。"),
    "bool_parsing": _("应为 true 或 false。"),
    "enum": _("只能是：%(expected)s。"),
    "literal_error": _("只能是：%(expected)s。"),
    "day_form": _("日期应写作 2022-07-31。"),
    "date_from_datetime_parsing": _("没有这一天。"),
    "date_parsing": _("没有这一天。"),
    "moment_form": _("时刻应写作 2022-07-31T09:30:00+08:00。"),
    "datetime_parsing": _("没有这个时刻。"),
    "datetime_from_date_parsing": _("没有这个时刻。"),
    "timezone_aware": _("时刻须带时区，例如 +08:00。"),
    "list_type": _("应为列表。"),
    "tuple_type": _("应为列表。"),
    "too_short": _("至少 %(min_length)s 项。"),
    "too_long": _("最多 %(max_length)s 项。"),
    "model_type": _("应为 JSON 对象。"),
    "model_attributes_type": _("应为 JSON 对象。"),
    "dict_type": _("应为 JSON 对象。"),
}


class Mistake(BaseModel):
    """One thing that is wrong, and at which member or parameter."""

    field: str | None
    code: str
    message: str


class ProblemDetails(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Mistake]


def refused(problem: Problem) -> HttpResponse:
    """The problem as an answer."""
    content = json.dumps(problem.as_details(), ensure_ascii=False).encode("utf-8", "replace")
    response = HttpResponse(content, content_type=PROBLEM_JSON, status=problem.status)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="shegong"'
    if problem.status == 503:
        response.headers["Retry-After"] = "1"
    return response


def not_found() -> Problem:
    """The same for what doesn't exist and for what the caller may not see."""
    return Problem("not_found", _("不存在，或不在您的范围内。"), status=404)


def answered(view: View) -> View:
    """A view of the API: whatever goes wrong in it is answered with problem details.

    It knows its caller by itself (`unscoped`, see network.middleware), and checks the cross-site token only for callers
    who come with a session (`csrf_exempt`).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _readable(request)
            response = view(request, *args, **kwargs)
        except Exception as error:  # the API's outermost line: nothing may leave it as a page
            return refused(problem_of(error))
        if response.status_code == 405:
            refusal = refused(Problem("method_not_allowed", TITLES[405], status=405))
            refusal.headers["Allow"] = response.headers["Allow"]
            return refusal
        return response

    for mark in ("csrf_exempt", "unscoped"):
        setattr(guarded, mark, True)
    return guarded


def _readable(request: HttpRequest) -> None:
    """Raises Problem for a body that is too large (413) or no JSON (415), and for a caller who takes no JSON (406)."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        takes_json = request.accepts("application/json") or request.accepts(PROBLEM_JSON)
    except ValueError as error:
        raise Problem("bad_header", _("请求头有误。"), status=400) from error
    if length > BODY_LIMIT:
        raise Problem("body_too_large", _("请求内容最大 1 MB。"), status=413)
    if length and request.method in ("POST", "PUT", "PATCH") and request.content_type not in BODY_TYPES:
        raise Problem("not_json", _("请求内容须为 application/json。"), status=415)
    if not takes_json:
        raise Problem("only_json", _("只能以 application/json 回答。"), status=406)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception means; one that means nothing known is logged and told as a fault of ours (500)."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return _invalid(error.errors)
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        return Problem("forbidden", TITLES[403], status=403)
    if isinstance(error, RequestDataTooBig):
        return Problem("body_too_large", _("请求内容最大 1 MB。"), status=413)
    if isinstance(error, (SuspiciousOperation, BadRequest, UnreadablePostError, HttpError)):
        return Problem("bad_request", _("请求无法读懂。"), status=400)
    if isinstance(error, IntegrityError):
        return Problem("conflict", TITLES[409], status=409)
    if isinstance(error, OperationalError):
        logger.warning("the database refused a request", exc_info=error)
        return Problem("busy", _("系统繁忙，请稍后重试。"), status=503)
    if isinstance(error, DataError):
        logger.error("a value passed our checks that the database refuses", exc_info=error)
        return Problem("invalid", TITLES[422], status=422)
    logger.error("the API failed", exc_info=error)
    return Problem("fault", _("系统出错，已记录。"), status=500)


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Every mistake that was found in a request, at its member."""
    found = []
    for error in errors:
        kind, params = error["type"], error.get("ctx") or {}
        message = MISTAKES.get(kind) or _("格式不正确。")
        found.append(Problem(kind, message, _field(error["loc"]), params=params))
    return found[0] if len(found) == 1 else Problems(found)


def _field(location: Sequence[object]) -> str | None:
    """`minutes` for ("body", "draft", "minutes"): what comes first is the request's part and our name of it."""
    source, *names = location
    if source == "body":
        names = names[1:]
    return ".".join(str(name) for name in names) or None
