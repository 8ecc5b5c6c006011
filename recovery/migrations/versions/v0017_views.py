"""Version 0017: views for Excel, Power BI and other tools that read the database by themselves.

A later version that changes a column of theirs drops them first and makes them anew. No view has an
address, a name, a code or a shop's own number of an order or a customer.
"""

import re
from itertools import groupby

from alembic import op

from recovery.db import is_postgres
from recovery.money import currencies, digits

revision = "0017"
down_revision = "0016"

_MAJOR = re.compile(r"{(\S+) in (\S+)}")


def upgrade() -> None:
    """One row each; flags are 1 and 0, so that they can be summed."""
    for view in (_ENROLMENTS, _ORDERS, _MESSAGES, _COUPONS):
        now = "now()" if _on_postgres() else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        op.execute(_MAJOR.sub(_major, view.replace("{now}", now)))


def _major(place: re.Match[str]) -> str:
    """`{table.column_minor in table.currency}` as the amount in major units."""
    minor, units = place[1], _units(place[2])
    return (
        f"ROUND(CAST({minor} AS NUMERIC) / {units}, 4)"
        if _on_postgres()
        else f"(1.0 * {minor} / {units})"
    )


def _on_postgres() -> bool:
    return is_postgres(op.get_bind())


def _units(currency: str) -> str:
    """How many minor units make a major one."""
    rare = sorted((digits(code), code) for code in currencies() if digits(code) != 2)
    cases = " ".join(
        f"WHEN {currency} IN ({', '.join(repr(code) for _, code in codes)}) THEN {10**places}"
        for places, codes in groupby(rare, key=lambda one: one[0])
    )
    return f"CASE {cases} ELSE 100 END"


# As recovery/measure/evidence/units.py counts them. `mature` is as of the database's own clock.
_ENROLMENTS = """
CREATE VIEW report_enrolments AS
SELECT
  u.enrolment_id, u.order_id, u.customer_id, u.campaign, u.segment, u.sequence,
  u.holdout, u.global_holdout, u.state, u.reason, u.market, u.customer_type,
  u.enrolled_at, u.window_ends_at, u.ended_at, u.mature,
  u.mature * u.paid_in_time AS recovered,
  u.first_of_customer,
  CASE WHEN u.first_of_customer * u.mature = 0 THEN 0 WHEN u.paid_in_time = 1 THEN 1
    WHEN EXISTS (
      SELECT 1 FROM orders other WHERE other.customer_id = u.customer_id
      AND other.paid_at > u.enrolled_at AND other.paid_at <= u.window_ends_at
    ) THEN 1 ELSE 0 END AS converted,
  u.currency, u.amount_minor, {u.amount_minor in u.currency} AS amount,
  u.recovered_minor, {u.recovered_minor in u.currency} AS recovered_amount
FROM (
  SELECT
    e.id AS enrolment_id, e.order_id, e.customer_id, e.campaign, e.segment,
    CASE WHEN e.holdout THEN NULL ELSE e.sequence END AS sequence,
    CASE WHEN e.holdout THEN 1 ELSE 0 END AS holdout,
    CASE WHEN e.layer IS NULL THEN 0 ELSE 1 END AS global_holdout,
    e.state, e.reason, o.country AS market, o.customer_type,
    e.enrolled_at, e.window_ends_at, e.ended_at,
    CASE WHEN e.window_ends_at <= {now} THEN 1 ELSE 0 END AS mature,
    CASE WHEN o.paid_at > e.enrolled_at AND o.paid_at <= e.window_ends_at THEN 1 ELSE 0 END
      AS paid_in_time,
    CASE WHEN e.layer IS NOT NULL OR o.paid_at <= e.enrolled_at THEN 0
      WHEN EXISTS (
        SELECT 1 FROM enrolments earlier WHERE earlier.customer_id = e.customer_id
        AND earlier.campaign = e.campaign AND earlier.segment = e.segment
        AND earlier.id < e.id AND earlier.layer IS NULL
        AND NOT EXISTS (
          SELECT 1 FROM orders theirs
          WHERE theirs.id = earlier.order_id AND theirs.paid_at <= earlier.enrolled_at
        )
      ) THEN 0 ELSE 1 END AS first_of_customer,
    e.currency, e.amount_minor, e.recovered_minor
  FROM enrolments e JOIN orders o ON o.id = e.order_id
) u
"""

_ORDERS = """
CREATE VIEW report_orders AS
SELECT
  o.id AS order_id, o.customer_id, o.source, o.status, o.placed_at,
  o.country AS market, o.customer_type, o.payment_method,
  o.failure_source AS provider, o.failure_reason, o.failed_at, o.paid_at, o.refunded_at,
  CASE WHEN o.failed_at IS NULL THEN 0 ELSE 1 END AS failed,
  CASE WHEN o.paid_at IS NULL THEN 0 ELSE 1 END AS paid,
  CASE WHEN o.refunded_at IS NULL THEN 0 ELSE 1 END AS refunded,
  CASE WHEN EXISTS (SELECT 1 FROM enrolments e WHERE e.order_id = o.id) THEN 1 ELSE 0 END
    AS enrolled,
  o.currency, o.amount_minor, {o.amount_minor in o.currency} AS amount,
  o.shipping_minor, {o.shipping_minor in o.currency} AS shipping
FROM orders o
"""

_MESSAGES = """
CREATE VIEW report_messages AS
SELECT
  t.id AS message_id, t.enrolment_id, e.order_id, e.customer_id, e.campaign, e.segment,
  CASE WHEN e.holdout THEN NULL ELSE e.sequence END AS sequence,
  CASE WHEN e.holdout THEN 1 ELSE 0 END AS holdout,
  t.step, t.variant, t.channel, t.provider, t.state, t.reason,
  t.planned_at, t.due_at, t.tried_at,
  CASE WHEN t.state IN ('sent', 'delivered', 'bounced') THEN 1 ELSE 0 END AS sent,
  CASE WHEN t.state = 'delivered' THEN 1 ELSE 0 END AS delivered,
  CASE WHEN t.state = 'bounced' THEN 1 ELSE 0 END AS bounced,
  CASE WHEN EXISTS (SELECT 1 FROM clicks c WHERE c.touch_id = t.id AND NOT c.machine)
    THEN 1 ELSE 0 END AS clicked,
  t.segments
FROM touches t JOIN enrolments e ON e.id = t.enrolment_id
"""

_COUPONS = """
CREATE VIEW report_coupons AS
SELECT
  c.id AS coupon_id, c.touch_id AS message_id, c.enrolment_id, e.order_id, c.customer_id,
  c.campaign, e.segment, e.sequence, c.offer, c.kind, c.state,
  c.issued_at, c.expires_at, c.redeemed_at, c.redeemed_order_id,
  CASE WHEN c.state = 'redeemed' THEN 1 ELSE 0 END AS redeemed,
  CASE WHEN c.redeemed_order_id IS NULL OR r.customer_id = c.customer_id THEN 0 ELSE 1 END
    AS leaked,
  b.currency AS worth_currency, c.worth_minor, {c.worth_minor in b.currency} AS worth,
  r.currency AS cost_currency, c.cost_minor, {c.cost_minor in r.currency} AS cost
FROM coupons c
JOIN enrolments e ON e.id = c.enrolment_id
LEFT JOIN offer_budgets b ON b.id = c.budget_id
LEFT JOIN orders r ON r.id = c.redeemed_order_id
"""
