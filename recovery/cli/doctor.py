"""`recovery doctor`: is everything set up, and what to do where it is not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.cli.customs import customs
from recovery.cli.doors import doors, payment_pages
from recovery.cli.findings import Finding, looked
from recovery.errors import Exit, RecoveryError, Unavailable
from recovery.i18n import explained, here, mark, plural, say, spoken, words

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.dispatch.brakes import Refusal
    from recovery.settings import Settings

PATIENCE_SECONDS = 5


@click.command("doctor")
@verb(at=False)
def command(desk: Desk) -> Exit:
    """Check settings, database, broker, senders, markets, campaigns and templates.

    Says what is wrong and the cure. Sends nothing and changes nothing.
    """
    findings = list(_examined(desk))
    desk.show(
        {"well": all(one.well for one in findings), "checks": [asdict(one) for one in findings]},
        lambda console: _tell(findings, console),
    )
    # What can't be reached comes first: it is what a supervisor should wait for.
    codes = {one.code for one in findings if not one.well}
    for code in (Exit.UNAVAILABLE, Exit.USAGE, Exit.DATA, Exit.BUG, Exit.PARTIAL):
        if code in codes:
            return code
    return Exit.DONE


def _examined(desk: Desk) -> Iterator[Finding]:
    try:
        settings = desk.settings
    except RecoveryError as error:
        yield Finding(
            "settings", False, explained(error), here("correct this first"), error.exit_code
        )
        return
    yield Finding("settings", True, here("project {project}", project=settings.project))
    for what, look in (
        ("secret key", _secret_key),
        ("database", _database),
        ("broker", _broker),
        ("inbox", _inbox),
        ("e-mail", _email),
        ("SMS", _sms),
        ("sending", _sending),
        ("shop", _shop),
        ("doors", doors),
        ("pay links", payment_pages),
        ("markets", customs),
        ("campaigns", _sentences),
    ):
        yield _guarded(what, look, settings)


def _guarded(what: str, look: Callable[["Settings"], Finding], settings: "Settings") -> Finding:
    try:
        return look(settings)
    except RecoveryError as error:
        return Finding(what, False, explained(error), here(_CURES.get(what, "")), error.exit_code)


def _secret_key(settings: "Settings") -> Finding:
    """What signs links: given, or kept in a file that must not be empty."""
    from recovery.settings.secret_key import read_key

    file = settings.var_dir / "secret_key"
    if settings.given_secret_key is not None:
        return Finding("secret key", True, here("given"))
    if not file.exists():
        return Finding("secret key", True, here("{file}, made at first use", file=file))
    read_key(file)
    return Finding("secret key", True, f"{file}")


def _database(settings: "Settings") -> Finding:
    from sqlalchemy import make_url

    from recovery import migrations
    from recovery.db import open_engine

    url = make_url(settings.database_url)
    where = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return Finding(
            "database", True, here("{where}, made at first use", where=where)
        )  # looking would make it
    engine = open_engine(settings.database_url)
    try:
        version = migrations.current(engine)
    finally:
        engine.dispose()
    if version in (None, migrations.HEAD):
        told = version or here("empty: made at first use")
        return Finding("database", True, f"{where}, {told}")
    told = here(
        "{where} has version {version}, this program needs {head}",
        where=where,
        version=version,
        head=migrations.HEAD,
    )
    return Finding("database", False, told, here("run `recovery db upgrade`"), Exit.USAGE)


def _broker(settings: "Settings") -> Finding:
    if settings.broker_url.startswith("memory://"):
        return Finding("broker", True, here("memory://, runs send by themselves"))
    from redis import Redis
    from redis.exceptions import RedisError

    from recovery.clock import SystemClock
    from recovery.dispatch.claim import due_count
    from workers.middleware import alive

    try:
        with Redis.from_url(
            settings.broker_url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
        ) as client:
            workers = alive(client)
    except RedisError as error:
        raise Unavailable(
            say("Redis did not answer: {name}", name=str(type(error).__name__))
        ) from error
    if workers:
        return Finding(
            "broker",
            True,
            here(
                "Redis answers, {counted} alive",
                counted=plural("{count} worker process", "{count} worker processes", workers),
            ),
        )
    due = looked(settings, lambda c: due_count(c, SystemClock().now())) or 0
    touches = plural("{count} touch", "{count} touches", due)
    told = here("Redis answers, no worker is alive, {touches} due", touches=touches)
    return Finding("broker", due == 0, told, here("start `recovery worker`"), Exit.UNAVAILABLE)


def _inbox(settings: "Settings") -> Finding:
    """Events from outside that could not be applied."""
    from recovery.intake.inbox import to_look_at

    told = looked(settings, to_look_at)
    if not told:
        return Finding("inbox", True, here("every event could be applied"))
    cure = here("`recovery inbox list` says why; `recovery inbox retry` or `dismiss` ends it")
    return Finding("inbox", False, str(told[0]), cure, Exit.PARTIAL)


def _email(settings: "Settings") -> Finding:
    from recovery.connectors import email_sender

    email_sender(settings).close()
    return Finding("e-mail", True, settings.email_sender)


def _sms(settings: "Settings") -> Finding:
    from recovery.connectors import sms_sender

    sms_sender(settings).close()
    return Finding("SMS", True, settings.sms_sender)


def _sending(settings: "Settings") -> Finding:
    """What the last runs learned: senders that refuse us, brakes that somebody holds."""
    from recovery.dispatch.brakes import paused, refusals
    from recovery.dispatch.unanswered import unanswered

    refusing = looked(settings, refusals) or []
    if refusing:
        told = "; ".join(one.told for one in refusing)
        return Finding("sending", False, told, _rest(refusing), Exit.UNAVAILABLE)
    open_ = looked(settings, unanswered)
    lost = [str(open_)] if open_ and open_.open else []
    held = looked(settings, lambda c: [str(one) for one in paused(c)])
    if held:
        return Finding(
            "sending",
            True,
            "; ".join([*map(str, held), *lost]),
            here("`recovery resume` lets go of it"),
        )
    calm = here("no sender refuses, nothing is paused")
    return Finding("sending", True, "; ".join([calm, *lost]))


def _rest(refusing: "Sequence[Refusal]") -> str:
    """What to do: about our account a person, about the provider's troubles nobody."""
    if any(one.kind == "account" for one in refusing):
        return here("correct the account or the key; touches stay due, the next run tries again")
    until = max(one.until for one in refusing)
    return here(
        "it rests until {until} UTC, and the next run after that tries one message; touches stay "
        "due. If it is busy often, set RECOVERY_PACE_EMAIL or _SMS",
        until=f"{until:%Y-%m-%d %H:%M:%S}",
    )


