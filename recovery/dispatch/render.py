"""From a situation to a message: what the template is told, and the envelope around its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from recovery.dispatch.situation import OrderFacts, Situation
from recovery.incentives.issue import Grant
from recovery.links import Links
from recovery.markets import MarketRules, method_name, payment_methods
from recovery.message import Channel, EmailMessage, MessageClass, SmsMessage, Trace
from recovery.money import Money
from recovery.reasons import MEANINGS, FailureReason, Suggestion, why_unpaid
from recovery.settings import ShopSettings
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError
from recovery.template.view import (
    ItemView,
    MessageView,
    OfferView,
    OrderView,
    ShopView,
    StaffView,
)

LINK_LIFE = timedelta(days=30)  # of a pay link whose order names no end
UNSUBSCRIBE_LIFE = timedelta(days=365)  # the law asks for 30 days or more; mail is kept longer
SUGGESTED_METHODS = 4
# After these the way to pay that was tried is as good as any other.
_SAME_WAY = (Suggestion.FIX_DETAILS, Suggestion.CONFIRM, Suggestion.SAME_METHOD)

Message = EmailMessage | SmsMessage


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes messages; holds what is the same for all of them."""

    catalog: Catalog
    links: Links
    shop: ShopSettings

    def class_of(self, template: str) -> MessageClass | None:
        """Service or marketing; None when the template can't be read."""
        try:
            return self.catalog.message_class(template)
        except TemplateError:
            return None

    def render(self, s: Situation, grant: Grant | None, now: datetime) -> Message:
        """The message of one touch; TemplateError when its template can't say it."""
        view = self._view(s, grant, now)
        name = s.step.template
        message_class = _class(s, self.catalog)
        trace = Trace(s.touch_id, s.campaign.campaign, s.step.step, s.order.number, self.links.site)
        if s.step.channel is Channel.SMS:
            sms = self.catalog.sms(name, view)
            return SmsMessage(
                trace=trace,
                to=s.order.phone or "",
                body=sms.body,
                segments=sms.segments,
                message_class=message_class,
                at=now,
            )
        email = self.catalog.email(name, view)
        return EmailMessage(
            trace=trace,
            to=s.order.email or "",
            to_name=s.order.name,
            sender=self.shop.email,
            sender_name=self.shop.name,
            reply_to=self.shop.reply_to,
            subject=email.subject,
            text=email.text,
            html=email.html,
            message_class=message_class,
            headers=_one_click(view.unsubscribe_url),
            at=now,
        )

    def task(self, s: Situation, lang: str, now: datetime) -> str:
        """What a colleague has to do, in their language `lang`; TemplateError when it can't say."""
        staff = StaffView(
            reason_words=_why(s.order, lang),
            phone=s.order.phone,
            email=s.order.email,
            locale=lang,
        )
        return self.catalog.task(s.step.template, replace(self._view(s, None, now), staff=staff))

    def _view(self, s: Situation, grant: Grant | None, now: datetime) -> MessageView:
        order, suggest = s.order, _suggestion(s.order)
        message_class = _class(s, self.catalog)
        return MessageView(
            locale=order.locale,
            timezone=order.timezone,
            shop=shop_view(self.shop),
            order=OrderView(order.number, _items(order), order.amount, order.placed_at),
            pay_url=self.links.pay(s.touch_id, order.id, order.expires_at or now + LINK_LIFE),
            now=now,
            customer_name=order.name,
            kept_until=order.expires_at,
            methods=_methods(
                s.rules,
                order.amount.minor,
                order.amount.currency,
                order.locale,
                None if suggest in _SAME_WAY else order.payment_method,
            ),
            suggest=suggest or "",
            variant=s.variant,
            offer=None if grant is None else _offer(grant),
            unsubscribe_url=(
                self._unsubscribe(s, now) if message_class is MessageClass.MARKETING else None
            ),
            label=s.rules.labels(s.step.channel, message_class),
        )

    def _unsubscribe(self, s: Situation, now: datetime) -> str:
        return self.links.unsubscribe(
            s.touch_id, s.order.id, s.step.channel.value, now + UNSUBSCRIBE_LIFE
        )


def _class(s: Situation, catalog: Catalog) -> MessageClass:
    """As it was decided; TemplateError when the template can't be read."""
    return s.message_class or catalog.message_class(s.step.template)


def _one_click(url: str | None) -> Mapping[str, str]:
    """RFC 8058."""
    if url is None:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _why(order: OrderFacts, lang: str) -> str:
    """For staff only: a customer is never told why a bank said no."""
    if lang.startswith("zh") and order.failure_reason:
        return MEANINGS[FailureReason(order.failure_reason)].zh
    return why_unpaid(order.status, order.failure_reason) or order.status


def _suggestion(order: OrderFacts) -> Suggestion | None:
    """What helps, which is not why: a customer reads a way out, never a bank's verdict."""
    reason = order.failure_reason
    return MEANINGS[FailureReason(reason)].suggest if reason else None


@lru_cache(maxsize=4)
def shop_view(shop: ShopSettings) -> ShopView:
    """The shop as templates see it."""
    return ShopView(
        name=shop.name,
        url=shop.url,
        logo_url=shop.logo_url,
        email=shop.support_email or shop.reply_to or shop.email,
        phone=shop.support_phone,
        address=shop.address,
    )


def _items(order: OrderFacts) -> tuple[ItemView, ...]:
    currency = order.amount.currency
    return tuple(
        ItemView(item["name"], item["quantity"], Money(item["minor"], currency))
        for item in order.items
    )


@lru_cache(maxsize=65_536)
def _methods(
    rules: MarketRules, minor: int, currency: str, locale: str, tried: str | None
) -> tuple[str, ...]:
    """Other ways to pay that fit market, currency and amount: not the one that just failed."""
    found = payment_methods(rules.country, Money(minor, currency), rules)
    others = [method for method in found if method.id != tried]
    return tuple(method_name(method.id, locale) for method in others[:SUGGESTED_METHODS])


def _offer(grant: Grant) -> OfferView:
    offer = grant.terms.offer
    return OfferView(
        kind=offer.kind.value,
        code=grant.code,
        expires_at=grant.terms.expires_at,
        percent=offer.percent,
        amount=offer.amount,
        gift=offer.gift,
        min_order=offer.min_order,
    )
