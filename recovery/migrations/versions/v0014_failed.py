"""Version 0014: when a payment was first told to have failed, kept when the order is paid."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """What is failed now has been so since it moved there; of others only the code is known."""
    op.add_column("orders", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE orders SET failed_at = unpaid_since WHERE status = 'failed'")
