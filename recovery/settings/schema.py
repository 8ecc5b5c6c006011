"""What can be set: frozen sections with defaults, checks, and a word on each for people."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo

from recovery.money import currencies
from recovery.settings.alerts import AlertSettings
from recovery.settings.pace import gap, market_gaps
from recovery.settings.prices import market_prices
from recovery.settings.providers import SendgridSettings, TwilioSettings, secret
from recovery.settings.secret_key import kept_key
from recovery.settings.section import Section

PREFIX = "RECOVERY_"
A_SECRET = 8  # characters; a shorter path names a place
_AMOUNT = re.compile(r"\d+(\.\d+)? ([A-Z]{3})")
_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class ServeSettings(Section):
    """How `recovery serve` treats whoever calls."""

    body_limit: int = Field(1_048_576, ge=1024, description="largest body taken, bytes")
    read_seconds: float = Field(
        15, gt=0, le=300, description="how long a caller may take to say what they want"
    )


class ShopSettings(Section):
    """Who is writing: shown in every message."""

    name: str = Field("Example Shop", description="name of the shop, as customers know it")
    url: str = Field("https://shop.example", description="front page of the shop")
    logo_url: str | None = Field(None, description="https address of a logo for e-mail")
    email: str = Field("hello@shop.example", description="address that e-mail is sent from")
    reply_to: str | None = Field(None, description="address that answers go to")
    support_email: str | None = Field(None, description="address shown as contact")
    support_phone: str | None = Field(None, description="phone number shown as contact")
    address: str | None = Field(None, description="postal address; the law wants it in marketing")

    @field_validator("email", "reply_to", "support_email")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS.fullmatch(value):
            raise ValueError("should be one e-mail address such as hello@shop.example")
        return value


class VipSettings(Section):
    """From when a customer counts as vip: either threshold is enough; none set, no vip."""

    paid_orders: int | None = Field(None, ge=1, description="this many earlier paid orders")
    value: str | None = Field(None, description="paid orders worth this much, e.g. 500 USD")

    @field_validator("value")
    @classmethod
    def _an_amount(cls, value: str | None) -> str | None:
        return _amount(value)


class CostSettings(Section):
    """What one message costs: taken off the recovered money in the report."""

    email: str | None = Field(None, description="one e-mail, e.g. 0.001 USD")
    sms: str | None = Field(None, description="one SMS segment, e.g. 0.0079 USD")
    markets: str | None = Field(
        None, description="in one market, e.g. DE sms 0.07 EUR; BR sms 0.04 USD"
    )

    @field_validator("email", "sms")
    @classmethod
    def _an_amount(cls, value: str | None) -> str | None:
        return _amount(value)

    @field_validator("markets")
    @classmethod
    def _amounts(cls, value: str | None) -> str | None:
        for price in market_prices(value or "").values():
            _amount(price)
        return value


class PaceSettings(Section):
    """How fast messages leave, over all workers together; unset means as fast as it goes."""

    email: str | None = Field(None, description="e-mails, e.g. 50 per second")
    sms: str | None = Field(None, description="SMS, e.g. 10 per second")
    markets: str | None = Field(
        None, description="of one market, e.g. US sms 1 per second; BR sms 30 per minute"
    )
    seconds: int = Field(
        540, ge=0, le=3000, description="how long one run goes on for what waits for its pace"
    )

    @field_validator("email", "sms")
    @classmethod
    def _a_rate(cls, value: str | None) -> str | None:
        if value:
            gap(value)
        return value

    @field_validator("markets")
    @classmethod
    def _rates(cls, value: str | None) -> str | None:
        market_gaps(value or "")
        return value


class Settings(Section):
    """Everything that can be set, checked. Paths are absolute; times and money are elsewhere."""

    project: Path
    database_url: str = secret("SQLite or PostgreSQL; relative paths start at the project", "")
    broker_url: str = secret("memory:// (in this process) or redis://host:6379/0", "memory://")
    email_sender: Literal["outbox", "sendgrid", "smtp"] = Field(
        "outbox", description="who takes e-mail: outbox (files), sendgrid or smtp"
    )
    sms_sender: Literal["outbox", "twilio"] = Field(
        "outbox", description="who takes SMS: outbox (files) or twilio"
    )
    outbox_dir: Path = Field(Path("var/outbox"), description="folder of the outbox")
    smtp_url: SecretStr | None = secret("smtp://user:password@host:587 (smtps:// for port 465)")
    public_url: str = Field(
        "http://localhost:8000", description="where customers reach this: base of links"
    )
    given_secret_key: SecretStr | None = Field(
        None, alias="secret_key", repr=False, description="signs links; made once when local"
    )
    orders_secret: SecretStr | None = secret("shared with the shop: signs POST /v1/orders")
    pay_hosts: tuple[str, ...] = Field(
        (), description="hosts of payment pages; .example.com stands for all below it"
    )
    base_currency: str = Field(
        "USD", description="compares amounts across currencies, never used for sums"
    )
    timezone: str = Field(
        "UTC", description="the merchant's own: where days, weeks and months of reports begin"
    )
    concurrency: int = Field(16, ge=1, le=1024, description="messages in flight at once")
    batch: int = Field(500, ge=1, le=10_000, description="touches claimed at once")
    max_per_run: int | None = Field(
        None, ge=1, description="touches one run may claim at most: a brake for bad days"
    )
    unknown_email: Literal["hold", "resend"] = Field(
        "resend", description="an e-mail that its provider knows nothing of: hold, or resend once"
    )
    unknown_sms: Literal["hold", "resend"] = Field(
        "hold", description="an SMS that its provider knows nothing of: hold, or resend once"
    )
    rates_file: Path | None = Field(
        None, alias="rates", description="your own exchange rates (CSV), before the ECB's"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="how much is logged on standard error"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="how a log line is written: text for people, json for programs"
    )
    heartbeat_url: SecretStr | None = secret(
        "told when a run starts and how it ends, as healthchecks.io wants it"
    )
    metrics_public: bool = Field(
        False, description="answer /metrics also to callers from other machines"
    )
    sendgrid: SendgridSettings = SendgridSettings()
    twilio: TwilioSettings = TwilioSettings(**{"from": None})
    shop: ShopSettings = ShopSettings()
    vip: VipSettings = VipSettings()
    costs: CostSettings = CostSettings()
    serve: ServeSettings = ServeSettings()
    pace: PaceSettings = PaceSettings()
    alerts: AlertSettings = AlertSettings()

    @property
    def campaigns_dir(self) -> Path:
        """Where the campaign files are."""
        return self.project / "campaigns"

    @property
    def templates_dir(self) -> Path:
        """Where the message templates are."""
        return self.project / "templates"

    @property
    def var_dir(self) -> Path:
        """Where state goes: database, outbox, log, secret key."""
        return self.project / "var"

    @property
    def secret_key(self) -> SecretStr:
        """The key that signs links: the one given, or one made once in `var/secret_key`."""
        return self.given_secret_key or SecretStr(kept_key(self.var_dir / "secret_key"))

    @property
    def reaches_out(self) -> bool:
        """Whether a message could leave this machine with these senders."""
        return {
            "outbox": False,
            "sendgrid": not is_loopback(self.sendgrid.base_url or "https://api.sendgrid.com"),
            "smtp": not is_loopback(_plain(self.smtp_url)),
        }[self.email_sender] or (
            self.sms_sender == "twilio"
            and not is_loopback(self.twilio.base_url or "https://api.twilio.com")
        )

    def secrets(self) -> tuple[str, ...]:
        """Every secret in here in plain text: what must never stand in a log or an answer."""
        passwords = (
            urlsplit(url).password
            for url in (self.database_url, self.broker_url, _plain(self.smtp_url))
        )
        keys = (
            _plain(key)
            for key in (
                self.given_secret_key,
                self.orders_secret,
                self.sendgrid.api_key,
                self.twilio.auth_token,
                self.twilio.webhook_key,
            )
        )
        # Whoever knows its path can report for us; errors name the path without the host.
        beat = _plain(self.heartbeat_url)
        path = urlsplit(beat).path.strip("/")
        known = (*passwords, *keys, beat, path if len(path) >= A_SECRET else "")
        return tuple(one for one in known if one)

    @field_validator("broker_url")
    @classmethod
    def _a_broker(cls, value: str) -> str:
        if not value.startswith(("memory://", "redis://", "rediss://")):
            raise ValueError("should be memory:// or start with redis://")
        return value

    @field_validator("pay_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> list[str]:
        listed = value.split(",") if isinstance(value, str) else value
        hosts = [str(one).strip().lower() for one in listed] if isinstance(listed, list) else ["?"]
        if not all(_HOST.fullmatch(one) for one in hosts if one):
            raise ValueError("should be hosts such as pay.shop.example, .stripe.com")
        return [one for one in hosts if one]

    @field_validator("heartbeat_url")
    @classmethod
    def _an_address_to_call(cls, value: SecretStr | None) -> SecretStr | None:
        url = urlsplit(_plain(value))
        if value is not None and (url.scheme not in ("http", "https") or not url.hostname):
            raise ValueError("should be an address such as https://hc-ping.com/<uuid>")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("should be an address such as https://pay.shop.example")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("should be a time zone such as Europe/Berlin or UTC") from None
        return value

    @field_validator("base_currency")
    @classmethod
    def _a_currency(cls, value: str) -> str:
        if value not in currencies():
            raise ValueError("should be an ISO 4217 code such as USD or EUR")
        return value


def is_loopback(url: str) -> bool:
    """Whether `url` stays on this machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def known_settings() -> Mapping[str, tuple[tuple[str, ...], FieldInfo]]:
    """Every setting by its environment name: the path to it (as in recovery.toml), its field."""
    return {PREFIX + "_".join(path).upper(): (path, info) for path, info in _fields(Settings)}


def _fields(
    model: type[BaseModel], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, info in model.model_fields.items():
        path = (*above, info.alias or name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _fields(info.annotation, path)
        elif name != "project":
            yield path, info


def _plain(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def _amount(value: str | None) -> str | None:
    match = _AMOUNT.fullmatch(value) if value is not None else None
    if value is not None and (match is None or match[2] not in currencies()):
        raise ValueError("should be an amount with its currency, such as 500 USD")
    return value
