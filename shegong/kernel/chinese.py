"""Numbers and codes of Chinese administration: identity numbers, credit codes, telephone numbers, sex, ethnicity,
disability; and their masks.

Rules here take the text as typed, normalise it themselves and say what is wrong; they know no field names (see
`Problem.at`).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from shegong.kernel.names import is_separator, surname_length
from shegong.kernel.problems import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS: Final = "10X98765432"
IDENTITY_FORM: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
OLDEST_YEARS: Final = 130
CREDIT_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
LANDLINE: Final = re.compile(r"(?:010|02[0-57-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}")
HOTLINE: Final = re.compile(r"[48]00[0-9]{7}|12[0-9]{3}|9[56][0-9]{3,4}")
ABROAD: Final = re.compile(r"\+(?!86|0)[0-9]{7,15}")
EXTENSION: Final = re.compile(r"(?:-|\u8f6c|#|ext\.?)([0-9]{1,6})$", re.IGNORECASE)  # U+8F6C: "put through to"


class Sex(IntegerChoices):
    """GB/T 2261.1."""

    UNKNOWN = 0, _("未知的性别")
    MALE = 1, _("男性")
    FEMALE = 2, _("女性")
    UNSTATED = 9, _("未说明的性别")


class DisabilityKind(IntegerChoices):
    """GB/T 26341: kinds of disability."""

    VISUAL = 1, _("视力残疾")
    HEARING = 2, _("听力残疾")
    SPEECH = 3, _("言语残疾")
    PHYSICAL = 4, _("肢体残疾")
    INTELLECTUAL = 5, _("智力残疾")
    MENTAL = 6, _("精神残疾")
    MULTIPLE = 7, _("多重残疾")


class DisabilityGrade(IntegerChoices):
    """GB/T 26341: grades of disability, the first being the heaviest."""

    FIRST = 1, _("一级")
    SECOND = 2, _("二级")
    THIRD = 3, _("三级")
    FOURTH = 4, _("四级")


class IdentityKind(StrEnum):
    """Whose number it is. All kinds share one form, checksum, birth date and sex digit (GB 11643)."""

    RESIDENT = "resident"
    HONG_KONG = "hong_kong"
    MACAU = "macau"
    TAIWAN = "taiwan"
    FOREIGNER = "foreigner"


class IdentityFacts(NamedTuple):
    """What an identity number says about its holder."""

    birth_date: date
    sex: Sex


# GB/T 3304; English names in the spelling of the standard's romanisation where there is no better known one.
ETHNICITIES: Final[Mapping[str, "StrOrPromise"]] = {
    "01": _("汉族"),
    "02": _("蒙古族"),
    "03": _("回族"),
    "04": _("藏族"),
    "05": _("维吾尔族"),
    "06": _("苗族"),
    "07": _("彝族"),
    "08": _("壮族"),
    "09": _("布依族"),
    "10": _("朝鲜族"),
    "11": _("满族"),
    "12": _("侗族"),
    "13": _("瑶族"),
    "14": _("白族"),
    "15": _("土家族"),
    "16": _("哈尼族"),
    "17": _("哈萨克族"),
    "18": _("傣族"),
    "19": _("黎族"),
    "20": _("傈僳族"),
    "21": _("佤族"),
    "22": _("畲族"),
    "23": _("高山族"),
    "24": _("拉祜族"),
    "25": _("水族"),
    "26": _("东乡族"),
    "27": _("纳西族"),
    "28": _("景颇族"),
    "29": _("柯尔克孜族"),
    "30": _("土族"),
    "31": _("达斡尔族"),
    "32": _("仫佬族"),
    "33": _("羌族"),
    "34": _("布朗族"),
    "35": _("撒拉族"),
    "36": _("毛南族"),
    "37": _("仡佬族"),
    "38": _("锡伯族"),
    "39": _("阿昌族"),
    "40": _("普米族"),
    "41": _("塔吉克族"),
    "42": _("怒族"),
    "43": _("乌孜别克族"),
    "44": _("俄罗斯族"),
    "45": _("鄂温克族"),
    "46": _("德昂族"),
    "47": _("保安族"),
    "48": _("裕固族"),
    "49": _("京族"),
    "50": _("塔塔尔族"),
    "51": _("独龙族"),
    "52": _("鄂伦春族"),
    "53": _("赫哲族"),
    "54": _("门巴族"),
    "55": _("珞巴族"),
    "56": _("基诺族"),
    "97": _("其他民族"),
    "98": _("外国血统中国籍人士"),
}


def _plain(text: str) -> str:
    """Full-width forms as ASCII, no white space, upper case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def normalised_identity(text: str) -> str:
    """An identity number as it is stored and compared: half-width, upper-case X, no spaces or hyphens."""
    return _plain(text).replace("-", "")


