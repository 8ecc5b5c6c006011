"""What the demo says at its end: five lines, the true effect, and the same as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recovery.i18n import Text, here, plural, spoken
from recovery.measure.plain import reason_text
from recovery.measure.wording import Wording
from recovery.money import Money
from recovery.settings import Settings
from recovery.simulate.demo.story import Story


@dataclass(frozen=True, slots=True)
class Summary:
    """A story that is over, and the folder in which it was played."""

    story: Story
    settings: Settings
    orders: int  # placed while the shop was open
    seed: int
    seconds: float

    @property
    def earlier(self) -> int:
        """Orders from before the shop opened, all paid: whose buyers are returning customers."""
        return self.read - self.orders

    @property
    def read(self) -> int:
        """Orders that came in."""
        return self.story.diary.read.total()

    @property
    def recovered(self) -> int:
        """Orders in a sequence that were paid within their window: the report's own count."""
        return sum(row.mature.count for row in self.story.report.rows if not row.arm.holdout)

    @property
    def caused(self) -> int:
        """Payments that there would not have been without a message. No real shop can know."""
        return sum(fate.caused for fate in self.story.truth.fates.values())

    @property
    def money(self) -> list[Money]:
        """What the recovered orders paid, by currency."""
        total: dict[str, Money] = {}
        for row in self.story.report.rows:
            for balance in () if row.arm.holdout else row.money:
                paid = balance.recovered
                total[paid.currency] = total.get(paid.currency, Money(0, paid.currency)) + paid
        return sorted(total.values(), key=lambda money: money.currency)

    @property
    def order(self) -> str | None:
        """An order whose story is worth reading."""
        return self.story.telling

    @property
    def letter(self) -> Path | None:
        """The message that brought that order back."""
        return self.story.message

    def lines(self) -> Iterator[str]:
        """What happened, for people."""
        story, diary = self.story, self.story.diary
        touches = self.touches()
        held = sum(row.enrolled for row in story.report.rows if row.arm.holdout)
        left_out = sum(diary.skipped.values())
        unpaid = len(story.truth.fates)
        orders = plural("{count} order", "{count} orders", self.orders)
        markets = plural("{count} market", "{count} markets", len(self.markets()))
        yield here(
            plural(
                "{orders} came in from {markets}; {count} of them was not paid at once.",
                "{orders} came in from {markets}; {count} of them were not paid at once.",
                unpaid,
                orders=orders,
                markets=markets,
            )
        )
        yield here(
            plural(
                "{count} earlier, paid order of returning customers came with them.",
                "{count} earlier, paid orders of returning customers came with them.",
                self.earlier,
            )
        )
        yield here(
            "{runs} put {orders} into {campaigns}; {held} of them, drawn by lot, got nothing.",
            runs=plural("{count} recovery run", "{count} recovery runs", diary.runs),
            orders=plural("{count} order", "{count} orders", sum(diary.enrolled.values())),
            campaigns=plural("{count} campaign", "{count} campaigns", len(diary.enrolled)),
            held=f"{held:,}",
        )
        yield here(
            "{emails} and {sms} SMS went to the outbox, {tasks} to people.",
            emails=plural("{count} e-mail", "{count} e-mails", touches["email"]),
            sms=f"{touches['sms']:,}",
            tasks=plural("{count} task", "{count} tasks", touches["task"]),
        )
        yield here(
            plural(
                "{count} message was left out ({why}), and {waited} waited for the customer's "
                "morning.",
                "{count} messages were left out ({why}), and {waited} waited for the customer's "
                "morning.",
                left_out,
                why=_first(diary.skipped),
                waited=f"{diary.snoozed['quiet_hours']:,}",
            )
        )
        paid = ", ".join(map(Wording.of(spoken()).money, self.money))
        yield here(
            plural(
                "{count} order was paid within their time: {paid}.",
                "{count} orders were paid within their time: {paid}.",
                self.recovered,
                paid=paid or here("nothing"),
            )
        )
        yield here(
            "Simulated shoppers, so the true effect is known: {caused} of these would not have "
            "been paid without a message. These people are made up: the figures are no promise "
            "for your shop.",
            caused=f"{self.caused:,}",
        )

    def touches(self) -> dict[str, int]:
        """How many messages went out, by channel."""
        rows = self.story.report.rows
        return {
            channel: sum(row.touches[channel] for row in rows)
            for channel in ("email", "sms", "task")
        }

    def markets(self) -> set[str]:
        """Where orders came from."""
        return set(self.story.diary.read)

    def payload(self) -> dict[str, Any]:
        """The JSON document of `recovery demo --json`."""
        story, diary = self.story, self.story.diary
        return {
            "seed": self.seed,
            "orders": {
                "read": self.read,
                "placed": self.orders,
                "earlier": self.earlier,
                "unpaid": len(story.truth.fates),
                "rejected": diary.rejected,
                "enrolled": dict(sorted(diary.enrolled.items())),
                "markets": sorted(self.markets()),
            },
            "runs": diary.runs,
            "messages": {
                "sent": diary.sent,
                **self.touches(),
                "failed": diary.failed,
                "skipped": dict(sorted(diary.skipped.items())),
                "snoozed": dict(sorted(diary.snoozed.items())),
            },
            "recovered": self.recovered,
            "money": [{"currency": m.currency, "recovered": str(m)} for m in self.money],
            "true_effect": {
                "caused": self.caused,
                "about": "simulated shoppers: payments that needed a message",
            },
            "report": story.report.payload(),
            "problems": list(diary.problems),
            "project": str(self.settings.project),
            "outbox": str(self.settings.outbox_dir),
            "explain": self.order,
            "seconds": self.seconds,
        }


def _first(skipped: dict[str, int]) -> str:
    """The most frequent reasons."""
    most = sorted(skipped.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    told = [f"{_told(reason)} {count:,}" for reason, count in most]
    return ", ".join(told) or here("none")


def _told(reason: str) -> str:
    """A code with spaces; in other languages the words that stand for it."""
    words = reason_text(reason)
    plain = reason.replace("_", " ")
    return plain if spoken() == "en" or not isinstance(words, Text) else here(words)
