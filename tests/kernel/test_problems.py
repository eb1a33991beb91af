"""A problem: one thing said once, shown in a form, in the API and in both languages."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from shegong.kernel.problems import TITLES, Problem, Problems, problem_from, raise_any


class Visit(forms.Form):
    minutes = forms.IntegerField()


TOO_LONG = Problem("too_long", "最多 %(limit)s 字", "minutes", params={"limit": 3})
CLOSED = Problem("closed", "已结案", status=409)


def test_details_of_one_problem() -> None:
    with translation.override("zh-hans"):
        assert TOO_LONG.as_details() == {
            "type": "about:blank",
            "title": "内容有误",
            "status": 422,
            "detail": "最多 3 字",
            "code": "too_long",
            "errors": [{"field": "minutes", "code": "too_long", "message": "最多 3 字"}],
        }


def test_details_of_several_have_the_status_of_the_first() -> None:
    details = Problems([CLOSED, TOO_LONG]).as_details()
    assert (details["status"], details["code"], details["detail"]) == (409, "several_problems", "已结案 最多 3 字")
    assert [each["field"] for each in details["errors"]] == [None, "minutes"]


def test_a_rare_status_has_the_protocols_own_title() -> None:
    assert Problem("tea", "茶壶", status=418).as_details()["title"] == "I'm a Teapot"


def test_the_message_is_translated_when_it_is_shown() -> None:
    problem = Problem("invalid", gettext_lazy("内容有误"), params={})
    assert isinstance(problem.message, Promise)
    with translation.override("zh-hans"):
        assert str(problem) == "内容有误"
    with translation.override("en"):
        assert str(problem) == str(TITLES[422]) != ""


def test_a_percent_sign_without_params_stays() -> None:
    assert str(Problem("share", "100% 已完成")) == "100% 已完成"


def test_a_form_shows_each_problem_at_its_field_and_the_rest_above() -> None:
    form = Visit({"minutes": "5"})
    assert form.is_valid()
    Problems([CLOSED, TOO_LONG, Problem("unknown", "无此项", "station")]).add_to_form(form)
    assert form.errors == {"minutes": ["最多 3 字"], "__all__": ["已结案", "无此项"]}
    assert form.errors.as_data()["minutes"][0].code == "too_long"
    assert form["minutes"].value() == "5"


def test_django_errors_keep_fields_and_codes() -> None:
    error = Problems([CLOSED, TOO_LONG]).as_validation_error()
    assert error.message_dict == {"__all__": ["已结案"], "minutes": ["最多 3 字"]}
    plain = CLOSED.as_validation_error()
    assert not hasattr(plain, "error_dict")
    assert [each.code for each in plain.error_list] == ["closed"]


def test_django_errors_become_problems_and_back() -> None:
    error = ValidationError(
        {"minutes": [ValidationError("最多 %(n)s", code="max", params={"n": 9})], "__all__": ["错"]}
    )
    problem = problem_from(error)
    assert [(each.field, each.code, str(each.message)) for each in problem] == [
        ("minutes", "max", "最多 9"),
        (None, "invalid", "错"),
    ]
    assert problem.as_validation_error().message_dict == error.message_dict
    alone = problem_from(ValidationError("100%"))
    assert (type(alone), str(alone), alone.field) == (Problem, "100%", None)


def test_raise_any() -> None:
    raise_any([None, None])
    with pytest.raises(Problem) as one:
        raise_any([None, CLOSED])
    assert one.value is CLOSED
    with pytest.raises(Problems) as several:
        raise_any([CLOSED, None, Problems([TOO_LONG, CLOSED])])
    assert list(several.value) == [CLOSED, TOO_LONG, CLOSED]
    assert len(several.value) == 3


def test_a_group_of_one_keeps_its_code_and_a_group_of_none_is_a_mistake() -> None:
    assert Problems([CLOSED]).code == "closed"
    with pytest.raises(ValueError, match="no problem"):
        Problems([])


def test_the_same_problem_at_another_field() -> None:
    moved = TOO_LONG.at("duration")
    assert (moved.field, moved.code, str(moved), moved.status) == ("duration", "too_long", "最多 3 字", 422)
    assert TOO_LONG.field == "minutes"
