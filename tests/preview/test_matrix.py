"""Which messages are shown: a usable number, and each name that is wrong is told."""

from collections import Counter

import pytest

from recovery.campaign.loader import parse_campaign
from recovery.errors import UsageError
from recovery.preview.matrix import SHIPPED, Wish, expect, stages
from tests.support.cli import ROOT
from tests.support.previews import LITTLE, campaigns, shows, studio

SHARED = """\
campaign: shared
status: active
trigger: {on: unpaid, after: 12h}
goal: {paid_within: 7d}
segments:
  - {segment: some, market: [DE, PL], sequence: short}
  - {segment: others, sequence: {short: 50%, long: 50%}}
sequences:
  short:
    - {step: mail, after: 0m, email: unpaid-reminder}
  long:
    - {step: mail, after: 0m, email: unpaid-reminder}
    - {step: again, after: 1d, email: last-call}
    - {step: text, after: 2d, sms: unpaid-reminder, if: {market: [BR, MX]}}
"""


def seen(wish: Wish, text: str = LITTLE) -> Counter[tuple[str, str, str]]:
    found = shows(wish, text)
    return Counter((s.cell.step.step, s.cell.place.market.country, s.cell.name) for s in found)


def test_the_usual_order_is_shown_everywhere_and_each_other_once() -> None:
    found = seen(Wish())
    assert set(found.values()) == {1}
    assert {key for key in found if key[2] == "usual"} == {
        *(("mail", "DE", "usual"), ("mail", "JP", "usual"), ("text", "DE", "usual")),
        *(("gift", "DE", "usual"), ("gift", "JP", "usual")),
    }
    assert {country for _, country, name in found if name != "usual"} == {"DE"}


def test_samples_stay_where_they_fit() -> None:
    mail = {name for step, _, name in seen(Wish(samples=("all",))) if step == "mail"}
    gift = {name for step, _, name in seen(Wish(samples=("all",))) if step == "gift"}
    assert {"percent", "fixed", "gift", "free-shipping", "without-offer"} == gift - mail
    assert "confirm" in mail
    assert "same-voucher" not in mail
    skipping = LITTLE.replace("offer: ten}", "offer: ten, without_offer: skip}")
    assert ("gift", "DE", "without-offer") not in seen(Wish(samples=("all",)), skipping)


def test_a_wish_is_met() -> None:
    wish = Wish(("KW",), ("de-DE", "ja-JP"), ("mail",), ("usual", "three-decimals"))
    found = shows(wish)
    assert [(s.cell.place.locale, s.cell.name) for s in found] == [
        *(("de-DE", "usual"), ("de-DE", "three-decimals")),
        *(("ja-JP", "usual"), ("ja-JP", "three-decimals")),
    ]


def test_a_campaign_for_all_countries_shows_one_for_each_language() -> None:
    text = LITTLE.replace("market: [DE, JP], ", "")
    assert {country for _, country, _ in seen(Wish(), text)} == set(SHIPPED)


def test_a_step_that_two_sequences_share_is_shown_once() -> None:
    campaign = parse_campaign(SHARED, "shared.yaml").campaign
    assert [(one.step.step, one.reached) for one in stages(campaign)] == [
        ("mail", ("DE", "PL", *(one for one in SHIPPED if one != "DE"))),
        ("again", SHIPPED),
        ("text", ("BR", "MX")),
    ]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(steps=("remindr",)), "did you mean 'reminder'?"),
        (Wish(samples=("ushual",)), "did you mean 'usual'?"),
        (Wish(markets=("UK",)), "'UK' is no country"),
        (Wish(locales=("deutsch",)), "'deutsch' is no locale"),
    ],
)
def test_a_name_that_nothing_has_is_told(wish: Wish, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        expect(campaigns(ROOT), studio().samples, wish)


TWINS = """\
campaign: twins
status: active
trigger: {on: unpaid}
goal: {paid_within: 7d}
segments:
  - {segment: de, market: DE, sequence: {one: 50%, two: 50%}}
sequences:
  one:
    - {step: mail, after: 0m, email: unpaid-reminder}
    - {step: text, after: 1d, sms: unpaid-reminder, if: {market: FR}}
  two:
    - {step: mail, after: 0m, email: last-call}
    - {step: text, after: 2d, sms: unpaid-reminder}
"""


def test_two_steps_of_one_name_are_two_messages() -> None:
    campaign = parse_campaign(TWINS, "twins.yaml").campaign
    assert [one.name for one in stages(campaign)] == ["one.mail", "text", "two.mail"]


def test_where_a_message_never_goes() -> None:
    campaign = parse_campaign(TWINS, "twins.yaml").campaign
    mail, text, _ = stages(campaign)
    assert (mail.goes_to("DE"), mail.goes_to("FR")) == (True, False)
    assert (text.goes_to("DE"), text.goes_to("FR")) == (True, False)  # `two` sends it in DE only
    anywhere = TWINS.replace("market: DE, ", "")
    mail, text, _ = stages(parse_campaign(anywhere, "twins.yaml").campaign)
    assert mail.goes_to("NZ") and text.goes_to("NZ")
