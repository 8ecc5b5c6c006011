"""The providers' codes, read into our vocabulary (`codes.yaml`)."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import yaml

from recovery.reasons.vocabulary import FailureReason

_Tables = dict[str, dict[str, list[str]]]


def reason_for(source: str | None, code: str | None) -> FailureReason | None:
    """Translate a provider's code; None when there is no code, UNKNOWN when nobody knows it.

    `source` is a provider of `codes.yaml`; with another source, or none, the code counts as far
    as all providers agree on it. Our own names are understood from everybody.
    """
    if code is None or not code.strip():
        return None
    word = code.strip().casefold()
    meanings = _by_provider().get((source or "").strip().casefold(), _agreed())
    return meanings.get(word) or _by_name().get(word, FailureReason.UNKNOWN)


def listed(source: str | None, code: str) -> bool:
    """Whether the code stands in the lists, be it as one that says nothing (`unknown`)."""
    word = code.strip().casefold()
    known = _by_provider().get((source or "").strip().casefold(), _agreed())
    return word in known or word in _by_name()


@cache
def known_failures() -> frozenset[str]:
    """Return every word `failure:` may use: our reasons and the providers' codes, as spelled."""
    codes = (code for table in _tables().values() for group in table.values() for code in group)
    return frozenset(codes) | frozenset(FailureReason)


@cache
def mapping_version() -> str:
    """The version of the mapping: the beginning of the SHA-256 of its file."""
    return sha256(_text().encode()).hexdigest()[:12]


def _text() -> str:
    return (files("recovery.reasons") / "codes.yaml").read_text(encoding="utf-8")


@cache
def _tables() -> _Tables:
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    tables: _Tables = yaml.load(_text(), loader)  # noqa: S506 - every value is text: 05, 00N7, NO
    return tables


@cache
def _by_provider() -> dict[str, dict[str, FailureReason]]:
    return {
        provider: {
            code.casefold(): FailureReason(reason)
            for reason, codes in table.items()
            for code in codes
        }
        for provider, table in _tables().items()
    }


@cache
def _by_name() -> dict[str, FailureReason]:
    return {reason.value: reason for reason in FailureReason}


@cache
def _agreed() -> dict[str, FailureReason]:
    readings: dict[str, set[FailureReason]] = {}
    for meanings in _by_provider().values():
        for code, reason in meanings.items():
            readings.setdefault(code, set()).add(reason)
    return {code: _one_of(reasons) for code, reasons in readings.items()}


def _one_of(reasons: set[FailureReason]) -> FailureReason:
    """Fraud beats every other reading: a letter too few costs less than one to a thief."""
    if FailureReason.FRAUD_SUSPECTED in reasons:
        return FailureReason.FRAUD_SUSPECTED
    told = reasons - {FailureReason.UNKNOWN}
    return next(iter(told)) if len(told) == 1 else FailureReason.UNKNOWN
