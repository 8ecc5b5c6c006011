"""Verdicts and reasons of the journal in plain words. What is not listed is shown as written."""

REASONS = {
    # why a message was not sent, or waits
    "paid": "the order is paid",
    "cancelled": "the order was cancelled",
    "expired": "the order has expired",
    "refunded": "the order was refunded",
    "placed": "the cart became an order",
    "enrolment_recovered": "the order is paid",
    "enrolment_exhausted": "the goal window is over",
    "enrolment_exited": "the order has left the campaign",
    "goal_window_over": "the goal window is over",
    "paused": "the campaign is paused",
    "template_error": "its template has a mistake; see recovery check",
    "do_not_contact": "the reason of the failure forbids writing to the customer",
    "no_email": "there is no e-mail address",
    "no_phone": "there is no phone number",
    "no_consent": "the customer has not agreed to this kind of message on this channel",
    "suppressed": "the address bounced, complained or unsubscribed",
    "condition": "the step's own `if` is not fulfilled",
    "person_on_it": "a colleague has claimed the order",
    "minimum_gap": "the message before it was too recent",
    "earlier_step": "an earlier step of the sequence has to go out first",
    "service_limit": "the market allows no more service messages about one order",
    "sms_limit": "the market allows no more SMS about one order",
    "link_not_allowed": "the market blocks SMS with a link",
    "market_error": "the shop's own market rules have a mistake; see recovery check",
    "contact_hours": "the market's hours or days for this kind of message are over",
    "customer_cap": "the customer has had as many messages as the campaign allows",
    "quiet_hours": "it is night where the customer lives",
    # why there is no offer
    "offer_budget_spent": "the offer's budget is spent",
    "offer_once_per_customer": "the customer has had this offer not long ago",
    "offer_minimum_order": "the order is below the offer's minimum",
    "offer_over": "the offer made earlier is over",
    "offer_no_rate": "the offer is in a currency without an exchange rate to the order's",
    # what became of a call to a provider
    "worker_gone": "the worker stopped in the middle; whether it was accepted is not known",
    "temporary": "the provider refused for now; it will be tried again",
    "woke_late": "the worker had slept too long to be sure that it was still its own",
    "account": "the provider refuses our account; see recovery doctor",
    "unknown": "no clear answer came; it may have been accepted",
    "permanent": "the provider refused it for good",
}
# What providers answer, and what ended it all: shown in stories, nobody asks for these by name.
_ANSWERS = {
    "401": "the provider does not know our key",
    "403": "the provider forbids our key to do this",
    "429": "the provider is busy",
    "20003": "Twilio does not know our key",
    "20429": "Twilio is busy",
    "erased": "the person asked to be forgotten",
}
_TOO_LATE = "too_late_after_"


def reason(code: str | None) -> str | None:
    """`quiet_hours` as a person would say it; a code nobody listed, with spaces."""
    if code is None:
        return None
    if code.startswith(_TOO_LATE):
        waited = reason(code.removeprefix(_TOO_LATE))
        return f"it would have come too late, because {waited}"
    return REASONS.get(code) or _ANSWERS.get(code, code.replace("_", " "))


def masked(address: str | None) -> str | None:
    """`anna@example.com` as `a***@example.com`, `+4915112345678` as `+49***78`."""
    if not address:
        return None
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"{address[:3]}***{address[-2:]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`; `many` where the plural is not `one` and an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
