"""Rows of what must fit together: names that must exist, shares, order, ranges."""

from recovery.problems.row import Row, Severity

_NUDGE = "    - {step: nudge, after: 20h, sms: payment-failed}"
_LAST = "    - {step: last, after: 2d, email: last-call, offer: ship, if: {not_clicked: reminder}}"
_SHARES = "    sequence: {plain: 50%, offer: 50%}"
_SHIP = "  ship: {kind: free_shipping, worth: 8 USD, valid: 72h, budget: 500 USD per month}"
_TRIGGER = "trigger: {on: payment_failed, after: 30m, not_after: 3d}"

MEANING: dict[str, Row] = {
    "CR040": Row(
        "there is no template '{given}'",
        "{guess}",
        "A step names a folder in templates; without it there would be nothing to send.",
        _NUDGE.replace("payment-failed", "«payment-faild»"),
        _NUDGE,
    ),
    "CR041": Row(
        "sequence '{given}' is not defined",
        "{guess}",
        "A segment leads to a sequence of the same file.",
        "    sequence: «persnal»",
        "    sequence: personal",
    ),
    "CR042": Row(
        "offer '{given}' is not defined",
        "{guess}",
        "A step gives an offer of the same file.",
        _LAST.replace("offer: ship", "offer: «shp»"),
        _LAST,
    ),
    "CR043": Row(
        "there is no step '{given}' in this sequence",
        "{guess}",
        "clicked and not_clicked ask about a message of the same sequence.",
        _LAST.replace("not_clicked: reminder", "not_clicked: «remider»"),
        _LAST,
    ),
    "CR044": Row(
        "step '{given}' {problem}",
        "name an earlier step that sends a message",
        "Only what went out before can have been clicked.",
        _LAST.replace("not_clicked: reminder", "not_clicked: «last»"),
        _LAST,
    ),
    "CR045": Row(
        "the shares add up to {given}, not to 100%",
        "change them to add up to 100%",
        "Every order of the segment gets one of the sequences, and every message of a step one of "
        "its variants, so nothing may be left over.",
        "    sequence: «{plain: 50%, offer: 40%}»",
        _SHARES,
    ),
    "CR046": Row(
        "two {kind}s are called '{given}' (first in line {line})",
        "rename one of them",
        "The report would add up what does not belong together.",
        "    - {step: «reminder», after: 20h, sms: payment-failed}",
        _NUDGE,
    ),
    "CR047": Row(
        "the step has {found} of email, sms and task",
        "give each step exactly one of the three",
        "One step is one message, or one task for a person.",
        "    - «{step: nudge, after: 20h}»",
        _NUDGE,
    ),
    "CR048": Row(
        "'{key}' {problem} in an offer of kind {kind}",
        "{cure}",
        "Each kind of offer has its own keys: a percentage, an amount, or what it is worth.",
        "  ship: «{kind: free_shipping, valid: 72h, budget: 500 USD per month}»",
        _SHIP,
    ),
    "CR049": Row(
        "step '{given}' comes after '{other}' but is due earlier",
        "put the steps in the order in which they are due",
        "All times count from the beginning, not from the step before.",
        _LAST + "\n    - {step: late, after: «1d», email: last-call}",
        _LAST,
    ),
    "CR050": Row(
        "the range is empty: {problem}",
        "{cure}",
        "No amount could lie in it. 'from' is included, 'below' is not.",
        "    amount: «{from: 200 USD, below: 100 USD}»",
        "    amount: {from: 200 USD}",
    ),
    "CR051": Row(
        "'not_after' ({given}) leaves no time after 'after' ({other})",
        "make 'not_after' longer than 'after'",
        "Orders enter between the two, so there must be time between them.",
        _TRIGGER.replace("not_after: 3d", "not_after: «30m»"),
        _TRIGGER,
    ),
    "CR052": Row(
        "'{key}' does not fit here: {problem}",
        "{cure}",
        "The key has a meaning only together with another one.",
        "    - {step: nudge, after: 20h, sms: payment-failed, to: «service»}",
        _NUDGE,
    ),
    "CR095": Row(
        "'{given}' stands in '{key}' more than once",
        "delete one of the two",
        "It changes nothing; most often another one was meant.",
        "    market: [US, GB, «US»]",
        "    market: [US, GB]",
        severity=Severity.WARNING,
    ),
    "CR053": Row(
        "campaign '{given}' is also in {other}",
        "give one of the two files another campaign name",
        "The name holds the draw and the report together. Two files with one name stop each other.",
    ),
    "CR054": Row(
        "template '{given}' has no {channel} text",
        "{guess}",
        "The template exists, but has no words for this channel.",
        "    - {step: nudge, after: 20h, sms: «call-customer»}",
        _NUDGE,
    ),
    "CR055": Row(
        "template '{given}' can't be read",
        "mend {file}; until then the messages of this step wait",
        "The campaign runs on, and nothing is lost: what is due goes out when the template is "
        "mended.",
        severity=Severity.WARNING,
    ),
    "CR056": Row(
        "'variants' needs at least two names, this has {count}",
        "name what it is compared with, or delete it",
        "An experiment compares. With one variant everybody would get the same words.",
        _NUDGE.replace("}", ", variants: «{urgent: 100%}»}"),
        _NUDGE,
    ),
}
