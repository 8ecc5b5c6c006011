"""Version 0009: when each version of a campaign went live, and what that changed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Versions known so far went live when they were first used."""
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column(
            "version_id", sa.Integer(), sa.ForeignKey("campaign_versions.id"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
    )
    op.create_index("ix_publications_campaign", "publications", ["campaign"])
    op.execute(
        "INSERT INTO publications (campaign, version_id, at, changes) "
        "SELECT campaign, id, first_used_at, '[]' FROM campaign_versions ORDER BY first_used_at, id"
    )
