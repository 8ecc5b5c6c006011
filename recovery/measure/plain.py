"""Verdicts and reasons of the journal in plain words. What is not listed is shown as written."""

from recovery.i18n import Text, here, mark, say

REASONS = {
    # why a message was not sent, or waits
    "paid": mark("the order is paid"),
    "cancelled": mark("the order was cancelled"),
    "expired": mark("the order has expired"),
    "refunded": mark("the order was refunded"),
    "placed": mark("the cart became an order"),
    "enrolment_recovered": mark("the order is paid"),
    "enrolment_exhausted": mark("the goal window is over"),
    "enrolment_exited": mark("the order has left the campaign"),
    "goal_window_over": mark("the goal window is over"),
    "paused": mark("the campaign is paused"),
    "template_error": mark("its template has a mistake; see recovery check"),
    "do_not_contact": mark("the reason of the failure forbids writing to the customer"),
    "no_email": mark("there is no e-mail address"),
    "no_phone": mark("there is no phone number"),
    "no_consent": mark("the customer has not agreed to this kind of message on this channel"),
    "suppressed": mark("the address bounced, complained or unsubscribed"),
    "condition": mark("the step's own `if` is not fulfilled"),
    "person_on_it": mark("a colleague has claimed the order"),
    "minimum_gap": mark("the message before it was too recent"),
    "earlier_step": mark("an earlier step of the sequence has to go out first"),
    "overtaken": mark("a later step of the sequence has gone out already"),
    "service_limit": mark("the market allows no more service messages about one order"),
    "sms_limit": mark("the market allows no more SMS about one order"),
    "link_not_allowed": mark("the market blocks SMS with a link"),
    "market_error": mark("the shop's own market rules have a mistake; see recovery check"),
    "contact_hours": mark("the market's hours or days for this kind of message are over"),
    "customer_cap": mark("the customer has had as many messages as the campaign allows"),
    "quiet_hours": mark("it is night where the customer lives"),
    # why there is no offer
    "no_incentive": mark("the customer is among those who never get an offer"),
    "offer_budget_spent": mark("the offer's budget is spent"),
    "offer_once_per_customer": mark("the customer has had this offer not long ago"),
    "offer_minimum_order": mark("the order is below the offer's minimum"),
    "offer_over": mark("the offer made earlier is over"),
    "offer_no_rate": mark("the offer is in a currency without an exchange rate to the order's"),
    # what became of a call to a provider
    "worker_gone": mark("the worker stopped in the middle; whether it was accepted is not known"),
    "temporary": mark("the provider refused for now; it will be tried again"),
    "woke_late": mark("the worker had slept too long to be sure that it was still its own"),
    "account": mark("the provider refuses our account; see recovery doctor"),
    "unknown": mark("no clear answer came; it may have been accepted"),
    "permanent": mark("the provider refused it for good"),
}
# What providers answer, and what ended it all: shown in stories, nobody asks for these by name.
_ANSWERS = {
    "401": mark("the provider does not know our key"),
    "403": mark("the provider forbids our key to do this"),
    "429": mark("the provider is busy"),
    "20003": mark("Twilio does not know our key"),
    "20429": mark("Twilio is busy"),
    "erased": mark("the person asked to be forgotten"),
}
_TOO_LATE = "too_late_after_"


def reason(code: str | None) -> str | None:
    """`quiet_hours` as a person would say it, in the language spoken.

    A code that nobody listed is told with spaces.
    """
    if code is None:
        return None
    told = reason_text(code)
    return here(told) if isinstance(told, Text) else told


def reason_text(code: str) -> Text | str:
    """The same, to be told in any language."""
    if code.startswith(_TOO_LATE):
        waited = reason_text(code.removeprefix(_TOO_LATE))
        return say("it would have come too late, because {waited}", waited=waited)
    told = REASONS.get(code) or _ANSWERS.get(code)
    return Text(told) if told else code.replace("_", " ")


def masked(address: str | None) -> str | None:
    """`anna@example.com` as `a***@example.com`, `+4915112345678` as `+49***78`."""
    if not address:
        return None
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"{address[:3]}***{address[-2:]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`; `many` where the plural is not `one` and an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
