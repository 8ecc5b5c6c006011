"""Rows of what must fit together: names that must exist, shares, order, ranges."""

from recovery.problems.row import Row, Severity

MEANING: dict[str, Row] = {
    "CR040": Row("there is no template '{given}'", "{guess}"),
    "CR041": Row("sequence '{given}' is not defined", "{guess}"),
    "CR042": Row("offer '{given}' is not defined", "{guess}"),
    "CR043": Row("there is no step '{given}' in this sequence", "{guess}"),
    "CR044": Row("step '{given}' {problem}", "name an earlier step that sends a message"),
    "CR045": Row("the shares add up to {given}, not to 100%", "change them to add up to 100%"),
    "CR046": Row("two {kind}s are called '{given}' (first in line {line})", "rename one of them"),
    "CR047": Row(
        "the step has {found} of email, sms and task", "give each step exactly one of the three"
    ),
    "CR048": Row("'{key}' {problem} in an offer of kind {kind}", "{cure}"),
    "CR049": Row(
        "step '{given}' comes after '{other}' but is due earlier",
        "put the steps in the order in which they are due",
    ),
    "CR050": Row("the range is empty: {problem}", "{cure}"),
    "CR051": Row(
        "'not_after' ({given}) leaves no time after 'after' ({other})",
        "make 'not_after' longer than 'after'",
    ),
    "CR052": Row("'{key}' does not fit here: {problem}", "{cure}"),
    "CR053": Row(
        "campaign '{given}' is also in {other}", "give one of the two files another campaign name"
    ),
    "CR054": Row("template '{given}' has no {channel} text", "{guess}"),
    "CR055": Row(
        "template '{given}' can't be read",
        "mend {file}; until then the messages of this step wait",
        severity=Severity.WARNING,
    ),
}
