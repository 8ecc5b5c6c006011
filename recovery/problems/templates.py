"""Rows of what is wrong with templates."""

from recovery.problems.row import Row, Severity

_PAGE = "see the placeholders in docs/templates.md"
_LETTER = "subject: Your order\npreheader: It waits\nheadline: Your order\n\n"
_ABOUT, _TEXT, _PHRASES = "message.yaml", "en/letter.txt", "phrases/en.yaml"

TEMPLATES: dict[str, Row] = {
    "CR100": Row(
        "this can't be written out: {problem}",
        _PAGE,
        "Every template is written out with example orders before a customer sees it, and this one "
        "failed.",
        _LETTER + "«{{ order.items|sum }}»",
        _LETTER + "{{ order.items|length }}",
        file=_TEXT,
    ),
    "CR101": Row(
        "there is no placeholder '{given}'",
        "{guess}",
        "A placeholder that does not exist would leave a gap in the message, so it is never sent.",
        _LETTER + "Hello {{ «custmer_name» }},",
        _LETTER + "Hello{% if customer_name %} {{ customer_name }}{% endif %},",
        file=_TEXT,
    ),
    "CR102": Row(
        "not a template: {problem}",
        _PAGE,
        "What begins must end: each 'if' has its 'endif', each bracket its partner.",
        _LETTER + "«{% if kept_until %}Kept until {{ kept_until|date }}»",
        _LETTER + "{% if kept_until %}Kept until {{ kept_until|date }}{% endif %}",
        file=_TEXT,
    ),
    "CR103": Row(
        "an offer turns this service message into advertising",
        "take the offer out, or set 'class: marketing' in message.yaml",
        "One coupon makes the whole message advertising, which needs the consent of marketing. A "
        "service message may only speak of the customer's own order.",
        _LETTER + "{% if «offer» %}Take {{ offer.code }}.{% endif %}",
        _LETTER + "Your order is waiting.",
        file=_TEXT,
    ),
    "CR104": Row(
        "nothing reads this file",
        "{guess}",
        "A file with another name is never used; most often it is a slip of the pen.",
        file="en/smss.txt",
        wrong="«»Pay here: {{ pay_url }}",
        right="",
    ),
    "CR105": Row(
        "this file is not UTF-8",
        "save it as UTF-8",
        "Other encodings turn accents and Chinese signs into others on the way to the customer.",
    ),
    "CR106": Row(
        "this is not YAML in UTF-8",
        "put words into quotes",
        "Words with a ':' or a quote in them need quotes around the whole.",
        "class: service\ndescription: «'It waits»",
        'class: service\ndescription: "It waits"',
        file=_ABOUT,
    ),
    "CR107": Row(
        "{given} has no message.yaml",
        "write 'class: service' into it",
        "Without it nobody can tell whether the message needs consent for advertising.",
    ),
    "CR108": Row(
        "nobody can tell whether this is service or marketing",
        "add 'class: service' (a neutral notice) or 'class: marketing' (anything else)",
        "The class decides which consent a message needs, so it can't be guessed.",
        "«description: The order waits»",
        "description: The order waits\nclass: service",
        file=_ABOUT,
    ),
    "CR109": Row(
        "class '{given}' does not exist",
        "{guess}",
        "There are two classes: service, a neutral notice about the order, and marketing.",
        "class: «servce»",
        "class: service",
        file=_ABOUT,
    ),
    "CR110": Row(
        "{given} means nothing here",
        "{guess}",
        "message.yaml knows class, description and fallback.",
        "class: service\n«fallbak»: en",
        "class: service\nfallback: en",
        file=_ABOUT,
    ),
    "CR111": Row(
        "this is no locale",
        "name the folder by language and country: de, pt-BR",
        "The folders of a message are languages; another folder is never read.",
    ),
    "CR112": Row(
        "the message has no words",
        "write {wanted}",
        "A message needs a letter, an SMS or a task in at least one language.",
    ),
    "CR113": Row(
        "{channel} has no words for other languages",
        "write {wanted}, or set 'fallback:'",
        "Customers whose language is not there get the fallback, so that must be written.",
    ),
    "CR114": Row(
        "the e-mail has no {part}",
        "write {wanted}",
        "An e-mail needs a subject, HTML and plain text; letter.txt gives all three at once.",
    ),
    "CR115": Row(
        "the phrase {given} is missing",
        "say '{shown}' in it",
        "Every language must have all the phrases that English has.",
    ),
    "CR116": Row(
        "there is no phrase [[{given}]]",
        "{guess}",
        "Phrases between double brackets come from layouts/phrases, one file a language.",
        _LETTER + "[[«pay_nwo»]]",
        _LETTER + "[[pay_now]]",
        file=_TEXT,
    ),
    "CR117": Row(
        "the layout is not MJML: {problem}",
        "mend the layout; the documentation of MJML has every element",
        "The layout becomes the HTML of every e-mail, so a broken one stops them all.",
    ),
    "CR118": Row(
        "a letter opens with lines such as 'subject: …', then an empty line",
        "{guess}",
        "The lines above the first empty one are the letter's head: subject, preheader, headline.",
        "«Dear customer,»\n\nyour order waits.",
        _LETTER + "Dear customer, your order waits.",
        file=_TEXT,
    ),
    "CR119": Row(
        "the letter has no {given}",
        "add a line '{given}: …'",
        "Without it the mail would arrive without subject or headline.",
        "«preheader: It waits»\nheadline: Your order\n\nIt waits.",
        "subject: Your order\npreheader: It waits\nheadline: Your order\n\nIt waits.",
        file=_TEXT,
    ),
    "CR120": Row(
        "the letter says nothing",
        "add a paragraph",
        "Below the empty line stands what the customer reads.",
        "subject: Your order\npreheader: It waits\n«headline: Your order»",
        _LETTER + "It waits.",
        file=_TEXT,
    ),
    "CR121": Row(
        "there is no file {given}",
        "{guess}",
        "A template can be built on a layout, or include a file, of the templates folder.",
    ),
    "CR122": Row(
        "lines such as 'name: words' belong here",
        "write one name and its words a line",
        "The file is a list of names with their words, nothing else.",
        "«just words»",
        "class: service",
        file=_ABOUT,
    ),
    "CR123": Row(
        "{given} has no words",
        "put them into quotes",
        "A name needs words on its own line, in quotes when they begin with a bracket.",
        "«class»: [service]",
        "class: service",
        file=_ABOUT,
    ),
    "CR124": Row(
        "there is no message '{given}'",
        "{guess}",
        "A message is a folder in templates; a campaign writes its name after email, sms or task.",
    ),
    "CR125": Row(
        "{given} has no {channel} for {locale}",
        "write {wanted}",
        "Neither the customer's language nor the fallback has words for this channel.",
    ),
    "CR126": Row(
        "this placeholder may be empty",
        "put it between {{% if … %}} and {{% endif %}}",
        "Not every order has a name, a deadline or an offer. Without the 'if' the sentence would "
        "have a hole.",
        _LETTER + "«Kept until {{ kept_until }}»",
        _LETTER + "{% if kept_until %}Kept until {{ kept_until|date }}{% endif %}",
        file=_TEXT,
    ),
    "CR127": Row(
        "'{given}' makes this SMS cost {count} parts, {without} without it",
        "write a plain letter in its place",
        "One character that the old alphabet of SMS (GSM-7) lacks turns the whole text into one of "
        "70 characters a part in place of 160.",
        "{{ shop.name }}: {{ order.amount|money }} of order {{ order.number }} is open. We keep it "
        "for you until tonight «☎» {{ pay_url }}",
        "{{ shop.name }}: {{ order.amount|money }} of order {{ order.number }} is open. We keep it "
        "for you until tonight: {{ pay_url }}",
        Severity.WARNING,
        "en/sms.txt",
    ),
    "CR128": Row(
        "a marketing message without a way to unsubscribe",
        "say {{{{ unsubscribe_url }}}} in it, in an SMS [[sms_stop]]",
        "The law of nearly every market asks for it in each message, and mail providers do, too.",
    ),
    "CR129": Row(
        "{given} is no placeholder: customers would read it as it stands",
        "{guess}",
        "Placeholders stand between two braces. One brace, or the signs of other mail programs, "
        "are only text.",
        _LETTER + "Hello «{name}»,",
        _LETTER + "Hello{% if customer_name %} {{ customer_name }}{% endif %},",
        file=_TEXT,
    ),
    "CR130": Row(
        "full-width '{given}' in a place of signs",
        "write {wanted}; switch the input method to half-width (半角)",
        "Signs of an input method look like those of a template and are others.",
        _LETTER + "Pay here: «｛｛ pay_url ｝｝»",
        _LETTER + "Pay here: {{ pay_url }}",
        file=_TEXT,
    ),
    "CR131": Row(
        "the filter '{given}' can't write '{path}', which is {what}",
        _PAGE,
        "Each filter writes one kind of thing: money an amount, date and moment a time, listed a "
        "list.",
        _LETTER + "Total: {{ order.placed_at|«money» }}",
        _LETTER + "Total: {{ order.amount|money }}",
        file=_TEXT,
    ),
    "CR132": Row(
        "'{given}' is written without the customer's own signs",
        "write {wanted}",
        "Amounts, times and lists are written differently in each language; a filter does it.",
        _LETTER + "Total: {{ order.«amount» }}",
        _LETTER + "Total: {{ order.amount|money }}",
        Severity.WARNING,
        _TEXT,
    ),
    "CR133": Row(
        "'{given}' has parts and can't be written as a whole",
        "write one of {options}",
        "The customer would read the inside of a program.",
        _LETTER + "Order {{ «order» }}",
        _LETTER + "Order {{ order.number }}",
        file=_TEXT,
    ),
    "CR134": Row(
        "no step that sends this has the variant '{given}'",
        "{guess}",
        "The words that stand there would never be read, and the variant that was meant gets those "
        "of the others.",
        severity=Severity.WARNING,
    ),
}
