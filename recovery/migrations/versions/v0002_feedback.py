"""Version 0002: what the world tells us back, and the brakes an operator holds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITING = sa.text("applied_at IS NULL")


def upgrade() -> None:
    """New tables, and two columns that are false for everything so far."""
    op.create_table(
        "inbox",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("applied_at", _INSTANT, nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key", name="one_row_per_event"),
    )
    op.create_index(
        "inbox_waiting", "inbox", ["id"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_table(
        "consents",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consents_by_address", "consents", ["channel", "address"])
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scope", "name", name="one_pause_per_name"),
    )
    op.create_table(
        "breakers",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sender"),
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("next_free", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    false = sa.text("false")
    op.add_column(
        "clicks", sa.Column("machine", sa.Boolean(), nullable=False, server_default=false)
    )
    op.add_column(
        "touches", sa.Column("resent", sa.Boolean(), nullable=False, server_default=false)
    )
    unknown = sa.text("state = 'unknown'")
    op.create_index(
        "touches_unknown", "touches", ["tried_at"], sqlite_where=unknown, postgresql_where=unknown
    )
