"""What this app adds to the indicators."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators import stocks
from shegong.indicators.rules import Indicator, Unit, declare
from shegong.network.enums import Tier

OF_HUBS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"}
GIFTS: Final = "linkage_giftsums q WHERE q.year = extract(year FROM %(day)s::date)"
CHARITY_LAW: Final = _("《慈善法》")


def register_gifts() -> None:
    """Gifts of money of the day's year, as the ledger has them."""
    stocks.declare_sums("gifts", {"gifts_received_yuan": "q.received", "gifts_used_yuan": "q.used"}, GIFTS, OF_HUBS)
    declare(
        Indicator(
            "linkage.gifts_received", _("收到的捐款"), Unit.YUAN, False, "gifts_received_yuan", None,
            _("当年收到的捐款，已冲销的不计；全市性募捐记在全市。"), CHARITY_LAW,
        ),
        Indicator(
            "linkage.gifts_used", _("使用的捐款"), Unit.YUAN, False, "gifts_used_yuan", None,
            _("当年用于受益人的捐款和募捐的管理费用。"), CHARITY_LAW,
        ),
        Indicator(
            "linkage.gifts_used_share", _("捐款使用率"), Unit.PERCENT, False, "gifts_used_yuan", "gifts_received_yuan",
            _("当年使用的捐款 ÷ 当年收到的捐款。"), CHARITY_LAW, decimals=1,
        ),
    )  # fmt: skip
