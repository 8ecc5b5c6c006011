"""Version 0016: payments by customer, for reports that ask whether another order came instead."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Only what was paid: most customers have no other order."""
    op.create_index(
        "orders_paid",
        "orders",
        ["customer_id", "paid_at"],
        sqlite_where=sa.text("paid_at IS NOT NULL"),
        postgresql_where=sa.text("paid_at IS NOT NULL"),
    )
