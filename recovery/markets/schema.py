"""What a file of market rules may say: shipped ones (rules/, regions/) and a merchant's own.

A shipped fact has a value, how sure we are of it, and where it is from; a merchant gives values,
and a reason for all of them.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from recovery.markets.data import facts, tz_table
from recovery.markets.hours import Week, read_week
from recovery.money import currencies

T = TypeVar("T")


class Status(StrEnum):
    """How sure we are of a fact."""

    VERIFIED = "verified"  # the named source says so
    SECONDARY = "secondary"  # a vendor's, an old or a partial source
    CONFLICTING = "conflicting"  # sources disagree; the stricter reading counts
    JUDGEMENT = "judgement"  # our own choice
    MEMORY = "memory"  # common knowledge, not looked up


class Strict(BaseModel):
    """Closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A sentence for people, in both languages."""

    en: str
    zh_cn: str = Field(alias="zh-CN")

    def in_(self, lang: str) -> str:
        """The sentence in `lang`: Chinese for zh…, else English."""
        return self.zh_cn if lang.startswith("zh") else self.en


def _known(what: str, ids: set[str], text: str) -> str:
    if text not in ids:
        raise ValueError(f"{text!r} is no {what}")
    return text


def _a_source(text: str) -> str:
    return _known("source of sources.yaml", set(facts("sources")), text)


def _a_method(text: str) -> str:
    return _known("way to pay of methods.yaml", set(facts("methods")), text)


def _a_zone(text: str) -> str:
    return _known("time zone of the tz database", {row[2] for row in tz_table("zone.tab")}, text)


def _a_currency(text: str) -> str:
    return _known("currency of ISO 4217", set(currencies()), text)


Source = Annotated[str, AfterValidator(_a_source)]
MethodId = Annotated[str, AfterValidator(_a_method)]
Zones = Annotated[list[Annotated[str, AfterValidator(_a_zone)]], Field(min_length=1)]
Basis = Literal["transactional", "marketing"]
Flag = Literal["yes", "no"]
Count = Annotated[int, Field(ge=0, le=99)]
Mark = Literal[
    "sender",
    "postal_address",
    "contact",
    "imprint",
    "opt_out",
    "free_opt_out",
    "complaints_contact",
]


class Fact(Strict, Generic[T]):
    """One thing we know about a market."""

    value: T
    status: Status
    source: list[Source] = Field(min_length=1)
    note: Words | None = None


class Hours(Strict):
    """Open hours by weekday, and whether public holidays count like any other day."""

    open: list[str]
    holidays: Literal["skip", "send"]

    @property
    def week(self) -> Week:
        """The hours of each weekday."""
        return read_week(self.open)

    def __str__(self) -> str:
        return f"{', '.join(self.open)}, holidays: {self.holidays}"


def _readable(hours: Hours) -> Hours:
    read_week(hours.open)
    return hours


OpenHours = Annotated[Hours, AfterValidator(_readable)]


class Place(Strict):
    """What CLDR and the tz database say."""

    locales: Fact[list[str]]
    currency: Fact[Annotated[str, AfterValidator(_a_currency)]]
    decimals: Fact[Count]
    time_zones: Fact[Zones]


class ConsentRules(Strict):
    """The least a customer must have agreed to. Advertising never goes without `marketing`."""

    email_service: Fact[Basis]
    email_marketing: Fact[Literal["marketing"]]
    sms_service: Fact[Basis]
    sms_marketing: Fact[Literal["marketing"]]


class HourRules(Strict):
    """When a message may arrive; what is not here may at any hour. `call` is for people."""

    email_service: Fact[OpenHours] | None = None
    email_marketing: Fact[OpenHours] | None = None
    sms_service: Fact[OpenHours]
    sms_marketing: Fact[OpenHours]
    call: Fact[OpenHours]


class LimitRules(Strict):
    """How many messages about one order."""

    service_messages: Fact[Count]
    sms: Fact[Count]


class SmsRules(Strict):
    """What may stand in an SMS, and who may send it."""

    alphanumeric_sender: Fact[Flag]
    registration: Fact[Literal["no", "required"]]
    links: Fact[Flag]
    opt_out_words: Fact[list[str]]
    opt_out_text: Fact[str]


class LabelRules(Strict):
    """What a message begins with; an e-mail: its subject."""

    email_service: Fact[str] | None = None
    email_marketing: Fact[str] | None = None
    sms_service: Fact[str] | None = None
    sms_marketing: Fact[str] | None = None


class PaymentFact(Fact[MethodId]):
    """A way to pay, with the smallest and largest amount it takes in the market's currency."""

    min: Decimal | None = None
    max: Decimal | None = None


class RuleFile(Strict):
    """rules/XX.yaml. Without `place`: of every country that has no file."""

    market: str
    place: Place | None = None
    consent: ConsentRules
    hours: HourRules
    limits: LimitRules
    sms: SmsRules
    labels: LabelRules = LabelRules()
    footer: Fact[list[Mark]]
    payment: list[PaymentFact] = Field(min_length=1)
    prices: list[Fact[Words]] = []
    notes: list[Fact[Words]] = []


class Region(Strict):
    """A part of a country: its clocks, and its own hours where it has some."""

    time_zones: Zones
    sms_marketing: Fact[OpenHours] | None = None


class Elsewhere(Strict):
    """Regions that have no hours of their own."""

    sms_marketing: Fact[OpenHours]


class RegionFile(Strict):
    """regions/XX.yaml."""

    market: str
    else_: Elsewhere = Field(alias="else")
    regions: dict[str, Region]


def _values_of(section: type[Strict], name: str, leave_out: tuple[str, ...] = ()) -> Any:
    """The same keys with plain values, none of them needed: what a merchant may set."""
    fields: dict[str, Any] = {
        key: (_value_of(field.annotation) | None, None)
        for key, field in section.model_fields.items()
        if key not in leave_out
    }
    return create_model(name, __base__=Strict, **fields)


def _value_of(annotation: Any) -> Any:
    """T of `Fact[T]` or `Fact[T] | None`."""
    fact = next(
        one
        for one in (annotation, *getattr(annotation, "__args__", ()))
        if isinstance(one, type) and issubclass(one, Fact)
    )
    field = fact.model_fields["value"]
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


_OwnConsent = _values_of(ConsentRules, "OwnConsent")
_OwnHours = _values_of(HourRules, "OwnHours")
_OwnLimits = _values_of(LimitRules, "OwnLimits")
# The words that people answer with are read before we know whose customer writes.
_OwnSms = _values_of(SmsRules, "OwnSms", leave_out=("opt_out_words",))
_OwnLabels = _values_of(LabelRules, "OwnLabels")


class OwnFile(Strict):
    """<project>/markets/XX.yaml: the facts that differ, by whom and why."""

    market: str
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    consent: _OwnConsent | None = None  # type: ignore[valid-type]
    hours: _OwnHours | None = None  # type: ignore[valid-type]
    limits: _OwnLimits | None = None  # type: ignore[valid-type]
    sms: _OwnSms | None = None  # type: ignore[valid-type]
    labels: _OwnLabels | None = None  # type: ignore[valid-type]
    footer: list[Mark] | None = None
    payment: list[MethodId] | None = Field(default=None, min_length=1)
