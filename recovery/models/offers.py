"""Coupons and the budgets they are reserved against."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from recovery.models.journeys import BigKey


class CouponState(StrEnum):
    """Where a coupon stands."""

    RESERVED = "reserved"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # its message never arrived


COUPON_MOVES: dict[CouponState, frozenset[CouponState]] = {
    CouponState.RESERVED: frozenset(
        {CouponState.ISSUED, CouponState.EXPIRED, CouponState.WITHDRAWN}
    ),
    CouponState.ISSUED: frozenset(
        {CouponState.REDEEMED, CouponState.EXPIRED, CouponState.WITHDRAWN}
    ),
    CouponState.EXPIRED: frozenset({CouponState.REDEEMED}),  # the shop honoured it all the same
    # Made again in another try, arrived after all, or even used.
    CouponState.WITHDRAWN: frozenset(
        {CouponState.RESERVED, CouponState.ISSUED, CouponState.REDEEMED}
    ),
}


class OfferBudget(SQLModel, table=True):
    """What one offer has given away in one period; reserved by a conditional UPDATE."""

    __tablename__ = "offer_budgets"
    __table_args__ = (
        UniqueConstraint("campaign", "offer", "period", name="one_budget_per_offer_and_period"),
    )

    id: int | None = Field(default=None, primary_key=True)
    campaign: str
    offer: str
    period: str  # "2026-11", "2026-W47", "2026-11-22" or "ever"
    currency: str
    reserved_minor: int = Field(default=0, sa_type=BigInteger)
    spent_minor: int = Field(default=0, sa_type=BigInteger)


class Coupon(SQLModel, table=True):
    """One offer made in one touch."""

    __tablename__ = "coupons"
    __table_args__ = (
        Index("coupons_by_customer", "customer_id"),
        Index(
            "coupons_redeemed",
            "redeemed_order_id",
            sqlite_where=text("redeemed_order_id IS NOT NULL"),
            postgresql_where=text("redeemed_order_id IS NOT NULL"),
        ),
        Index(
            "coupons_running",
            "expires_at",
            sqlite_where=text("state IN ('reserved', 'issued')"),
            postgresql_where=text("state IN ('reserved', 'issued')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    touch_id: int = Field(foreign_key="touches.id", unique=True, sa_type=BigKey)
    enrolment_id: int = Field(foreign_key="enrolments.id", index=True, sa_type=BigKey)
    customer_id: int = Field(foreign_key="customers.id")
    campaign: str
    offer: str
    kind: str
    state: str = CouponState.RESERVED
    issued_at: datetime
    expires_at: datetime  # the first coupon's, in every later message of the enrolment
    budget_id: int | None = Field(default=None, foreign_key="offer_budgets.id")
    # reserved in the budget's currency; 0 when another coupon of the same promise holds it
    worth_minor: int = Field(sa_type=BigInteger)
    redeemed_at: datetime | None = None
    redeemed_order_id: int | None = Field(default=None, foreign_key="orders.id")
    # what it really cost, in the redeeming order's currency
    cost_minor: int | None = Field(default=None, sa_type=BigInteger)
