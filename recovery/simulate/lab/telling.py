"""What `recovery lab check` says: each check with its why, the score, and what happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recovery.i18n import here, mark, spoken
from recovery.measure.page.views import SHOWN
from recovery.simulate.lab.desk import TRIES_BEFORE_THE_ANSWER, Tried
from recovery.simulate.lab.judge import Judgement
from recovery.simulate.lab.score import REFERENCE

OFFENDED = ("opt_outs", "complaints", "after_payment")
Line = tuple[str, str]  # words and their style


@dataclass(frozen=True, slots=True)
class Told:
    """One try, for people; lines with a style for a terminal."""

    tried: Tried

    def lines(self) -> Iterator[Line]:
        """Everything, in the order in which one reads it."""
        judgement = self.tried.judgement
        title = judgement.exercise.title.in_(spoken())
        head = here(
            "Exercise {number} · {title} · try {count}",
            number=judgement.exercise.exercise,
            title=title,
            count=self.tried.tries,
        )
        yield head, "bold"
        yield "", ""
        yield from findings(judgement)
        if judgement.score is not None and judgement.outcome is not None:
            yield "", ""
            yield from _happened(judgement.outcome)
            yield "", ""
            yield from _score(judgement)
        yield "", ""
        yield from self._next()

    def _next(self) -> Iterator[Line]:
        number, judgement = self.tried.judgement.exercise.exercise, self.tried.judgement
        if judgement.solved:
            yield (
                here(
                    "Solved. What to give to the teacher: recovery lab hand-in {number}",
                    number=number,
                ),
                "bold green",
            )
            return
        left = sum(not one.passed for one in judgement.findings)
        yield (
            here(
                "{left} of {all} checks are open. A hint: recovery lab hint {number}",
                left=left,
                all=len(judgement.findings),
                number=number,
            ),
            "bold",
        )
        if self.tried.may_see_answer:
            yield here("The reference answer: recovery lab answer {number}", number=number), ""
        elif self.tried.sheet.answers:
            yield (
                here(
                    "The reference answer can be seen after {count} tries.",
                    count=TRIES_BEFORE_THE_ANSWER,
                ),
                "",
            )


def findings(judgement: Judgement) -> Iterator[Line]:
    """One line a check, and one more where there is something to look at."""
    if judgement.score is None:  # nothing was played, and for all of them the reason is one
        yield f"  {judgement.findings[0].said(spoken())}", "yellow"
        return
    for one in judgement.findings:
        word = here(mark("passed")) if one.passed else here(mark("still open"))
        yield f"  {word}  {one.said(spoken())}", "green" if one.passed else "yellow"
        if look := one.look(spoken()):
            yield f"          → {look}", ""


def _happened(outcome: Mapping[str, Any]) -> Iterator[Line]:
    yield here("What happened"), "bold"
    yield (
        here(
            "  {placed} orders, {unpaid} of them left unpaid, {enrolled} in your campaigns",
            placed=f"{outcome['placed']:,}",
            unpaid=f"{outcome['unpaid']:,}",
            enrolled=f"{outcome['enrolled']:,}",
        ),
        "",
    )
    sent = outcome["messages"]
    yield (
        here(
            "  {email} e-mails, {sms} SMS, {task} calls; {opt_outs} opted out, {complaints} "
            "complained, {after_payment} messages met somebody who had paid",
            **{name: f"{sent[name]:,}" for name in ("email", "sms", "task")},
            **{name: f"{outcome[name]:,}" for name in OFFENDED},
        ),
        "",
    )
    for row in outcome["sequences"]:
        yield f"  {_arm(row)}", ""
    for money in outcome.get("money", ()):
        yield (
            here(
                "  {currency}: {caused} came because of your messages, {lost} were lost by them; "
                "discounts {incentives}, of these {given_to_sure_buyers} to people who would have "
                "paid in full; net {net}",
                **money,
            ),
            "",
        )
    for one in outcome["breaches"]:
        yield (
            here("  RULE BROKEN {rule}: {count} times, such as order {example}", **one),
            "bold red",
        )


def _arm(row: Mapping[str, Any]) -> str:
    name = here("hold-out") if row["holdout"] else row["sequence"]
    rate = row["recovery_rate"]["value"]
    told = here(
        "{campaign} · {segment} · {name}: {recovered} of {mature} recovered{rate}",
        campaign=row["campaign"],
        segment=row["segment"],
        name=name,
        recovered=f"{row['recovered']:,}",
        mature=f"{row['mature']:,}",
        rate="" if rate is None else f"{here(', ')}{rate:.1%}",
    )
    return told + beside(row)


def beside(row: Mapping[str, Any]) -> str:
    """What the report says of the difference to the hold-out, beside the truth."""
    lift, truth = row["lift"], row.get("truth")
    told = ""
    if lift and lift["verdict"] not in SHOWN:
        told += here("; no lift can be told from it yet")
    elif lift and lift["absolute"] is not None and lift["ci95"]:
        low, high = lift["ci95"]
        told += here(
            "; lift as reported {points} of every 100 customers ({low} to {high})",
            points=f"{lift['absolute'] * 100:+.1f}",
            low=f"{low * 100:+.1f}",
            high=f"{high * 100:+.1f}",
        )
    if truth and truth["lift"] is not None:
        told += here("; in truth {points}", points=f"{truth['lift'] * 100:+.1f}")
    return told


def _score(judgement: Judgement) -> Iterator[Line]:
    score = judgement.score
    assert score is not None, "it was played"  # noqa: S101
    anchors = [here("nothing sent 0")]
    if score.of_preset is not None:
        anchors.append(here("shipped campaign {score}", score=score.of_preset))
    anchors.append(here("reference answer {score}", score=REFERENCE))
    told = here("Score {score}  ({anchors})", score=score.value, anchors=here(", ").join(anchors))
    yield told, "bold"
