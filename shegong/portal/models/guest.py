"""Who signed up to an activity without an account."""

from django.db import models

from shegong.kernel.ids import uuid7
from shegong.practice.models import ActivitySignUp
from shegong.practice.models.client import OfHub


class Guest(OfHub):
    """A keyed digest of the telephone number that signed up, so that nobody is on a list twice. Written and read by the
    portal's functions alone; goes with the sign-up.
    """

    signup = models.OneToOneField(
        ActivitySignUp, on_delete=models.CASCADE, primary_key=True, related_name="guest", db_constraint=False,
        default=uuid7,
    )  # fmt: skip
    activity_id = models.UUIDField()
    phone_digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity_id", "phone_digest"], name="portal_guest_once"),
        ]
