"""Version 0003: orders found by their address, for suppression and for privacy requests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Two indexes; e-mail addresses are compared in lower case."""
    op.create_index("orders_by_email", "orders", [sa.text("lower(email)")])
    op.create_index("orders_by_phone", "orders", ["phone"])
