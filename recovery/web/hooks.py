"""Webhooks in: signature first, stored next, applied last; only then do we say that we have it."""

import json
import logging
from collections.abc import Mapping
from urllib.parse import parse_qsl

from pydantic import SecretStr
from starlette.responses import PlainTextResponse, Response

from recovery import telemetry
from recovery.connectors.sendgrid.read import SIGNATURE as SENDGRIDS_HEADER
from recovery.connectors.sendgrid.read import events
from recovery.connectors.sendgrid.read import verify as is_sendgrids
from recovery.connectors.twilio.read import SIGNATURE as TWILIOS_HEADER
from recovery.connectors.twilio.read import Form, inbound_key, status_key
from recovery.connectors.twilio.read import verify as is_twilios
from recovery.errors import UsageError
from recovery.intake.inbox import SENDGRID, TWILIO_INBOUND, TWILIO_STATUS, Item
from recovery.web.counters import COUNTERS
from recovery.web.signature import Fault
from recovery.web.site import Site

MOST_FIELDS = 1_000
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_DIGITS = frozenset("0123456789")


def sendgrid(site: Site, headers: Mapping[str, str], body: bytes) -> Response:
    """SendGrid's event webhook: a batch of events."""
    key = site.settings.sendgrid.webhook_public_key
    if not key:
        return closed(SENDGRID, "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY")
    try:
        genuine = is_sendgrids(key, headers, body)
    except UsageError as error:
        return closed(SENDGRID, str(error))
    if not genuine:
        return refused(SENDGRID, _fault(headers, SENDGRIDS_HEADER))
    try:
        told = events(body)
    except ValueError:
        return unreadable(SENDGRID)
    ours = [(name, event) for name, event in told if _is_ours(site, event.get("rc_site"))]
    _ignored(SENDGRID, "other_site", len(told) - len(ours))
    return _kept(site, SENDGRID, [(name, json.dumps(event)) for name, event in ours])


def twilio_status(site: Site, headers: Mapping[str, str], query: str, body: bytes) -> Response:
    """What became of one SMS; its touch stands in the address that we gave, which is signed."""
    form = _twilio(site, TWILIO_STATUS, "/hooks/twilio/status", headers, query, body)
    if isinstance(form, Response):
        return form
    touch = dict(parse_qsl(query, max_num_fields=MOST_FIELDS)).get("touch", "")
    number = int(touch) if touch and len(touch) < 18 and _DIGITS.issuperset(touch) else None
    told = json.dumps({"form": form, "touch": number})
    return _kept(site, TWILIO_STATUS, [(status_key(form), told)])


def twilio_inbound(site: Site, headers: Mapping[str, str], query: str, body: bytes) -> Response:
    """An SMS to us. The answer is no message: to STOP and HELP Twilio has answered already."""
    form = _twilio(site, TWILIO_INBOUND, "/hooks/twilio/inbound", headers, query, body)
    if isinstance(form, Response):
        return form
    _kept(site, TWILIO_INBOUND, [(inbound_key(form), json.dumps({"form": form}))])
    return Response(EMPTY_TWIML, media_type="text/xml")


def keys(*secrets: SecretStr | None) -> list[str]:
    """The secrets that are set. An empty one is none: anybody could sign with it."""
    known = [secret.get_secret_value() for secret in secrets if secret is not None]
    return [one for one in known if one.strip()]


def closed(hook: str, missing: str) -> Response:
    """Without its key a door stays shut: nothing unsigned is ever believed."""
    COUNTERS.count("webhooks_refused_total", hook=hook, reason="not_set_up")
    telemetry.event("web", "not_set_up", level=logging.WARNING, hook=hook, set=missing)
    return PlainTextResponse("not set up", 503)


def refused(hook: str, why: Fault) -> Response:
    """A signature that is none: nothing is stored. Why is for us; whoever forges learns nothing."""
    COUNTERS.count("webhooks_refused_total", hook=hook, reason=why.value)
    telemetry.event("web", "signature_refused", hook=hook, why=why.value)
    return PlainTextResponse("bad signature", 403)


def _fault(headers: Mapping[str, str], name: str) -> Fault:
    """What was wrong with a provider's signature, whose header is `name`."""
    given = {one.lower() for one, value in headers.items() if value}
    return Fault.MISMATCH if name in given else Fault.MISSING


def unreadable(hook: str) -> Response:
    """Signed, and yet not what it should be."""
    COUNTERS.count("webhooks_refused_total", hook=hook, reason="unreadable")
    telemetry.event("web", "unreadable", level=logging.WARNING, hook=hook)
    return PlainTextResponse("unreadable body", 400)


def _twilio(
    site: Site, hook: str, path: str, headers: Mapping[str, str], query: str, body: bytes
) -> dict[str, str] | Response:
    """The fields of a request that Twilio signed, or why we don't listen.

    The address they signed is the public one: what a proxy made of it is not looked at.
    """
    tokens = keys(site.settings.twilio.webhook_key, site.settings.twilio.auth_token)
    if not tokens:
        return closed(hook, "RECOVERY_TWILIO_AUTH_TOKEN")
    url = f"{site.settings.public_url}{path}" + (f"?{query}" if query else "")
    form = _form(headers, body)
    if not any(is_twilios(token, url, headers, body, form) for token in tokens):
        return refused(hook, _fault(headers, TWILIOS_HEADER))
    if form is not None:
        return dict(form)
    try:
        told = json.loads(body)
        return {str(name): str(value) for name, value in told.items()}
    except (ValueError, AttributeError, RecursionError):
        return unreadable(hook)


def _form(headers: Mapping[str, str], body: bytes) -> Form | None:
    """The fields of a form; None for any other body, whose hash has to be signed then."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded" and body:
        return None
    try:
        text = body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def _is_ours(site: Site, named: object) -> bool:
    """Whether an event is about a message of this installation: staging and production may share
    an account. What names nobody is judged by what it says."""
    return named is None or named == site.links.site


def _ignored(hook: str, reason: str, number: int) -> None:
    if number:
        COUNTERS.count("webhooks_ignored_total", number, hook=hook, reason=reason)


def _kept(site: Site, hook: str, items: list[Item]) -> Response:
    applied = site.keep(hook, items, site.now())
    _ignored(hook, "other_message", applied.strangers)
    COUNTERS.count("webhooks_stored_total", hook=hook)
    if applied.trouble is not None:
        raise applied.trouble  # stored; a repetition, or the mended next version, applies it
    return Response(status_code=204)
