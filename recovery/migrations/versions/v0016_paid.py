"""Version 0016: a customer's payments, for reports that ask whether another order took its place."""

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
