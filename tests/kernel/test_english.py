"""The kernel speaks English where a reader has chosen it, and Chinese beside it in the same process."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from shegong.kernel.chinese import ETHNICITIES, Sex, identity_problem
from shegong.kernel.clock import today
from shegong.kernel.messages import compile_catalogues
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text


@pytest.fixture(autouse=True)
def fresh_catalogues() -> Iterator[None]:
    """Compiled now, and read again by Django even if another test asked for English before."""
    compile_catalogues()
    vars(trans_real)["_translations"].pop("en", None)
    with translation.override("en"):
        yield


def test_problems_speak_the_readers_language() -> None:
    problem = identity_problem("123", today())
    assert problem is not None
    assert problem.as_details()["title"] == "Something needs correcting"
    assert str(problem) == "The number has 18 places; this one has 3."
    with translation.override("zh-hans"):
        assert str(problem) == "号码应为 18 位，现为 3 位。"
    with pytest.raises(Problem, match=r"At most 2 characters; there are 3\."):
        clean_text("abc", 2)


def test_names_of_codes() -> None:
    assert (str(ETHNICITIES["33"]), str(ETHNICITIES["04"])) == ("Qiang", "Tibetan")
    assert len({str(name) for name in ETHNICITIES.values()}) == len(ETHNICITIES)
    assert [str(sex.label) for sex in Sex] == ["Unknown", "Male", "Female", "Not stated"]


def test_labels_of_periods() -> None:
    labels = [Period.parse(text).label("en") for text in ("2022", "2022Q3", "2022-07")]
    assert labels == ["2022", "Q3 2022", "July 2022"]
    assert Period.parse("2022-07").label("zh-hans") == "2022年7月"
