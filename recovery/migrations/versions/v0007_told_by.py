"""Version 0007: each entry of the journal names the run whose numbers have it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_UNTOLD = sa.text("run IS NULL AND verdict IN ('recovered', 'exited', 'exhausted')")


def upgrade() -> None:
    """What earlier runs have told is told; what came after the last of them is not."""
    op.add_column("decisions", sa.Column("run", sa.String(), nullable=True))
    op.execute(
        "UPDATE decisions SET run = '' WHERE verdict IN ('recovered', 'exited', 'exhausted')"
        " AND id <= (SELECT coalesce(max(last_decision_id), 0) FROM runs)"
    )
    op.create_index(
        "decisions_untold", "decisions", ["id"], sqlite_where=_UNTOLD, postgresql_where=_UNTOLD
    )
    op.drop_column("runs", "last_decision_id")
