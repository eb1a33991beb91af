"""PDFs of money: a payment's voucher with what it paid for, and where a fund's money of a year went."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from shegong.indicators.money.course import Course, course
from shegong.indicators.money.sankey import sankey
from shegong.indicators.money.trace import Trace, traced
from shegong.kernel.wording import money, number, percent
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.purchase.enums import EntryKind
from shegong.purchase.models import Fund, LedgerEntry
from shegong.purchase.queries import ledger
from shegong.purchase.rules.capitals import capitals

STYLE: Final = """
text { font-family: "Noto Sans SC"; font-size: 13px; fill: #1a1a1a; }
.pic-note { font-size: 12px; fill: #555555; }
.pic-bar { fill: #333333; }
.pic-bar-rest { fill: #999999; }
.pic-flow { fill: #0b7566; fill-opacity: 0.3; }
.pic-flow-rest { fill: #999999; fill-opacity: 0.25; }
"""
GATES: Final = {"signature": "签约付款", "mid_term": "中期付款", "final": "结项付款"}


def hours(minutes: int) -> str:
    """Minutes of work as hours with one decimal."""
    return number(minutes / 60, 1)


# The voucher of a payment


def voucher_values(found: Trace, maker: str, stamp: Stamp) -> dict[str, Any]:
    """What a voucher says. Pure."""
    entry, contract = found.entry, found.contract
    payee = contract.organisation
    facts = [
        ("付款日期", blocks.day(entry.booked_on)),
        ("付款单位", entry.hub.name),
        ("收款单位", payee.name),
        ("统一社会信用代码", payee.credit_code or ""),
        ("合同编号", contract.number),
        ("付款节点", GATES.get(entry.gate, entry.gate)),
        ("资金来源", f"{entry.fund.name_zh}（{entry.year_id} 年度）"),
        ("金额（小写）", money(entry.amount)),
        ("金额（大写）", capitals(entry.amount)),
        ("摘要", entry.note),
    ]
    parts = [
        [each.name, number(each.records), hours(each.work_minutes), money(each.amount)] for each in found.by_service()
    ]
    total = [["合计", number(len(found.records)), hours(found.work_minutes), money(found.total)]] if parts else []
    signed = [("记账", maker, entry.booked_on), ("复核", "", None), ("负责人", "", None)]
    return {
        **stamp.values(title="付款凭证", number=entry.number, issuer=entry.hub.name),
        "reversed": found.undone is not None,
        "sections": [
            blocks.section("", blocks.facts(facts)),
            blocks.section(
                f"支付的服务（{found.year} 年）",
                blocks.table(["服务", "记录数", "工时（小时）", "金额"], [*parts, *total])
                or blocks.text("还没有服务记录。"),
                blocks.soft(
                    "同一合同、同一区（市）县当年的付款共同支付当年的服务，按工时分摊到每条记录，合计与付款一分不差。"
                ),
            ),
            blocks.section("", blocks.signatures(signed)),
        ],
    }


def _payment(viewer: Viewer, key: UUID) -> LedgerEntry | None:
    found = ledger.entries(viewer).select_related("fund", "hub", "contract__organisation")
    return found.filter(key=key, kind=EntryKind.PAY).first()


def _voucher_subject(viewer: Viewer, key: UUID) -> Subject | None:
    entry = _payment(viewer, key)
    if entry is None:
        return None
    url = reverse("indicators:payment", args=[entry.pk])
    return Subject("ledger_entry", key, entry.hub_id, entry.hub_id, entry.number, url)


def _voucher_values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    entry = _payment(viewer, key)
    if entry is None:
        return None
    maker = Account.objects.filter(pk=entry.made_by_id).values_list("display_name", flat=True).first()
    return voucher_values(traced(viewer, entry), maker or "", stamp)


VOUCHER: Final = PaperMaker(
    name=_("付款凭证"),
    template="indicators/money/voucher.typ",
    roles=(Role.CITY, Role.COUNTY, Role.AGENCY),
    subject=_voucher_subject,
    values=_voucher_values,
)


# Where a year's money went


def course_key(year: int, fund: Fund | None, hub: Station | None) -> UUID:
    """The key under which this paper is asked for: year, fund and county in one number."""
    return UUID(int=(year << 64) | ((fund.pk if fund else 0) << 32) | (hub.pk if hub else 0))


def _course(viewer: Viewer, key: UUID) -> Course | None:
    year, fund_id, hub_id = key.int >> 64, key.int >> 32 & 0xFFFFFFFF, key.int & 0xFFFFFFFF
    fund = Fund.objects.filter(pk=fund_id).first()
    if year not in [each.pk for each in ledger.years()] or (fund_id and fund is None):
        return None
    found = course(viewer, year, fund, hub_id or None)
    return None if hub_id and found.hub is None else found


def course_values(found: Course, stamp: Stamp) -> dict[str, Any]:
    """What the paper of a year's money says. Pure."""
    what = found.fund.name_zh if found.fund else "全部资金"
    who = found.hub.name if found.hub else "全市"
    sums = found.money
    picture = sankey(found.flows, found.names, f"{what}去向", lambda _node: "")
    facts = [
        ("年度", str(found.year)),
        ("范围", who),
        ("全部资金", money(sums.budget)),
        ("已签约未付", money(sums.committed)),
        ("已支付", money(sums.paid)),
        ("执行率", "" if sums.executed is None else percent(sums.executed)),
    ]
    counties = [
        [each.hub.name, money(each.money.budget), money(each.money.committed), money(each.money.paid)]
        for each in found.counties
    ]
    contracts = [
        [
            each.contract.number,
            each.contract.organisation.name,
            money(each.bound),
            money(each.paid),
            hours(each.work_minutes),
        ]
        for each in found.contracts
    ]
    return {
        **stamp.values(title="资金去向", number=f"{found.year} {what}", issuer=who),
        "sections": [
            blocks.section("", blocks.facts(facts)),
            blocks.section("从来源到服务人群", _drawn(picture.svg, what)) if picture else blocks.section(""),
            blocks.section("按区（市）县", blocks.table(["区（市）县", "全部", "已签约未付", "已支付"], counties)),
            blocks.section("按合同", blocks.table(["合同", "承接机构", "签约", "已支付", "工时（小时）"], contracts)),
            blocks.section(
                "明细", blocks.table(["从", "到", "金额"], [[a, b, money(sum_)] for a, b, sum_ in found.steps])
            ),
        ],
    }


def _drawn(svg: str, words: str) -> blocks.Block:
    return blocks.picture(svg.replace(">", f"><style>{STYLE}</style>", 1), escape(words))


def _course_subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _course(viewer, key)
    if found is None:
        return None
    place = found.hub or Station.objects.get(tier=Tier.CENTRE)
    code = found.fund.code if found.fund else ""
    url = reverse("indicators:fund-course", args=[code]) if code else reverse("indicators:money-course")
    number_of = f"{found.year} {found.fund or place.name}"
    where = f"&hub={found.hub.pk}" if found.hub else ""
    return Subject("fund", key, place.pk, place.pk, number_of, f"{url}?year={found.year}{where}")


def _course_values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _course(viewer, key)
    return course_values(found, stamp) if found else None


COURSE: Final = PaperMaker(
    name=_("资金去向"),
    template="indicators/money/course.typ",
    roles=(Role.CITY, Role.COUNTY),
    subject=_course_subject,
    values=_course_values,
)
