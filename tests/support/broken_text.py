"""Broken campaign files: slips of the keyboard, and what YAML can't read."""

# What is replaced in tests/campaign/sample.yaml and by what; then code, line and column of
# everything that must be told, in this order.
TEXT: dict[str, tuple[tuple[tuple[str, str], ...], list[tuple[str, int, int]]]] = {
    "a tab before a key": (
        (("    market: [US, GB]\n", "\tmarket: [US, GB]\n"),),
        [("CR001", 12, 1)],
    ),
    "a whole block with tabs": (
        (
            (
                "  - segment: big-spenders\n    market: [US, GB]\n    amount",
                "\t- segment: big-spenders\n\t  market: [US, GB]\n\t  amount",
            ),
            ("    customer: [vip", "\t  customer: [vip"),
            ("    sequence: personal", "\t  sequence: personal"),
        ),
        [("CR001", 11, 1), ("CR001", 12, 1), ("CR001", 13, 1), ("CR001", 14, 1), ("CR001", 15, 1)],
    ),
    "full-width spaces": (
        (("    market: [US, GB]\n", "\u3000\u3000market: [US, GB]\n"),),
        [("CR001", 12, 1)],
    ),
    "no-break spaces": (
        (("    market: [US, GB]\n", "\xa0\xa0\xa0\xa0market: [US, GB]\n"),),
        [("CR001", 12, 1)],
    ),
    "an empty line of full-width spaces": (
        (("holdout: 10%", "\u3000\u3000\nholdout: 10"),),
        [("CR001", 9, 1), ("CR033", 10, 10)],
    ),
    "full-width colon": ((("status: active", "status：active"),), [("CR002", 4, 7)]),
    "full-width colon after a name": ((("  plain:\n", "  plain：\n"),), [("CR002", 21, 8)]),
    "full-width colon in braces": (
        (("{step: nudge, after: 20h", "{step：nudge, after：20h"),),
        [("CR002", 23, 12)],
    ),
    "full-width comma in a list": ((("[US, GB]\n", "[US，GB]\n"),), [("CR002", 12, 16)]),
    "full-width comma in braces": (
        (("{step: nudge, after", "{step: nudge， after"),),
        [("CR002", 23, 19)],
    ),
    "full-width brackets": (
        (("[US, GB]\n", "［US, GB］\n"),),
        [("CR002", 12, 13)],
    ),
    "full-width digits": ((("priority: 20", "priority: ２０"),), [("CR002", 5, 11)]),
    "full-width percent": ((("holdout: 10%", "holdout: 10％"),), [("CR002", 9, 12)]),
    "curly quotes around a name": (
        (("sequence: personal", "sequence: “personal”"),),
        [("CR002", 15, 15)],
    ),
    "a no-break space in money": ((("200 USD", "200\xa0USD"),), [("CR013", 13, 23)]),
    "a zero-width space in a name": (
        (("sequence: personal", "sequence: per\u200bsonal"),),
        [("CR013", 15, 18)],
    ),
    "an en dash in quiet": ((("21:00-08:00", "21:00–08:00"),), [("CR002", 33, 48)]),
    "no space after a colon": ((("holdout: 10%", "holdout:10%"),), [("CR003", 9, 1)]),
    "no space after a bullet": ((("  - segment: big", "  -segment: big"),), [("CR003", 11, 3)]),
    "no space in braces": ((("after: 20h", "after:20h"),), [("CR003", 23, 21)]),
    "no space twice in one line": (
        (("{step: nudge, after: 20h", "{step:nudge, after:20h"),),
        [("CR003", 23, 8), ("CR003", 23, 20)],
    ),
    "one space too many": (
        (("    market: [US, GB]\n", "     market: [US, GB]\n"),),
        [("CR004", 12, 1)],
    ),
    "one space too few": (
        (("    market: [US, GB]\n", "   market: [US, GB]\n"),),
        [("CR004", 12, 1)],
    ),
    "a key indented too deep": ((("goal: {paid", "  goal: {paid"),), [("CR004", 8, 1)]),
    "a step too deep": (
        (
            ("  plain:\n    - {step: reminder", "  plain:\n    - {step: reminder"),
            ("    - {step: nudge", "      - {step: nudge"),
        ),
        [("CR004", 23, 1)],
    ),
    "a block too shallow": ((("  personal:\n", " personal:\n"),), [("CR004", 27, 1)]),
    "second colon in words": ((("A card was", "A card: was"),), [("CR005", 3, 20)]),
    "second colon in a name": (
        (("sequence: personal", "sequence: personal: too"),),
        [("CR005", 15, 23)],
    ),
    "two keys in one line": (
        (("priority: 20  ", "priority: 20 holdout: 5%  "),),
        [("CR005", 5, 21)],
    ),
    "braces in words": ((("A card was", "{{ name }} was"),), [("CR014", 3, 14)]),
    "one brace in words": ((("A card was", "{name, was"),), [("CR014", 3, 14)]),
    "a star in words": ((("A card was", "*A card* was"),), [("CR014", 3, 14)]),
    "an at sign in words": ((("A card was", "@all was"),), [("CR014", 3, 14)]),
    "a name with an at sign": (
        (("sequence: personal", "sequence: @personal"),),
        [("CR014", 15, 15)],
    ),
    "a quote never closed": (
        (("to: customer-service}", 'to: "customer-service}'),),
        [("CR012", 29, 56)],
    ),
    "a quote never closed in a block": (
        (("description: A card", 'description: "A card'),),
        [("CR012", 3, 14)],
    ),
    "an apostrophe in quotes": (
        (
            (
                "A card was declined; ask for another way to pay while the basket is warm",
                "'It's declined'",
            ),
        ),
        [("CR028", 3, 18)],
    ),
    "a bracket never closed": ((("[vip, returning]", "[vip, returning"),), [("CR012", 14, 15)]),
    "a brace never closed": (
        (("goal: {paid_within: 7d}", "goal: {paid_within: 7d"),),
        [("CR012", 8, 7)],
    ),
    "a bracket closed by a brace": ((("[US, GB]\n", "[US, GB}\n"),), [("CR012", 12, 13)]),
    "a bracket too many": ((("[US, GB]\n", "[US, GB]]\n"),), [("CR017", 12, 21)]),
    "a comma too few": (
        (("{step: nudge, after: 20h", "{step: nudge after: 20h"),),
        [("CR027", 23, 20)],
    ),
    "a comma too many": (
        (("{step: nudge, after: 20h", "{step: nudge,, after: 20h"),),
        [("CR006", 23, 20)],
    ),
    "a key without a colon": ((("priority: 20", "priority 20"),), [("CR027", 5, 1)]),
    "a line that is no key": ((("priority: 20", "hello there"),), [("CR027", 5, 1)]),
    "a tag": ((("priority: 20", "priority: !!int 20"),), [("CR015", 5, 11)]),
    "two documents": ((("offers:\n", "---\noffers:\n"),), [("CR016", 30, 1)]),
    "an unknown alias": ((("sequence: personal", "sequence: *personal"),), [("CR096", 15, 15)]),
    "a backslash": (
        (
            (
                "A card was declined; ask for another way to pay while the basket is warm",
                '"C:\\path"',
            ),
        ),
        [("CR006", 3, 17)],
    ),
    "a list beside its key": ((("market: [US, GB]\n", "market: - US\n"),), [("CR006", 12, 13)]),
    "a name without its colon": ((("  plain:\n", "  plain\n"),), [("CR027", 21, 3)]),
    "a block without its colon": ((("sequences:\n", "sequences\n"),), [("CR027", 20, 1)]),
    "a backslash in a name": (
        (("email: last-call", 'email: "last\\-call"'),),
        [("CR006", 26, 44)],
    ),
    "an unknown alias in a list": ((("[vip, ", "[*vip, "),), [("CR096", 14, 16)]),
    "a quoted key, a mistake elsewhere": (
        (("status: active", '"status": active'), ("holdout: 10%", "holdout: 10")),
        [("CR033", 9, 10)],
    ),
    "a step indented like no other": (
        (
            (
                "- {step: nudge, after: 20h, sms: payment-failed, if: {amount: {from: 80 USD}}}",
                "- step: nudge\n      after: 20h\n     sms: payment-failed",
            ),
        ),
        [("CR004", 25, 1)],
    ),
    "a brace of a step never closed": ((("80 USD}}}", "80 USD}}"),), [("CR012", 23, 7)]),
    "a semicolon for a comma": (
        (("{step: nudge, after: 20h", "{step: nudge; after: 20h"),),
        [("CR027", 23, 21)],
    ),
    "an equals sign": ((("priority: 20", "priority = 20"),), [("CR027", 5, 1)]),
    "an item without its dash": (
        (("  - segment: everyone-else", "  segment: everyone-else"),),
        [("CR098", 16, 3)],
    ),
    "a step without its dash": ((("    - {step: nudge", "    {step: nudge"),), [("CR098", 23, 5)]),
    "a name that is given twice": (
        (
            ("    market: [US, GB]\n", "    market: &a [US, GB]\n"),
            ("market: [US, GB, DE, NO]", "market: &a [US, GB, DE, NO]"),
        ),
        [("CR096", 17, 13)],
    ),
    "a segment without its dash in the column of its keys": (
        (("  - segment: everyone-else", "    segment: everyone-else"),),
        [("CR098", 16, 5)],
    ),
    "the keys of a block in its own column": (
        (
            (
                "trigger: {on: payment_failed, after: 30m, not_after: 3d}",
                "trigger:\non: payment_failed\nafter: 30m\n# at last\nnot_after: 3d",
            ),
        ),
        [("CR097", 7, 1)],
    ),
    "the names of a block in its own column": (
        (("offers:\n  free-ship", "offers:\nfree-ship"), ("  welcome-back", "welcome-back")),
        [("CR097", 31, 1)],
    ),
    "a range in the column of its key": (
        (("    amount: {from: 200 USD} ", "    amount:\n    from: 200 USD "),),
        [("CR097", 14, 5)],
    ),
    "a key too far to the left": (
        (
            (
                "  free-shipping: {kind: free_shipping, worth: 8 USD, valid: 72h,"
                " budget: 500 USD per month, once_per_customer: 90d}",
                "  free-shipping:\n    kind: gift\ngift: socks\n    worth: 8 USD\n    valid: 72h",
            ),
        ),
        [("CR004", 33, 1)],
    ),
    "a no-break space that can be read": ((("3 per week", "3\xa0per week"),), [("CR013", 33, 25)]),
    "a zero-width space in a key": ((("holdout: 10%", "hold\u200bout: 10%"),), [("CR013", 9, 5)]),
    "zero-width spaces in keys in braces": (
        (("{step: nudge, after", "{st\u200bep: nudge, af\u200bter"),),
        [("CR013", 23, 10)],
    ),
    "a zero-width space in a name that is a key": (
        (("  plain:\n", "  pl\u200bain:\n"),),
        [("CR025", 21, 3)],
    ),
    "an arrow": ((("priority: 20", "priority => 20"),), [("CR027", 5, 1)]),
    "no colon before a brace": ((("goal: {paid", "goal {paid"),), [("CR027", 8, 1)]),
    "no colon before a bracket": (
        (("    market: [US, GB]\n", "    market [US, GB]\n"),),
        [("CR027", 12, 5)],
    ),
    "no colon before a brace in braces": (
        (("if: {amount: {from: 80", "if {amount {from: 80"),),
        [("CR027", 23, 54), ("CR027", 23, 58)],
    ),
    "a list over two lines, never closed": (
        (("[vip, returning]  ", "[vip,\n      returning  "),),
        [("CR012", 14, 15)],
    ),
    "a section indented by one": ((("offers:\n", " offers:\n"),), [("CR004", 30, 1)]),
    "full-width brackets of words": (
        (("goal: {paid_within: 7d}", "goal: （paid_within: 7d）"),),
        [("CR005", 8, 19)],
    ),
}
