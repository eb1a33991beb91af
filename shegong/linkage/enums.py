"""The field's own terms for acting together."""

from typing import Final

from django.db import models
from django.utils.translation import pgettext_lazy


class CertificateKind(models.TextChoices):
    """What entitles a charity (Charity Law): to be one, to raise money from the public, to let donors deduct tax."""

    RECOGNITION = "recognition", pgettext_lazy("charity certificate", "慈善组织认定")
    FUNDRAISING = "fundraising", pgettext_lazy("charity certificate", "公开募捐资格证书")
    DEDUCTION = "deduction", pgettext_lazy("charity certificate", "公益性捐赠税前扣除资格")


class DriveState(models.TextChoices):
    """How far a drive has come; the database holds which may follow which."""

    DRAFT = "draft", pgettext_lazy("drive", "筹备")
    OPEN = "open", pgettext_lazy("drive", "募捐中")
    ENDED = "ended", pgettext_lazy("drive", "募捐结束，使用中")
    CLOSED = "closed", pgettext_lazy("drive", "已结项")
    CALLED_OFF = "called_off", pgettext_lazy("drive", "已取消")


IN_USE: Final = (DriveState.OPEN, DriveState.ENDED)


class GiftForm(models.TextChoices):
    """Money or goods."""

    MONEY = "money", pgettext_lazy("gift", "款")
    GOODS = "goods", pgettext_lazy("gift", "物")


class GiftState(models.TextChoices):
    """Whether a gift stands, or was entered wrongly."""

    RECEIVED = "received", pgettext_lazy("gift", "已收到")
    VOID = "void", pgettext_lazy("gift", "已作废")


class DonorKind(models.TextChoices):
    """Who gives."""

    PERSON = "person", pgettext_lazy("donor", "个人")
    ORGANISATION = "organisation", pgettext_lazy("donor", "单位")


class GiftConsent(models.TextChoices):
    """What the donor says about what is left over: whether it may go to a purpose that is alike."""

    ADVANCE = "advance", pgettext_lazy("gift consent", "捐赠时已同意转用于相近目的")
    UNASKED = "unasked", pgettext_lazy("gift consent", "未同意，剩余须退还或另行征求意见")
    GIVEN = "given", pgettext_lazy("gift consent", "经征求意见同意转用")
    REFUSED = "refused", pgettext_lazy("gift consent", "经征求意见不同意，须退还")


AGREED: Final = (GiftConsent.ADVANCE, GiftConsent.GIVEN)


class RecipientKind(models.TextChoices):
    """To whom a gift goes; what running the drive costs goes to nobody."""

    CLIENT = "client", pgettext_lazy("gift recipient", "服务对象")
    HOUSEHOLD = "household", pgettext_lazy("gift recipient", "家庭")
    GROUP = "group", pgettext_lazy("gift recipient", "小组")
    ACTIVITY = "activity", pgettext_lazy("gift recipient", "活动")
    STATION = "station", pgettext_lazy("gift recipient", "站点")
    COST = "cost", pgettext_lazy("gift recipient", "管理费用")


class StockMoveKind(models.TextChoices):
    """What happens to goods."""

    RECEIVED = "received", pgettext_lazy("stock", "入库")
    MOVED = "moved", pgettext_lazy("stock", "调拨")
    DISTRIBUTED = "distributed", pgettext_lazy("stock", "发放")
    DISPOSED = "disposed", pgettext_lazy("stock", "报废")
    RETURNED = "returned", pgettext_lazy("stock", "退还捐赠方")


class SettlementKind(models.TextChoices):
    """What becomes of what is left: back to the donor, or to another drive with the donor's consent."""

    REFUND = "refund", pgettext_lazy("gift settlement", "退还")
    REDIRECT = "redirect", pgettext_lazy("gift settlement", "转用")
