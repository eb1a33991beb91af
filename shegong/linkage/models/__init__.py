"""Tables of acting together, by object."""

from shegong.linkage.models.charity import CharityCertificate, Donor, Drive
from shegong.linkage.models.gift import Donation, GiftReceipt, GiftRecipient, GiftSettlement, GiftUse
from shegong.linkage.models.stock import GiftLot, Stock, StockMove

__all__ = [
    "CharityCertificate",
    "Donation",
    "Donor",
    "Drive",
    "GiftLot",
    "GiftReceipt",
    "GiftRecipient",
    "GiftSettlement",
    "GiftUse",
    "Stock",
    "StockMove",
]
