"""Version 0008: the region of an order, and the version of the rules that let a message go."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What went out before has no version; where its customers live nobody said."""
    op.add_column("orders", sa.Column("region", sa.String(), nullable=True))
    op.add_column("touches", sa.Column("rules", sa.String(), nullable=True))
