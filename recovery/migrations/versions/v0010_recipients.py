"""Version 0010: the address that each message went to, and since when its provider has it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """What went out before went to the address that its order has now, when it was tried."""
    op.add_column("touches", sa.Column("recipient", sa.String(), nullable=True))
    op.add_column("touches", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE touches SET recipient = (SELECT CASE touches.channel WHEN 'email' THEN orders.email"
        " WHEN 'sms' THEN orders.phone END FROM enrolments JOIN orders"
        " ON orders.id = enrolments.order_id WHERE enrolments.id = touches.enrolment_id)"
        " WHERE tried_at IS NOT NULL"
    )
    op.execute(
        "UPDATE touches SET sent_at = tried_at WHERE state IN ('sent', 'delivered', 'bounced')"
    )
