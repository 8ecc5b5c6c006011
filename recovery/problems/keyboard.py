"""Rows of what goes wrong before a campaign says anything: the file as text, and as YAML."""

from recovery.problems.row import Row, Severity

_YAML = "mend this first; there may be more behind it"
_QUOTES = "put the whole value in double quotes"

KEYBOARD: dict[str, Row] = {
    "CR001": Row(
        "the line is indented with {sign}",
        "indent with two spaces a level",
        "Spaces at the beginning of a line say what belongs to what. A tab or a full-width space "
        "looks the same on the screen and is something else to YAML.",
        "  - segment: dear\n«　　»market: [US, GB]",
        "  - segment: dear\n    market: [US, GB]",
    ),
    "CR002": Row(
        "a full-width '{sign}' where YAML needs '{plain}'",
        "write '{plain}': switch the input method to half-width (半角)",
        "An input method for Chinese or Japanese writes signs that look like YAML's own and are "
        "others. In free words such as a description they are welcome.",
        "priority«：»20",
        "priority: 20",
    ),
    "CR003": Row(
        "no space after '{sign}'",
        "write '{shown}'",
        "YAML takes 'after:30m' for one long word. A space must follow the colon.",
        "trigger: {on: payment_failed, «after:»30m, not_after: 3d}",
        "trigger: {on: payment_failed, after: 30m, not_after: 3d}",
    ),
    "CR004": Row(
        "wrong indentation: {found} space(s), the lines above use {wanted}",
        "begin the line in the same column as the keys beside it",
        "Keys that belong together begin in one column.",
        "  - segment: dear\n«     »market: [US, GB]",
        "  - segment: dear\n    market: [US, GB]",
    ),
    "CR005": Row(
        "a second ':' in one value",
        "{cure}",
        "A colon and a space begin a new value, so a text with a colon needs quotes.",
        "description: Declined«:» ask for another way to pay",
        'description: "Declined: ask for another way to pay"',
    ),
    "CR006": Row(
        "not valid YAML: {problem}",
        _YAML,
        "YAML stops at the first thing it can't read; what follows is known only after the mend.",
        "    market: [US,«,» GB]",
        "    market: [US, GB]",
    ),
    "CR007": Row(
        "the file is {encoding}, not UTF-8",
        "save it again with encoding UTF-8",
        "Some editors, Notepad among them, save in another encoding. The file is read all the "
        "same, so that its other mistakes are told; 'recovery check --fix' writes it as UTF-8.",
    ),
    "CR008": Row(
        "the file says nothing",
        "begin with 'campaign: its-name', or delete the file",
        "An empty file in campaigns is most often one that was not saved.",
    ),
    "CR009": Row(
        "{problem}",
        "write the values out where they are needed",
        "YAML can name a value and repeat it. A few lines can then grow until no memory is left, "
        "so names inside of names, and too many values, are refused.",
        "    customer: «&all [*all]»",
        "    customer: [vip]",
    ),
    "CR010": Row(
        "'{key}' is written twice (first in line {line})",
        "delete one of the two",
        "Only one of the two could count, and nobody could see which.",
        "holdout: 10%\n«holdout»: 5%",
        "holdout: 10%",
    ),
    "CR011": Row(
        "the file begins with a byte order mark",
        "save it as UTF-8 without BOM; it is read all the same",
        "Windows programs put an invisible sign at the beginning. It does no harm here, though "
        "other tools may stumble over it.",
        severity=Severity.NOTE,
    ),
    "CR012": Row(
        "'{sign}' is opened and never closed",
        "write '{closing}' where it ends",
        "A quote or bracket without its partner swallows the lines below it.",
        "    customer: «[»vip",
        "    customer: [vip]",
    ),
    "CR013": Row(
        "{sign} in the line",
        "type the space again, or delete the sign",
        "Signs that nobody sees come along when text is copied from a web page or a document.",
        "    amount: {from: 200«\u00a0»USD}",
        "    amount: {from: 200 USD}",
    ),
    "CR014": Row(
        "a value that begins with '{sign}' needs quotes",
        _QUOTES,
        "Some signs mean something to YAML when a value begins with them.",
        "description: «{{»name}}, another way to pay",
        'description: "{{name}}, another way to pay"',
    ),
    "CR015": Row(
        "the tag '{given}' has no meaning here",
        "delete it: each key knows its type",
        "YAML can force a type with a tag. Here every key has its type already.",
        "priority: «!!int» 20",
        "priority: 20",
    ),
    "CR016": Row(
        "a second document begins here",
        "give each campaign a file of its own",
        "Three dashes begin a new document; one file is one campaign.",
        "«---»\nlimits: {per_customer: 3 per week, quiet: 21:00-08:00}",
        "limits: {per_customer: 3 per week, quiet: 21:00-08:00}",
    ),
    "CR017": Row(
        "'{sign}' closes nothing",
        "delete it, or open the bracket before",
        "There is one bracket more than was opened.",
        "    market: [US, GB]«]»",
        "    market: [US, GB]",
    ),
    "CR018": Row(
        "the file can't be read: {problem}",
        "give it back its rights, or move it away",
        "The campaign stands still until somebody can read its file.",
    ),
    "CR019": Row(
        "{problem}",
        "a campaign is a text file of a page or two",
        "A picture, a table or a database that lies in campaigns by mistake is not read at all.",
    ),
    "CR027": Row(
        "a '{sign}' is missing after '{given}'",
        "write '{shown}'",
        "In braces a comma stands between two keys; a colon always follows a key.",
        "goal: {paid_within: 7d}\n«holdout» 10%",
        "goal: {paid_within: 7d}\nholdout: 10%",
    ),
    "CR028": Row(
        "the text goes on after the closing {sign}",
        _QUOTES,
        "An apostrophe inside single quotes ends the text too early.",
        "description: 'The card'«s declined'»",
        'description: "The card\'s declined"',
    ),
    "CR094": Row(
        "'{given}' is no part of a campaign: it is {problem}",
        "{cure}",
        "Such lines are left behind when two people have changed a file, or when a text is copied "
        "out of a chat or a web page.",
        "«```yaml»\nholdout: 10%",
        "holdout: 10%",
    ),
    "CR096": Row(
        "'{given}' can't be used: {problem}",
        "{guess}",
        "YAML can give a value a name with '&' and repeat it with '*'. What is repeated must have "
        "been named above, and a name belongs to one value.",
        "    customer: «*regulars»",
        "    customer: [vip]",
    ),
    "CR097": Row(
        "'{given}' stands in the column of '{key}', to which it belongs",
        "begin it, and what follows it there, two spaces further to the right",
        "What belongs to a key is indented below it. In the same column it is a key of its own, "
        "and the one above is empty.",
        "goal:\n«paid_within»: 7d",
        "goal: {paid_within: 7d}",
    ),
    "CR098": Row(
        "no '- ' before '{given}'",
        "begin each item of a list with a dash and a space",
        "Segments and steps are lists: each begins with a dash, in the same column as the others.",
        "    - {step: reminder, after: 0m, email: payment-failed}\n"
        "    «{step: nudge, after: 20h, sms: payment-failed}»",
        "    - {step: reminder, after: 0m, email: payment-failed}\n"
        "    - {step: nudge, after: 20h, sms: payment-failed}",
    ),
    "CR099": Row(
        "there are more mistakes than the {count} told here",
        "mend these first",
        "Most often one slip near the top is behind them all.",
        severity=Severity.NOTE,
    ),
}
