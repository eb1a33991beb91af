"""What went wrong, in the words of the person who has to put it right.

A rule raises or returns a `Problem`; a page turns it into a form's errors and the API into problem details (RFC
9457). Nothing in between translates it: the message is lazy and speaks the reader's language when it is shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django_stubs_ext import StrOrPromise

TITLES: Final[Mapping[int, "StrOrPromise"]] = {
    400: _("请求有误"),
    401: _("请先登录"),
    403: _("无权进行此操作"),
    404: _("未找到"),
    405: _("不支持此方法"),
    406: _("不能以所要的格式回答"),
    409: _("与现有内容冲突"),
    412: _("内容已被他人修改"),
    413: _("内容过大"),
    415: _("不支持此格式"),
    422: _("内容有误"),
    429: _("操作过于频繁"),
    500: _("系统出错"),
    503: _("暂时不可用"),
}


def _filled(message: "StrOrPromise", params: Mapping[str, object]) -> str:
    return str(message) % params


_filled_later = lazy(_filled, str)


class Problem(Exception):
    """One thing that is wrong: a stable code, a message in the reader's language, the field at fault, and the HTTP
    status it means.
    """

    def __init__(
        self,
        code: str,
        message: "StrOrPromise",
        field: str | None = None,
        status: int = 422,
        params: Mapping[str, object] | None = None,
    ) -> None:
        """`params` fill the message's %(name)s when it is shown, after translation."""
        super().__init__(code)
        self.code = code
        self.message: StrOrPromise = message if params is None else _filled_later(message, params)
        self.field = field
        self.status = status

    def __str__(self) -> str:
        return str(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, field={self.field!r}, status={self.status})"

    def __iter__(self) -> Iterator["Problem"]:
        """A single problem is a group of one, so that who handles problems need not ask."""
        yield self

    def at(self, field: str) -> "Problem":
        """The same problem at this field: a rule about numbers needn't know what the form calls them."""
        return Problem(self.code, self.message, field, self.status)

    def as_details(self) -> dict[str, Any]:
        """Problem details (RFC 9457), each text in the active language; `code` and `errors` are our extension
        members.
        """
        return {
            "type": "about:blank",
            "title": str(TITLES.get(self.status) or HTTPStatus(self.status).phrase),
            "status": self.status,
            "detail": str(self),
            "code": self.code,
            "errors": [{"field": each.field, "code": each.code, "message": str(each.message)} for each in self],
        }

    def as_validation_error(self) -> ValidationError:
        """Django's error for the same: by field when any of the problems has one."""
        if all(each.field is None for each in self):
            return ValidationError([ValidationError(each.message, code=each.code) for each in self])
        by_field: dict[str, list[ValidationError]] = {}
        for each in self:
            errors = by_field.setdefault(each.field or NON_FIELD_ERRORS, [])
            errors.append(ValidationError(each.message, code=each.code))
        return ValidationError(by_field)

    def add_to_form(self, form: "BaseForm") -> None:
        """Show each problem at its field; a problem whose field the form doesn't have is shown above the form."""
        for each in self:
            field = each.field if each.field in form.fields else None
            form.add_error(field, ValidationError(each.message, code=each.code))


class Problems(Problem):
    """Several problems at once, so that a form can show all of them. It has the status of the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Raises ValueError without any problem."""
        self.problems: list[Problem] = [each for group in problems for each in group]
        if not self.problems:
            raise ValueError("there is no problem")
        first = self.problems[0]
        code = first.code if len(self.problems) == 1 else "several_problems"
        super().__init__(code, first.message, None, first.status)

    def __str__(self) -> str:
        return " ".join(str(each.message) for each in self.problems)

    def __iter__(self) -> Iterator[Problem]:
        yield from self.problems

    def __len__(self) -> int:
        return len(self.problems)


def key_taken() -> Problem:
    """The caller's key came before with another content, or belongs to something else."""
    return Problem("key_taken", _("这个编号已用于另一份内容，没有保存。"), "key", status=409)


def raise_any(problems: Iterable[Problem | None]) -> None:
    """Raise what there is: nothing, the one problem, or all of them together."""
    found = [each for group in problems if group is not None for each in group]
    if len(found) == 1:
        raise found[0]
    if found:
        raise Problems(found)


def problem_from(error: ValidationError) -> Problem:
    """The same as a Problem, for what Django's own validation found (`full_clean`, a field's validators)."""
    if hasattr(error, "error_dict"):
        pairs = [(field, each) for field, errors in error.error_dict.items() for each in errors]
    else:
        pairs = [(NON_FIELD_ERRORS, each) for each in error.error_list]
    found = []
    for name, each in pairs:
        field = None if name == NON_FIELD_ERRORS else name
        found.append(Problem(each.code or "invalid", each.message, field, params=each.params or None))
    return found[0] if len(found) == 1 else Problems(found)
