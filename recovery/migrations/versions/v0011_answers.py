"""Version 0011: text messages from customers that only a person can answer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Those of the past are read in `recovery inbox`: nobody knows whether they were answered."""
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.UniqueConstraint("key", name="one_answer_per_message"),
    )
    op.create_index("answers_open", "answers", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
