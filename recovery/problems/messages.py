"""Rows of what is doubtful about messages as they are sent; found by writing them out."""

from recovery.problems.row import Row, Severity

_W = Severity.WARNING

MESSAGES: dict[str, Row] = {
    "CR150": Row(
        "{problem}",
        'see "Sample orders" in docs/templates.md',
        "Sample orders are what a preview shows. A file of them with a mistake is left out whole.",
    ),
    "CR151": Row(
        "the advertising has no List-Unsubscribe header for one click",
        "this is a bug: the dispatcher adds both headers",
        "Gmail and Yahoo refuse advertising without both headers of RFC 8058.",
        severity=_W,
    ),
    "CR152": Row(
        "the unsubscribe link is {why}",
        "check RECOVERY_SECRET_KEY and RECOVERY_PUBLIC_URL",
        "Who can't unsubscribe complains instead, and the law wants the link to work.",
        severity=_W,
    ),
    "CR153": Row(
        "the advertising shows no unsubscribe link in its HTML or in its text",
        "write {{{{ unsubscribe_url }}}}, or use the shared layout",
        "Not every mail program shows a button for the header, so the letter shows the link too.",
        severity=_W,
    ),
    "CR154": Row(
        "the link {given} leads nowhere",
        "write a whole address that begins with https://",
        "In an e-mail there is no page that a short link could belong to.",
        severity=_W,
    ),
    "CR155": Row(
        "the link {given} leads to another host ({host})",
        "link to your shop, or name the host in RECOVERY_PAY_HOSTS",
        "Links to strange hosts look like phishing, to filters and to people.",
        severity=_W,
    ),
    "CR156": Row(
        "the link {given} holds the customer's name or address",
        "leave personal data out of links",
        "Links are kept in the logs of every server and proxy on their way.",
        severity=_W,
    ),
    "CR157": Row(
        "the HTML has {size} KB; Gmail hides what comes after {most} KB",
        "shorten the letter, or show fewer items",
        "What Gmail cuts off is the end, where the unsubscribe link stands.",
        severity=_W,
    ),
    "CR158": Row(
        "the subject is long: {width} columns, {words} words",
        "keep it under 60 columns (a Chinese sign counts two) and under 14 words",
        "Phones show the first 40 to 60 columns of a subject.",
        severity=_W,
    ),
    "CR159": Row(
        "the e-mail has no plain text",
        "write a letter.txt, or an email.txt that is not empty",
        "Mail without a text part looks like spam, and some people read nothing else.",
        severity=_W,
    ),
    "CR160": Row(
        "the picture {given} has no words for those who don't see it",
        'add alt="…"; alt="" where it is only decoration',
        "Many mail programs show no pictures at first, and some people never see them.",
        severity=_W,
    ),
    "CR161": Row(
        "an SMS with a link is blocked in {market}, so this one is never sent there",
        "leave the market out with 'if', or write an SMS without a link",
        "Networks in some markets drop every SMS with a link, so the dispatcher skips it there: "
        "link_not_allowed.",
        severity=_W,
    ),
    "CR162": Row(
        "{letters} makes this SMS cost {parts} segments instead of {least}",
        "write it with letters of the GSM-7 alphabet",
        "A single other letter changes the whole SMS to 70 letters a segment.",
        severity=_W,
    ),
    "CR163": Row(
        "the SMS costs {parts} segments ({units} units)",
        "shorten it",
        "Each segment is paid for: 160 letters in one, or 70 when the language needs others.",
        severity=_W,
    ),
    "CR164": Row(
        "step '{given}' never goes to {market}: this is only what it would look like",
        "ask for a market of its segments and of its 'if', or add {market} there",
        "A preview shows the market that was asked for, also where the segments or the 'if' of the "
        "step leave it out.",
        severity=_W,
    ),
}