def identity_problem(number: str, today: date) -> Problem | None:
    """Why this can't be an identity number (GB 11643), or None.

    Residents, the residence permits of people from Hong Kong (81), Macau (82) and Taiwan (83), and foreigners'
    permanent residence cards (9). Area codes are not compared with any list: they change, and people keep their
    numbers.
    """
    number = normalised_identity(number)
    if len(number) == 15 and number.isascii() and number.isdigit():
        return Problem("identity_old", _("15 位旧号码已停用，请填写 18 位号码。"))
    if len(number) != 18:
        return Problem("identity_length", _("号码应为 18 位，现为 %(length)s 位。"), params={"length": len(number)})
    if not IDENTITY_FORM.fullmatch(number):
        return Problem("identity_characters", _("号码前 17 位应为数字，第 18 位应为数字或 X。"))
    birth = _birth_date(number)
    if birth is None or today.year - birth.year > OLDEST_YEARS:
        return Problem("identity_birth", _("号码第 7 至 14 位不是有效的出生日期。"))
    if birth > today:
        return Problem("identity_future", _("号码中的出生日期晚于今天。"))
    if number[17] != identity_check(number[:17]):
        return Problem("identity_checksum", _("号码校验不符，请核对是否有输错的数字。"))
    return None


def identity_check(digits: str) -> str:
    """The 18th character for the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(IDENTITY_WEIGHTS, digits, strict=True))
    return IDENTITY_CHECKS[total % 11]


def identity_facts(number: str) -> IdentityFacts:
    """Birth date and sex (17th digit: odd is male) of a number that `identity_problem` finds right. Raises ValueError
    for others.
    """
    number = normalised_identity(number)
    birth = _birth_date(number) if IDENTITY_FORM.fullmatch(number) else None
    if birth is None:
        raise ValueError("not an identity number")
    return IdentityFacts(birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def identity_kind(number: str) -> IdentityKind:
    """Whose number it is, by its first digits; for a number that `identity_problem` finds right."""
    number = normalised_identity(number)
    if number.startswith("9"):
        return IdentityKind.FOREIGNER
    permits = {"81": IdentityKind.HONG_KONG, "82": IdentityKind.MACAU, "83": IdentityKind.TAIWAN}
    return permits.get(number[:2], IdentityKind.RESIDENT)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def normalised_credit_code(text: str) -> str:
    """A unified social credit code as it is stored and compared: half-width, upper case, no spaces or hyphens."""
    return _plain(text).replace("-", "")


def credit_code_warning(code: str) -> Problem | None:
    """What looks wrong with a unified social credit code (GB 32100), or None. A warning only: some early codes fail
    the checksum.
    """
    code = normalised_credit_code(code)
    if len(code) != 18:
        return Problem(
            "credit_code_length", _("统一社会信用代码应为 18 位，现为 %(length)s 位。"), params={"length": len(code)}
        )
    if any(character not in CREDIT_CHARACTERS for character in code):
        return Problem("credit_code_characters", _("统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z。"))
    total = sum(CREDIT_CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    if CREDIT_CHARACTERS.index(code[17]) != (31 - total % 31) % 31:
        return Problem("credit_code_checksum", _("统一社会信用代码校验不符，请核对；确认无误可继续。"))
    return None


def normalised_phone(text: str) -> str:
    """A telephone number as it is stored and compared: digits only, without the country code of China, an extension
    after a hyphen.

    A number abroad keeps its +. What isn't a telephone number comes back as it is, only trimmed: `phone_problem`
    speaks about it.
    """
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", _plain(text))
    extension = EXTENSION.search(plain)
    if extension:
        main = _phone_digits(plain[: extension.start()])
        if LANDLINE.fullmatch(main) or HOTLINE.fullmatch(main):
            return f"{main}-{extension[1]}"
    digits = _phone_digits(plain)
    return digits if re.fullmatch(r"\+?[0-9]+", digits) else text.strip()


def _phone_digits(text: str) -> str:
    digits = re.sub(r"[-().\u00b7]", "", text)
    home = re.fullmatch(r"(?:\+|00)?86([0-9]{10,12})", digits)
    if home is None:
        return digits
    if LANDLINE.fullmatch("0" + home[1]) and not MOBILE.fullmatch(home[1]):
        return "0" + home[1]  # abroad, the area code is dialled without its zero
    return home[1] if MOBILE.fullmatch(home[1]) or LANDLINE.fullmatch(home[1]) else digits


def phone_problem(text: str) -> Problem | None:
    """Why this can't be a telephone number, or None: mobile, landline with area code (and extension), hotline, or
    abroad with +.
    """
    main = normalised_phone(text).partition("-")[0]
    if any(form.fullmatch(main) for form in (MOBILE, LANDLINE, HOTLINE, ABROAD)):
        return None
    return Problem("phone_form", _("请填写 11 位手机号，或带区号的座机号，例如 028-12345678。"))


def is_mobile(text: str) -> bool:
    """Whether it is a mobile number of the mainland."""
    return MOBILE.fullmatch(normalised_phone(text)) is not None


def _masked(text: str, first: int, last: int) -> str:
    """Stars for all but the ends; for all when the ends would give most of it away."""
    hidden = len(text) - first - last
    if hidden < max(first + last, 1) // 2:
        return "*" * len(text)
    return text[:first] + "*" * hidden + text[len(text) - last :]


def mask_identity(number: str) -> str:
    """An identity number with its birth date and most else hidden: province, first digit of the city, and the last
    two.
    """
    return _masked(normalised_identity(number), 3, 2)


def mask_phone(number: str) -> str:
    """A telephone number with its middle hidden."""
    return _masked(normalised_phone(number), 3, 4)


def mask_name(name: str) -> str:
    """The surname (or the first character where there is none) and a star for each other character; separators stay."""
    name = name.strip()
    shown = surname_length(name) or 1
    if len(name) <= shown:
        return "*" * len(name)
    return name[:shown] + "".join(sign if is_separator(sign) else "*" for sign in name[shown:])
