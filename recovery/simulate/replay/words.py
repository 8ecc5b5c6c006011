"""What a replay says to people: what is exact in it, what its files don't know, and why no
response is told."""

from collections.abc import Iterator

from recovery.campaign.schema import Campaign
from recovery.i18n import Text, mark, plural, say
from recovery.simulate.replay.estimate import Estimate
from recovery.simulate.replay.result import Replayed

NO_RESPONSE = say(
    "Whether a message would have brought anybody to pay is in no file, so no rate is told. What a "
    "campaign brings shows in its hold-out, once it runs."
)
UPPER_BOUND = say(
    "Nobody answers in a replay: a sequence goes on until the day on which the order was really "
    "paid. With customers who pay sooner, fewer messages go out."
)
GUESSED = {
    "won": mark("paid because of a message"),
    "lost": mark("turned away by a message, and would have paid"),
    "sooner": mark("paid sooner, and would have paid"),
    "codes_of_sure_buyers": mark("codes used by those who would have paid"),
    "opt_outs": mark("opted out"),
    "complaints": mark("complained"),
}
LEFT_OUT = {
    "paid_before_its_turn": mark("paid before any campaign's turn"),
    "closed_before_its_turn": mark("cancelled or expired before any campaign's turn"),
    "expired": mark("to be paid by a date that came first"),
    "no_segment_fits": mark("no segment of any campaign takes it"),
    "no_campaign_waits_for_it": mark("no campaign waits for orders in this state"),
    "another_order_is_in": mark("another order of the customer was in the campaign"),
    "other": mark("other reasons"),
    "waiting": mark("its time had not come"),
}


def about_estimate(found: Estimate) -> Text:
    """What the estimate is, beside each of its numbers."""
    return say(
        "An estimate with the made-up shoppers of the scenario {scenario}, not of your customers: "
        "{draws} draws. What the orders did without messages is as in the files.",
        scenario=found.scenario,
        draws=str(len(found.draws)),
    )


def notes(found: Replayed) -> Iterator[Text]:
    """What has to be known before anybody quotes the numbers."""
    course = found.course
    yield UPPER_BOUND
    if guesses := sum(course.guessed.values()):
        yield plural(
            "Of {count} order the files tell only what came later; how it began is taken from that "
            "row: {states}.",
            "Of {count} orders the files tell only what came later; how they began is taken from "
            "that row: {states}.",
            guesses,
            states=", ".join(f"{name} {n:,}" for name, n in sorted(course.guessed.items())),
        )
    if refunded := course.guessed.get("paid", 0):
        yield plural(
            "{count} refunded order without the moment of its payment counts as paid at once.",
            "{count} refunded orders without the moment of their payment count as paid at once.",
            refunded,
        )
    if unheard := found.total("unheard"):
        yield plural(
            "{count} message is later than the last thing the files know ({at} UTC): a payment "
            "since then would have stopped it.",
            "{count} messages are later than the last thing the files know ({at} UTC): a payment "
            "since then would have stopped them.",
            unheard,
            at=f"{course.told_until:%Y-%m-%d %H:%M}",
        )
    for name in course.awakened:
        yield say("{name} is played as if it were active.", name=name)
    if clicks := sorted({one.campaign for one in found.campaigns if _asks_for_clicks(one)}):
        yield say("Nobody clicks, so steps that ask whether somebody did ({names}) take it for no.",
                  names=", ".join(clicks))  # fmt: skip
    for problem in course.problems:
        yield Text("{problem}", {"problem": problem})


def _asks_for_clicks(campaign: Campaign) -> bool:
    steps = (step for listed in campaign.sequences.values() for step in listed)
    return any(
        step.if_ is not None and (step.if_.clicked or step.if_.not_clicked) for step in steps
    )
