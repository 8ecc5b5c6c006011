"""The heartbeat of `recovery run`: somebody elsewhere hears when a run starts and how it ends, and
calls people when nothing comes any more. The protocol is that of healthchecks.io, hosted or own.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import click

from recovery import telemetry
from recovery.errors import Exit, RecoveryError

SECONDS = 5.0  # for one ping, names and TLS included: customers wait for the run
START, NOTE = "start", "log"  # a note changes nothing about how the watched one is doing
AGENT = {"User-Agent": "payment-recovery"}


@contextmanager
def heartbeat(url: str | None) -> Iterator[Callable[[str], None]]:
    """Ping `<url>` when the block ends with exit code 0, else `<url>/<code>`.

    The block is given what to call with the run's id once it has begun: `<url>/start`. One that
    another run keeps out (75) never begins and is no failure: `<url>/log`. Whatever becomes of a
    ping, the run goes on and ends as it would have.
    """
    run = ""

    def begun(token: str) -> None:
        nonlocal run
        run = token
        tell(START)

    def tell(suffix: str) -> None:
        if url is not None:
            with telemetry.bound(run=run):
                ping(url, suffix)

    try:
        yield begun
    except BaseException as error:
        tell(_ending(exit_code(error)))
        raise
    tell("")


def exit_code(error: BaseException) -> int:
    """The exit code that `error` leads to when nobody catches it."""
    match error:
        case SystemExit(code=code):
            return code if isinstance(code, int) else int(bool(code))
        case RecoveryError() | click.exceptions.Exit() | click.ClickException():
            return int(error.exit_code)
        case KeyboardInterrupt():
            return Exit.INTERRUPTED
        case _:
            return Exit.BUG


def ping(url: str, suffix: str) -> None:
    """One call, given up after SECONDS; what went wrong is logged and nothing else."""
    answers: list[str] = []
    caller = Thread(target=_call, args=(_below(url, suffix), answers), daemon=True)
    caller.start()
    caller.join(SECONDS)
    why = answers[0] if answers else f"no answer in {SECONDS:g} s"
    if why:
        what = suffix or "success"
        telemetry.event("heartbeat", "not_heard", level=logging.WARNING, ping=what, why=why)


def _ending(code: int) -> str:
    return {int(Exit.DONE): "", int(Exit.LOCKED): NOTE}.get(code, str(code))


def _below(url: str, suffix: str) -> str:
    """`url` with `suffix` at the end of its path: a query such as `?create=1` stays."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{suffix}" if suffix else parts.path
    return parts._replace(path=path, fragment="").geturl()


def _call(url: str, answers: list[str]) -> None:
    """Append why nobody heard us, in our own words: an error may quote the address."""
    from recovery.settings import is_loopback

    try:
        proxies = ProxyHandler({} if is_loopback(url) else None)
        request = Request(url, headers=AGENT)  # noqa: S310 - settings take http and https only
        with build_opener(proxies).open(request, timeout=SECONDS):
            answers.append("")
    except HTTPError as error:
        error.close()
        answers.append(f"status {error.code}")
    except Exception as error:
        answers.append(type(error).__name__)
