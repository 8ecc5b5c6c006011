"""`recovery serve`: webhooks, orders, pay and unsubscribe pages, health."""

import click

from recovery.cli.common import Desk, verb


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
    settings, clock, shut = desk.settings, desk.clock, _shut(desk)
    _ = settings.secret_key  # made before the first of several processes asks
    with listen(host, port) as listener:
        bound, number = listener.getsockname()[:2]
        url = f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
        said = "\n".join([f"Serving {url} as {settings.public_url}", *shut])
        desk.show(
            {"serving": url, "public_url": settings.public_url, "not_set_up": shut},
            lambda console: console.print(said),
        )
        serve(settings, clock, listener, workers)


def _shut(desk: Desk) -> list[str]:
    """The doors that stay shut because their key is missing."""
    settings = desk.settings
    key = settings.sendgrid.webhook_public_key
    doors = {
        "/v1/orders": ("RECOVERY_ORDERS_SECRET", settings.orders_secret),
        "/hooks/sendgrid": ("RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY", key),
        "/hooks/twilio": (
            "RECOVERY_TWILIO_AUTH_TOKEN",
            settings.twilio.auth_token or settings.twilio.webhook_key,
        ),
    }
    return [f"{path} is shut: set {name}" for path, (name, value) in doors.items() if not value]
