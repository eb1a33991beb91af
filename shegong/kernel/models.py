"""What the database knows about the key ring."""

from django.db import models


class KeyMark(models.Model):
    """The fingerprint of a key that the stored data were encrypted or indexed with, so that another key ring is
    refused before it does harm.
    """

    name = models.CharField(max_length=20, primary_key=True)
    mark = models.BinaryField(max_length=16)
    noted_at = models.DateTimeField()
