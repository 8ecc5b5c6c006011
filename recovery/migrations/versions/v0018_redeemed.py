"""Version 0018: which code an order used, found by the order: one order uses one code."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Only of codes that were used."""
    op.create_index(
        "coupons_redeemed",
        "coupons",
        ["redeemed_order_id"],
        sqlite_where=sa.text("redeemed_order_id IS NOT NULL"),
        postgresql_where=sa.text("redeemed_order_id IS NOT NULL"),
    )
