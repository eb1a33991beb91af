"""启动网站,直到 Ctrl-C · Serve the site until Ctrl-C"""

import click

from shegong.config.serving import serve


@click.command()
def command() -> None:
    """启动网站,直到 Ctrl-C · Serve the site until Ctrl-C.

    SHEGONG_HOME, SHEGONG_PORT, SHEGONG_ADDRESS, SHEGONG_WORKERS, SHEGONG_HOSTS, DATABASE_URL.
    """
    serve()
