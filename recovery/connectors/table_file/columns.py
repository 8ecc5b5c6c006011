"""The columns of an order file, and how a misspelled word finds its neighbour. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches

from recovery.i18n import here

REQUIRED = ("order_id", "status", "placed_at", "amount", "currency", "country")
FIELDS = frozenset(
    {
        *REQUIRED,
        "updated_at",
        "email",
        "phone",
        "customer_id",
        "customer_type",
        "name",
        "locale",
        "region",
        "timezone",
        "payment_method",
        "failure_code",
        "failure_source",
        "payment_url",
        "expires_at",
        "email_consent",
        "sms_consent",
        "discount_code",
        "shipping_amount",
        "items",
    }
)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'paid'?)` with the nearest of `known`, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return here("; did you mean {names}?", names=f"{near[0]!r}") if near else ""


def unknown_column(name: str) -> str:
    """What to say about a column we do not know."""
    return here(
        "the column {name} is not known and was ignored{did_you_mean}",
        name=f"{name!r}",
        did_you_mean=did_you_mean(name.lower(), FIELDS),
    )
