"""What a value was probably meant to say: the text to write instead, and how sure that is."""

import re
import unicodedata
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from recovery.campaign.durations import UNITS, format_duration
from recovery.campaign.vocabulary import Meant
from recovery.i18n import Text, say
from recovery.money import Money, currencies, digits

_UNIT_WORDS = {
    "m": "m min mins minute minutes minuten minuto minutos",
    "h": "h hr hrs hour hours std stunde stunden heure heures hora horas",
    "d": "d day days dayz tag tage tagen jour jours dia dias",
    "w": "w wk wks week weeks woche wochen",
}
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_LONG = {"month": 30, "months": 30, "monat": 30, "monate": 30, "year": 365, "years": 365}
_PART = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]+)")
_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "¥": "JPY",
    "￥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "元": "CNY",
}
_SURE_SIGNS = "€£₹₩元"
_SCALES = {"k": 1000, "千": 1000, "万": 10_000, "萬": 10_000}
_PER = {"day": "day", "daily": "day", "week": "week", "weekly": "week", "month": "month"}
_PER |= {"monthly": "month", "days": "day", "weeks": "week", "months": "month"}
_PER |= {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "个月": "month"}
_PERIOD = "|".join(sorted(_PER, key=len, reverse=True))
# `9 500`, `9'500`, `1.234,50`: digits, and what may part them.
_NUMBER = re.compile(r"[0-9](?:[0-9.,]|[\s'’](?=[0-9]))*")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:([.,\s'’])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+")
_EACH = r"(?:\s+(?:a|an|per|each|every|pro|je)\s+|\s*/\s*|\s+)"


def duration(text: str) -> Meant:
    """A span whose unit is missing, written in words, or not a whole number."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,5}", text):
        choice = say(
            "{minutes}, {hours} or {days}", minutes=f"{text}m", hours=f"{text}h", days=f"{text}d"
        )
        return Meant(choice, f"{text}h")
    found = _PART.findall(text)
    if re.fullmatch(r"[0-9]{1,5}\s*M", text):  # minutes, or months
        first, second = f"{text.rstrip('M ')}m", f"{30 * int(text.rstrip('M '))}d"
        return Meant(say("{first} or {second}", first=first, second=second), first)
    rest = re.sub(r"\s+|,|and|und|et|y", "", _PART.sub("", text.lower()))
    spans = [_span(count, word) for count, word in found]
    whole = [span for span, _ in spans if span is not None]
    total = sum(whole, timedelta())
    if not found or rest or len(whole) < len(spans) or total % timedelta(minutes=1):
        return Meant(say("30m, 20h, 3d, 2w or a sum such as 1d12h"))
    units = [word for _, word in found]
    sure = all(known for _, known in spans) and len(set(units)) == len(units)
    shown = _in_one_unit(total, units[0]) if len(units) == 1 else format_duration(total)
    return Meant(shown, shown, sure)


def _in_one_unit(span: timedelta, word: str) -> str:
    """`10 days` is 10d, and no sum of weeks and days."""
    folded = word.lower()
    letter = "d" if folded in _LONG else _UNIT_OF.get(folded, folded[0])
    count, rest = divmod(span, UNITS[letter])
    return format_duration(span) if rest else f"{count}{letter}"


def _span(count: str, word: str) -> tuple[timedelta | None, bool]:
    """One part of a span; None when its unit is none, and whether there is no doubt."""
    number, folded = Decimal(count.replace(",", ".")), word.lower()
    doubt = bool(re.search(r"[.,]\d{3}", count)) or word == "M"  # `1d 2M`
    if folded in _LONG:
        return timedelta(days=int(number * _LONG[folded])), False
    unit = _UNIT_OF.get(folded) or (
        folded[0] if folded[0] in UNITS and folded[:2] != "mo" else None
    )
    if unit is None:
        return None, False
    return timedelta(seconds=float(number * int(UNITS[unit].total_seconds()))), (
        folded in _UNIT_OF and not doubt
    )


def money(text: str) -> tuple[Text, Meant]:
    """What is wrong with an amount, and the amount that was meant; `，` counts as a comma.

    It is sure only when every sign of the text is part of the number or the currency.
    """
    text = unicodedata.normalize("NFKC", text)
    found = _NUMBER.search(text)
    number = found[0].strip(".,") if found and "-" not in text else ""
    currency, known = _currency(text)
    plain, sure = _plain_number(number, digits(currency))
    more = _left_over(text, number)
    shown = _amount(plain, currency, _SCALES.get(more.lower(), 0 if _glued(text, more) else 1))
    why = _why(text, number, currency)
    if shown is None:
        return say("it needs a number, a space and a currency"), Meant(say("500 USD"))
    return why, Meant(shown, shown, sure and known and not more)


def _glued(text: str, more: str) -> bool:
    """Whether what is left over stands beside the number: `2k` are not two."""
    return bool(more) and bool(re.search(rf"[0-9.,]{re.escape(more)}|{re.escape(more)}[0-9]", text))


def _left_over(text: str, number: str) -> str:
    """What is neither the number nor its currency: a period, say, or a second amount."""
    rest = text.replace(number, "", 1)
    named = next((word for word in re.findall(r"[A-Z]+", rest.upper()) if word in currencies()), "")
    rest = re.sub(named, "", rest, count=1, flags=re.IGNORECASE)
    sign = next((sign for sign in _SIGNS if sign in rest), "") if not named else ""
    return rest.replace(sign, "", 1).strip(" .,")


def _currency(text: str) -> tuple[str, bool]:
    """The currency that `text` names, and whether it could be no other."""
    letters = [word for word in re.findall(r"[A-Z]+", text.upper()) if word in currencies()]
    if letters:
        return letters[0], True
    sign = next((sign for sign in _SIGNS if sign in text), "")
    return _SIGNS.get(sign, "USD"), sign != "" and sign in _SURE_SIGNS


def _plain_number(number: str, decimals: int) -> tuple[str, bool]:
    """`number` with a decimal point only, and whether it can be read in one way only."""
    last = max(number.rfind(","), number.rfind("."))
    tail = len(number) - last - 1
    if last < 0 or (number.count(number[last]) > 1 and tail == 3):
        return re.sub(r"\D", "", number), bool(_THOUSANDS.fullmatch(number))
    whole = re.sub(r"\D", "", number[:last])
    if tail == 3 and decimals != 3 and number[:last].isdigit():
        return whole + number[last + 1 :], decimals == 0  # 1,234: a thousand, or one and a bit
    grouped = _THOUSANDS.fullmatch(number[:last])
    sure = grouped is not None and grouped[1] != number[last] and tail <= decimals
    return f"{whole}.{number[last + 1 :]}", sure


def _amount(number: str, currency: str, scale: int) -> str | None:
    try:
        exact = Money.parse(f"{Decimal(number) * scale:.{digits(currency)}f}", currency)
    except (ValueError, InvalidOperation):
        return None
    plain = str(exact).removesuffix("." + digits(currency) * "0")
    return f"{plain} {currency}" if exact.minor > 0 else None


def _why(text: str, number: str, currency: str) -> Text:
    commas, points = number.count(","), number.count(".")
    if commas and re.search(r",\d{1,2}$", number):
        return say("it uses a decimal comma")
    if commas or points > 1 or re.search(r"\d[\s'’]\d", text):
        return say("it has a thousands separator")
    if re.search(rf"\.\d{{{digits(currency) + 1},}}", number):
        return say("{currency} has {digits} decimals", currency=currency, digits=digits(currency))
    return say("it needs a number, a space and a currency")


def share(text: str) -> Meant:
    """A share without its sign, with a comma, or as a fraction of one."""
    either = Meant(say("10% or 0.25%"))
    try:
        value = Decimal(
            re.sub(r"\s*(?:%|percent|prozent|per cent|pct)\s*$", "", text.lower()).replace(",", ".")
        )
    except InvalidOperation:
        return either
    signed = not re.fullmatch(r"[\d.,\s]+", text)
    if not 0 <= value <= 100:
        return either if value < 0 else Meant(say("at most 100%"))
    if 0 < value < 1 and not signed:
        first, second = f"{_plain(value * 100)}%", f"{_plain(value)}%"
        return Meant(say("{first} or {second}", first=first, second=second), first)
    shown = f"{_plain(round(value, 2))}%"
    return Meant(shown, shown, round(value, 2) == value and (signed or value > 1))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def number(text: str) -> Meant:
    """A whole number with a sign, a point or a separator too many."""
    cure = say("digits only, such as 20")
    if re.fullmatch(r"[–—−－]\d{1,9}", text, re.ASCII):
        return Meant(cure, f"-{text[1:]}", True)
    if found := re.fullmatch(r"\+?(\d{1,9})(?:\.0*)?", text, re.ASCII):
        return Meant(cure, found[1], True)
    if found := re.fullmatch(r"\d{1,3}(?:[,.' ]\d{3})+", text, re.ASCII):
        return Meant(cure, re.sub(r"\D", "", found[0]))
    return Meant(cure)


def cap(text: str) -> Meant:
    """A number of messages and a span, in other words."""
    cure = say("a number and a span: 3 per week, or 2 per 10d")
    words = " ".join(text.lower().split())
    found = re.fullmatch(rf"(\d{{1,4}})(?: ?x| times| messages?)?{_EACH}(\w+)", words, re.ASCII)
    if found and found[2] in _PER and int(found[1]):
        return Meant(cure, f"{int(found[1])} per {_PER[found[2]]}", True)
    span = re.fullmatch(rf"(\d{{1,4}})(?: ?x| times| messages?)?{_EACH}(\d.*)", words, re.ASCII)
    meant = duration(span[2]) if span else None
    if span and meant and meant.fix and int(span[1]):
        return Meant(cure, f"{int(span[1])} per {meant.fix}", meant.safe)
    return Meant(cure)


def budget(text: str) -> tuple[str, str | None]:
    """Part a budget into its amount and the period that was meant, None when there is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    behind = rf"(?P<amount>.*?\S)(?:{_EACH}|\s*/?\s*每\s*)(?P<period>{_PERIOD})"
    ahead = rf"(?:每\s*|per |each |every |a )?(?P<period>{_PERIOD})\s+?(?P<amount>\S.*)"
    chinese = r"每\s*(?P<period>个月|月|周|星期|天|日)\s*(?P<amount>\S.*)"
    for form in (behind, chinese, ahead):
        if found := re.fullmatch(form, plain, re.IGNORECASE):
            return found["amount"], _PER[found["period"].lower()]
    return text, None


def quiet(text: str) -> Meant:
    """Two times of day, written shorter or with a.m. and p.m."""
    cure = say("two times of day: 21:00-08:00")
    clock = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?"
    found = re.fullmatch(rf"{clock}\s*(?:-|–|—|to|until|bis|~|至)\s*{clock}", text.strip().lower())
    if found is None:
        return Meant(cure)
    start, end = _clock(found[1], found[2], found[3]), _clock(found[4], found[5], found[6])
    if start is None or end is None or start == end:
        return Meant(cure)
    return Meant(cure, f"{start}-{end}", bool(found[3]) == bool(found[6]))


def _clock(hours: str, minutes: str | None, half: str | None) -> str | None:
    hour, minute = int(hours), int(minutes or 0)
    if half and half[0] in "ap" and len(half) > 1:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half[0] == "p")
    fits = (hour <= 23 and minute <= 59) or (hour, minute) == (24, 0)
    return f"{hour:02}:{minute:02}" if fits else None
