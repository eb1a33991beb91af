from django.db import migrations, models

from shegong.kernel import schema


class Migration(migrations.Migration):

    dependencies = [('practice', '0003_client_file')]

    operations = schema.together([
        migrations.AddField(
            model_name='servicerecord',
            name='next_time',
            field=models.TimeField(blank=True, null=True, verbose_name='下次时间'),
        ),
        migrations.AddConstraint(
            model_name='servicerecord',
            constraint=models.CheckConstraint(condition=models.Q(('next_time__isnull', True), ('next_on__isnull', False), _connector='OR'), name='practice_record_next_time_of_a_day'),
        ),
    ])
