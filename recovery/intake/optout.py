"""Text messages to us: STOP suppresses the number, START takes that back, the rest is for people.

The provider's own judgement counts first; without one, our words: those that are understood
everywhere (data/stop_words.yaml), and those of the market's rules.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import phonenumbers
import yaml
from sqlalchemy import Connection, insert, select

from recovery.db import table
from recovery.facts import InboundSms
from recovery.intake import answers, consents
from recovery.intake.answers import ANSWERED
from recovery.intake.numbers import spellings
from recovery.intake.suppress import STOP, Ban, holds, lift, suppress_all
from recovery.markets import load_markets
from recovery.message import Channel
from recovery.models import Decision, Enrolment, EnrolmentState, Order

enrolments, orders, decisions = table(Enrolment), table(Order), table(Decision)

LONGEST_COMMAND = 5  # words
_WORD = re.compile(r"[^\W_]+")


class Wish(StrEnum):
    """What somebody who writes to us wants."""

    STOP = "stop"
    START = "start"
    HELP = "help"  # the provider has answered already
    TALK = "talk"  # to a person


def apply_inbound(
    connection: Connection, sms: Sequence[InboundSms], now: datetime
) -> Counter[Wish]:
    """Do what these messages ask for; returns how many asked for what. Safe to repeat."""
    wishes = [(wish(one.body, one.sender, one.opt_out_type), one) for one in sms]
    stops = [
        Ban(Channel.SMS.value, number, STOP, consents.SMS, one.at, _evidence(one))
        for want, one in wishes
        if want is Wish.STOP
        for number in spellings(one.sender)
    ]
    suppress_all(connection, stops, now)
    for want, one in wishes:
        for number in spellings(one.sender) if want is Wish.START else ():
            lift(connection, Channel.SMS.value, number, consents.SMS, one.at, _evidence(one))
    talks = [one for want, one in wishes if want is Wish.TALK]
    answers.keep(connection, talks)
    _note(connection, talks, now)
    return Counter(want for want, _ in wishes)


def wish(body: str, sender: str, opt_out_type: str | None = None) -> Wish:
    """What `body` asks for, in the words of the sender's country (by the E.164 number)."""
    if opt_out_type in ("STOP", "START", "HELP"):
        return Wish(opt_out_type.lower())
    words = _words(body)
    said, bare = "".join(words), "".join(_without_courtesy(words))
    if {said, bare} & _stop_words(_country(sender)) or _commands(words):
        return Wish.STOP
    for want in (Wish.START, Wish.HELP):
        if said in _plain(_table()[want.value]):
            return want
    return Wish.TALK


def _evidence(one: InboundSms) -> str:
    """Where to look it up."""
    return f"{one.source} message {one.provider_id or one.key}"


def _note(connection: Connection, talks: Sequence[InboundSms], now: datetime) -> None:
    """An answer that only a person can read stands in the story of the live orders. The words
    stay in the inbox."""
    by_sender: dict[str, set[str]] = {}
    for one in talks:
        for number in spellings(one.sender):
            by_sender.setdefault(number, set()).add(one.key)
    if not by_sender:
        return
    live = (
        select(enrolments.c.id, orders.c.phone)
        .join_from(orders, enrolments, enrolments.c.order_id == orders.c.id)
        .where(
            holds(connection, Channel.SMS, by_sender.keys()),
            enrolments.c.state == EnrolmentState.ACTIVE,
        )
        .order_by(enrolments.c.id)
    )
    entries = {(row.id, key) for row in connection.execute(live) for key in by_sender[row.phone]}
    known = connection.execute(
        select(decisions.c.enrolment_id, decisions.c.detail).where(
            decisions.c.enrolment_id.in_({enrolment for enrolment, _ in entries}),
            decisions.c.verdict == ANSWERED,
        )
    )
    fresh = sorted(entries - {(row.enrolment_id, row.detail) for row in known})
    if fresh:
        rows: list[dict[str, Any]] = [
            {"at": now, "enrolment_id": enrolment, "verdict": ANSWERED, "detail": key}
            for enrolment, key in fresh
        ]
        connection.execute(insert(decisions), rows)


@cache
def _table() -> dict[str, Any]:
    text = (files("recovery.intake") / "data" / "stop_words.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    words: dict[str, Any] = yaml.load(text, loader)  # noqa: S506 - BaseLoader makes text only
    return words


def _words(text: str) -> list[str]:
    """Words in lower case without accents; ＳＴＯＰ and S.T.O.P. are words, too."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(mark for mark in apart if unicodedata.category(mark) != "Mn")
    return _WORD.findall(plain)


def _plain(phrases: Collection[str]) -> frozenset[str]:
    return frozenset("".join(_words(phrase)) for phrase in phrases)


@cache
def _stop_words(country: str | None) -> frozenset[str]:
    known = _table()
    homes = [country] if country else []
    homes += [home for home, near in known["neighbours"].items() if country in near]
    phrases = [phrase for home in homes for phrase in _said_in(home)]
    return _plain([*known["stop"], *phrases])


def _said_in(country: str) -> Collection[str]:
    """The market's own words, as its rules name them."""
    own: Collection[str] = _table()["stop_in"].get(country, ())
    return own or load_markets().rules(country).facts.sms.opt_out_words.value


@cache
def _courtesy() -> tuple[tuple[str, ...], ...]:
    phrases = (tuple(_words(phrase)) for phrase in _table()["courtesy"])
    return tuple(sorted(phrases, key=len, reverse=True))


def _without_courtesy(words: Sequence[str]) -> list[str]:
    left: list[str] = []
    place = 0
    while place < len(words):
        polite = (len(p) for p in _courtesy() if tuple(words[place : place + len(p)]) == p)
        length = next(polite, 0)
        if not length:
            left.append(words[place])
        place += length or 1
    return left


@cache
def _command_words() -> frozenset[str]:
    return _plain(_table()["command"])


def _commands(words: Sequence[str]) -> bool:
    """`STOP sending me texts`: begins with a command and is short."""
    starts = {"".join(words[:length]) for length in (1, 2)}
    return 0 < len(words) <= LONGEST_COMMAND and bool(starts & _command_words())


@cache
def _country(sender: str) -> str | None:
    try:
        number = phonenumbers.parse(sender, None)
    except phonenumbers.NumberParseException:  # a short code, or a name
        return None
    country = phonenumbers.region_code_for_number(number)
    return country or phonenumbers.region_code_for_country_code(number.country_code or 0)
