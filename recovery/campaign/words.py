"""The keys of a campaign file by what stands under them: words for people, names, or values."""

import re

# Free words: any sign may stand in them, Chinese punctuation too.
TEXT = frozenset({"description", "owner", "gift", "to"})
# Names that the marketer gives; letters of any script.
NAMES = frozenset(
    {"campaign", "segment", "sequence", "step", "email", "sms", "task", "offer"}
    | {"clicked", "not_clicked"}
)
# Values with a form of their own, all of them plain ASCII.
TYPED = frozenset(
    {"status", "priority", "trigger", "on", "after", "not_after", "goal", "paid_within", "holdout"}
    | {"market", "amount", "from", "below", "customer", "failure", "without_offer", "kind"}
    | {"percent", "worth", "valid", "budget", "once_per_customer", "min_order", "limits"}
    | {"per_customer", "quiet", "min_gap", "max_late", "decision", "rule", "customers"}
    | {"smallest_lift", "global_holdout", "no_incentive"}
)
BLOCKS = frozenset({"segments", "sequences", "offers", "if", "variants"})
KEYS = TEXT | NAMES | TYPED | BLOCKS
# Below these the keys are names.
OF_NAMES = frozenset({"sequences", "offers", "sequence", "variants"})

# Signs of a line that nobody has typed: its slips are not looked for.
LONG = 2000

KEY = re.compile(rf"(?P<key>{'|'.join(sorted(KEYS, key=lambda key: (-len(key), key)))})(?![\w-])")
