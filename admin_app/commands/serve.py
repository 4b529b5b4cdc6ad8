"""``frontdesk serve``."""

import click

from admin_app.config import PUBLIC_URL, Config
from admin_app.server import serve


@click.command("serve")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads in each.")
def command(bind: str, workers: int, threads: int) -> None:
    """Serve the pages; put a web server with TLS in front of it."""
    config = Config.from_environment()
    if config.public_url is None and not config.is_demo:
        click.echo(f"frontdesk: {PUBLIC_URL} is not set: passes carry their code alone, without an address.", err=True)
    serve(config, bind=bind, workers=workers, threads=threads)
