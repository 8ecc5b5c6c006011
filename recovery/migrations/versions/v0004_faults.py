"""Version 0004: events that could not be applied are counted without walking all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FAULTED = sa.text("fault IS NOT NULL")


def upgrade() -> None:
    """One partial index."""
    op.create_index(
        "inbox_faulted", "inbox", ["id"], sqlite_where=_FAULTED, postgresql_where=_FAULTED
    )
