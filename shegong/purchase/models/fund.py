"""Sources of money."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fund(models.Model):
    """A source of money."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name_zh = models.CharField(_("中文名"), max_length=80)
    name_en = models.CharField(_("英文名"), max_length=120)

    class Meta:
        verbose_name = _("资金来源")
        verbose_name_plural = _("资金来源")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh
