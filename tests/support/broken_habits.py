"""Broken campaign files: what hands do that write Chinese, paste from Word, or know other tools."""

# As in `tests.support.broken_text`.
HABITS: dict[str, tuple[tuple[tuple[str, str], ...], list[tuple[str, int, int]]]] = {
    "zh key status": ((("status: active", "状态: active"),), [("CR020", 4, 1)]),
    "zh comma in markets": ((("[US, GB]\n", "[US\u3001GB]\n"),), [("CR002", 12, 16)]),
    "zh quotes": ((("sequence: personal", "sequence: \u300cpersonal\u300d"),), [("CR025", 15, 15)]),
    "word dash bullets": ((("    - {step: nudge", "    \u2013 {step: nudge"),), [("CR002", 23, 5)]),
    "word bullet": ((("    - {step: nudge", "    \u2022 {step: nudge"),), [("CR002", 23, 5)]),
    "nbsp indents 2 lines": (
        (
            (
                "    market: [US, GB]\n    amount",
                "\xa0\xa0\xa0\xa0market: [US, GB]\n\xa0\xa0\xa0\xa0amount",
            ),
        ),
        [("CR001", 12, 1), ("CR001", 13, 1)],
    ),
    "nbsp after colon": ((("holdout: 10%", "holdout:\xa010%"),), [("CR013", 9, 9)]),
    "curly apostrophe": ((("description: A card was", "description: \u2018A card\u2019 was"),), []),
    "curly quoted desc": (
        (
            (
                (
                    "description: A card was declined; ask for another "
                    "way to pay while the basket is warm"
                ),
                "description: \u201cA: card\u201d",
            ),
        ),
        [("CR005", 3, 16)],
    ),
    "thin space": ((("200 USD", "200\u2009USD"),), [("CR013", 13, 23)]),
    "en dash negative": ((("priority: 20", "priority: \u201320"),), [("CR034", 5, 11)]),
    "minus sign": ((("priority: 20", "priority: \u221220"),), [("CR034", 5, 11)]),
    "no colon last": ((("limits: {per", "limits {per"),), [("CR027", 33, 1)]),
    "two steps dashes lost": (
        (
            ("    - {step: nudge", "    {step: nudge"),
            ("    - {step: offer", "    {step: offer"),
        ),
        [("CR098", 23, 5), ("CR098", 26, 5)],
    ),
    "step keys block no dash": (
        (
            (
                (
                    "    - {step: nudge, after: 20h, sms: payment-faile"
                    "d, if: {amount: {from: 80 USD}}}"
                ),
                (
                    "    - step: nudge\n      after: 20h\n      sms: paym"
                    "ent-failed\n      step: more\n      after: 30h\n     "
                    " sms: payment-failed"
                ),
            ),
        ),
        [("CR098", 26, 7)],
    ),
    "segments without any dash": (
        (
            ("  - segment: big-spenders", "  segment: big-spenders"),
            ("  - segment: everyone-else", "  segment: everyone-else"),
        ),
        [("CR098", 11, 3), ("CR098", 16, 3)],
    ),
    "limits at own column": (
        (
            (
                ("limits: {per_customer: 3 per week, quiet: 21:00-08:00}"),
                ("limits:\nper_customer: 3 per week\nquiet: 21:00-08:00"),
            ),
        ),
        [("CR097", 34, 1)],
    ),
    "sequence own column": (
        (
            (
                (
                    "sequences:\n  plain:\n    - {step: reminder, after: "
                    "0m, email: payment-failed}          # counted"
                ),
                (
                    "sequences:\nplain:\n    - {step: reminder, after: 0m"
                    ", email: payment-failed}          # counted"
                ),
            ),
        ),
        [("CR097", 21, 1)],
    ),
    "if own column": (
        (
            (
                (
                    "    - {step: nudge, after: 20h, sms: payment-faile"
                    "d, if: {amount: {from: 80 USD}}}"
                ),
                (
                    "    - step: nudge\n      after: 20h\n      sms: paym"
                    "ent-failed\n      if:\n      market: [US]"
                ),
            ),
        ),
        [("CR097", 27, 7)],
    ),
    "market deeper": (
        (("    market: [US, GB]\n", "      market: [US, GB]\n"),),
        [("CR004", 12, 1)],
    ),
    "status uppercase key": ((("status: active", "Status: active"),), [("CR020", 4, 1)]),
    "yes": ((("holdout: 10%", "holdout: yes"),), [("CR033", 9, 10)]),
    "ten percent words": ((("holdout: 10%", "holdout: 10 percent"),), [("CR033", 9, 10)]),
    "2 days": ((("not_after: 3d", "not_after: 3 days"),), [("CR030", 6, 54)]),
    "1 month": ((("paid_within: 7d", "paid_within: 1 month"),), [("CR030", 8, 21)]),
    "US$": ((("200 USD", "US$200"),), [("CR031", 13, 20)]),
    "\xa5": ((("200 USD", "\xa520000"),), [("CR031", 13, 20)]),
    "200USD": ((("200 USD", "200USD"),), [("CR031", 13, 20)]),
    "USD 200": ((("200 USD", "USD 200"),), [("CR031", 13, 20)]),
    "market str two": ((("[US, GB]\n", "US, GB\n"),), [("CR038", 12, 13)]),
    "market lower": ((("[US, GB]\n", "[us, gb]\n"),), [("CR038", 12, 14), ("CR038", 12, 18)]),
    "EU": ((("[US, GB]\n", "[EU]\n"),), [("CR038", 12, 14)]),
    "chinese country": ((("[US, GB]\n", "[美国]\n"),), [("CR038", 12, 14)]),
    "customer VIP": ((("[vip,", "[VIP,"),), [("CR022", 14, 16)]),
    "customer plural": ((("[vip, returning]", "[guests]"),), [("CR022", 14, 16)]),
    "quiet 9pm": ((("21:00-08:00", "9pm to 8am"),), [("CR036", 33, 43)]),
    "quiet fw colon": ((("21:00-08:00", "21\uff1a00-08\uff1a00"),), [("CR002", 33, 45)]),
    "per_customer 3": ((("3 per week", "3"),), [("CR035", 33, 24)]),
    "每周3次": ((("3 per week", "每周3次"),), [("CR035", 33, 24)]),
    "percent 110": ((("percent: 10%", "percent: 110%"),), [("CR033", 32, 42)]),
    "shares 60 60": (
        (("{plain: 50%, free-shipping: 50%}", "{plain: 60%, free-shipping: 60%}"),),
        [("CR045", 19, 15)],
    ),
    "seq list": (
        (("{plain: 50%, free-shipping: 50%}", "[plain, free-shipping]"),),
        [("CR024", 19, 15)],
    ),
    "email sms both": (
        (("sms: payment-failed, if", "sms: payment-failed, email: payment-failed, if"),),
        [("CR047", 23, 7)],
    ),
    "order of steps": (
        (
            ("after: 20h, sms", "after: 0m, sms"),
            (
                ("{step: reminder, after: 0m, email: payment-failed}          # counted"),
                ("{step: reminder, after: 2h, email: payment-failed}          # counted"),
            ),
        ),
        [("CR049", 23, 28)],
    ),
    "dup step": ((("step: nudge", "step: reminder"),), [("CR046", 23, 14)]),
    "clicked later": ((("not_clicked: reminder", "clicked: offer"),), [("CR044", 26, 86)]),
    "campaign name spaces": (
        (("campaign: card-declined", "campaign: Card declined!"),),
        [("CR025", 2, 11)],
    ),
    "desc colon": ((("A card was declined; ask", "Attention: ask"),), [("CR005", 3, 23)]),
    "desc hash": (
        (
            (
                ("A card was declined; ask for another way to pay while the basket is warm"),
                "50% #1 offer",
            ),
        ),
        [],
    ),
    "desc percent": ((("A card was", "% card was"),), [("CR014", 3, 14)]),
    "desc star": ((("A card was", "- card was"),), [("CR014", 3, 14)]),
    "unclosed flow end": (
        (
            (
                ("limits: {per_customer: 3 per week, quiet: 21:00-08:00}"),
                ("limits: {per_customer: 3 per week, quiet: 21:00-08:00"),
            ),
        ),
        [("CR012", 33, 9)],
    ),
    "paren": ((("[US, GB]\n", "(US, GB)\n"),), [("CR038", 12, 13)]),
    "semicolon list": ((("[US, GB]\n", "[US; GB]\n"),), [("CR038", 12, 14)]),
    "json style": ((("goal: {paid_within: 7d}", 'goal: {"paid_within": "7d"}'),), []),
    "json nospace": ((("goal: {paid_within: 7d}", 'goal: {"paid_within":"7d"}'),), []),
    "missing goal": ((("goal: {paid_within: 7d}\n", ""),), [("CR021", 2, 1)]),
    "missing seg seq": ((("    sequence: personal\n", ""),), [("CR021", 11, 5)]),
    "wechat emoji key": ((("holdout: 10%", "👉holdout: 10%"),), [("CR020", 9, 1)]),
    "rtl mark": ((("status: active", "status: \u200eactive"),), [("CR013", 4, 9)]),
    "word joiner in value": ((("status: active", "status: act\u2060ive"),), [("CR013", 4, 12)]),
    "fw space in flow": (
        (("{step: nudge, after", "{step: nudge,\u3000after"),),
        [("CR013", 23, 20)],
    ),
    "fw space after colon": ((("status: active", "status:\u3000active"),), [("CR013", 4, 8)]),
    "zh name seq undefined": ((("sequence: personal", "sequence: 人工"),), [("CR041", 15, 15)]),
    "fw semicolon": ((("{step: nudge, after", "{step: nudge\uff1b after"),), [("CR002", 23, 19)]),
    "arrow2": ((("priority: 20", "priority -> 20"),), [("CR027", 5, 1)]),
    "quoted list string": ((("[US, GB]\n", '"[US, GB]"\n'),), [("CR038", 12, 13)]),
    "anchors ok": (
        (
            ("    market: [US, GB]\n", "    market: &m [US, GB]\n"),
            ("market: [US, GB, DE, NO]", "market: *m"),
        ),
        [],
    ),
}
