"""Stations are found by pinyin and initials, too."""

from typing import Any

from django.db import migrations

from shegong.kernel.fields import SpellingField
from shegong.kernel import schema


def spell_all(apps: Any, schema_editor: Any) -> None:
    """Saving spells."""
    for station in apps.get_model("network", "Station").objects.only("id", "name").iterator():
        station.save(update_fields=["spelling"])


class Migration(migrations.Migration):
    dependencies = [("network", "0004_station_numbers")]
    operations = schema.together([
        migrations.AddField("station", "spelling", SpellingField(of="name")),
        migrations.RunPython(spell_all, migrations.RunPython.noop),
    ])
