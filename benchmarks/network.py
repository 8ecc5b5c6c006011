"""Network: the whole dispatch through the real SendGrid and Twilio senders, 64 in flight.

Prints messages a second and CPU a message, with the provider in a process of its own on loopback
that answers at once, then one that answers after 100 ms; and what part of that CPU the sender
takes, and the sender's package of the sender (against the same bytes on a bare kept-alive wire).

    python -m benchmarks.network [MESSAGES] [--postgres]
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from time import perf_counter, process_time
from urllib.parse import urlencode

from urllib3.util import make_headers

from benchmarks.dispatch import CAMPAIGN, NOW, dispatcher, fill
from benchmarks.support import database, provider, say
from recovery.campaign.loader import parse_campaign
from recovery.connectors.base import Sender
from recovery.connectors.sendgrid.send import SendGrid
from recovery.connectors.twilio.send import Twilio
from recovery.connectors.wire import Wire
from recovery.db import writing
from recovery.markets.rates import load_rates
from recovery.planner.enrol import enrol
from tests.support.messages import an_email, an_sms
from tests.support.providers import ACCOUNT_SID, API_KEY, AUTH_TOKEN, SERVICE_SID

IN_FLIGHT = 64
LATENCY = 0.1  # seconds
SMS = CAMPAIGN.replace("email: payment-failed", "sms: payment-failed")
EMAIL = an_email(html="<html>" + "<p>Hola María, tu pago no se completó</p>" * 200 + "</html>")
# The least that a message can cost: its bytes there, the answer back.
BARE_MAIL = (
    "/v3/mail/send",
    bytes(9_000),
    {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
)
BARE_SMS = (
    f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
    urlencode(
        {"To": "+4915112345678", "Body": "Hola", "StatusCallback": "http://x.y/?touch=1"}
    ).encode(),
    {
        **make_headers(basic_auth=f"{ACCOUNT_SID}:{AUTH_TOKEN}"),
        "Content-Type": "application/x-www-form-urlencoded",
    },
)


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second on the wall clock, and a second of our own CPU."""

    rate: float
    per_core: float


def sendgrid(url: str) -> Sender:
    return SendGrid(API_KEY, url)


def twilio(url: str) -> Sender:
    return Twilio(
        ACCOUNT_SID,
        AUTH_TOKEN,
        "http://localhost:8000",
        messaging_service_sid=SERVICE_SID,
        base_url=url,
    )


def whole(
    make: Callable[[str], Sender], campaign: str, count: int, latency: float, *, postgres: bool
) -> Speed:
    """Dispatch `count` due touches from the database to the provider and back."""
    with (
        database(postgres=postgres) as engine,
        provider(latency) as url,
        closing(make(url)) as sender,
    ):
        fill(engine, count)
        with writing(engine) as connection:
            enrol(connection, [parse_campaign(campaign, "bench.yaml")], NOW, load_rates(NOW.date()))
        wall, cpu = perf_counter(), process_time()
        outcome = dispatcher(engine, sender, IN_FLIGHT).run(NOW)
        wall, cpu = perf_counter() - wall, process_time() - cpu
    assert outcome.claimed == count, outcome
    return Speed(count / wall, count / cpu)


def alone(send: Callable[[], object], count: int) -> Speed:
    """The same call, again and again, without the engine around it."""
    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        wall, cpu = perf_counter(), process_time()
        for done in [threads.submit(send) for _ in range(count)]:
            done.result()
        return Speed(count / (perf_counter() - wall), count / (process_time() - cpu))


def main() -> None:
    """Run and print."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, postgres = numbers[0] if numbers else 3_000, "--postgres" in sys.argv
    for name, make, campaign, message, request in (
        ("SendGrid", sendgrid, CAMPAIGN, EMAIL, BARE_MAIL),
        ("Twilio", twilio, SMS, an_sms(), BARE_SMS),
    ):
        at_once = whole(make, campaign, count, 0.0, postgres=postgres)
        slow = whole(make, campaign, count, LATENCY, postgres=postgres)
        with provider() as url, closing(make(url)) as sender, closing(Wire(url)) as wire:
            only = alone(partial(sender.send, message), count)
            floor = alone(partial(wire.request, "POST", *request), count)
        say(
            f"network: {name} ({'PostgreSQL' if postgres else 'SQLite'})",
            {
                "messages": count,
                "at once, messages/s": at_once.rate,
                "  of which per core (goal: 1,000)": at_once.per_core,
                "sender alone, per core": only.per_core,
                "  its share of our CPU": at_once.per_core / only.per_core,
                "bare wire, per core": floor.per_core,
                "  package: times the bare wire": floor.per_core / only.per_core,
                "after 100 ms, messages/s": slow.rate,
                "  of 64 / 0.1 s (goal: 0.80)": slow.rate * LATENCY / IN_FLIGHT,
            },
        )


if __name__ == "__main__":
    main()
