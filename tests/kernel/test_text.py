"""Text is kept as people write it, and refused where no one could have meant it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text


@pytest.mark.parametrize("text", ["", "独居老人 78 岁，血压 150/90。", "𠮷䶮👵🏽👨‍👩‍👧", "a\tb\nc", "ﷺ", "བཀྲ་ཤིས"])
def test_what_stays(text: str) -> None:
    assert clean_text(text, 100) == text


def test_newlines_and_composition() -> None:
    assert clean_text("a\r\nb\rc\u2028d\u2029e\x85f\n", 20) == "a\nb\nc\nd\ne\nf\n"
    assert clean_text("e\u0301", 1) == "é"


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x9b", "\ud83d", "\udc00"])
def test_control_characters_are_refused_with_their_place(sign: str) -> None:
    with pytest.raises(Problem, match="第 3 个字") as caught:
        clean_text(f"ab{sign}c", 100)
    assert (caught.value.code, caught.value.status) == ("text_control", 422)


@pytest.mark.parametrize(("text", "length"), [("ab好d", "4 字"), ("好" * 10_000_000, "10000000 字")])
def test_a_text_beyond_the_limit_is_refused_with_both_numbers(text: str, length: str) -> None:
    with pytest.raises(Problem, match=f"最多 3 字，现为 {length}") as caught:
        clean_text(text, 3)
    assert caught.value.code == "text_too_long"


@given(st.text())
def test_clean_text_is_clean(text: str) -> None:
    try:
        cleaned = clean_text(text, 1000)
    except Problem as problem:
        assert any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text) or problem.code == "text_too_long"
    else:
        assert clean_text(cleaned, 1000) == cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert "\r" not in cleaned


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], max_codepoint=0x2FFFF), max_size=50))
def test_no_text_within_the_limit_is_too_long(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    composed = unicodedata.normalize("NFC", decomposed)
    assert len(clean_text(decomposed, max(len(composed), 1))) == len(composed)
