"""A plausible order for previews and checks: every locale, with and without each kind of offer."""

from datetime import UTC, datetime, timedelta

from recovery.money import Money
from recovery.template.view import (
    ItemView,
    MessageView,
    OfferView,
    OrderView,
    ShopView,
    StaffView,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OFFER_KINDS = ("percent", "fixed", "free_shipping", "gift")
_TOKEN = "AfM4bQAAAAEAAAKSAGUw5nXcT0yq2dVhR8kLmZ1e"  # noqa: S105 - made up, as long as a real one
_PLACES = {  # territory or language: currency, time zone, customer, two things to buy
    "de": ("EUR", "Europe/Berlin", "Anna Schneider", ("Filterkaffeemaschine", "Kaffeebecher")),
    "en": ("USD", "America/New_York", "Grace Miller", ("Pour-over coffee set", "Stoneware mug")),
    "es": ("EUR", "Europe/Madrid", "Lucía Fernández", ("Cafetera de filtro", "Taza de gres")),
    "fr": ("EUR", "Europe/Paris", "Camille Laurent", ("Cafetière à filtre", "Tasse en grès")),
    "ja": ("JPY", "Asia/Tokyo", "佐藤 美咲", ("ハンドドリップセット", "陶器のマグカップ")),
    "pt": ("BRL", "America/Sao_Paulo", "Beatriz Souza", ("Cafeteira de filtro", "Caneca de barro")),
    "zh": ("CNY", "Asia/Shanghai", "王小明", ("手冲咖啡套装", "陶瓷马克杯")),
}
_METHODS = {
    "de": ("PayPal", "Klarna", "Überweisung"),
    "en": ("PayPal", "Apple Pay", "another card"),
    "es": ("Bizum", "PayPal", "transferencia"),
    "fr": ("PayPal", "Apple Pay", "virement"),
    "ja": ("コンビニ決済", "PayPay", "銀行振込"),
    "pt": ("Pix", "boleto", "cartão"),
    "zh": ("支付宝", "微信支付", "银联"),
}


def sample(locale: str, *, offer: str | None = None, staff: bool = False) -> MessageView:
    """An order of three pieces by a customer of `locale`; `offer` is one of OFFER_KINDS."""
    language = locale.replace("_", "-").partition("-")[0]
    currency, zone, name, (first, second) = _PLACES.get(language, _PLACES["en"])
    one, two = _price(89, currency), _price(19, currency)
    return MessageView(
        locale=locale,
        timezone=zone,
        shop=ShopView(
            name="Morning & Co",
            url="https://shop.example",
            email="help@shop.example",
            phone="+1 202 555 0143",
            address="Morning & Co, 12 Mill Lane, Springfield",
        ),
        order=OrderView(
            number="10482",
            items=(ItemView(first, 1, one), ItemView(second, 2, two)),
            amount=one + two + two,
            placed_at=NOW - timedelta(hours=3),
        ),
        pay_url=f"https://pay.shop.example/pay/{_TOKEN}",
        now=NOW,
        customer_name=name,
        kept_until=NOW + timedelta(days=2, hours=8),
        methods=_METHODS.get(language, _METHODS["en"]),
        offer=_offer(offer, currency) if offer else None,
        unsubscribe_url=f"https://pay.shop.example/unsubscribe/{_TOKEN}",
        staff=_staff(locale) if staff else None,
    )


def bare(locale: str) -> MessageView:
    """The least that is always known: no name, no deadline, no methods, a shop with a name only."""
    full = sample(locale)
    return MessageView(
        locale=locale,
        timezone=full.timezone,
        shop=ShopView(name="Morning & Co", url=""),
        order=OrderView("10482", (), full.order.amount, full.order.placed_at),
        pay_url=full.pay_url,
        now=NOW,
        staff=StaffView("unknown", locale=locale),
    )


def _offer(kind: str, currency: str) -> OfferView:
    return OfferView(
        kind=kind,
        code="KMR7-4TQX",
        expires_at=NOW + timedelta(hours=72),
        percent=1000 if kind == "percent" else None,
        amount=_price(5, currency) if kind == "fixed" else None,
        gift="Tote bag" if kind == "gift" else None,
        min_order=_price(50, currency),
    )


def _price(dollars: int, currency: str) -> Money:
    """A price that looks right in its currency."""
    scale = {"JPY": 100, "CNY": 5, "BRL": 4}.get(currency, 1)
    return Money.parse(str(dollars * scale), currency)


def _staff(locale: str) -> StaffView:
    reason = (
        "银行要求持卡人验证" if locale.startswith("zh") else "the bank asked for a confirmation"
    )
    return StaffView(
        reason_words=reason,
        phone="+1 202 555 0178",
        email="customer@example.com",
        note="VIP",
        locale=locale,
    )
