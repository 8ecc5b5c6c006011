"""The plan's short words for reasons and states. What is not listed is shown as it is written."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from recovery import tongue
from recovery.campaign.durations import format_duration
from recovery.i18n import mark
from recovery.message import Channel

_TOO_LATE = "too_late_after_"
_UNITS = {
    "w": mark("{count}w"),
    "d": mark("{count}d"),
    "h": mark("{count}h"),
    "m": mark("{count}m"),
}

# Why an order does not enter a campaign.
ADMISSION: Mapping[str, str] = {
    "enters": mark("enters now"),
    "in_campaign": mark("is in a campaign already"),
    "enrolled_before": mark("was in a campaign before"),
    "higher_priority": mark("goes to a campaign of higher priority"),
    "customer_busy": mark("its customer is in the campaign with another order"),
    "draft": mark("fits, but the campaign is a draft"),
    "paused": mark("fits, but the campaign is paused"),
    "ended": mark("fits, but the campaign has ended"),
    "held": mark("fits, but the campaign is held by `recovery pause`"),
    "no_rate": mark("its currency has no exchange rate"),
    "no_segment": mark("fits no segment"),
    "too_young": mark("is too young: its turn comes later"),
    "too_old": mark("is too old"),
    "expired": mark("can't be paid any more"),
    "wrong_status": mark("is not of the kind the campaign waits for"),
}

# Why a message waits, or is never sent.
MESSAGES: Mapping[str, str] = {
    "expired": mark("the order can't be paid any more"),
    "goal_window_over": mark("the goal window is over"),
    "too_late": mark("it would come too late"),
    "paused": mark("the campaign is paused"),
    "template_error": mark("its template has a mistake"),
    "market_error": mark("the market's own rules can't be read"),
    "do_not_contact": mark("the reason of the failure forbids writing"),
    "no_email": mark("no e-mail address"),
    "no_phone": mark("no phone number"),
    "no_consent": mark("no consent to this kind of message"),
    "suppressed": mark("unsubscribed, bounced or complained"),
    "service_limit": mark("the market allows no further service message"),
    "sms_limit": mark("the market allows no further SMS"),
    "link_not_allowed": mark("the market allows no link in an SMS"),
    "earlier_step": mark("an earlier step goes first"),
    "overtaken": mark("a later step has gone out"),
    "condition": mark("the step's own condition"),
    "person_on_it": mark("a colleague has claimed the order"),
    "minimum_gap": mark("the message before it is too recent"),
    "customer_cap": mark("the customer has had enough messages"),
    "contact_hours": mark("the market's contact hours"),
    "quiet_hours": mark("quiet hours"),
    "no_incentive": mark("the customer is among those who never get an offer"),
    "offer_budget_spent": mark("the offer's budget is spent"),
    "offer_once_per_customer": mark("the customer had the offer not long ago"),
    "offer_minimum_order": mark("the order is below the offer's minimum"),
    "offer_over": mark("the offer made earlier is over"),
    "offer_no_rate": mark("the offer's currency has no exchange rate"),
    "offer_in_service_template": mark("its template can't show an offer"),
}

STATES: Mapping[str, str] = {
    "unchanged": mark("as it is live"),
    "changed": mark("changed"),
    "new": mark("new"),
    "gone": mark("its file is gone"),
    "broken": mark("its file has a mistake"),
    "kept": mark("its file has a mistake: the last good text goes on"),
}

HELD: Mapping[str, str] = {
    "draft": mark("draft: takes nobody"),
    "paused": mark("paused: takes nobody, messages wait"),
    "ended": mark("ended: takes nobody, who is in it finishes"),
    "held": mark("held by `recovery pause`"),
    "broken": mark("waits until its file is mended"),
    "gone": mark("takes nobody, who is in it finishes"),
}

REACHES: Mapping[str, str] = {
    "everybody": mark("also for those on the way"),
    "newcomers": mark("for those who enter from now on"),
    "nobody": mark("for colleagues only"),
    "experiment": mark("holds for the next experiment"),
}

FATES: Mapping[str, str] = {
    "as_planned": mark("go out as planned"),
    "follows": mark("follow the new text and time"),
    "stays": mark("stay with what the customer entered with"),
    "held": mark("wait"),
    "nothing": mark("nothing more to send"),
}

BASELINES: Mapping[str, str] = {
    "holdout": mark("measured in its hold-out"),
    "campaign": mark("measured in the campaign's hold-outs"),
    "assumed": mark("assumed"),
}


CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: mark("e-mail"),
    Channel.SMS: mark("SMS"),
    Channel.TASK: mark("tasks for people"),
}


class Tongue(tongue.Tongue):
    """How a language speaks of what is planned."""

    def of(self, table: Mapping[str, str], code: str) -> str:
        """The word of a code; unknown ones with spaces."""
        return self(table[code]) if code in table else code.replace("_", " ")

    def reason(self, code: str) -> str:
        """Why a message waits or is left out."""
        if code.startswith(_TOO_LATE):
            waited = self.reason(code.removeprefix(_TOO_LATE))
            return self(mark("would come too late, after waiting: {reason}"), reason=waited)
        return self.of(MESSAGES, code)

    def number(self, value: float) -> str:
        """With the language's separators; one decimal below ten where it is not whole."""
        pattern = "#,##0.#" if abs(value) < 10 else "#,##0"
        return str(format_decimal(value, pattern, locale=self.locale))

    def points(self, value: float | None) -> str:
        """A difference of two shares in points of a hundred; a dash when there is none."""
        return tongue.NOTHING if value is None else f"{value * 100:.1f}"

    def moment(self, at: datetime) -> str:
        """Date and time in UTC, with the zone named."""
        return str(format_datetime(at, "yyyy-MM-dd HH:mm 'UTC'", locale=self.locale))

    def day(self, day: date) -> str:
        """Such as `Mon 2 Nov`."""
        pattern = "EEE d MMM" if self.lang == "en" else "M月d日 EEE"
        return str(format_date(day, pattern, locale=self.locale))

    def span(self, span: timedelta) -> str:
        """As a campaign file writes it; in Chinese with whole words."""
        parts = re.findall(r"(\d+)(\w)", format_duration(span))
        return "".join(self(_UNITS[unit], count=count) for count, unit in parts).strip()

    def counts(self, counted: Mapping[str, int], most: int = 6) -> str:
        """`DE 120, US 30, …`: the largest first."""
        largest = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        told = [f"{name} {self.number(count)}" for name, count in largest if count]
        return ", ".join(told[:most]) + (", …" if len(told) > most else "")
