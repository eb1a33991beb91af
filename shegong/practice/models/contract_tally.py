"""What was done under each contract, counted by the database with every record: so that the progress of hundreds of
contracts is read at once. `year` is the contract's (its first is 1); 0 stands for its whole term.
"""

from django.db import models

from shegong.purchase.models import Commitment, Contract


class ContractWork(models.Model):
    """Sums of a contract's year by service (0: all of them; a service's first version stands for it)."""

    pk = models.CompositePrimaryKey("contract_id", "year", "service")
    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    year = models.SmallIntegerField()
    service = models.BigIntegerField()
    records = models.IntegerField(default=0)
    person_times = models.IntegerField(default=0)
    work_minutes = models.IntegerField(default=0)
    persons = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["contract", "year"], condition=models.Q(service=0), name="practice_contractwork_all")
        ]


class ContractUnit(models.Model):
    """What counts once: a person (P), a case (C, its `size` the services given in it), a session of a group (S) and an
    activity (A), `size` being who came. `parent` is a session's group.
    """

    pk = models.CompositePrimaryKey("contract_id", "year", "kind", "unit")
    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    year = models.SmallIntegerField()
    kind = models.CharField(max_length=1)
    unit = models.UUIDField()
    parent = models.UUIDField(null=True)
    size = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["contract", "year", "kind"],
                include=["size", "parent"],
                condition=~models.Q(kind="P"),
                name="practice_contractunit_kind",
            )
        ]


class CommitmentDone(models.Model):
    """How many cases, groups, sessions or activities count for a commitment: counted anew by the database whenever one
    of its units or the commitment changes.
    """

    commitment = models.OneToOneField(Commitment, on_delete=models.CASCADE, primary_key=True, related_name="+")
    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    done = models.IntegerField()
