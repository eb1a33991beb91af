"""The ladder's conditions to begin with. The city changes them in the back office, each with its source."""

from datetime import date
from typing import Final

from django.db import migrations

SINCE: Final = date(2022, 1, 1)
EXAM: Final = "《助理社会工作师、社会工作师职业水平考试实施办法》"
SENIOR: Final = "《高级社会工作师评价办法》"
REGISTER: Final = "《社会工作者职业水平证书登记办法》"
OURS: Final = "市级设定（初始值，待主管部门确认）"
# step, measure, least, source
CONDITIONS: Final = (
    ("assistant", "certificate", 1, EXAM),
    ("assistant", "registration", 1, REGISTER),
    ("worker", "certificate", 2, EXAM),
    ("worker", "registration", 1, REGISTER),
    ("worker", "learning", 72, REGISTER),
    ("worker", "supervised", 12, OURS),
    ("senior", "certificate", 3, SENIOR),
    ("senior", "registration", 1, REGISTER),
    ("senior", "years", 5, SENIOR),
    ("senior", "learning", 90, REGISTER),
    ("supervisor", "certificate", 2, OURS),
    ("supervisor", "registration", 1, REGISTER),
    ("supervisor", "years", 5, OURS),
    ("supervisor", "learning", 90, REGISTER),
    ("supervisor", "supervised", 12, OURS),
    ("supervisor", "supervising", 12, OURS),
)

# As SQL: models of the past would have to be built for it, which takes seconds of each installation's start.
ROWS: Final = ", ".join(
    f"('{step}', '{measure}', {least}, '{source}', '{SINCE}')" for step, measure, least, source in CONDITIONS
)


class Migration(migrations.Migration):
    dependencies = [("workforce", "0011_credentials_wall")]
    operations = [
        migrations.RunSQL(
            f"INSERT INTO workforce_careercondition (step, measure, least, source, since) VALUES {ROWS}",
            "DELETE FROM workforce_careercondition",
        )
    ]
