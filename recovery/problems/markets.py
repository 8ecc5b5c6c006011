"""Rows of what the rules of a market forbid, and of a merchant's own rules."""

from recovery.problems.row import Row, Severity

_FILE = "markets/DE.yaml"

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
        "send an e-mail instead, or let 'if' divide the customers between the two",
        "What comes after the market's number is left out as sms_limit.",
        severity=Severity.WARNING,
    ),
    "CR205": Row(
        "'{given}' is no name for a market's rules",
        "{cure}",
        "A file in markets/ is called after the country it is for, such as DE.yaml: two capital "
        "letters, or ZZ for every country without rules. Under another name nobody would find it, "
        "so nothing is sent to the market that it seems to be about.",
    ),
    "CR206": Row(
        "the file is called after {market}, and '{given}' stands in it",
        "write 'market: {market}', or call the file {given}.yaml",
        "The market stands in the file's name and in the file, so that a copy of another market's "
        "rules is noticed before it counts.",
    ),
    "CR207": Row(
        "there is another file for {market}: {other}",
        "keep one of the two",
        "Only one of them could count, and nobody could see which.",
    ),
    "CR208": Row(
        "'{given}' is no number from {least} to {most}",
        "write digits only, such as 1",
        "It says how many messages one order may get.",
        "limits: {sms: «many»}",
        "limits: {sms: 1}",
        file=_FILE,
    ),
    "CR209": Row(
        "unknown way to pay '{given}'",
        "{guess}",
        "Messages name ways to pay by their local names, so each must be one that we know.",
        "payment: [paypal, «carrd»]",
        "payment: [paypal, card]",
        file=_FILE,
    ),
    "CR210": Row(
        "the file says nothing",
        "begin with 'market: DE', or delete the file",
        "An empty file in markets is most often one that was not saved.",
    ),
    "CR211": Row(
        "'{given}' are no contact hours: {problem}",
        "write {example}",
        "Contact hours are days, a space, and hours with minutes; one span for each day.",
        "hours: {call: {open: [«mon-fri 9-18»], holidays: skip}}",
        "hours: {call: {open: [mon-fri 09:00-18:00], holidays: skip}}",
        file=_FILE,
    ),
}
