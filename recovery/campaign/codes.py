"""Every problem a campaign file can have: a stable code, its words and its cure.

A problem is a code plus parameters; the words are put on at the edge, so another language is
another table of the same shape. A code is never reused for something else.
"""

from typing import NamedTuple

from pydantic_core import PydanticCustomError


class Words(NamedTuple):
    """What is wrong and what to do; `{name}` stands for a parameter of the problem."""

    message: str
    cure: str


CODES: dict[str, Words] = {
    # the file as text
    "CR001": Words("the line is indented with a {sign}", "indent with two spaces a level"),
    "CR002": Words("a full-width '{sign}' after a key", "write a half-width ':' and a space"),
    "CR003": Words("no space after '{key}:'", "write '{key}: {rest}'"),
    "CR004": Words("wrong indentation", "begin the line in the same column as the keys beside it"),
    "CR005": Words("a second ':' in one value", "put the whole value in double quotes"),
    "CR006": Words("not valid YAML: {problem}", "mend this first; there may be more behind it"),
    "CR007": Words("the file is {encoding}, not UTF-8", "save it again with encoding UTF-8"),
    "CR008": Words("the file says nothing", "begin with 'campaign: its-name', or delete the file"),
    "CR009": Words("{problem}", "write the values out where they are needed"),
    "CR010": Words("'{key}' is written twice (first in line {line})", "delete one of the two"),
    # keys and values
    "CR020": Words("unknown key '{key}'", "{guess}"),
    "CR021": Words("'{key}' is missing", "add '{key}: ...'"),
    "CR022": Words("'{given}' is not allowed for '{key}'", "{guess}"),
    "CR023": Words("'{key}' is empty", "write its value after the colon, or delete the line"),
    "CR024": Words("'{key}' must be {wanted}, this is {found}", "write {example}"),
    "CR025": Words(
        "'{given}' is no name", "use letters, digits, '-' and '_' without spaces: {example}"
    ),
    "CR026": Words("'{key}' has nothing in it", "add at least one, or delete it"),
    "CR029": Words("'{key}': {problem}", "compare with the page on campaign files"),
    # written values
    "CR030": Words("'{given}' is no duration", "write {example}"),
    "CR031": Words("'{given}' is no amount of money: {problem}", "write {example}"),
    "CR032": Words("unknown currency '{given}'", "{guess}"),
    "CR033": Words("'{given}' is no share", "write {example}"),
    "CR034": Words("'{given}' is no whole number", "write digits only, such as 20"),
    "CR035": Words("'{given}' is no limit", "write {example}"),
    "CR036": Words("'{given}' is no span of the day", "write {example}"),
    "CR037": Words("'{given}' is no budget", "write {example}"),
    "CR038": Words("unknown country '{given}'", "{guess}"),
    "CR039": Words("unknown failure '{given}'", "{guess}"),
    # what must fit together
    "CR040": Words("there is no template '{given}'", "{guess}"),
    "CR041": Words("sequence '{given}' is not defined", "{guess}"),
    "CR042": Words("offer '{given}' is not defined", "{guess}"),
    "CR043": Words("there is no step '{given}' in this sequence", "{guess}"),
    "CR044": Words("step '{given}' {problem}", "name an earlier step that sends a message"),
    "CR045": Words("the shares add up to {given}, not to 100%", "change them to add up to 100%"),
    "CR046": Words("two {kind}s are called '{given}' (first in line {line})", "rename one of them"),
    "CR047": Words(
        "the step has {found} of email, sms and task", "give each step exactly one of the three"
    ),
    "CR048": Words("'{key}' {problem} in an offer of kind {kind}", "{cure}"),
    "CR049": Words(
        "step '{given}' comes after '{other}' but is due earlier",
        "put the steps in the order in which they are due",
    ),
    "CR050": Words("the range is empty: {problem}", "{cure}"),
    "CR051": Words(
        "'not_after' ({given}) leaves no time after 'after' ({other})",
        "make 'not_after' longer than 'after'",
    ),
    "CR052": Words("'{key}' does not fit here: {problem}", "{cure}"),
    "CR053": Words(
        "campaign '{given}' is also in {other}", "give one of the two files another campaign name"
    ),
    "CR054": Words("template '{given}' has no {channel} text", "{guess}"),
}


def refuse(code: str, **parameters: str | int) -> PydanticCustomError:
    """Return the error a pydantic validator raises for `code`, with its parameters as context."""
    return PydanticCustomError(code, CODES[code].message, dict(parameters))


def words(code: str, parameters: dict[str, str | int]) -> Words:
    """Return message and cure of a problem, in English, with its parameters filled in."""
    return Words(*(text.format_map(parameters) for text in CODES[code]))
