"""从备份文件恢复 · Restore from a backup"""

import hashlib
from pathlib import Path

import click

from shegong.config import backups
from shegong.config.environment import home_folder, keyring_file
from shegong.config.installation import migrate, running_database, set_up_django
from shegong.config.problem import LaunchProblem
from shegong.config.serving import is_serving


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="不询问 · don't ask")
def command(file: Path, yes: bool) -> None:
    """用 FILE 中的备份替换数据库的全部内容 · Replace all of the database by the backup in FILE."""
    if is_serving(home_folder()):
        raise LaunchProblem(
            "网站正在运行,请先停止它(Ctrl-C)再恢复。", "The server is running: stop it (Ctrl-C), then restore."
        )
    with backups.opened_backup(file) as (manifest, dump, keys):
        question = f"用 {manifest.made_at} 的备份替换现有的全部数据? Replace all present data by this backup?"
        if not yes:
            click.confirm(question, abort=True)
        with running_database(any_keys=True):
            backups.restore_database(dump)
            kept = backups.restore_keys(keys) if keys is not None else None
            set_up_django()
            migrate()
    if kept is not None:
        click.echo(f"原密钥文件保留为 {kept}  The former key ring is kept there.")
    ring = keyring_file(home_folder())
    if not ring.is_file() or hashlib.sha256(ring.read_bytes()).hexdigest() != manifest.keyring_sha256:
        click.echo(
            f"注意: {ring} 与备份时的密钥文件不同,若无当时的密钥,加密的内容无法读出。\n"
            "Note: the key ring differs from the backup's; without the keys of its time encrypted fields can't be read."
        )
    click.echo("已恢复。 Restored.")
