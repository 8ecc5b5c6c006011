"""Rows of what goes wrong before a campaign says anything: the file as text, and as YAML."""

from recovery.problems.row import Row, Severity

_YAML = "mend this first; there may be more behind it"

KEYBOARD: dict[str, Row] = {
    "CR001": Row("the line is indented with {sign}", "indent with two spaces a level"),
    "CR002": Row(
        "a full-width '{sign}' where YAML needs '{plain}'",
        "write '{plain}': switch the input method to half-width (半角)",
    ),
    "CR003": Row("no space after '{sign}'", "write '{shown}'"),
    "CR004": Row(
        "wrong indentation: {found} space(s), the lines above use {wanted}",
        "begin the line in the same column as the keys beside it",
    ),
    "CR005": Row("a second ':' in one value", "{cure}"),
    "CR006": Row("not valid YAML: {problem}", _YAML),
    "CR007": Row("the file is {encoding}, not UTF-8", "save it again with encoding UTF-8"),
    "CR008": Row("the file says nothing", "begin with 'campaign: its-name', or delete the file"),
    "CR009": Row("{problem}", "write the values out where they are needed"),
    "CR010": Row("'{key}' is written twice (first in line {line})", "delete one of the two"),
    "CR011": Row(
        "the file begins with a byte order mark",
        "save it as UTF-8 without BOM; it is read all the same",
        severity=Severity.NOTE,
    ),
    "CR012": Row("'{sign}' is opened and never closed", "write '{closing}' where it ends"),
    "CR013": Row("{sign} in the line", "type the space again, or delete the sign"),
    "CR014": Row(
        "a value that begins with '{sign}' needs quotes", "put the whole value in double quotes"
    ),
    "CR015": Row("the tag '{given}' has no meaning here", "delete it: each key knows its type"),
    "CR016": Row("a second document begins here", "give each campaign a file of its own"),
    "CR017": Row("'{sign}' closes nothing", "delete it, or open the bracket before"),
    "CR027": Row("a '{sign}' is missing after '{given}'", "write '{shown}'"),
    "CR028": Row(
        "the text goes on after the closing {sign}", "put the whole value in double quotes"
    ),
    "CR018": Row("the file can't be read: {problem}", "give it back its rights, or move it away"),
    "CR019": Row("{problem}", "a campaign is a text file of a page or two"),
}
