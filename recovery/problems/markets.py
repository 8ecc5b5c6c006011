"""Rows of what the rules of a market forbid, and of a merchant's own rules."""

from recovery.problems.row import Row, Severity

MARKETS: dict[str, Row] = {
    "CR200": Row(
        "{problem}",
        "`recovery markets {market}` shows every fact and what it is called",
        "A file in markets/ says what differs in a market, by whom and why. Until its mistakes are "
        "mended nothing is sent there: nobody should guess what was meant.",
    ),
    "CR201": Row(
        "'{fact}' is looser than the shipped rule ({shipped})",
        "this is your own responsibility; have counsel look at it",
        "The shipped rules take the stricter reading where sources disagree. A merchant may know "
        "better; we only say it each time.",
        severity=Severity.NOTE,
    ),
    "CR202": Row(
        "an SMS with a link never arrives in {markets}, and this step reaches no other market",
        "use a text without a link, such as one that points to the e-mail",
        "Carriers there block every SMS with a link. The message would be left out as "
        "link_not_allowed.",
    ),
    "CR203": Row(
        "an SMS with a link never arrives in {markets}",
        "leave these markets out with 'if: {{market: [...]}}', or use a text without a link",
        "Carriers there block every SMS with a link. The message is left out there as "
        "link_not_allowed, and goes out elsewhere.",
        severity=Severity.WARNING,
    ),
    "CR204": Row(
        "this is SMS number {count} about one order; {markets} stand no more than {limit}",
        "send an e-mail instead, or make one of them depend on the other with 'if'",
        "What comes after the market's number is left out as sms_limit.",
        severity=Severity.WARNING,
    ),
}
