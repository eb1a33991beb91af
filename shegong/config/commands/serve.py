"""启动网站,直到 Ctrl-C · Serve the site until Ctrl-C"""

import click

from shegong.config.serving import serve


@click.command()
@click.option(
    "--demo",
    type=click.Choice(["small", "city"]),
    help="没有任何账号时先装入演示城市 · load the demonstration city first if there are no accounts",
)
def command(demo: str | None) -> None:
    """启动网站,直到 Ctrl-C · Serve the site until Ctrl-C.

    SHEGONG_HOME, SHEGONG_PORT, SHEGONG_ADDRESS, SHEGONG_WORKERS, SHEGONG_HOSTS, DATABASE_URL.
    """
    serve(demo)
