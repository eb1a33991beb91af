"""Django 的管理命令 · Django's own management commands"""

import click

from shegong.config.installation import running_database, set_up_django


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Pass ARGUMENTS on to Django."""
    with running_database():
        set_up_django()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["shegong manage", *arguments])
