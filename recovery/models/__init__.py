"""Tables only: what is remembered. Each state column has its table of moves beside it."""

from recovery.models.journeys import (
    ENROLMENT_MOVES,
    TOUCH_MOVES,
    CampaignVersion,
    Click,
    Decision,
    Enrolment,
    EnrolmentState,
    Suppression,
    Touch,
    TouchState,
)
from recovery.models.offers import COUPON_MOVES, Coupon, CouponState, OfferBudget
from recovery.models.orders import Customer, Order
from recovery.models.work import Run, Task, TaskState

__all__ = [
    "COUPON_MOVES",
    "ENROLMENT_MOVES",
    "TOUCH_MOVES",
    "CampaignVersion",
    "Click",
    "Coupon",
    "CouponState",
    "Customer",
    "Decision",
    "Enrolment",
    "EnrolmentState",
    "OfferBudget",
    "Order",
    "Run",
    "Suppression",
    "Task",
    "TaskState",
    "Touch",
    "TouchState",
]
