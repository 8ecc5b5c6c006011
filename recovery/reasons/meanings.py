"""What each reason means for us: write or keep silent, how soon, what to suggest.

The values are data (`meanings.yaml`); this module types them.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import NamedTuple

import yaml

from recovery.reasons.vocabulary import FailureReason, Incentive, Suggestion

_NEVER = "never"
_UNITS = {"m": "minutes", "h": "hours"}


class Meaning(NamedTuple):
    """What follows from a reason. `en` and `zh` are for colleagues, never for customers.

    `soonest`: a message before this after the failure is too early. `same_method`: how long until
    the same card is worth another try, None: it will not work. `named`: the customer may be told.
    """

    en: str
    zh: str
    may_contact: bool
    soonest: timedelta
    suggest: Suggestion
    same_method: timedelta | None
    named: bool
    offer: Incentive


def _meanings() -> Mapping[FailureReason, Meaning]:
    text = (files("recovery.reasons") / "meanings.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    rows: dict[str, dict[str, str]] = yaml.load(text, loader)  # noqa: S506 - it makes text only
    return {FailureReason(reason): _meaning(row) for reason, row in rows.items()}


def _meaning(row: Mapping[str, str]) -> Meaning:
    again = row["same_method"]
    return Meaning(
        row["en"],
        row["zh"],
        row["contact"] == "yes",
        _span(row.get("soonest", "0m")),
        Suggestion(row["suggest"]),
        None if again == _NEVER else _span(again),
        row["named"] == "yes",
        Incentive(row["offer"]),
    )


def _span(text: str) -> timedelta:
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


MEANINGS = _meanings()
