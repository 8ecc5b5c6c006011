"""Why a payment did not happen: one vocabulary for every provider, with what it means for us.

`codes.yaml` says which code of which provider means which reason, `meanings.yaml` what follows from
a reason. Both are our judgement; a code that is in no list is UNKNOWN, never guessed.
"""

from recovery.i18n import mark, words
from recovery.reasons.codes import known_failures, listed, mapping_version, reason_for
from recovery.reasons.meanings import MEANINGS, Meaning
from recovery.reasons.vocabulary import FailureReason, Incentive, Suggestion

__all__ = [
    "MEANINGS",
    "FailureReason",
    "Incentive",
    "Meaning",
    "Suggestion",
    "known_failures",
    "listed",
    "mapping_version",
    "reason_for",
    "why_unpaid",
]

_NOT_TRIED = {
    "cart": mark("The customer left before placing the order"),
    "pending": mark("The order was placed and no payment is known"),
    "awaiting": mark("A voucher or transfer was issued and has not been paid yet"),
    "failed": mark("A payment was refused, and the shop did not say why"),
}


def why_unpaid(status: str, reason: str | None, lang: str = "en") -> str | None:
    """Why an order in `status` is unpaid, in words for colleagues; None when it is not unpaid."""
    if status not in _NOT_TRIED:
        return None
    if reason:
        meaning = MEANINGS[FailureReason(reason)]
        return meaning.zh if lang == "zh-CN" else meaning.en
    return words(lang).gettext(_NOT_TRIED[status])
