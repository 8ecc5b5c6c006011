"""What the example of each code is told with, so that its words are whole sentences.

`given` and the like have the values that `recovery check` finds in the example.
"""

from collections.abc import Mapping
from gettext import NullTranslations

from recovery.i18n import Value, say, told

SAMPLES: dict[str, Mapping[str, Value]] = {
    "CR001": {"sign": say("a full-width space ({number})", number="U+3000")},
    "CR002": {"plain": ": ", "sign": "："},
    "CR003": {"shown": "after: 30m", "sign": ":"},
    "CR004": {"found": 5, "wanted": 4},
    "CR005": {"cure": say("put the whole value in double quotes")},
    "CR006": {"problem": say("nothing stands between two commas")},
    "CR007": {"encoding": "GBK / GB18030"},
    "CR009": {"problem": say("an alias contains itself")},
    "CR010": {"key": "holdout", "line": 7},
    "CR012": {"closing": "]", "sign": "["},
    "CR013": {"sign": say("a no-break space ({number})", number="U+00A0")},
    "CR014": {"sign": "{{"},
    "CR015": {"given": "!!int"},
    "CR017": {"sign": "]"},
    "CR018": {"problem": say("it is a folder")},
    "CR019": {"problem": say("the file is larger than {limit} MB", limit=1)},
    "CR020": {"guess": say("did you mean '{near}'?", near="holdout"), "key": "hold_out"},
    "CR021": {"key": "step"},
    "CR022": {
        "given": "activ",
        "guess": say("did you mean '{near}'?", near="active"),
        "key": "status",
    },
    "CR023": {"key": "holdout"},
    "CR024": {
        "example": say("its keys below it, one a line"),
        "found": say("one value"),
        "key": "goal",
        "wanted": say("a block of keys"),
    },
    "CR025": {"example": "card-declined", "given": "card declined!"},
    "CR026": {"key": "customer"},
    "CR027": {"given": "holdout", "shown": "holdout: 10%", "sign": ":"},
    "CR028": {"sign": "'"},
    "CR029": {"key": "holdout", "problem": "Value error"},
    "CR030": {
        "example": say("{minutes}, {hours} or {days}", minutes="72m", hours="72h", days="72d"),
        "given": "72",
    },
    "CR031": {
        "example": "200 USD",
        "given": "$200",
        "problem": say("it needs a number, a space and a currency"),
    },
    "CR032": {"given": "UDS", "guess": say("did you mean '{near}'?", near="USD")},
    "CR033": {"example": say("{first} or {second}", first="10%", second="0.1%"), "given": "0.1"},
    "CR034": {"given": "high"},
    "CR035": {
        "example": say("a number and a span: 3 per week, or 2 per 10d"),
        "given": "thrice a week",
    },
    "CR036": {"example": say("two times of day: 21:00-08:00"), "given": "21-8"},
    "CR037": {
        "example": say("{amount} per day, per week or per month", amount="500 USD"),
        "given": "500 USD per year",
    },
    "CR038": {
        "given": "UK",
        "guess": say("did you mean '{code}' ({name})?", code="GB", name="Britain (UK)"),
    },
    "CR039": {
        "given": "card_expired",
        "guess": say("did you mean '{near}'?", near="voucher_expired"),
    },
    "CR040": {
        "given": "payment-faild",
        "guess": say("did you mean '{near}'?", near="payment-failed"),
    },
    "CR041": {"given": "persnal", "guess": say("did you mean '{near}'?", near="personal")},
    "CR042": {"given": "shp", "guess": say("did you mean '{near}'?", near="ship")},
    "CR043": {"given": "remider", "guess": say("did you mean '{near}'?", near="reminder")},
    "CR044": {"given": "last", "problem": say("is this step itself")},
    "CR045": {"given": "90%"},
    "CR046": {"given": "reminder", "kind": "step", "line": 19},
    "CR047": {"found": say("none")},
    "CR048": {
        "cure": say("add '{key}: {example}'", key="worth", example="8 USD"),
        "key": "worth",
        "kind": "free_shipping",
        "problem": say("is missing"),
    },
    "CR049": {"given": "late", "other": "last"},
    "CR050": {"cure": say("swap the two"), "problem": say("'from' is not less than 'below'")},
    "CR051": {"given": "30m", "other": "30m"},
    "CR052": {
        "cure": say("delete 'to', or write 'task'"),
        "key": "to",
        "problem": say("only a task is given to a team"),
    },
    "CR053": {"given": "card-declined", "other": "old.yaml"},
    "CR054": {
        "channel": "sms",
        "given": "call-customer",
        "guess": say("one of: {options}", options="payment-failed"),
    },
    "CR055": {"file": "templates/last-call", "given": "last-call"},
    "CR056": {"count": 1},
    "CR060": {"given": "everyone-else", "other": "dear"},
    "CR061": {"given": "everyone-else", "other": "dear", "shared": "200.00 USD - 300.00 USD"},
    "CR062": {"given": "declined", "on": "unpaid"},
    "CR063": {"given": "stolen_card"},
    "CR064": {"given": "nudge", "within": "7d"},
    "CR065": {
        "given": "last",
        "problem": say("nobody has both followed a link and not followed it"),
    },
    "CR066": {"given": "spare", "kind": say("offer")},
    "CR067": {"given": "ship", "within": "7d"},
    "CR068": {"given": "personal", "segment": "dear"},
    "CR069": {"given": "payment-failed"},
    "CR070": {"given": "last-call", "markets": "JP, PL"},
    "CR071": {"count": 1, "given": "nudge", "markets": "DE, ES, FR, IT, NL, PL +1"},
    "CR073": {"given": "60%", "key": "global_holdout"},
    "CR074": {"given": "08:00-21:00", "wanted": "21:00-08:00"},
    "CR075": {"example": "urgent", "given": "calm, urgent", "template": "payment-failed"},
    "CR094": {
        "cure": say("delete the line"),
        "given": "```yaml",
        "problem": say("a mark of Markdown"),
    },
    "CR095": {"given": "US", "key": "market"},
    "CR096": {
        "given": "*regulars",
        "guess": say("write the value itself here"),
        "problem": say("nothing above is called '&{name}'", name="regulars"),
    },
    "CR097": {"given": "paid_within", "key": "goal"},
    "CR098": {"given": "{step: nudge"},
    "CR099": {"count": 25},
    "CR100": {"problem": "'int' + 'ItemView'"},
    "CR101": {
        "given": "custmer_name",
        "guess": say("did you mean '{near}'?", near="customer_name"),
    },
    "CR102": {
        "problem": say(
            "'{given}' is never ended; write '{closing}'", given="if", closing="{% endif %}"
        )
    },
    "CR104": {"guess": say("did you mean '{near}'?", near="sms.txt")},
    "CR107": {"given": "last-call"},
    "CR109": {"given": "servce", "guess": say("did you mean '{near}'?", near="service")},
    "CR110": {"given": "fallbak", "guess": say("did you mean '{near}'?", near="fallback")},
    "CR112": {"wanted": "en/letter.txt"},
    "CR113": {"channel": "sms", "wanted": "en/sms.txt"},
    "CR114": {"part": "HTML", "wanted": "email.html"},
    "CR115": {"given": "pay_now", "shown": "Pay now"},
    "CR116": {"given": "pay_nwo", "guess": say("did you mean '{near}'?", near="pay_now")},
    "CR117": {"problem": say("there is no element {tag} at this place", tag="<mj-txt>")},
    "CR118": {
        "guess": say("known are {options}", options="button, headline, items, preheader, subject")
    },
    "CR119": {"given": "subject"},
    "CR121": {
        "given": "layouts/plan.html",
        "guess": say("did you mean '{near}'?", near="layouts/plain.html"),
    },
    "CR123": {"given": "class"},
    "CR124": {"given": "last-cal", "guess": say("did you mean '{near}'?", near="last-call")},
    "CR125": {"channel": "sms", "given": "last-call", "locale": "pl", "wanted": "en/sms.txt"},
    "CR127": {"count": 3, "given": "☎", "without": 1},
    "CR129": {
        "given": "{name}",
        "guess": say("did you mean '{near}'?", near="{{ customer_name }}"),
    },
    "CR130": {"given": "｛", "wanted": "{{ pay_url }}"},
    "CR131": {"given": "money", "path": "order.placed_at", "what": say("a time")},
    "CR132": {"given": "order.amount", "wanted": "order.amount|money"},
    "CR133": {
        "given": "order",
        "options": "order.number, order.items, order.amount, order.placed_at",
    },
    "CR134": {"given": "urgnt", "guess": say("did you mean '{near}'?", near="urgent")},
    "CR150": {"problem": "orders[0].items: 'two mugs'"},
    "CR152": {"why": "expired"},
    "CR154": {"given": "www.shop.example/pay"},
    "CR155": {"given": "https://pay.example.net/1", "host": "pay.example.net"},
    "CR156": {"given": "https://shop.example/?email=kim@example.com"},
    "CR157": {"most": 102, "size": 131},
    "CR158": {"width": 72, "words": 11},
    "CR160": {"given": "logo.png"},
    "CR161": {"market": "SG"},
    "CR162": {"least": 1, "letters": "’", "parts": 3},
    "CR163": {"parts": 4, "units": 480},
    "CR164": {"given": "offer", "market": "DE"},
    "CR200": {"market": "DE", "problem": "limits.sms: '-1'"},
    "CR201": {"fact": "limits.sms", "shipped": "1"},
    "CR202": {"markets": "SG"},
    "CR203": {"markets": "SG, AE"},
    "CR204": {"count": 2, "limit": 1, "markets": "DE, FR"},
    "CR205": {"cure": say("call it {name}", name="GB.yaml"), "given": "UK.yaml"},
    "CR206": {"given": "FR", "market": "DE"},
    "CR207": {"market": "DE", "other": "DE.yml"},
    "CR208": {"given": "many", "least": 0, "most": 99},
    "CR209": {"given": "carrd", "guess": say("did you mean '{near}'?", near="card")},
    "CR211": {
        "example": "mon-fri 09:00-18:00",
        "given": "mon-fri 9-18",
        "problem": say("days and hours look like mon-sat 09:00-20:00"),
    },
}


def sampled(code: str, words: str, language: NullTranslations) -> str:
    """The message or the help of `code` as its example is told, in the words of a catalogue."""
    return told(language.gettext(words), SAMPLES.get(code, {}), language) if words else ""
