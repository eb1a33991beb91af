"""Decisions of the public site: what somebody without an account must say, and how often one may try."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.practice.enums import EnquirySource, Urgency
from shegong.practice.rules.enquiry import EnquiryDraft

# Within an hour, from one network address. Several people may sit behind one, as in a community's office.
ENQUIRIES_AN_HOUR: Final = 10
LOOKS_AN_HOUR: Final = 30
STATES: Final = {
    "received": (_("已收到"), _("社工还没有开始处理，请耐心等候。")),
    "processing": (_("处理中"), _("社工正在处理，可能会打电话给您。")),
    "accept": (_("已受理"), _("已为您安排社工，请留意电话。")),
    "brief": (_("已答复"), _("社工已经答复或帮助过您。还有需要，可以再次求助。")),
    "decline": (_("未受理"), _("这次没有受理，社工已说明或将说明原因。")),
    "refer": (_("已转介"), _("已转给更合适的单位，请留意电话。")),
}


@dataclass(frozen=True, slots=True)
class Plea:
    """What a resident leaves: the need, how to be reached, where, and for whom (`name` empty: for oneself)."""

    key: UUID
    need: str
    asker_name: str
    phone: str
    community_id: int
    name: str = ""
    relation: str = ""
    age: int | None = None
    group_id: int | None = None
    is_soon: bool = False


def draft_of(plea: Plea) -> EnquiryDraft:
    """The enquiry that a plea becomes. Who asks for themselves is the person concerned."""
    for_self = not plea.name.strip()
    return EnquiryDraft(
        need=plea.need,
        source=EnquirySource.PORTAL,
        urgency=Urgency.SOON if plea.is_soon else Urgency.ROUTINE,
        asker_name="" if for_self else plea.asker_name,
        asker_phone=plea.phone,
        relation="" if for_self else plea.relation,
        name=plea.asker_name if for_self else plea.name,
        age=plea.age,
        community_id=plea.community_id,
        group_id=plea.group_id,
    )
