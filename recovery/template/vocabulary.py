"""The words of a template, from the views themselves: what each placeholder is, and what is near.

A kind is a type of the views with whether it may be empty; None is what nobody can tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from jinja2.filters import FILTERS as ITS_FILTERS
from jinja2.tests import TESTS

from recovery.i18n import Text, mark, say
from recovery.money import Money
from recovery.template.context import NAMES
from recovery.template.errors import near
from recovery.template.formats import Formats, filters
from recovery.template.view import MessageView

FILTERS = frozenset({*filters(), *ITS_FILTERS})
TESTS_KNOWN = frozenset(TESTS)
# What our filters can write; the others take anything.
WANTS: Mapping[str, type] = {
    "money": Money,
    "percent": int,
    "number": int,
    "listed": tuple,
    "upfirst": str,
    **dict.fromkeys(("day", "date", "time", "moment", "short"), datetime),
}
_WRITES: Mapping[type, str] = {Money: "money", datetime: "moment", tuple: "listed"}
_CALLED = {
    Money: mark("an amount"),
    datetime: mark("a time"),
    tuple: mark("a list"),
    str: mark("text"),
    int: mark("a number"),
    bool: mark("yes or no"),
}
# What other programs call it, and people.
_ALSO = {
    **dict.fromkeys(("name", "customer", "first_name", "firstname", "fname"), "customer_name"),
    **dict.fromkeys(("last_name", "full_name", "user_name", "username", "姓名"), "customer_name"),
    **dict.fromkeys(("link", "url", "pay_link", "payment_link", "payment_url"), "pay_url"),
    **dict.fromkeys(("checkout_url", "cart_url", "付款链接"), "pay_url"),
    **dict.fromkeys(("coupon", "coupon_code", "code", "discount_code"), "offer.code"),
    **dict.fromkeys(("voucher", "promo_code", "优惠券", "优惠码"), "offer.code"),
    **dict.fromkeys(("total", "price", "amount", "order_total", "金额"), "order.amount"),
    **dict.fromkeys(("order_number", "order_id", "number", "订单号"), "order.number"),
    **dict.fromkeys(("deadline", "expires", "expires_at", "valid_until"), "kept_until"),
    **dict.fromkeys(("unsubscribe", "unsubscribe_link", "opt_out"), "unsubscribe_url"),
    **dict.fromkeys(("shop_name", "store", "store_name", "company"), "shop.name"),
    **dict.fromkeys(("items", "products", "cart"), "order.items"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a placeholder holds: a type of the views; `root` is the name it comes from."""

    type: Any
    optional: bool = False
    root: str = ""
    path: str = ""

    @property
    def plain(self) -> Any:
        """The type without its parameters: `tuple` of `tuple[str, ...]`."""
        return get_origin(self.type) or self.type

    def inside(self) -> "Kind | None":
        """What one of a list is."""
        given = get_args(self.type)
        return Kind(given[0]) if self.plain is tuple and given else None

    def told(self) -> Text | str:
        """In words."""
        return say(_CALLED[self.plain]) if self.plain in _CALLED else self.path


@cache
def names() -> Mapping[str, Kind]:
    """Every placeholder of a message."""
    hints = get_type_hints(MessageView)
    extra = {"customer_locale": str, "marketing": bool, "formats": Formats}
    return {name: _kind((hints | extra).get(name, str), name, name) for name in NAMES}


@cache
def parts(of: Any) -> Mapping[str, Any]:
    """What a view has, with the types; empty for plain values."""
    if not (isinstance(of, type) and is_dataclass(of)) or of in (Money, Formats):
        return {}
    hints = get_type_hints(of)
    made = {name: one for name, one in vars(of).items() if isinstance(one, property)}
    returns = {name: get_type_hints(one.fget)["return"] for name, one in made.items()}
    return {field.name: hints[field.name] for field in fields(of)} | returns


def part(of: Kind, name: str) -> Kind | None:
    """A part of a view; None where it has none of that name."""
    found = parts(of.plain).get(name)
    return None if found is None else _kind(found, of.root, f"{of.path}.{name}")


def has_parts(of: Kind) -> bool:
    """Whether something of it can be written: an order, not a name."""
    return bool(parts(of.plain))


@cache
def paths() -> tuple[str, ...]:
    """Everything that can be written: `order.amount`, `pay_url` …"""
    tops = names()
    found = [f"{name}.{one}" for name, kind in tops.items() for one in parts(kind.plain)]
    return tuple(sorted([*(name for name, kind in tops.items() if not has_parts(kind)), *found]))


def spelled_apart(words: str) -> str | None:
    """`order.number` for `order number`."""
    joined = ".".join(words.split())
    return joined if joined in paths() else None


def meant(word: str) -> str | None:
    """The placeholder that was meant by a word that is none, if one is near."""
    word = word.strip().lower()
    last = word.rpartition(".")[2]
    if word in names() or word in paths():
        return word
    for one in (word, last):
        if one in _ALSO:
            return _ALSO[one]
    if "." in word:
        return near(word, paths())
    return near(word, [*names(), *paths()])


def written(path: str) -> str:
    """A path with the filter that it needs: `order.amount|money`."""
    name, _, rest = path.partition(".")
    kind = names().get(name)
    kind = part(kind, rest) if kind and rest else kind
    form = form_of(kind) if kind else None
    return f"{path}|{form}" if form else path


def form_of(kind: Kind) -> str | None:
    """The filter without which a value can't be read by a customer."""
    if kind.path == "offer.percent":
        return "percent"
    return None if is_of_views(kind) else _WRITES.get(kind.plain)


def is_of_views(kind: Kind) -> bool:
    """Whether it is a list of things that have parts: the items of an order."""
    inside = kind.inside()
    return inside is not None and has_parts(inside)


def _kind(hint: Any, root: str, path: str) -> Kind:
    if get_origin(hint) in (Union, UnionType):
        (inside,) = (one for one in get_args(hint) if one is not NoneType)
        return Kind(inside, True, root, path)
    return Kind(hint, False, root, path)
