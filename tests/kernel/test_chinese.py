"""Numbers and codes of Chinese administration, against the standards' own vectors and against typing errors."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.chinese import (
    ETHNICITIES,
    DisabilityGrade,
    DisabilityKind,
    IdentityKind,
    Sex,
    credit_code_warning,
    identity_check,
    identity_facts,
    identity_kind,
    identity_problem,
    is_mobile,
    mask_identity,
    mask_name,
    mask_phone,
    normalised_identity,
    normalised_phone,
    phone_problem,
)
from shegong.kernel.problems import Problem

TODAY = date(2022, 7, 1)
VECTOR = "11010519491231002X"


def made(area: str, birth: str, order: str = "001") -> str:
    digits = area + birth + order
    return digits + identity_check(digits)


def code(problem: Problem | None) -> str | None:
    return problem.code if problem else None


@pytest.mark.parametrize(
    "number",
    [
        VECTOR,
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X\u3000",
        "110105-19491231-002X",
        made("510116", "19800229"),
        made("510185", "20220701"),
        made("810000", "19900101"),
        made("820000", "19900101"),
        made("830000", "19900101"),
        made("951156", "19850615"),
    ],
)
def test_right_identity_numbers(number: str) -> None:
    assert identity_problem(number, TODAY) is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("110105194912310021", "identity_checksum"),
        ("11010519491231003X", "identity_checksum"),
        ("110105491231002", "identity_old"),
        ("", "identity_length"),
        ("1101051949123100", "identity_length"),
        (VECTOR + "1", "identity_length"),
        ("1101051949123100XX", "identity_characters"),
        ("01010519491231002X", "identity_characters"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "identity_characters"),
        ("11010519491231002\0", "identity_characters"),
        (made("510104", "20210229"), "identity_birth"),
        (made("510104", "19901301"), "identity_birth"),
        (made("510104", "00000101"), "identity_birth"),
        (made("510104", "18900101"), "identity_birth"),
        (made("510104", "20220702"), "identity_future"),
    ],
)
def test_wrong_identity_numbers(number: str, expected: str) -> None:
    assert code(identity_problem(number, TODAY)) == expected


births = st.dates(date(1900, 1, 1), TODAY)


@given(births, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(birth: date, order: int, place: int, step: int) -> None:
    number = made("510107", f"{birth:%Y%m%d}", f"{order:03}")
    assert identity_problem(number, TODAY) is None
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert identity_problem(wrong, TODAY) is not None


@given(births, st.integers(0, 999))
def test_facts(birth: date, order: int) -> None:
    facts = identity_facts(made("510107", f"{birth:%Y%m%d}", f"{order:03}"))
    assert facts == (birth, Sex.MALE if order % 2 else Sex.FEMALE)


def test_facts_of_the_vector_and_of_nonsense() -> None:
    assert identity_facts(VECTOR.lower()) == (date(1949, 12, 31), Sex.FEMALE)
    for nonsense in ("", "1", made("510104", "20210229")):
        with pytest.raises(ValueError, match="not an identity number"):
            identity_facts(nonsense)


def test_kinds() -> None:
    kinds = [identity_kind(made(area, "19900101")) for area in ("510104", "810000", "820000", "830000", "951156")]
    assert kinds == list(IdentityKind)


@given(st.text())
def test_no_text_breaks_the_identity_check(text: str) -> None:
    problem = identity_problem(text, TODAY)
    assert problem is None or str(problem)
    assert problem or normalised_identity(text).isascii()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("91110000600037341L", None),
        (" 9111 0000 600037341l", None),
        ("９１１１００００６００037341L", None),
        ("91110000600037341M", "credit_code_checksum"),
        ("91110000600037314L", "credit_code_checksum"),
        ("9111000060003734IL", "credit_code_characters"),
        ("91110000600037341成", "credit_code_characters"),
        ("9111000060003734", "credit_code_length"),
        ("", "credit_code_length"),
    ],
)
def test_credit_codes(text: str, expected: str | None) -> None:
    assert code(credit_code_warning(text)) == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("028-85551234", "02885551234"),
        ("(028) 8555 1234", "02885551234"),
        ("（028）85551234", "02885551234"),
        ("028—85551234", "02885551234"),
        ("+86 28 8555 1234", "02885551234"),
        ("010-62345678", "01062345678"),
        ("0833-2345678", "08332345678"),
        ("028-8555-1234-801", "02885551234-801"),
        ("02885551234转801", "02885551234-801"),
        ("02885551234 ext. 801", "02885551234-801"),
        ("400-820-8820", "4008208820"),
        ("12345", "12345"),
        ("95588", "95588"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_phones(typed: str, stored: str) -> None:
    assert normalised_phone(typed) == stored
    assert normalised_phone(stored) == stored
    assert phone_problem(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1",
        "12800138000",
        "1380013800",
        "138001380000",
        "85551234",
        "028-8555123",
        "026-85551234",
        "+1",
        "电话",
        "13800138000 13900139000",
        "+86 12",
        "13800138000\x00",
    ],
)
def test_what_is_no_phone_comes_back_as_typed(typed: str) -> None:
    assert code(phone_problem(typed)) == "phone_form"
    assert re.sub(r"[ -]", "", normalised_phone(typed)) == re.sub(r"[ -]", "", typed.strip())


@given(st.text())
def test_normalising_a_phone_twice_changes_nothing_more(text: str) -> None:
    once = normalised_phone(text)
    if phone_problem(text) is None:
        assert normalised_phone(once) == once
        assert phone_problem(once) is None


def test_mobile() -> None:
    assert is_mobile("+86 138-0013-8000")
    assert not is_mobile("028-85551234")


def test_codes() -> None:
    assert list(ETHNICITIES) == [f"{number:02}" for number in range(1, 57)] + ["97", "98"]
    assert len({str(name) for name in ETHNICITIES.values()}) == 58
    assert (str(ETHNICITIES["01"]), str(ETHNICITIES["04"]), str(ETHNICITIES["33"])) == ("汉族", "藏族", "羌族")
    assert Sex.values == [0, 1, 2, 9]
    assert DisabilityKind.values == [1, 2, 3, 4, 5, 6, 7]
    assert DisabilityGrade.values == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_identity, VECTOR, "110*************2X"),
        (mask_identity, "123", "***"),
        (mask_identity, "", ""),
        (mask_phone, "138 0013 8000", "138****8000"),
        (mask_phone, "028-85551234", "028****1234"),
        (mask_phone, "12345", "*****"),
        (mask_name, "张三", "张*"),
        (mask_name, "张三丰", "张**"),
        (mask_name, "欧阳修", "欧阳*"),
        (mask_name, "欧阳", "欧*"),
        (mask_name, "阿卜杜拉·买买提", "阿***·***"),
        (mask_name, "John Smith", "J*** *****"),
        (mask_name, "𠮷", "*"),
        (mask_name, "", ""),
    ],
)
def test_masks(mask: object, text: str, shown: str) -> None:
    assert callable(mask)
    assert mask(text) == shown


@given(births)
def test_a_masked_number_hides_the_birth_date(birth: date) -> None:
    assert f"{birth:%Y%m%d}" not in mask_identity(made("510107", f"{birth:%Y%m%d}"))
    assert len(mask_identity(made("510107", f"{birth:%Y%m%d}"))) == 18


@given(st.text())
def test_masks_never_break(text: str) -> None:
    for mask in (mask_identity, mask_phone, mask_name):
        assert isinstance(mask(text), str)
