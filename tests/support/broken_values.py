"""Broken campaign files: keys, values, and what does not fit together."""

# What is replaced in tests/campaign/sample.yaml and by what; then code, line and column of
# everything that must be told, in this order.
VALUES: dict[str, tuple[tuple[tuple[str, str], ...], list[tuple[str, int, int]]]] = {
    "a duplicate key": ((("priority: 20", "priority: 20\nstatus: draft"),), [("CR010", 6, 1)]),
    "a misspelt key": ((("holdout: 10%", "hold_out: 10%"),), [("CR020", 9, 1)]),
    "a misspelt block": ((("sequences:\n", "sequnces:\n"),), [("CR020", 20, 1)]),
    "misspelt offers": ((("offers:\n", "ofers:\n"),), [("CR020", 30, 1)]),
    "a misspelt key in a step": (
        (("{step: nudge, after", "{stpe: nudge, after"),),
        [("CR020", 23, 8)],
    ),
    "a misspelt channel": ((("sms: payment-failed", "smss: payment-failed"),), [("CR020", 23, 33)]),
    "no unit": ((("not_after: 3d", "not_after: 72"),), [("CR030", 6, 54)]),
    "a unit in words": ((("not_after: 3d", "not_after: 2 dayz"),), [("CR030", 6, 54)]),
    "a decimal duration": ((("after: 30m", "after: 1,5h"),), [("CR030", 6, 38)]),
    "a dollar sign": ((("{from: 200 USD}", "{from: $200}"),), [("CR031", 13, 20)]),
    "no currency": ((("{from: 200 USD}", "{from: 200}"),), [("CR031", 13, 20)]),
    "a decimal comma": ((("{from: 200 USD}", "{from: 1.234,50 EUR}"),), [("CR031", 13, 20)]),
    "a thousands separator": ((("{from: 200 USD}", "{from: 1,234 USD}"),), [("CR031", 13, 20)]),
    "a decimal comma in a block": (
        (("    amount: {from: 200 USD}           #", "    amount:\n      from: 9,50 EUR #"),),
        [("CR031", 14, 13)],
    ),
    "a currency misspelt": ((("worth: 8 USD", "worth: 8 UDS"),), [("CR032", 31, 49)]),
    "UK and Germany": (
        (("[US, GB]\n", "[UK, Germany]\n"),),
        [("CR038", 12, 14), ("CR038", 12, 18)],
    ),
    "a share without a sign": ((("holdout: 10%", "holdout: 10"),), [("CR033", 9, 10)]),
    "a share as a fraction": ((("holdout: 10%", "holdout: 0.1"),), [("CR033", 9, 10)]),
    "hours without minutes": ((("21:00-08:00", "9-20"),), [("CR036", 33, 43)]),
    "hours with am": ((("21:00-08:00", "9pm-8am"),), [("CR036", 33, 43)]),
    "one hour only": ((("21:00-08:00", "9am"),), [("CR036", 33, 43)]),
    "a limit in words": ((("3 per week", "3/week"),), [("CR035", 33, 24)]),
    "a budget in words": ((("500 USD per month", "500 USD a month"),), [("CR037", 31, 74)]),
    "upper case": ((("status: active", "status: Active"),), [("CR022", 4, 9)]),
    "nothing after the colon": ((("holdout: 10%  ", "holdout:  "),), [("CR023", 9, 1)]),
    "a sequence misspelt": ((("sequence: personal", "sequence: persnal"),), [("CR041", 15, 15)]),
    "shares": ((("plain: 50%,", "plain: 40%,"),), [("CR045", 19, 15)]),
    "an offer misspelt": (
        (("offer: free-shipping,", "offer: free-shiping,"),),
        [("CR042", 26, 57)],
    ),
    "a step misspelt": ((("not_clicked: reminder", "not_clicked: remider"),), [("CR043", 26, 90)]),
    "steps out of order": (
        (
            ("{step: nudge, after: 20h", "{step: nudge, after: 20h"),
            (
                "after: 0m, email: payment-failed}          #",
                "after: 2d, email: payment-failed}          #",
            ),
        ),
        [("CR049", 23, 28)],
    ),
    "a block in place of a value": (
        (("holdout: 10%", "holdout: {share: 10%}"),),
        [("CR024", 9, 10)],
    ),
    "a value in place of a block": ((("goal: {paid_within: 7d}", "goal: 7d"),), [("CR024", 8, 7)]),
    "an empty range": (
        (("{from: 200 USD}", "{from: 200 USD, below: 100 USD}"),),
        [("CR050", 13, 13)],
    ),
    "slips and mistakes behind them": (
        (
            ("status: active", "status：activ"),
            ("holdout: 10%", "holdout:10"),
            ("[US, GB]\n", "[US，UK]\n"),
            ("after: 20h", "after: 20"),
        ),
        [
            ("CR002", 4, 7),
            ("CR022", 4, 8),
            ("CR003", 9, 1),
            ("CR033", 9, 9),
            ("CR002", 12, 16),
            ("CR038", 12, 17),
            ("CR030", 23, 28),
        ],
    ),
    "a bracket never closed and mistakes behind it": (
        (
            ("[vip, returning]", "[vip, returning"),
            ("after: 20h", "after: 20"),
            ("21:00-08:00", "9-8"),
        ),
        [("CR012", 14, 15), ("CR030", 23, 28), ("CR036", 33, 43)],
    ),
    "indentation and mistakes behind it": (
        (("    market: [US, GB]\n", "     market: [US, UK]\n"), ("after: 20h", "after: 20")),
        [("CR004", 12, 1), ("CR038", 12, 19), ("CR030", 23, 28)],
    ),
    "a merge key": (
        (("goal: {paid_within: 7d}", "goal: {<<: {a: b}, paid_within: 7d}"),),
        [("CR020", 8, 8)],
    ),
    "nothing at all": ((("", ""),), [("CR008", 1, 1)]),
    "comments only": ((("", "# campaign: x\n"),), [("CR008", 1, 1)]),
    "just words": ((("", "Dear team, please send it.\n"),), [("CR024", 1, 1)]),
    "a list": ((("", "- campaign: x\n"),), [("CR024", 1, 1)]),
    "an unknown key without a value": ((("holdout: 10%  ", "colour:  "),), [("CR020", 9, 1)]),
    "a quote never closed, keys behind it": (
        (("{step: nudge, after", '{step: "nudge, after'),),
        [("CR012", 23, 14)],
    ),
    "a bullet from the input method": (
        (("  - segment: big", "  －segment: big"),),
        [("CR002", 11, 3)],
    ),
    "no space in a share": ((("{plain: 50%", "{plain:50%"),), [("CR003", 19, 16)]),
    "invisible signs around a value": (
        (("status: active", "status: \ufeffactive"),),
        [("CR013", 4, 8)],
    ),
    "a control sign": ((("A card was", "A card\x07 was"),), [("CR013", 3, 20)]),
    "two campaigns in one file": (
        (("limits:", "---\ncampaign: other\nlimits:"),),
        [("CR016", 33, 1)],
    ),
    "budget with a dollar sign": (
        (("budget: 500 USD per month", "budget: $500 per month"),),
        [("CR031", 31, 74)],
    ),
    "a country in lower case": ((("[US, GB]\n", "[us, GB]\n"),), [("CR038", 12, 14)]),
    "a group of countries": ((("[US, GB]\n", "EU\n"),), [("CR038", 12, 13)]),
    "a decimal comma in shares": (
        (("{plain: 50%, free-shipping: 50%}", "{plain: 33,3%, free-shipping: 66,7%}"),),
        [("CR033", 19, 23), ("CR033", 19, 45)],
    ),
    "countries without brackets": ((("[US, GB]\n", "US, GB\n"),), [("CR038", 12, 13)]),
    "countries in quotes": ((("[US, GB]\n", '"[US, GB]"\n'),), [("CR038", 12, 13)]),
    "money of the street": ((("{from: 200 USD}", "{from: 200 RMB}"),), [("CR032", 13, 24)]),
    "money with a Chinese sign": ((("{from: 200 USD}", "{from: 200元}"),), [("CR031", 13, 20)]),
    "a list below its key": (
        (("    market: [US, GB]\n", "    market:\n      - US\n      - UK\n"),),
        [("CR038", 14, 9)],
    ),
    "a currency that is none": ((("{from: 200 USD}", "{from: 150 USX}"),), [("CR032", 13, 24)]),
    "the words of another tool": (
        (
            ("kind: percent, percent: 10%", "kind: percentage, value: 10"),
            ("{step: nudge, after: 20h", "{name: nudge, delay: 20h"),
        ),
        [("CR020", 23, 8), ("CR020", 23, 21), ("CR022", 32, 24), ("CR020", 32, 36)],
    ),
    "twice in a list": (
        (("[US, GB]\n", "[US, GB, US]\n"), ("[vip, returning]", "[vip, vip]")),
        [("CR095", 12, 22), ("CR095", 14, 21)],
    ),
    "twice in the list of a step": (
        (("if: {amount: {from: 80 USD}}", "if: {market: [US, US]}"),),
        [("CR095", 23, 72)],
    ),
    "merge keys": (
        (
            ("  free-shipping: {kind", "  free-shipping: &x {kind"),
            ("  welcome-back: {kind: percent,", "  welcome-back: {<<: *x,"),
        ),
        [("CR020", 32, 18)],
    ),
    "merge keys of a whole block": (
        (("  welcome-back: {", "  <<: {a: b}\n  welcome-back: {"),),
        [("CR020", 32, 3)],
    ),
    "a list over two lines": (
        (("[vip, returning]  ", "[vip,\n      returnin]  "),),
        [("CR022", 15, 7)],
    ),
    "a comment without a space": ((("status: active  ", "status: active#x  "),), [("CR022", 4, 9)]),
    "camel case": ((("not_after: 3d", "notAfter: 3d"),), [("CR020", 6, 43)]),
    "segments as a block": (
        (
            ("  - segment: big-spenders\n", "  big-spenders:\n"),
            ("  - segment: everyone-else\n", "  everyone-else:\n"),
        ),
        [("CR024", 11, 3)],
    ),
    "an amount without its block": (
        (("amount: {from: 200 USD}", "amount: 200 USD"),),
        [("CR024", 13, 13)],
    ),
    "a key twice, and the first is wrong too": (
        (("status: active", "status: activ"), ("priority: 20", "priority: 20\nstatus: draft")),
        [("CR022", 4, 9), ("CR010", 6, 1)],
    ),
    "words over two lines, a mistake elsewhere": (
        (
            ("A card was", "请付款：谢谢，再见\n  email：x after:2h"),
            ("status: active", "status: activ"),
        ),
        [("CR022", 5, 9)],
    ),
    "a key twice in one line": ((("after: 20h", "after: 20h, after: 30h"),), [("CR010", 23, 33)]),
}
