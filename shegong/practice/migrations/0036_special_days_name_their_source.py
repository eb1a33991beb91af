"""Each special day names the notice that made it one (those of 2025 and 2026 were compared with the two notices, word by
word), and the administrator enters those of the coming year.
"""

from django.db import migrations, models

from shegong.kernel import schema, wall

NOTICES = {2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}


def name_sources(apps, schema_editor):
    """By year: each of the two notices speaks of one."""
    for year, source in NOTICES.items():
        apps.get_model("practice", "SpecialDay").objects.filter(day__year=year).update(source=source)


class Migration(migrations.Migration):
    dependencies = [("practice", "0035_erasure_reaches_intake")]
    operations = schema.together([
        migrations.AddField(
            "specialday", "source", models.CharField("依据", max_length=60, blank=True, default=""), preserve_default=False
        ),
        migrations.RunPython(name_sources, migrations.RunPython.noop),
        # The administrator enters the days of the coming year.
        wall.grant("practice_specialday", "insert, update, delete"),
    ])
