"""When a service may be revised. Pure."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem


def revision_problems(*, since: date, current_since: date, today: date, changed: bool) -> Iterator[Problem]:
    """What stands against a new version from `since` on, after one that holds from `current_since`."""
    if not changed:
        yield Problem("nothing_changed", _("内容没有改动，不需要新版本。"))
    if since < today:
        yield Problem("revision_in_past", _("新版本只能从今天或以后启用：已有的记录按当时的版本计。"), "since")
    elif since <= current_since:
        yield Problem("revision_before_current", _("新版本的启用日期须晚于现行版本的启用日期。"), "since")
