"""What sending costs: messages a second and CPU a message, 64 in flight, provider on loopback.

    python -m benchmarks.senders [--messages 2000] [--in-flight 64] [--latency 0.0]

The provider answers at once (or after --latency seconds) from a process of its own, so the CPU that
is counted is the sender's alone. Figures are ratios of one run on one machine: compare the lines,
not two runs.
"""

import argparse
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from sendgrid import SendGridAPIClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from benchmarks.support import provider
from recovery.connectors.outbox.send import Outbox
from recovery.connectors.sendgrid.send import SendGrid, mail
from recovery.connectors.twilio.send import Twilio
from recovery.connectors.wire import Wire
from recovery.message import Channel
from tests.support.messages import an_email, an_sms
from tests.support.providers import ACCOUNT_SID, API_KEY, AUTH_TOKEN, SERVICE_SID

HTML = "<html>" + "<p>Hola María, tu pago no se completó</p>" * 200 + "</html>"
EMAIL = an_email(text="Hola María, completa tu pago.\n" * 20, html=HTML)
Send = Callable[[int], object]


class OtherHost(TwilioHttpClient):
    """The package's own transport (requests), pointed at loopback."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=15)
        self._base = base

    def request(self, method: str, url: str, *args: object, **named: object) -> object:
        return super().request(method, self._base + url.partition(".com")[2], *args, **named)


def rows(url: str, outbox: Path, stack: ExitStack) -> dict[str, Send]:
    """Return what is measured, by the name it is printed under; `stack` closes it."""
    sendgrid = stack.enter_context(closing(SendGrid(API_KEY, url)))
    package = SendGridAPIClient(API_KEY, host=url)
    package.client.timeout = 15
    wire = stack.enter_context(closing(Wire(url)))
    body = bytes(9000)
    origin = "http://localhost:8000"
    account = {"messaging_service_sid": SERVICE_SID, "base_url": url}
    twilio = stack.enter_context(closing(Twilio(ACCOUNT_SID, AUTH_TOKEN, origin, **account)))
    transport = OtherHost(url)
    stack.callback(transport.session.close)
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=transport)
    callback = f"{origin}/hooks/twilio/status?touch=1"
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    files = Outbox(outbox, Channel.EMAIL)
    return {
        "bare wire, 9 kB": lambda _: wire.request("POST", "/v3/mail/send", body, headers),
        "sendgrid sender": lambda n: sendgrid.send(_numbered(EMAIL, n)),
        "sendgrid package as it comes": lambda _: package.send(mail(EMAIL)),
        "twilio sender": lambda n: twilio.send(_numbered(an_sms(), n)),
        "twilio package as it comes": lambda _: client.messages.create(
            to="+4915112345678",
            body="Hola",
            messaging_service_sid=SERVICE_SID,
            status_callback=callback,
        ),
        "outbox (files)": lambda n: files.send(_numbered(EMAIL, n)),
    }


def _numbered(message: Any, number: int) -> Any:
    return replace(message, trace=replace(message.trace, touch_id=number))


def measure(send: Send, messages: int, in_flight: int, start: int) -> tuple[float, float]:
    """Return messages a second and CPU milliseconds a message."""
    with ThreadPoolExecutor(in_flight) as threads:
        list(threads.map(send, range(start, start + in_flight * 2)))  # connections open, code warm
        first = start + in_flight * 2
        cpu, wall = process_time(), perf_counter()
        for _ in threads.map(send, range(first, first + messages)):
            pass
        wall, cpu = perf_counter() - wall, process_time() - cpu
    return messages / wall, cpu / messages * 1000


def main() -> None:
    """Print one line a way of sending."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':30}{'msg/s':>9}{'CPU ms/msg':>12}{'per core':>10}{'of bare':>9}")
    with (
        tempfile.TemporaryDirectory() as folder,
        provider(options.latency) as url,
        ExitStack() as stack,
    ):
        bare = 0.0
        for name, send in rows(url, Path(folder), stack).items():
            size = options.messages + options.in_flight * 2
            runs = [
                measure(send, options.messages, options.in_flight, 1 + round_ * size)
                for round_ in range(options.rounds)
            ]
            rate, cpu = median(run[0] for run in runs), median(run[1] for run in runs)
            bare = bare or cpu
            print(f"{name:30}{rate:9,.0f}{cpu:12.3f}{1000 / cpu:10,.0f}{cpu / bare:8.1f}x")


if __name__ == "__main__":
    main()
