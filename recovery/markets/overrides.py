"""A merchant's own facts over the shipped ones: what they change, and whether it loosens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recovery.markets.schema import Hours, OwnFile, PaymentFact, RuleFile, Status

SECTIONS = ("consent", "hours", "limits", "sms", "labels")
OWN_SOURCE = "own"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that the merchant has set. `loosens`: more may be sent than we would."""

    road: str  # hours.sms_marketing, footer
    shipped: str
    yours: str
    loosens: bool


def changes(shipped: RuleFile, own: OwnFile) -> Iterator[Change]:
    """Every fact that `own` gives another value."""
    for road, value in _given(own):
        before = _value(shipped, road)
        if value != before:
            yield Change(road, said(before), said(value), _loosens(road, before, value))


def applied(shipped: RuleFile, own: OwnFile) -> RuleFile:
    """The shipped facts with the merchant's values; their status says whose they are."""
    parts: dict[str, Any] = {}
    for road, value in _given(own):
        section, _, name = road.partition(".")
        if road == "payment":
            parts[road] = _payment(shipped, value)
        elif not name:
            parts[section] = _fact(getattr(shipped, section), value)
        else:
            so_far = parts.get(section, getattr(shipped, section))
            fact = _fact(getattr(so_far, name) or shipped.footer, value)
            parts[section] = so_far.model_copy(update={name: fact})
    return shipped.model_copy(update=parts)


def said(value: Any) -> str:
    """A fact's value on one line."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _given(own: OwnFile) -> Iterator[tuple[str, Any]]:
    for section in SECTIONS:
        content = getattr(own, section)
        for name in content.model_fields_set if content else ():
            if (value := getattr(content, name)) is not None:
                yield f"{section}.{name}", value
    for name in ("footer", "payment"):
        if getattr(own, name) is not None:
            yield name, getattr(own, name)


def _fact(fact: Any, value: Any) -> Any:
    """A copy that keeps the note and says that the value is no longer ours."""
    return fact.model_copy(update={"value": value, "status": Status.JUDGEMENT})


def _payment(shipped: RuleFile, ids: list[str]) -> list[PaymentFact]:
    """The merchant's list; limits of methods we know stay."""
    known = {fact.value: fact for fact in shipped.payment}
    mine = {"status": Status.JUDGEMENT, "source": ["common"]}
    return [known.get(one) or PaymentFact(value=one, **mine) for one in ids]


def _value(shipped: RuleFile, road: str) -> Any:
    section, _, name = road.partition(".")
    found = getattr(shipped, section)
    if section == "payment":
        return [fact.value for fact in found]
    fact = getattr(found, name) if name else found
    return fact.value if fact else None


def _loosens(road: str, before: Any, after: Any) -> bool:
    if isinstance(after, Hours):
        return before is not None and not _within(after, before)
    if isinstance(after, int):
        return bool(after > before)
    if road.startswith("consent."):
        return bool(after == "transactional" and before == "marketing")
    if road == "footer":
        return bool(set(before) - set(after))
    if road.startswith("labels."):
        return bool(before) and after != before
    if road in ("sms.links", "sms.alphanumeric_sender"):
        return bool(after == "yes")
    return road == "sms.registration" and after == "no"


def _within(hours: Hours, outer: Hours) -> bool:
    """Whether `hours` lie within `outer` on every day."""
    if hours.holidays == "send" and outer.holidays == "skip":
        return False
    return all(
        mine is None or (theirs is not None and theirs[0] <= mine[0] and mine[1] <= theirs[1])
        for mine, theirs in zip(hours.week, outer.week, strict=True)
    )
