"""Rows of values that are written in a way nobody can read for sure."""

from recovery.problems.row import Row

_SEGMENT = "    market: [US, GB]"
_AMOUNT = "    amount: {from: 200 USD}"
_SHIP = "  ship: {kind: free_shipping, worth: 8 USD, valid: 72h, budget: 500 USD per month}"
_LIMITS = "limits: {per_customer: 3 per week, quiet: 21:00-08:00}"

VALUES: dict[str, Row] = {
    "CR030": Row(
        "'{given}' is no duration",
        "write {example}",
        "A number alone could be minutes or days. Write 30m, 20h, 3d, 2w or a sum such as 1d12h; "
        "PT1H and 3天 are read, too.",
        "goal: {paid_within: «72»}",
        "goal: {paid_within: 7d}",
    ),
    "CR031": Row(
        "'{given}' is no amount of money: {problem}",
        "write {example}",
        "Half of the world writes 1.234,50 and the other half 1,234.50, and many countries have a "
        "dollar. So it is a number with a point, a space, and the three letters of the currency.",
        "    amount: {from: «$200»}",
        _AMOUNT,
    ),
    "CR032": Row(
        "unknown currency '{given}'",
        "{guess}",
        "Currencies are the three letters of ISO 4217.",
        _SHIP.replace("8 USD", "8 «UDS»"),
        _SHIP,
    ),
    "CR033": Row(
        "'{given}' is no share",
        "write {example}",
        "0.1 could be a tenth or a thousandth. With its sign a share can't be misread.",
        "holdout: «0.1»",
        "holdout: 10%",
    ),
    "CR034": Row(
        "'{given}' is no whole number",
        "write digits only, such as 20",
        "Priorities are compared with one another, so they are plain numbers.",
        "priority: «high»",
        "priority: 20",
    ),
    "CR035": Row(
        "'{given}' is no limit",
        "write {example}",
        "A limit is so many messages within any span of that length.",
        _LIMITS.replace("3 per week", "«thrice a week»"),
        _LIMITS,
    ),
    "CR036": Row(
        "'{given}' is no span of the day",
        "write {example}",
        "9-20 could be morning to evening or September. Hours have two digits, and minutes.",
        _LIMITS.replace("21:00-08:00", "«21-8»"),
        _LIMITS,
    ),
    "CR037": Row(
        "'{given}' is no budget",
        "write {example}",
        "A budget is money for a day, a week, a month, or for ever.",
        _SHIP.replace("500 USD per month", "«500 USD per year»"),
        _SHIP,
    ),
    "CR038": Row(
        "unknown country '{given}'",
        "{guess}",
        "Countries are the two letters of ISO 3166, which are not always those of the street.",
        _SEGMENT.replace("GB", "«UK»"),
        _SEGMENT,
    ),
    "CR039": Row(
        "unknown failure '{given}'",
        "{guess}",
        "It is a reason from the page on campaign files, or the code of your payment provider.",
        "    failure: [«card_expired»]",
        "    failure: [expired_card]",
    ),
}
