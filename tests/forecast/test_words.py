"""Every reason and state has words, in both languages."""

import ast
import inspect
from datetime import UTC, date, datetime, timedelta

import pytest

from recovery.dispatch import policies
from recovery.forecast.admission import REASONS
from recovery.forecast.outlook import Fate
from recovery.forecast.words import ADMISSION, FATES, MESSAGES, Tongue
from recovery.i18n import LANGUAGES
from recovery.money import Money


def reasons_of_policies() -> set[str]:
    """The codes that the sending rules give, read from their text."""
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(policies)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Skip", "Snooze")
    ]
    given = [call.args[-1] for call in calls]
    return {one.value for one in given if isinstance(one, ast.Constant)}


def test_every_reason_of_the_rules_has_words() -> None:
    assert len(reasons_of_policies()) > 10
    assert reasons_of_policies() - MESSAGES.keys() == set()


def test_every_answer_and_fate_has_words() -> None:
    assert set(REASONS) == set(ADMISSION)
    assert {fate.value for fate in Fate} == set(FATES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_in_both_languages(lang: str) -> None:
    t = Tongue(lang)
    told = {t.reason(code) for code in MESSAGES}
    assert len(told) == len(MESSAGES)
    assert all(word.isascii() == (lang == "en") for word in told)
    assert t.reason("quiet_hours") in t.reason("too_late_after_quiet_hours")
    assert t.reason("something_else") == "something else"


def test_numbers_are_written_as_the_language_does() -> None:
    t = Tongue("en")
    assert (t.number(1234), t.number(3.25), t.number(0)) == ("1,234", "3.2", "0")
    assert (t.share(0.125, 1), t.points(0.0312), t.points(None)) == ("12.5%", "3.1", "–")
    assert t.money(Money(1999, "EUR")) == "€19.99"
    assert t.moment(datetime(2026, 11, 2, 10, tzinfo=UTC)) == "2026-11-02 10:00 UTC"
    assert (t.day(date(2026, 11, 2)), Tongue("zh-CN").day(date(2026, 11, 2))) == (
        "Mon 2 Nov",
        "11月2日 周一",
    )
    assert t.counts({"a": 1, "b": 20, "c": 0}, 1) == "b 20, …"


@pytest.mark.parametrize(("lang", "told"), [("en", "1d12h"), ("zh-CN", "1 天 12 小时")])
def test_a_span_in_the_words_of_the_language(lang: str, told: str) -> None:
    assert Tongue(lang).span(timedelta(hours=36)) == told
