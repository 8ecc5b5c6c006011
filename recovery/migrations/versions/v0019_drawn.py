"""Version 0019: touches that drew a variant, for reports that ask which one brought more."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Only of steps that have variants: most have none."""
    op.create_index(
        "touches_drawn",
        "touches",
        ["drawn_at"],
        sqlite_where=sa.text("variant IS NOT NULL"),
        postgresql_where=sa.text("variant IS NOT NULL"),
    )
