"""A referral to a department may rest on an agreement, which sets by when it is answered and has a result."""

from django.db import migrations, models

from shegong.kernel import schema


class Migration(migrations.Migration):
    dependencies = [("practice", "0050_sight_by_agreement")]
    operations = schema.together([
        migrations.AddField("referral", "agreement", models.UUIDField(blank=True, null=True)),
        migrations.AddField(
            "referral",
            "agreement_title",
            models.CharField(blank=True, default="", max_length=100, verbose_name="依据协议"),
        ),
        migrations.AddField(
            "referral", "result_due_at", models.DateTimeField(blank=True, null=True, verbose_name="应反馈时间")
        ),
    ])  # fmt: skip
