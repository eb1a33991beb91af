"""What came in and what was passed on, as parts of a case's file: 咨询登记, 转介表, 强制报告."""

from collections.abc import Iterator, Sequence

from shegong.kernel.chinese import mask_phone
from shegong.practice.enums import IntakeDecision
from shegong.practice.models import Enquiry, ProtectionReport, Referral
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import Stamp


def enquiries(found: Sequence[Enquiry], stamp: Stamp) -> Iterator[Block]:
    """咨询登记: one part for each enquiry that led to the case."""
    for each in found:
        phone = each.asker_phone if stamp.reveals else mask_phone(each.asker_phone)
        asker = "本人" if not each.asker_name else f"{each.asker_name}（{each.relation or '关系未登记'}）"
        rows = [
            ("咨询编号", each.number),
            ("来源", str(each.get_source_display())),
            ("收到时间", blocks.moment(each.received_at)),
            ("求助人", f"{asker} {phone}".strip()),
            ("当事人", each.name),
            ("需要什么帮助", each.need),
            ("紧急程度", str(each.get_urgency_display())),
            ("应办时间", blocks.moment(each.due_at)),
            ("决定", _decision(each)),
            ("经办社工", each.worker.name if each.worker else ""),
        ]
        yield blocks.section(f"咨询登记 {each.number}", blocks.facts(rows))


def _decision(each: Enquiry) -> str:
    if not each.decision:
        return "待定"
    why = str(each.get_decline_kind_display()) if each.decision == IntakeDecision.DECLINE else ""
    words = (str(each.get_decision_display()), blocks.day(each.decided_on), why, each.decision_note)
    return " ".join(word for word in words if word)


def referrals(found: Sequence[Referral]) -> Iterator[Block]:
    """转介表: to whom, why, on what basis, what was answered and what came of it."""
    for each in found:
        basis = [str(each.get_basis_display()), each.basis_note]
        if each.consent is not None:
            basis.append(f"{blocks.day(each.consent.given_on)}同意")
        rows = [
            ("转介编号", each.number),
            ("转给", each.receiver_name),
            ("转介原因", each.reason),
            ("请对方做什么", each.asked),
            ("紧急程度", str(each.get_urgency_display())),
            ("依据", " ".join(word for word in basis if word)),
            ("提出日期", blocks.day(each.created_at)),
            ("送出日期", blocks.day(each.released_at)),
            ("状态", str(each.get_state_display())),
            ("答复", " ".join(word for word in (blocks.day(each.answered_at), each.answer) if word)),
            ("结果反馈", " ".join(word for word in (blocks.day(each.returned_at), each.result) if word)),
            ("办结日期", blocks.day(each.closed_at)),
        ]
        yield blocks.section(
            f"转介表 {each.number}",
            blocks.facts(rows),
            blocks.signatures([("转介社工", "", None), ("接收单位", "", None)]),
        )


def reports(found: Sequence[ProtectionReport], situations: dict[str, str]) -> Iterator[Block]:
    """强制报告, for those who may see it: what was seen, whom it was told to, with the proof, and what followed."""
    for each in found:
        rows = [
            ("报告编号", each.number),
            ("开始时间", blocks.moment(each.started_at)),
            ("应报告时间", blocks.moment(each.due_at)),
            ("报告时间", blocks.moment(each.reported_at) if each.reported_at else "还没有报告"),
            ("情形", "；".join(situations.get(code, code) for code in each.triggers)),
            ("看到、听到了什么", each.facts),
            ("发现地点", each.place),
            ("已采取的安全措施", each.safety),
            ("跟进情况", each.follow_up),
            ("结果", f"{each.get_result_display()} {each.result_note}".strip() if each.result else ""),
        ]
        told = [
            (
                str(notice.get_authority_display()),
                blocks.moment(notice.told_at),
                str(notice.get_channel_display()),
                notice.officer,
                notice.receipt,
            )
            for notice in each.notices.all()
        ]
        yield blocks.section(
            f"强制报告 {each.number}",
            blocks.facts(rows),
            blocks.table(("报告给", "时间", "方式", "接报人", "编号"), told),
        )
