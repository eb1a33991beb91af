"""The journal's tables: events, their seals, and the outbox. They point at nothing, so nothing can pull them along."""

from django.db import models


class Event(models.Model):
    """One thing that somebody did or looked at. Append-only: the server's role may insert and read, never change.

    The table is partitioned by `at` (one partition a year, made by the migration and by `journal_partition(year)`),
    so its database key is (id, at).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=False)
    account_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    hub_id = models.IntegerField(null=True)
    station_id = models.IntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="journal_event_object"),
            models.Index(fields=["account_id", "at"], name="journal_event_account"),
            models.Index(fields=["hub_id", "at"], name="journal_event_hub"),
        ]


class Seal(models.Model):
    """A link of the hash chain: the digest of a run of events and of the seal before it.

    Writers never wait for it: events are sealed in batches after they are committed.
    """

    first_event_id = models.BigIntegerField(unique=True)
    last_event_id = models.BigIntegerField(unique=True)
    events = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Outbox(models.Model):
    """A message to the outside, kept until it is delivered; sent after commit only."""

    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=100, unique=True)
    body = models.JSONField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"], condition=models.Q(delivered_at__isnull=True), name="journal_outbox_waiting"
            )
        ]
