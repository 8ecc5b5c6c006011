"""Rows of keys and the shape of what stands under them."""

from recovery.problems.row import Row

GRAMMAR: dict[str, Row] = {
    "CR020": Row("unknown key '{key}'", "{guess}"),
    "CR021": Row("'{key}' is missing", "add '{key}: ...'"),
    "CR022": Row("'{given}' is not allowed for '{key}'", "{guess}"),
    "CR023": Row("'{key}' is empty", "write its value after the colon, or delete the line"),
    "CR024": Row("'{key}' must be {wanted}, this is {found}", "write {example}"),
    "CR025": Row(
        "'{given}' is no name", "use letters, digits, '-' and '_' without spaces: {example}"
    ),
    "CR026": Row("'{key}' has nothing in it", "add at least one, or delete it"),
    "CR029": Row("'{key}': {problem}", "compare with the page on campaign files"),
}
