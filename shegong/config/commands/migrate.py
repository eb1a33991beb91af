"""把数据库更新到本版本 · Bring the database to this version"""

import click
from django.utils.translation import gettext, ngettext

from shegong.config.installation import migrate, running_database

needs_database = False  # it migrates by itself, and one's own database too


@click.command()
def command() -> None:
    """把数据库更新到本版本 · Bring the database to this version."""
    with running_database():
        count = migrate()
    if count:
        click.echo(ngettext("执行了 %(count)d 个迁移。", "执行了 %(count)d 个迁移。", count) % {"count": count})
    else:
        click.echo(gettext("数据库已是本版本,无需迁移。"))
