"""The workbook's sheets and columns, declared once for the template, the reader and the instructions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shegong.network.enums import Mode, OrganisationKind, Stage, Tier
from shegong.people.enums import Role
from shegong.workforce.enums import CertificateLevel, Education, Language, PostingRole, Source, Speciality

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EXAMPLE_MARK: Final = "※"  # rows whose first cell begins so are skipped
SEPARATORS: Final = re.compile(r"[、,，;；]\s*")


class Kind(Enum):
    """What a cell holds."""

    TEXT = "text"
    CODE = "code"  # text without full-width characters
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True, eq=False)  # a column is itself: titles compare by the reader's language
class Column:
    """A column. `is_key` must always be filled in, `is_required` for what is new; other cells may stay empty, and then
    leave what is there as it is.
    """

    name: str
    title: "StrOrPromise"
    kind: Kind = Kind.TEXT
    limit: int = 100
    is_key: bool = False
    is_required: bool = False
    choices: "Mapping[str, StrOrPromise] | None" = None
    note: "StrOrPromise" = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet."""

    name: str
    title: "StrOrPromise"
    note: "StrOrPromise"
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(column for column in self.columns if column.name == name)


def both(text: "StrOrPromise") -> tuple[str, str]:
    """A text in Chinese and in English."""
    with translation.override("zh-hans"):
        chinese = str(text)
    with translation.override("en"):
        return chinese, str(text)


def bilingual(text: "StrOrPromise") -> str:
    """A text in both languages, as headings carry it."""
    return " ".join(both(text))


def folded(text: str) -> str:
    """What is compared of a heading or a choice."""
    return "".join(text.split()).casefold()


def is_called(text: str, title: "StrOrPromise") -> bool:
    """Whether a heading or a sheet's name means this title: in Chinese, in English, or both."""
    return folded(text) in {folded(each) for each in (*both(title), bilingual(title))}


@cache
def choice_values(column: Column) -> Mapping[str, str]:
    """What may be written for each choice of a column (its label in either language, or its code), and the value."""
    found: dict[str, str] = {}
    for value, label in (column.choices or {}).items():
        found.update({folded(each): value for each in (value, *both(label))})
    return found


def _labels(choices: Any) -> "Mapping[str, StrOrPromise]":
    return {member.value: member.label for member in choices}


SEXES: Final = {"1": _("男"), "2": _("女")}
SPECIALITIES: Final = {"professional": _("专业社工"), "supervisor": _("督导"), "psychological": _("心理社工")}
REFERENCE: Final = _("统一社会信用代码，或组织的全称")

STATIONS: Final = Sheet(
    "stations",
    _("站点"),
    _("每个站点一行，按编号识别。上级可以在同一表中，先后不限。"),
    (
        Column("key", _("编号"), Kind.CODE, 40, is_key=True, note=_("字母、数字、下划线和连字符；定下后不再改")),
        Column("tier", _("层级"), Kind.CHOICE, is_required=True, choices=_labels(Tier)),
        Column("parent", _("上级编号"), Kind.CODE, 40, note=_("总站可以不填：属于社工支持中心")),
        Column("name", _("名称"), is_required=True),
        Column("division", _("区划代码"), Kind.CODE, 12, note=_("12 位；功能区的总站没有")),
        Column("stage", _("状态"), Kind.CHOICE, choices=_labels(Stage), note=_("新站点不填时为“规划”")),
        Column("stage_since", _("状态起始日"), Kind.DAY, note=_("填了状态就要填")),
        Column("mode", _("运营方式"), Kind.CHOICE, choices=_labels(Mode)),
        Column("agency", _("运营机构"), limit=120, note=REFERENCE),
        Column("operated_since", _("运营起始日"), Kind.DAY, note=_("不填时与状态起始日相同；更换机构时必填")),
        Column("address", _("地址"), limit=200),
        Column("hours", _("开放时间")),
        Column("phone", _("电话"), Kind.CODE, 30),
        Column("longitude", _("经度"), Kind.NUMBER, note=_("度，例如 104.065735")),
        Column("latitude", _("纬度"), Kind.NUMBER, note=_("度，例如 30.659462")),
    ),
)

