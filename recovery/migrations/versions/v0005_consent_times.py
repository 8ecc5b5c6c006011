"""Version 0005: each channel's consent has a time of its own, none when nobody said it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """What is known so far was taken for both channels at the same time."""
    for name in ("email_consent_at", "sms_consent_at"):
        op.add_column("customers", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE customers SET email_consent_at = consent_at, sms_consent_at = consent_at")
    op.drop_column("customers", "consent_at")
