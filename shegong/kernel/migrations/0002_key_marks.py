from django.db import migrations, models

from shegong.kernel import schema, wall


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_wall")]
    operations = schema.together([
        migrations.CreateModel(
            name="KeyMark",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("mark", models.BinaryField(max_length=16)),
                ("noted_at", models.DateTimeField()),
            ],
        ),
        # The server's processes only compare (/healthz); the owner's commands write.
        wall.grant("kernel_keymark", "select"),
    ])