ORGANISATIONS: Final = Sheet(
    "organisations",
    _("组织"),
    _("每个组织一行，按统一社会信用代码识别；没有代码的按名称。"),
    (
        Column("name", _("名称"), limit=120, is_key=True),
        Column(
            "kinds",
            _("类型"),
            Kind.CHOICES,
            is_required=True,
            choices=_labels(OrganisationKind),
            note=_("可填多项，以顿号分隔"),
        ),
        Column("credit_code", _("统一社会信用代码"), Kind.CODE, 18),
        Column("contact", _("联系人"), limit=60),
        Column("phone", _("电话"), Kind.CODE, 30),
        Column("since", _("起始日"), Kind.DAY, is_required=True, note=_("成立或加入的日期")),
    ),
)

ACCOUNTS: Final = Sheet(
    "accounts",
    _("账号"),
    _("按用户名识别；一人有几个角色就填几行。新账号的一次性密码在导入后下载一次。"),
    (
        Column("username", _("用户名"), Kind.CODE, 60, is_key=True),
        Column("display_name", _("姓名"), limit=60, is_required=True),
        Column("role", _("角色"), Kind.CHOICE, is_key=True, choices=_labels(Role)),
        Column("station", _("站点编号"), Kind.CODE, 40, is_key=True, note=_("角色在这个站点及其下属站点有效")),
        Column("organisation", _("所属组织"), limit=120, note=_("机构负责人和部门联络员必填：信用代码或全称")),
        Column("since", _("起始日"), Kind.DAY, is_required=True),
        Column("until", _("截止日"), Kind.DAY, note=_("这一天起不再有效")),
        Column("email", _("电子邮箱"), Kind.CODE, 254),
    ),
)

WORKERS: Final = Sheet(
    "workers",
    _("人员"),
    _(
        "每人一行，按用户名或证书编号识别；都没有的按姓名和站点。在几个站点派驻的，每个站点一行，写同一个证书编号或用户名。"
    ),
    (
        Column("name", _("姓名"), limit=60, is_key=True),
        Column("sex", _("性别"), Kind.CHOICE, choices=SEXES),
        Column("source", _("来源"), Kind.CHOICE, is_required=True, choices=_labels(Source)),
        Column(
            "specialities", _("类别"), Kind.CHOICES, choices=SPECIALITIES, note=_("可填多项；新人员不填时为专业社工")
        ),
        Column("employer", _("用人单位"), limit=120, note=REFERENCE),
        Column("phone", _("电话"), Kind.CODE, 30),
        Column("education", _("学历"), Kind.CHOICE, choices=_labels(Education)),
        Column("major", _("所学专业"), limit=60),
        Column("abilities", _("专长"), Kind.CHOICES, choices=_labels(Speciality), note=_("可填多项，以顿号分隔")),
        Column("languages", _("语言和方言"), Kind.CHOICES, choices=_labels(Language), note=_("可填多项，以顿号分隔")),
        Column("level", _("证书级别"), Kind.CHOICE, choices=_labels(CertificateLevel)),
        Column("number", _("证书编号"), Kind.CODE, 40),
        Column("issued_on", _("发证日期"), Kind.DAY),
        Column("station", _("站点编号"), Kind.CODE, 40, is_key=True),
        Column("post", _("岗位"), Kind.CHOICE, choices=_labels(PostingRole), note=_("新人员不填时为社工")),
        Column("since", _("到岗日期"), Kind.DAY, is_required=True),
        Column("share", _("工时占比"), Kind.NUMBER, note=_("百分数，1 到 100；新人员不填时为 100")),
        Column("until", _("派驻截止日"), Kind.DAY, note=_("这一天起不再派驻")),
        Column("username", _("用户名"), Kind.CODE, 60, note=_("与账号相连后，本人登录即可记录服务")),
    ),
)

SHEETS: Final = (STATIONS, ORGANISATIONS, ACCOUNTS, WORKERS)
INSTRUCTIONS: Final = _("填写说明")
CHOICES: Final = _("选项")
RULES: Final = (
    _("第一行是表头，不要改动；列的次序可以换，不用的列可以删。"),
    _("从第二行起填写。第一格以“※”开头的是示例行，导入时跳过，可以删除。"),
    _("已有的内容：空白单元格不改动它；填了的会更新它。同一份文件可以反复导入，不会重复。"),
    _("全部行都没有错误才导入；有一处错误就什么都不改，并列出每一处的工作表、行、列和原因。"),
    _("日期用日期格式；编号、代码、电话用文本格式，以免丢失开头的 0；不要用公式、合并单元格和全角数字。"),
    _("每张工作表最多 20,000 行，文件最大 10 MB。"),
)
