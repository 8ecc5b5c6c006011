"""Rows of what is wrong with templates."""

from recovery.problems.row import Row

TEMPLATES: dict[str, Row] = {
    "CR100": Row("{problem}", "{cure}"),
}
