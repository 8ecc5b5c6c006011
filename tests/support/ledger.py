"""Rows of a finished story, written straight into the tables: measuring only reads them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert

from recovery.db import table
from recovery.models import (
    CampaignVersion,
    Click,
    Coupon,
    CouponState,
    Customer,
    Decision,
    Enrolment,
    Order,
    Task,
    Touch,
)

T0 = datetime(2026, 11, 1, 9, tzinfo=UTC)
NUMBERS = count(1)


@dataclass
class Ledger:
    """A pen for the tables; every method returns the new row's id. Times are hours after T0."""

    connection: Connection
    _version: int | None = None

    @staticmethod
    def at(hours: float) -> datetime:
        return T0 + timedelta(hours=hours)

    def _add(self, model: type[Any], **values: Any) -> int:
        result = self.connection.execute(insert(table(model)).values(**values))
        return int(result.inserted_primary_key[0])

    def _row(self, model: type[Any], number: int) -> Any:
        rows = table(model)
        return self.connection.execute(rows.select().where(rows.c.id == number)).one()

    def customer_of(self, order: int) -> int:
        return int(self._row(Order, order).customer_id)

    def customer(self) -> int:
        return self._add(
            Customer,
            key=f"shop:{next(NUMBERS)}",
            source="shop",
            email_consent="transactional",
            sms_consent="none",
        )

    def order(self, *, placed: float = -1, paid: float | None = None, **values: Any) -> int:
        number = next(NUMBERS)
        order = {
            "source": "shop",
            "external_id": f"A-{1000 + number}",
            "customer_id": values.get("customer_id") or self.customer(),
            "status": "pending" if paid is None else "paid",
            "placed_at": self.at(placed),
            "updated_at": self.at(placed if paid is None else paid),
            "unpaid_since": self.at(placed),
            "amount_minor": 10_000,
            "currency": "EUR",
            "country": "DE",
            "email": f"someone{number}@example.com",
            "phone": "+4930901820",
            "name": "Kim Beispiel",
            "locale": "de-DE",
            "timezone": "Europe/Berlin",
            "timezone_source": "market",
            "customer_type": "guest",
            "email_consent": "transactional",
            "sms_consent": "none",
            "items": [{"name": "Teapot", "quantity": 2, "minor": 5_000}],
            "paid_at": None if paid is None else self.at(paid),
        }
        return self._add(Order, **(order | values))

    def enrolment(
        self,
        order: int,
        *,
        at: float = 0,
        window: float = 168,
        holdout: bool = False,
        **values: Any,
    ) -> int:
        row = self._row(Order, order)
        enrolment = {
            "campaign": "card-declined",
            "version_id": self.version(),
            "order_id": order,
            "customer_id": row.customer_id,
            "segment": "everyone",
            "sequence": "plain",
            "holdout": holdout,
            "enrolled_at": self.at(at),
            "window_ends_at": self.at(at + window),
            "amount_minor": row.amount_minor,
            "currency": row.currency,
        }
        return self._add(Enrolment, **(enrolment | values))

    def version(self, text: str = "", *, at: float = 0) -> int:
        """The version that people are enrolled under; a `text` makes a new one."""
        if self._version is None or text:
            self._version = self._add(
                CampaignVersion,
                campaign="card-declined",
                digest=str(next(NUMBERS)),
                source=text,
                file="campaigns/card-declined.yaml",
                first_used_at=self.at(at),
            )
        return self._version

    def touch(self, enrolment: int, *, at: float = 1, channel: str = "email", **values: Any) -> int:
        state = values.get("state", "sent")
        touch = {
            "enrolment_id": enrolment,
            "step": f"step-{next(NUMBERS)}",
            "channel": channel,
            "state": state,
            "planned_at": self.at(at),
            "due_at": self.at(at),
            "tried_at": None if state in {"planned", "withheld", "skipped"} else self.at(at),
        }
        return self._add(Touch, **(touch | values))

    def coupon(self, enrolment: int, touch: int, **values: Any) -> int:
        number = next(NUMBERS)
        row = self._row(Enrolment, enrolment)
        coupon = {
            "code": f"BACK-{number}",
            "touch_id": touch,
            "enrolment_id": enrolment,
            "customer_id": row.customer_id,
            "campaign": row.campaign,
            "offer": "welcome-back",
            "kind": "percent",
            "state": CouponState.ISSUED,
            "issued_at": self.at(1),
            "expires_at": self.at(73),
            "worth_minor": 0,
        }
        return self._add(Coupon, **(coupon | values))

    def decision(self, enrolment: int, verdict: str, *, at: float, **values: Any) -> int:
        return self._add(
            Decision, enrolment_id=enrolment, verdict=verdict, at=self.at(at), **values
        )

    def click(self, touch: int, *, at: float, **values: Any) -> int:
        return self._add(Click, touch_id=touch, at=self.at(at), **values)

    def task(self, enrolment: int, touch: int, order: int, *, due: float, **values: Any) -> int:
        task = {
            "touch_id": touch,
            "enrolment_id": enrolment,
            "order_id": order,
            "team": "customer-service",
            "template": "call-customer",
            "due_at": self.at(due),
        }
        return self._add(Task, **(task | values))
