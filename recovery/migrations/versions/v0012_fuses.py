"""Version 0012: a ceiling for each run, breakers that count, refusals of a touch in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Breakers known so far are open; whoever comes next tries one message."""
    op.create_table(
        "ceilings",
        sa.Column("run", sa.String(), primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
    )
    op.add_column(
        "breakers", sa.Column("open", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column(
        "breakers", sa.Column("failures", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("breakers", sa.Column("seen_at", _INSTANT, nullable=True))
    op.add_column("breakers", sa.Column("run", sa.String(), nullable=True))
    op.add_column(
        "touches", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0")
    )
