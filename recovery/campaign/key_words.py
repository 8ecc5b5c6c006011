"""What each key of a campaign file means, in one or two sentences: hover texts for editors."""

from recovery.i18n import mark

# Model and key as they are written in `recovery.campaign.schema`.
KEYS: dict[str, str] = {
    "Campaign.campaign": mark(
        "The campaign's name. Keep it: the draw and all counts belong to this name."
    ),
    "Campaign.description": mark("What the campaign is for, in words for colleagues."),
    "Campaign.status": mark(
        "draft: nothing happens; active: takes orders; paused: holds what is planned; ended: takes "
        "nobody, those who are in it get the rest."
    ),
    "Campaign.priority": mark("When two campaigns want the same order, the higher number gets it."),
    "Campaign.trigger": mark("Which unpaid orders the campaign is about, and since when."),
    "Campaign.goal": mark("Until when a payment counts as recovered."),
    "Campaign.holdout": mark(
        "Share of every segment that gets nothing: what the sequences are measured against."
    ),
    "Campaign.owner": mark("The team whose campaign it is; the report adds up by owner."),
    "Campaign.decision": mark(
        "How its experiments are decided, said beforehand. anytime: the figures may be looked at "
        "every day; fixed: no verdict before the planned number of customers."
    ),
    "Campaign.segments": mark("Parts of the orders; the first that fits takes the order."),
    "Campaign.sequences": mark("What is sent, and when: steps by the name of their sequence."),
    "Campaign.offers": mark("Coupons, free shipping and gifts that steps may give, by name."),
    "Campaign.limits": mark("What protects the customer, whatever the sequences say."),
    "Defaults.holdout": mark("The hold-out of every campaign that names none."),
    "Defaults.owner": mark("The owner of every campaign that names none."),
    "Defaults.decision": mark("The decision rule of every campaign that names none."),
    "Defaults.global_holdout": mark(
        "Share of all customers who get nothing from any campaign, drawn anew each quarter: what "
        "all campaigns together are measured against."
    ),
    "Defaults.no_incentive": mark(
        "Share of all customers who never get an offer, drawn once for good: shows whether offers "
        "teach people to wait for them."
    ),
    "Decision.rule": mark("anytime, or fixed."),
    "Decision.customers": mark("How many customers are planned, with their goal windows over."),
    "Decision.smallest_lift": mark(
        "The smallest lift that matters, in percent of what the hold-out pays: 30%."
    ),
    "Defaults.limits": mark("Limits of every campaign; each one may set its own."),
    "Trigger.on": mark(
        "unpaid: placed, no payment known; payment_failed: declined; awaiting: voucher or transfer "
        "issued; cart: not placed."
    ),
    "Trigger.after": mark("The order has been unpaid at least this long."),
    "Trigger.not_after": mark("The order has been unpaid at most this long."),
    "Goal.paid_within": mark("Recovered means paid within this span after enrolment."),
    "Segment.segment": mark("The segment's name."),
    "Segment.sequence": mark("One sequence, or an experiment: shares that add up to 100%."),
    "Audience.market": mark("Countries, as two letters of ISO 3166. Absent: all."),
    "Audience.amount": mark("From (included) and below (not included); compared in any currency."),
    "Audience.customer": mark("guest: no account; new: nothing paid yet; returning; vip."),
    "Audience.failure": mark("Reasons of failure, or your provider's own codes."),
    "AmountRange.from": mark("The smallest amount that fits."),
    "AmountRange.below": mark("The smallest amount that does not fit any more."),
    "Condition.clicked": mark("Only if a person followed the link of this earlier step."),
    "Condition.not_clicked": mark("Only if nobody followed the link of this earlier step."),
    "Step.step": mark("The step's name, once in a sequence."),
    "Step.after": mark("Counted from enrolment, not from the step before."),
    "Step.email": mark("Send this message by e-mail: a folder of templates/."),
    "Step.sms": mark("Send this message by SMS: a folder of templates/."),
    "Step.task": mark("A person takes over: a folder of templates/ that says what to do."),
    "Step.to": mark("The team that gets the task."),
    "Step.offer": mark("An offer of this file; makes the message marketing."),
    "Step.without_offer": mark("When the offer can't be given: send without it, or skip the step."),
    "Step.variants": mark(
        "An experiment on this step's words: names with shares that add up to 100%. The template "
        "reads the name in 'variant'."
    ),
    "Step.if": mark("Send only if all of this is true at that hour."),
    "Offer.kind": mark("percent, fixed amount, free shipping, or a gift."),
    "Offer.percent": mark("How much off, for kind percent."),
    "Offer.amount": mark("How much off, for kind fixed."),
    "Offer.gift": mark("What is given, in the customer's words, for kind gift."),
    "Offer.worth": mark("What one costs the shop; counts against the budget."),
    "Offer.valid": mark("How long a code works after it was sent. It never moves."),
    "Offer.budget": mark(
        "What the offer may cost: an amount, or an amount per day, week or month."
    ),
    "Offer.once_per_customer": mark("A customer gets it once within this span."),
    "Offer.min_order": mark("Only orders from this amount on get it."),
    "Limits.per_customer": mark("Messages to one customer over all campaigns: 3 per week."),
    "Limits.quiet": mark("No message in these hours of the customer's own day; it waits."),
    "Limits.min_gap": mark("Between two messages of one sequence."),
    "Limits.max_late": mark("What is later than this after its hour is not sent at all."),
}

# What each block is called.
TITLES: dict[str, str] = {
    "Campaign": mark("Recovery campaign"),
    "Defaults": mark("Shared defaults"),
    "Trigger": mark("Trigger"),
    "Goal": mark("Goal"),
    "Segment": mark("Segment"),
    "AmountRange": mark("Range of amounts"),
    "Step": mark("Step"),
    "Condition": mark("Condition"),
    "Offer": mark("Offer"),
    "Limits": mark("Limits"),
    "Decision": mark("How it is decided"),
}

# What a value that does not fit its pattern should look like.
WANTED: dict[str, str] = {
    "name": mark("A name: letters, digits, '-' and '_' without spaces."),
    "duration": mark("A duration: 30m, 20h, 3d, 2w, or a sum such as 1d12h."),
    "span": mark("A duration longer than nothing: 30m, 20h, 3d, 2w."),
    "share": mark("A share: 10% or 0.25%."),
    "money": mark("An amount: 50 USD or 19.99 EUR."),
    "cap": mark("A limit: 3 per week, or 2 per 10d."),
    "budget": mark("A budget: 500 USD per month."),
    "quiet": mark("Two times of day: 21:00-08:00."),
    "number": mark("A whole number, such as 20."),
    "count": mark("A whole number above zero, such as 5000."),
    "lift": mark("A share of what the hold-out pays: 30%."),
}
