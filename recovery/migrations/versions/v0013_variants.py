"""Version 0013: which variant of its step a touch was drawn into, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """No step had variants before."""
    op.add_column("touches", sa.Column("variant", sa.String(), nullable=True))
    op.add_column("touches", sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True))
