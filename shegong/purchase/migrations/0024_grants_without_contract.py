"""Micro-grants of local groups are committed and paid without a contract."""

from django.db import migrations, models
from django.db.models import Q

from shegong.kernel import schema

NAME = "purchase_entry_contract"
BOUND = ~Q(kind__in=["commit", "pay"]) | Q(contract__isnull=False)


class Migration(migrations.Migration):
    dependencies = [("purchase", "0023_gifts")]
    operations = schema.together([
        migrations.RemoveConstraint("ledgerentry", NAME),
        migrations.AddConstraint(
            "ledgerentry",
            models.CheckConstraint(condition=BOUND | Q(subject__startswith="microgrant:"), name=NAME),
        ),
    ])  # fmt: skip
