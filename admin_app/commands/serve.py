"""``frontdesk serve``."""

import click

from admin_app.config import Config
from admin_app.server import serve


@click.command("serve")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads in each.")
def command(bind: str, workers: int, threads: int) -> None:
    """Serve the pages; put a web server with TLS in front of it."""
    serve(Config.from_environment(), bind=bind, workers=workers, threads=threads)
