"""Rows of what a campaign cannot mean, though every word of it is right."""

from recovery.problems.row import Row, Severity

_NUDGE = "    - {step: nudge, after: 20h, sms: payment-failed}"
_LAST = "    - {step: last, after: 2d, email: last-call, offer: ship, if: {not_clicked: reminder}}"
_SHIP = "  ship: {kind: free_shipping, worth: 8 USD, valid: 72h, budget: 500 USD per month}"

SENSE: dict[str, Row] = {
    "CR060": Row(
        "segment '{given}' can never match: '{other}' takes all its orders",
        "put the special segment before the general one, or delete it",
        "The first segment that fits takes an order, and an earlier one fits whatever this does.",
        "  - segment: «everyone-else»\n    market: [US]\n    customer: [vip]\n"
        "    amount: {from: 300 USD}",
        "  - segment: everyone-else\n    failure: [expired_card]",
        severity=Severity.WARNING,
    ),
    "CR061": Row(
        "segments '{given}' and '{other}' overlap: {shared}",
        "let one range begin where the other ends: 'from' is included, 'below' is not",
        "Of orders that fit both the first segment takes all, which is seldom what was meant when "
        "two ranges of amounts cross.",
        "    market: [US]\n    customer: [vip]\n    amount: «{from: 100 USD, below: 300 USD}»",
        "    failure: [expired_card]",
        severity=Severity.WARNING,
    ),
    "CR062": Row(
        "segment '{given}' can never match: no payment has failed on '{on}'",
        "delete 'failure', or choose 'on: payment_failed'",
        "Only a payment that was tried has a reason of failure.",
        severity=Severity.WARNING,
    ),
    "CR063": Row(
        "nobody is written to about '{given}'",
        "delete it; a person may look at these orders",
        "On suspected fraud, a stolen card, a payment stopped on purpose or our own mistake the "
        "machine keeps silent, whatever a campaign says.",
        "    failure: [«stolen_card»]",
        "    failure: [expired_card]",
        severity=Severity.WARNING,
    ),
    "CR064": Row(
        "step '{given}' can never be sent: the goal window is over after {within}",
        "send it earlier, or make 'paid_within' longer",
        "After the goal window an order has left the campaign, paid or not.",
        "    - {step: nudge, after: «8d», sms: payment-failed}",
        "    - {step: nudge, after: 20h, sms: payment-failed}",
        severity=Severity.WARNING,
    ),
    "CR065": Row(
        "step '{given}' can never be sent: {problem}",
        "change its 'if', or the segments that lead to this sequence",
        "The step asks for something that no order in this sequence can be.",
        _LAST.replace("if: {", "«if»: {clicked: reminder, "),
        _LAST,
        severity=Severity.WARNING,
    ),
    "CR066": Row(
        "nothing uses the {kind} '{given}'",
        "use it, or delete it",
        "It does no harm; most often a name was changed in one place only.",
        _SHIP + "\n  «spare»: {kind: percent, percent: 10%, valid: 72h}",
        _SHIP,
        severity=Severity.NOTE,
    ),
    "CR067": Row(
        "offer '{given}' is valid longer than the goal window of {within}",
        "make 'valid' shorter, or 'paid_within' longer",
        "A code that is used after the window costs money and counts for no sequence.",
        _SHIP.replace("72h", "«8d»"),
        _SHIP,
        severity=Severity.WARNING,
    ),
    "CR068": Row(
        "guests of segment '{segment}' get no e-mail in sequence '{given}'",
        "add a step with 'email', or lead guests to another sequence",
        "Who buys as a guest has seldom agreed to SMS, so most of them would hear nothing.",
        "    customer: [guest]\n    «sequence»: personal",
        "    customer: [vip]\n    sequence: personal",
        severity=Severity.WARNING,
    ),
    "CR069": Row(
        "an offer in '{given}', which calls itself a service message",
        "choose a marketing template, such as last-call, or take the offer out",
        "One coupon makes a message advertising. It needs the consent of marketing, so it must not "
        "be dressed as a notice about the order.",
        _LAST.replace("last-call", "payment-failed").replace("offer: ship", "offer: «ship»"),
        _LAST,
    ),
    "CR070": Row(
        "'{given}' is not written in the language of {markets}",
        "write it in that language, or leave the market out",
        "Customers there read it in the template's fallback language, in most cases English.",
        severity=Severity.NOTE,
    ),
    "CR071": Row(
        "in {markets} step '{given}' goes only to those who agreed to marketing: at most {count} "
        "service messages about one order there",
        "leave it, or leave these markets out with 'if: {{market: [...]}}'",
        "One notice about an order is a service; a series of them is advertising in these markets. "
        "`recovery markets` shows the rule and its source.",
        "    - {step: nudge, after: 20h, email: «payment-failed»}",
        "    - {step: nudge, after: 20h, sms: payment-failed}",
        severity=Severity.WARNING,
    ),
    "CR072": Row(
        "there is nothing to decide: no hold-out, and each segment has one sequence only",
        "add 'holdout', or a second sequence to compare with",
        "A decision rule says when a comparison may be called. Without a hold-out and without two "
        "sequences in one segment nothing is compared.",
        severity=Severity.WARNING,
    ),
    "CR073": Row(
        "'{key}' takes more than half of all customers ({given})",
        "make it smaller: 5% is usual",
        "They are left out of every campaign, or of every offer, only to measure the others by. A "
        "few in a hundred show as much.",
        severity=Severity.WARNING,
    ),
    "CR074": Row(
        "quiet hours {given} silence the day and leave the night",
        "write {wanted}: quiet hours say when no message goes out",
        "No message is sent in quiet hours. Most often the hours in which messages may go out were "
        "written here.",
        "limits: {per_customer: 3 per week, quiet: «08:00-21:00»}",
        "limits: {per_customer: 3 per week, quiet: 21:00-08:00}",
        severity=Severity.WARNING,
    ),
    "CR075": Row(
        "the variants {given} get the same words: '{template}' tells them apart in no language",
        "write {{% if variant == \"{example}\" %}} in its subject or text, or delete 'variants'",
        "An experiment compares words. Where everybody reads the same, it can find nothing but "
        "chance.",
        _NUDGE.replace("}", ", variants: «{calm: 50%, urgent: 50%}»}"),
        _NUDGE,
        severity=Severity.WARNING,
    ),
}
