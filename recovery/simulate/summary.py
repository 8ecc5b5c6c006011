"""What the demo says at its end: five lines, the true effect, and the same as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recovery.measure.plain import counted
from recovery.measure.wording import Wording
from recovery.money import Money
from recovery.settings import Settings
from recovery.simulate.scenario import Story


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
        return len(self.story.book) - self.orders

    @property
    def recovered(self) -> int:
        """Orders in a sequence that were paid within their window: the report's own count."""
        return sum(row.mature.count for row in self.story.report.rows if not row.arm.holdout)

    @property
    def caused(self) -> int:
        """Payments that there would not have been without a message. No real shop can know."""
        return sum(payment.caused for payment in self.story.shoppers.payments.values())

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
        return self.story.telling.order if self.story.telling else None

    @property
    def letter(self) -> Path | None:
        """The message that brought that order back."""
        payment = self.story.telling
        return payment.letter.file if payment and payment.letter else None

    def lines(self) -> Iterator[str]:
        """What happened, for people."""
        story, diary = self.story, self.story.diary
        touches = self.touches()
        held = sum(row.enrolled for row in story.report.rows if row.arm.holdout)
        left_out = sum(diary.skipped.values())
        yield (
            f"{counted(self.orders, 'order')} came in from "
            f"{counted(len(self.markets()), 'market')}; {story.shoppers.unpaid:,} of them "
            f"{_were(story.shoppers.unpaid)} not paid at once."
        )
        yield (
            f"{counted(self.earlier, 'earlier, paid order')} of returning customers came with them."
        )
        yield (
            f"{counted(diary.runs, 'recovery run')} put "
            f"{counted(sum(diary.enrolled.values()), 'order')} into "
            f"{counted(len(diary.enrolled), 'campaign')}; {held:,} of them, drawn by lot, got "
            "nothing."
        )
        yield (
            f"{counted(touches['email'], 'e-mail')} and {touches['sms']:,} SMS went to the outbox, "
            f"{counted(touches['task'], 'task')} to people."
        )
        yield (
            f"{counted(left_out, 'message')} {_were(left_out)} left out "
            f"({_first(diary.skipped)}), and "
            f"{diary.snoozed['quiet_hours']:,} waited for the customer's morning."
        )
        paid = ", ".join(map(Wording.of("en").money, self.money))
        orders = f"{counted(self.recovered, 'order')} {_were(self.recovered)}"
        yield f"{orders} paid within their time: {paid or 'nothing'}."
        yield (
            f"Simulated shoppers, so the true effect is known: {self.caused:,} of these would not "
            "have been paid without a message. These people are made up: the figures are no "
            "promise for your shop."
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
        return {row["country"] for row in self.story.book}

    def payload(self) -> dict[str, Any]:
        """The JSON document of `recovery demo --json`."""
        story, diary = self.story, self.story.diary
        return {
            "seed": self.seed,
            "orders": {
                "read": len(story.book),
                "placed": self.orders,
                "earlier": self.earlier,
                "unpaid": story.shoppers.unpaid,
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


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _first(skipped: dict[str, int]) -> str:
    """The most frequent reasons."""
    most = sorted(skipped.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    return ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in most) or "none"
