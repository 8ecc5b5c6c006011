"""Rows of values that are written in a way nobody can read for sure."""

from recovery.problems.row import Row

VALUES: dict[str, Row] = {
    "CR030": Row("'{given}' is no duration", "write {example}"),
    "CR031": Row("'{given}' is no amount of money: {problem}", "write {example}"),
    "CR032": Row("unknown currency '{given}'", "{guess}"),
    "CR033": Row("'{given}' is no share", "write {example}"),
    "CR034": Row("'{given}' is no whole number", "write digits only, such as 20"),
    "CR035": Row("'{given}' is no limit", "write {example}"),
    "CR036": Row("'{given}' is no span of the day", "write {example}"),
    "CR037": Row("'{given}' is no budget", "write {example}"),
    "CR038": Row("unknown country '{given}'", "{guess}"),
    "CR039": Row("unknown failure '{given}'", "{guess}"),
}
