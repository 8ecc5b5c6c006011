"""Version 0006: with which version of the code lists a failure code was read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Orders that were read before have no version: unpaid ones are read anew by the next run."""
    op.add_column("orders", sa.Column("failure_mapping", sa.String(), nullable=True))
