"""The gist of a real simulation: its parts come to the whole, and silence comes to nothing."""

from pytest import approx

from recovery.simulate.gist import Gist, outcomes
from recovery.simulate.play import simulate
from tests.support.plays import ask, campaign_file, settings


def test_customers_come_to_the_score(tmp_path):
    played = simulate(settings(), [campaign_file(tmp_path)], ask(tmp_path))
    score, found = played.verdict().score, outcomes(played).values()
    assert score.net != 0
    assert sum(one.net for one in found) == approx(float(score.net), abs=0.05)
    off = float(score.annoyance + score.breaches)
    assert sum(one.annoyance for one in found) == approx(off)
    assert sum(one.paid for one in found) >= sum(one.caused for one in played.truth.fates.values())


def test_who_gets_no_message_changes_nothing(tmp_path):
    """Also those who pay of themselves when the story is over: a short window loses nobody."""
    nobody = campaign_file(tmp_path, market="NO", window="1d")
    slow = "causes: {distracted: {after: {median: 3d}}}\nsources: {causes: assumed}\n"
    played = simulate(settings(), [nobody], ask(tmp_path, slow))
    assert any(fate.pending for fate in played.truth.fates.values())
    assert not any(fate.cost or fate.caused for fate in played.truth.fates.values())
    assert played.verdict().score.points == 0


def test_a_hidden_one_keeps_its_customers_to_itself(tmp_path):
    played = simulate(settings(), [campaign_file(tmp_path)], ask(tmp_path, "hidden: yes\n"))
    assert Gist.of(played).outcomes == {}


def test_a_leaked_code_comes_to_the_score_too(tmp_path):
    leak = "incidents: [{incident: coupon_leaked, at: 1d, lasts: 5d, strangers: 60}]\n"
    file = campaign_file(tmp_path)
    text = file.read_text("utf-8").replace("unpaid-reminder}", "last-call, offer: ten}")
    file.write_text(text + "offers:\n  ten: {kind: percent, percent: 10%, valid: 9d}\n", "utf-8")
    everybody = "people: {email_consent: {marketing: 100%, transactional: 0%, none: 0%}}\n"
    assumed = "sources: {people: assumed}\n"
    story = ask(tmp_path, leak + everybody + assumed, orders=300, days=3)
    played = simulate(settings(), [file], story)
    assert played.truth.leaked["USD"] > 0
    net = sum(one.net for one in outcomes(played).values())
    assert net == approx(float(played.verdict().score.net), abs=0.05)