def _shop(settings: "Settings") -> Finding:
    """Who is writing: examples are fine in the outbox, not in a customer's inbox."""
    from recovery.settings import ShopSettings, is_loopback

    shop, example = settings.shop, ShopSettings()
    missing = [
        f"RECOVERY_SHOP_{name.upper()}"
        for name in ("name", "url", "email")
        if getattr(shop, name) == getattr(example, name)
    ]
    missing += [] if shop.address else ["RECOVERY_SHOP_ADDRESS"]
    missing += ["RECOVERY_PUBLIC_URL"] if is_loopback(settings.public_url) else []
    if not missing or not settings.reaches_out:
        return Finding("shop", True, f"{shop.name}, {settings.public_url}")
    told = here(
        "messages would go to real customers without {settings}", settings=", ".join(missing)
    )
    return Finding("shop", False, told, here("set them; the rest is in recovery.toml"), Exit.USAGE)


def _sentences(settings: "Settings") -> Finding:
    from recovery.examination import examine

    found = examine(settings)
    if found.errors:
        first = found.errors[0].line_in(words(spoken()))
        told = here("{count} mistakes, the first: {first}", count=len(found.errors), first=first)
        cure = here("`recovery check` shows them all")
        return Finding("campaigns", False, told, cure, Exit.DATA)
    active = [one for one in found.campaigns if one.campaign.status == "active"]
    return Finding(
        "campaigns",
        True,
        here("{count} active of {count2}", count=len(active), count2=len(found.campaigns)),
    )


_NAMES = {
    "settings": mark("settings"),
    "secret key": mark("secret key"),
    "database": mark("database"),
    "broker": mark("broker"),
    "inbox": mark("inbox"),
    "e-mail": mark("e-mail"),
    "SMS": mark("SMS"),
    "sending": mark("sending"),
    "shop": mark("shop"),
    "doors": mark("doors"),
    "pay links": mark("pay links"),
    "markets": mark("markets"),
    "campaigns": mark("campaigns"),
}
_CURES = {
    "database": mark("is it running, and is RECOVERY_DATABASE_URL right?"),
    "broker": mark("is it running, and is RECOVERY_BROKER_URL right? Nothing is lost meanwhile"),
}


def _tell(findings: list[Finding], console: "Console") -> None:
    for one in findings:
        word, style = one.mark
        console.print(here(word), style=style, end=" ")
        console.print(f"{here(_NAMES[one.what])}: {one.told}", soft_wrap=True)
        if one.cure:
            console.print(f"      {one.cure}", soft_wrap=True)
