"""Rows of keys and the shape of what stands under them."""

from recovery.problems.row import Row

GRAMMAR: dict[str, Row] = {
    "CR020": Row(
        "unknown key '{key}'",
        "{guess}",
        "A misspelt key would change nothing and nobody would notice, so every key must be one "
        "that the language has.",
        "«hold_out»: 10%",
        "holdout: 10%",
    ),
    "CR021": Row(
        "'{key}' is missing",
        "add '{key}: ...'",
        "Without it the campaign would not know what to do.",
        "    - «{after: 4h, task: call-customer, to: service}»",
        "    - {step: call, after: 4h, task: call-customer, to: service}",
    ),
    "CR022": Row(
        "'{given}' is not allowed for '{key}'",
        "{guess}",
        "The key takes one of a few words.",
        "status: «activ»",
        "status: active",
    ),
    "CR023": Row(
        "'{key}' is empty",
        "write its value behind it, or delete the line",
        "A key without a value says nothing; most often something was deleted by accident.",
        "«holdout»:",
        "holdout: 10%",
    ),
    "CR024": Row(
        "'{key}' must be {wanted}, this is {found}",
        "write {example}",
        "Some keys take one value, some a list, and some a block of other keys.",
        "goal: «7d»",
        "goal: {paid_within: 7d}",
    ),
    "CR025": Row(
        "'{given}' is no name",
        "use letters, digits, '-' and '_' without spaces: {example}",
        "Names stand in reports, addresses and other files, so they have no spaces.",
        "campaign: «card declined!»",
        "campaign: card-declined",
    ),
    "CR026": Row(
        "'{key}' has nothing in it",
        "add at least one, or delete it",
        "An empty list would fit nobody. Without the key everybody fits.",
        "    «customer»: []",
        "    customer: [vip]",
    ),
    "CR029": Row(
        "'{key}': {problem}",
        "compare with the page on campaign files",
        "The value breaks a rule that has no code of its own.",
    ),
}
