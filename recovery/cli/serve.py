"""`recovery serve`: webhooks, orders, pay and unsubscribe pages, health."""

from urllib.parse import urlsplit

import click

from recovery.cli.common import Desk, verb
from recovery.cli.doors import shut_doors
from recovery.i18n import here


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port; 0 takes a free one and says which.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@verb(at=True)
def command(desk: Desk, *, host: str, port: int, workers: int) -> None:
    """Answer webhooks, orders over HTTP, and the links in messages.

    Put a proxy with TLS in front, and let it through to /hooks, /v1, /pay and /unsubscribe only.
    Stop it with Ctrl-C or SIGTERM; what is being answered then is finished.
    """
    from recovery.web.server import listen, serve

    desk.expect_a_project()
    settings, clock = desk.settings, desk.clock
    shut = [
        here("{path} is shut: set {name}", path=path, name=name)
        for path, name in shut_doors(settings).items()
    ]
    _ = settings.secret_key  # made before the first of several processes asks
    with listen(host, port) as listener:
        bound, number = listener.getsockname()[:2]
        url = f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
        warnings = _astray(settings.public_url, number)
        said = "\n".join(
            [
                here("Serving {url} as {public_url}", url=url, public_url=settings.public_url),
                *shut,
                *warnings,
            ]
        )
        told = {"serving": url, "public_url": settings.public_url}
        desk.show(
            told | {"not_set_up": shut, "warnings": warnings},
            lambda console: console.print(said, soft_wrap=True),
        )
        serve(settings, clock, listener, workers)


def _astray(public_url: str, port: int) -> list[str]:
    """On one machine without a proxy, links that lead to another port lead nowhere."""
    from recovery.settings import is_loopback

    parts = urlsplit(public_url)
    led = parts.port or (443 if parts.scheme == "https" else 80)
    if not is_loopback(public_url) or led == port:
        return []
    return [
        here(
            "links in messages lead to {public_url}, and port {port} answers here: set "
            "RECOVERY_PUBLIC_URL=http://localhost:{port}, unless a proxy stands between",
            public_url=public_url,
            port=port,
        )
    ]
