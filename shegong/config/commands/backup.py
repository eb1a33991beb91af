"""备份到文件 · Back up to a file"""

from pathlib import Path

import click
from django.utils.translation import gettext

from shegong.config.backups import write_backup
from shegong.config.installation import running_database

needs_database = False  # it backs up as it is, without migrating first


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="备份中包含密钥文件 · include the key ring")
def command(file: Path, with_keys: bool) -> None:
    """把数据库备份到 FILE · Back the database up to FILE; the server may run meanwhile."""
    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with running_database():
        write_backup(target, with_keys=with_keys)
    size = target.stat().st_size / 1_000_000
    click.echo(gettext("已备份到 %(file)s(%(size).1f MB)。") % {"file": target, "size": size})
    if with_keys:
        click.echo(gettext("其中有密钥文件,得到它的人能读出身份证号:请妥善保管。"))
    else:
        click.echo(gettext("其中没有密钥文件;没有它,身份证号、电话和住址无法读出:请另行妥善保管密钥文件。"))
