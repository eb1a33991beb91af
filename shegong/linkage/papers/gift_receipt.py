"""捐赠收据: who gave what to which drive, in capitals, and number and code with which the donor follows it."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.linkage.enums import CertificateKind, GiftState
from shegong.linkage.models import Donation, GiftReceipt
from shegong.linkage.queries import gift as queries
from shegong.linkage.queries.gift_code import code_of
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.purchase.rules.capitals import capitals

TITLE: Final = "公益事业捐赠收据"


def receipt_values(
    gift: Donation, receipt: GiftReceipt, goods: Sequence[Sequence[str]], deduction: str, stamp: Stamp
) -> dict[str, Any]:
    """What the template says. Pure."""
    amount = f"¥{gift.amount:,.2f}（{capitals(gift.amount)}）" if gift.amount is not None else ""
    facts = [
        ("捐赠人", receipt.payer),
        ("捐赠编号", gift.number),
        ("收到日期", blocks.day(gift.received_on)),
        ("募捐活动", gift.drive.title),
        ("备案编号", gift.drive.filing_number),
        ("用途", gift.drive.purpose),
        ("金额", amount or "见物资清单"),
        ("开具日期", blocks.day(receipt.issued_on)),
    ]
    if deduction:
        facts.append(("公益性捐赠税前扣除资格", deduction))
    if gift.state == GiftState.VOID:
        facts.append(("说明", "本捐赠已作废，收据无效。"))
    code = code_of(gift.pk)
    follow = f"凭捐赠编号 {gift.number} 和查询码 {code[:4]} {code[4:]}，可在“查询我的捐赠”页查看款物用在了哪里。"
    sections = [
        blocks.section("", blocks.facts(facts)),
        blocks.section("物资清单", blocks.table(("物品", "数量", "单位", "估值（元）"), goods)) if goods else None,
        blocks.section("查询", blocks.text(follow)),
        blocks.section("", blocks.signatures([("接受单位（盖章）", gift.drive.organisation.name, None),
                                              ("经办人", "", None)])),
    ]  # fmt: skip
    found = [each for each in sections if each is not None]
    issuer = gift.drive.organisation.name
    return {**stamp.values(title=TITLE, number=receipt.number, issuer=issuer), "sections": found}


def _receipted(viewer: Viewer, key: UUID) -> tuple[Donation, GiftReceipt] | None:
    gift = queries.donation_of(viewer, key)
    receipt = GiftReceipt.objects.filter(donation=gift).first() if gift else None
    return (gift, receipt) if gift and receipt else None


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _receipted(viewer, key)
    if found is None:
        return None
    gift, receipt = found
    url = reverse("linkage:donation", args=[gift.pk])
    return Subject("donation", gift.pk, gift.hub_id, gift.hub_id, receipt.number, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _receipted(viewer, key)
    if found is None:
        return None
    gift, receipt = found
    rows = gift.lots.order_by("item").values_list("item", "quantity", "unit", "value")
    goods = [(item, str(quantity), unit, str(value or "")) for item, quantity, unit, value in rows]
    deduction = queries.certificate_on(gift.charity_id, CertificateKind.DEDUCTION, gift.received_on)
    return receipt_values(gift, receipt, goods, deduction, stamp)


RECEIPT: Final = PaperMaker(
    name=_("捐赠收据"),
    template="linkage/papers/gift_receipt.typ",
    roles=(Role.DONOR, Role.CITY),
    subject=_subject,
    values=_values,
)
