"""A comparison in words: better, not clear, hopeless, the same."""

from dataclasses import replace

import pytest

from recovery.measure.formats.paper import markdown
from recovery.simulate.chance import Chance
from recovery.simulate.compare import Comparison, Entrant
from recovery.simulate.page.compared import Compared, rough
from recovery.simulate.page.speech import Speech
from tests.support.plays import gist


def words(mine: list[float], lang: str = "en", **less: list[float]) -> Compared:
    others = less or {"b": [0.0] * len(mine)}
    sides = {"a": mine, **others}
    entrants = tuple(Entrant(name, (gist(one),)) for name, one in sides.items())
    return Compared(Comparison(entrants), Speech.of(lang))


def noise(mean: float) -> list[float]:
    luck = Chance("noise")
    return [mean + 10 * luck.normal(str(n)) for n in range(400)]


@pytest.mark.parametrize(
    ("mine", "headline", "said"),
    [
        (noise(5), "a is better", "a is better than b: "),
        (noise(-5), "b is better", "b is better than a: "),
        (noise(0.5), "It is not clear which is better", "orders would settle it."),
        ([1.0, -1.0] * 50 + [0.001], "It is not clear which is better", "choose by something else"),
        ([90.0] * 3 + [0.0] * 90, "It is not clear which is better", "Only 3 of 93 customers"),
        ([0.0] * 9, "It is not clear which is better", "No number of orders would tell them apart"),
    ],
)
def test_which_is_better_or_that_it_is_not_clear(mine, headline, said):
    told = words(mine)
    assert told.headline() == headline
    assert said in " ".join(told.sentences())
    assert headline in markdown(told.paper())
    assert headline in told.html()


def test_the_loser_of_three_is_nowhere_called_better():
    told = words(noise(5), b=[0.0] * 400, c=[0.0] * 400)
    assert told.headline() == "a is the best of 3"
    said = " ".join(told.sentences())
    assert "b is better" not in said
    assert "The 3 intervals together" in said


def test_chinese():
    assert words(noise(5), "zh-CN").headline() == "a 更好"
    assert "还不清楚" in words(noise(0.5), "zh-CN").headline()
    assert 'lang="zh-CN"' in words(noise(5), "zh-CN").html()
    assert "。 " not in words([90.0] * 3 + [0.0] * 90, "zh-CN").sentences()[0]


def test_a_hidden_comparison_shows_no_difference():
    shown = gist(noise(5))
    secret = replace(shown, payload={k: v for k, v in shown.payload.items() if k != "curve"})
    found = Comparison((Entrant("a", (secret,)), Entrant("b", (secret,))))
    told = Compared(found, Speech.of("en"))
    for text in (markdown(told.paper()), told.html()):
        assert "none are shown" in text
        assert "is better" not in text
        assert "without any message" not in text


def test_estimates_have_two_digits():
    assert [rough(n) for n in (7, 42, 123, 54_383)] == [7, 42, 130, 55_000]
