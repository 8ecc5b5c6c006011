"""What people read of the rules: how sure we are of a fact, and hours, in any language."""

import re
from gettext import NullTranslations

from recovery.i18n import mark

STATUS = {
    "verified": mark("verified"),
    "secondary": mark("secondary source"),
    "conflicting": mark("sources disagree"),
    "judgement": mark("our judgement"),
    "memory": mark("from memory"),
}
_DAYS = {
    "mon": mark("mon"),
    "tue": mark("tue"),
    "wed": mark("wed"),
    "thu": mark("thu"),
    "fri": mark("fri"),
    "sat": mark("sat"),
    "sun": mark("sun"),
}
_FROM_TO = mark("{first}-{last}")
_OPEN = re.compile(rf"\b({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))?(?= \d\d:\d\d)")


def hours_in(text: str, speak: NullTranslations) -> str:
    """`mon-sat 09:00-20:00, holidays: skip` in words; what are no hours stays as it is."""
    text = text.replace(", holidays: skip", speak.gettext(mark(", not on public holidays")))
    text = text.replace(", holidays: send", "")
    return _OPEN.sub(lambda found: _days(found[1], found[2], speak), text)


def _days(first: str, last: str | None, speak: NullTranslations) -> str:
    begins = speak.gettext(_DAYS[first])
    if last is None:
        return begins
    return speak.gettext(_FROM_TO).format(first=begins, last=speak.gettext(_DAYS[last]))
