"""The tables of purchase: funds and contracts."""

from shegong.purchase.models.contract import Contract
from shegong.purchase.models.fund import Fund

__all__ = ["Contract", "Fund"]
