"""Goods that were given: lots, where they are, and each movement."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.linkage.enums import StockMoveKind
from shegong.linkage.models.charity import Drive
from shegong.linkage.models.gift import Donation, GiftUse
from shegong.network.models import Organisation, Station
from shegong.people.models import Account


class GiftLot(models.Model):
    """Goods of one kind out of one gift, with the last day on which they may be used. Their coming in is booked with
    them, at `station`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="lots")
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="lots")
    charity = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("入库站点"), related_name="+", db_index=False
    )
    item = models.CharField(_("物品"), max_length=60)
    unit = models.CharField(_("单位"), max_length=10)
    quantity = models.IntegerField(_("数量"))
    value = models.DecimalField(_("估值（元）"), max_digits=12, decimal_places=2, null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)

    class Meta:
        verbose_name = _("捐赠物资")
        verbose_name_plural = _("捐赠物资")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & ~Q(item="") & ~Q(unit=""), name="linkage_giftlot_of_something"
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gt=0), name="linkage_giftlot_value"),
        ]

    def __str__(self) -> str:
        return self.item


class StockMove(models.Model):
    """A movement of goods, only ever added. Coming in is booked with the lot and giving out with the use, by the
    database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lot = models.ForeignKey(GiftLot, on_delete=models.PROTECT, related_name="moves", db_index=False)
    kind = models.CharField(_("类别"), max_length=12, choices=StockMoveKind)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("站点"), related_name="+", db_index=False
    )
    to_station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("调往"), related_name="+",
        db_index=False,
    )  # fmt: skip
    quantity = models.IntegerField(_("数量"))
    use = models.OneToOneField(GiftUse, on_delete=models.PROTECT, null=True, blank=True, related_name="move")
    moved_on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("出入库")
        verbose_name_plural = _("出入库")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="linkage_stockmove_of_something"),
            models.CheckConstraint(
                condition=Q(kind="moved", to_station__isnull=False) & ~Q(to_station=models.F("station"))
                | ~Q(kind="moved") & Q(to_station__isnull=True),
                name="linkage_stockmove_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(kind="distributed", use__isnull=False) | ~Q(kind="distributed") & Q(use__isnull=True),
                name="linkage_stockmove_with_its_use",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["disposed", "returned"]) | ~Q(note=""), name="linkage_stockmove_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "-moved_on"], name="linkage_stockmove_lot"),
            models.Index(fields=["station", "-moved_on", "-id"], name="linkage_stockmove_station"),
        ]


class Stock(models.Model):
    """How much of a lot is at a station; derived from the movements by the database, and never negative."""

    pk = models.CompositePrimaryKey("lot_id", "station_id")
    lot = models.ForeignKey(GiftLot, on_delete=models.PROTECT, related_name="stocks", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.IntegerField(_("数量"))

    class Meta:
        verbose_name = _("库存")
        verbose_name_plural = _("库存")
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=0), name="linkage_stock_never_negative")]
        indexes = [
            models.Index(fields=["station", "lot"], name="linkage_stock_station", condition=Q(quantity__gt=0)),
            models.Index(fields=["hub", "lot"], name="linkage_stock_hub", condition=Q(quantity__gt=0)),
        ]
