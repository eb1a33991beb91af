"""Words that go to and fro between a station and who asked for help."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.portal.enums import Side
from shegong.practice.models import Enquiry
from shegong.practice.models.client import OfHub


class Word(OfHub):
    """One word about an enquiry from the public site: the station's, in somebody's name, or the asker's, who has none
    here. It goes with the words of its enquiry.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.CASCADE, related_name="words", db_constraint=False, db_index=False
    )
    side = models.CharField(_("谁说的"), max_length=8, choices=Side)
    text = models.TextField(_("内容"))
    said_at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("求助回复")
        verbose_name_plural = _("求助回复")
        constraints = [
            models.CheckConstraint(
                condition=Q(side="station", by__isnull=False) | Q(side="asker", by__isnull=True),
                name="portal_word_station_has_a_name",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="portal_word_says_something"),
        ]
        indexes = [
            models.Index(fields=["enquiry", "said_at"], name="portal_word_of_enquiry"),
            models.Index(fields=["hub", "-said_at"], name="portal_word_of_hub"),
        ]
