"""The demo's doors: orders come in as files, messages go out as files, and both stay to be seen."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recovery.engine import Courier, Engine
from recovery.facts import OrderSnapshot
from recovery.measure.runs import RunResult
from recovery.simulate.demo.mailbox import Mailbox
from recovery.simulate.post import Letter
from recovery.simulate.trade import SOURCE


@dataclass(slots=True)
class Diary:
    """What the runs did, added up over the whole story."""

    runs: int = 0
    read: Counter[str] = field(default_factory=Counter)  # orders, by market
    rejected: int = 0
    enrolled: Counter[str] = field(default_factory=Counter)  # by campaign
    sent: int = 0
    tasks: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    snoozed: Counter[str] = field(default_factory=Counter)
    problems: dict[str, None] = field(default_factory=dict)  # a set that keeps its order

    def add(self, result: RunResult) -> None:
        """Write one run down."""
        self.runs += 1
        for campaign, arms in result.enrolled.items():
            self.enrolled[campaign] += sum(arms.values())
        self.sent += result.touches.sent
        self.tasks += result.touches.tasks
        self.failed += result.touches.failed + result.touches.unknown
        self.skipped += result.touches.skipped
        self.snoozed += result.touches.snoozed
        for problem in (*result.problems, *result.refused):
            self.problems[problem] = None


class Files:
    """The doors of an engine that imports files and writes an outbox."""

    def __init__(self, engine: Engine, courier: Courier) -> None:
        self.engine = engine
        self.diary = Diary()
        self.mailbox = Mailbox(engine.settings.outbox_dir)
        self.sent: dict[str, list[Letter]] = {}  # by order
        self._courier = courier
        self._known: set[str] = set()

    def tell(self, orders: Sequence[OrderSnapshot]) -> None:
        """Import a file of its own for each run."""
        for one in orders:
            self.diary.read[one.country] += one.order_id not in self._known
            self._known.add(one.order_id)
        file = self.engine.settings.project / "orders" / f"{self.diary.runs + 1:04}.jsonl"
        self.diary.rejected += self._brought(file, orders)

    def run(self) -> RunResult:
        """As cron does."""
        result = self.engine.run(self._courier)
        self.diary.add(result)
        return result

    def letters(self) -> list[Letter]:
        """What lies in the outbox since the last look."""
        letters = self.mailbox.new()
        for letter in letters:
            self.sent.setdefault(letter.order, []).append(letter)
        return letters

    def _brought(self, file: Path, orders: Sequence[OrderSnapshot]) -> int:
        """How many rows were refused."""
        newest = {one.order_id: one for one in orders}  # one row an order, as a shop exports it
        lines = (json.dumps(row_of(one), ensure_ascii=False) + "\n" for one in newest.values())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), "utf-8")
        return self.engine.import_orders([file], SOURCE).rejected


def row_of(order: OrderSnapshot) -> dict[str, Any]:
    """An order as a shop writes it into a file; what it does not know is left out."""
    row = {
        "order_id": order.order_id,
        "status": order.status.value,
        "placed_at": order.placed_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
        "amount": str(order.amount),
        "currency": order.amount.currency,
        "country": order.country,
        "region": order.region,
        "email": order.email,
        "phone": order.phone,
        "customer_id": order.customer_id,
        "customer_type": order.customer_type and order.customer_type.value,
        "name": order.name,
        "timezone": order.timezone,
        "payment_method": order.payment_method,
        "failure_code": order.failure_code,
        "failure_source": order.failure_source,
        "payment_url": order.payment_url,
        "expires_at": order.expires_at and order.expires_at.isoformat(),
        "email_consent": order.email_consent and order.email_consent.value,
        "sms_consent": order.sms_consent and order.sms_consent.value,
        "discount_code": order.discount_code,
        "shipping_amount": order.shipping and str(order.shipping),
        "items": [
            {"name": item.name, "quantity": item.quantity, "price": str(item.price)}
            for item in order.items or ()
        ],
    }
    return {name: value for name, value in row.items() if value not in (None, [])}
