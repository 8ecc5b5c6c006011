"""Broken campaign files: copied out of a chat, left by a merge, typed without switching."""

_STEP = "{step: nudge, after: 20h, sms: payment-failed, if: {amount: {from: 80 USD}}}"
_WIDE_STEP = "｛ｓｔｅｐ：ｎｕｄｇｅ，ａｆｔｅｒ：２０ｈ，ｓｍｓ：ｐａｙｍｅｎｔ－ｆａｉｌｅｄ｝"
_SHARES = "{plain: 50%, free-shipping: 50%}"

# As in `tests.support.broken_text`: one slip is one problem.
PASTES: dict[str, tuple[tuple[tuple[str, str], ...], list[tuple[str, int, int]]]] = {
    "a fence of Markdown": (
        (
            ("# yaml-language-server: $schema=campaign.schema.json", "```yaml"),
            ("08:00}            # in the customer's own time zone", "08:00}\n```"),
        ),
        [("CR094", 1, 1)],
    ),
    "a fence, and a mistake inside": (
        (
            ("# yaml-language-server: $schema=campaign.schema.json", "~~~"),
            ("priority: 20", "priority: high"),
        ),
        [("CR094", 1, 1), ("CR034", 5, 11)],
    ),
    "a merge that nobody finished": (
        (("status: active", "<<<<<<< HEAD\nstatus: active\n=======\nstatus: draft\n>>>>>>> b\n#"),),
        [("CR094", 4, 1)],
    ),
    "a merge with the base between": (
        (
            (
                f"    - {_STEP}",
                f"<<<<<<< us\n    - {_STEP}\n||||||| base\n=======\n"
                "    - {step: nudge, after: 22h, sms: payment-failed}\n>>>>>>> them",
            ),
        ),
        [("CR094", 23, 1)],
    ),
    "a merge, and a mistake in the version that stands": (
        (("status: active", "<<<<<<< HEAD\nstatus: activ\n=======\nstatus: draft\n>>>>>>> b\n#"),),
        [("CR094", 4, 1), ("CR022", 5, 9)],
    ),
    "a full-width key": ((("holdout: 10%", "ｈｏｌｄｏｕｔ: 10%"),), [("CR002", 9, 1)]),
    "a full-width key and its share": (
        (("holdout: 10%", "ｈｏｌｄｏｕｔ：１０％"),),
        [("CR002", 9, 1)],
    ),
    "a full-width key in braces": (
        (("{step: nudge, after: 20h", "{step: nudge, ａｆｔｅｒ: 20h"),),
        [("CR002", 23, 21)],
    ),
    "a whole step in full width": (((_STEP, _WIDE_STEP),), [("CR002", 23, 7)]),
    "a full-width slash in a budget": (
        (("500 USD per month", "500 USD／month"),),
        [("CR037", 31, 74)],
    ),
    "a merge key of nothing": (
        (("goal: {paid_within: 7d}", "goal: {<<: *x, paid_within: 7d}"),),
        [("CR020", 8, 8)],
    ),
    "an equals sign without spaces": ((("status: active", "status=active"),), [("CR027", 4, 1)]),
    "two colons": ((("status: active", "status:: active"),), [("CR005", 4, 8)]),
    "two full-width colons in braces": (
        (("{step: nudge, after: 20h", "{step: nudge, after:：20h"),),
        [("CR005", 23, 27)],
    ),
    "a condition without braces": (
        (("if: {not_clicked: reminder}", "if: not_clicked: reminder"),),
        [("CR005", 26, 87)],
    ),
    "a block in one line without braces": (
        (("goal: {paid_within: 7d}", "goal: paid_within: 7d"),),
        [("CR005", 8, 18)],
    ),
    "a name in single braces": ((("email: last-call", "email: {last-call}"),), [("CR024", 26, 39)]),
    "a no-break space at the end of a name": (
        (("sequence: personal", "sequence: personal\xa0"),),
        [("CR013", 15, 23)],
    ),
    "a no-break space before a comment": (
        (("status: active  ", "status: active\xa0 "),),
        [("CR013", 4, 15)],
    ),
    "a decimal comma before the sign of the euro": (
        (("{from: 200 USD}", "{from: 1.200,00€}"),),
        [("CR031", 13, 20)],
    ),
    "thousands by a letter": ((("{from: 200 USD}", "{from: 2k USD}"),), [("CR031", 13, 20)]),
    "countries in many words": (
        (("[US, GB]\n", "[USA, Deutschland, 日本]\n"),),
        [("CR038", 12, 14), ("CR038", 12, 19), ("CR038", 12, 32)],
    ),
}
