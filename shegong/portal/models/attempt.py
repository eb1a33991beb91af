"""What the public site keeps for itself: how often somebody has tried of late."""

from django.db import models


class Attempt(models.Model):
    """How often one visitor (a keyed digest of the network address and the day, so that it can't be followed from day
    to day) asked for something within an hour. Written by the portal's functions alone; forgotten after a day.
    """

    pk = models.CompositePrimaryKey("visitor", "kind", "hour")
    visitor = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=10)
    hour = models.DateTimeField()
    count = models.SmallIntegerField(default=1)
