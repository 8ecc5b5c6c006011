"""Tables only: what is remembered. Each state column has its table of moves beside it."""

from recovery.models.feedback import Answer, Breaker, Consent, InboxItem, Pace, Pause
from recovery.models.journeys import (
    ENROLMENT_MOVES,
    TOUCH_MOVES,
    CampaignVersion,
    Click,
    Decision,
    Enrolment,
    EnrolmentState,
    Publication,
    Suppression,
    Touch,
    TouchState,
)
from recovery.models.offers import COUPON_MOVES, Coupon, CouponState, OfferBudget
from recovery.models.orders import Customer, Order
from recovery.models.work import Ceiling, Run, Task, TaskState

__all__ = [
    "COUPON_MOVES",
    "ENROLMENT_MOVES",
    "TOUCH_MOVES",
    "Answer",
    "Breaker",
    "CampaignVersion",
    "Ceiling",
    "Click",
    "Consent",
    "Coupon",
    "CouponState",
    "Customer",
    "Decision",
    "Enrolment",
    "EnrolmentState",
    "InboxItem",
    "OfferBudget",
    "Order",
    "Pace",
    "Pause",
    "Publication",
    "Run",
    "Suppression",
    "Task",
    "TaskState",
    "Touch",
    "TouchState",
]
