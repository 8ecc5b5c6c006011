"""Pseudonyms: real orders to learn on, without the people in them.

Names, addresses and numbers become others that are made with a key of the project, so the same
person stays the same person and nobody without the key can tell who it was. Not anonymous: what
somebody bought when, for how much and where stays as it is.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recovery.connectors.table_file.row import RowError
from recovery.errors import UsageError
from recovery.facts import Consent, OrderSnapshot
from recovery.i18n import here, say
from recovery.settings.secret_key import kept_key
from recovery.telemetry.redaction import Redactor

DOMAIN = "example.invalid"  # reaches nobody, by RFC 2606
KEY_FILE = "pseudonym.key"
PERSONAL = frozenset({"order_id", "customer_id", "email", "phone", "name", "payment_url", "items"})
# Numbers set aside for films and books, as far as they are valid: NANP 555-01XX, and those of the
# Bundesnetzagentur and of Post- och telestyrelsen. Two digits follow.
_NOBODYS: Mapping[str, Sequence[str]] = {
    "US": [f"+1{area}55501" for area in (202, 206, 213, 214, 303, 312, 404, 415, 503, 512)],
    "CA": [f"+1{area}55501" for area in (204, 306, 403, 416, 506, 514, 604, 613, 780, 902)],
    "DE": ["+4917139200"],
    "SE": ["+467017406"],
}
_LOWEST = {"SE": 5}  # the last two digits begin at 05 there
_REDACTOR = Redactor()


class Pseudonyms:
    """Other names for people and orders; the same for the same key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    @classmethod
    def kept(cls, folder: Path) -> "Pseudonyms":
        """Those of a project whose state is in `folder`; its key is made once (mode 0600)."""
        file = folder / KEY_FILE
        if file.exists() and not file.stat().st_size:
            raise UsageError(
                say(
                    "{file} is empty: bring it back from a backup, or delete it to make a new key "
                    "(people and orders then get other names than before)",
                    file=file,
                )
            )
        return cls(kept_key(file))

    def order(self, order: OrderSnapshot) -> OrderSnapshot:
        """The same order of somebody who can't be told. Items, amounts and times stay; the link to
        its payment goes, since it leads to the real one."""
        person = order.customer_id or order.email or order.phone or ""
        email, consent = order.email and self.email(order.email), order.email_consent
        if email is None:  # a number alone may have no pseudonym, and somebody has to be meant
            email, consent = f"p-{self._hash('phone', person)}@{DOMAIN}", Consent.NONE
        return replace(
            order,
            order_id=self.order_id(order.order_id),
            customer_id=order.customer_id and self.customer_id(order.customer_id),
            email=email,
            email_consent=consent,
            phone=order.phone and self.phone(order.phone, order.country),
            name=order.name and self.name(person),
            payment_url=None,
        )

    def order_id(self, text: str) -> str:
        """`o-` and 16 digits."""
        return f"o-{self._hash('order', text)}"

    def customer_id(self, text: str) -> str:
        """`c-` and 16 digits."""
        return f"c-{self._hash('customer', text)}"

    def email(self, text: str) -> str:
        """An address that reaches nobody; letters' case makes no difference."""
        return f"e-{self._hash('email', text.lower())}@{DOMAIN}"

    def phone(self, text: str, country: str) -> str | None:
        """A number of the country that is set aside for fiction; None where there is none."""
        prefixes = _NOBODYS.get(country)
        if prefixes is None:
            return None
        drawn, lowest = int(self._hash("phone", text), 16), _LOWEST.get(country, 0)
        prefix = prefixes[drawn // 100 % len(prefixes)]
        return f"{prefix}{lowest + drawn % (100 - lowest):02}"

    def name(self, person: str) -> str:
        """A name that belongs to nobody; `person` is anything that tells one from another."""
        return f"Shopper {self._hash('name', person)[:6].upper()}"

    def errors(self, errors: Iterable[RowError]) -> list[RowError]:
        """What is wrong with a row, without quoting what it says about a person."""
        return [replace(one, error=_unquoted(one)) for one in errors]

    def _hash(self, kind: str, text: str) -> str:
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), "sha256").hex()[:16]


def _unquoted(one: RowError) -> str:
    if one.field is None or one.field in PERSONAL:
        return here(
            "it is not shown, since nothing of a person is kept here: mend line {line} of the file",
            line=one.line,
        )
    return _REDACTOR.text(one.error)
