"""Version 0015: customers who are held out of every campaign, or of every offer."""

import sqlalchemy as sa
from alembic import op

from recovery.db import update_each
from recovery.draws import slots

revision = "0015"
down_revision = "0014"

_BATCH = 20_000
_SALT = "holdout:no_incentive:v1:"


def upgrade() -> None:
    """Those who are known already are drawn by their keys, as all others will be."""
    op.add_column("enrolments", sa.Column("layer", sa.String(), nullable=True))
    op.add_column("customers", sa.Column("slot", sa.Integer(), nullable=True))
    names = sa.column("id", sa.Integer), sa.column("key", sa.String), sa.column("slot", sa.Integer)
    customers = sa.table("customers", *names)
    after = 0
    while found := _next(customers, after):
        drawn = slots(_SALT, [row.key for row in found])
        rows = [(row.id, slot) for row, slot in zip(found, drawn, strict=True)]
        update_each(op.get_bind(), customers, (), ("slot",), rows)  # type: ignore[arg-type]
        after = found[-1].id


def _next(customers: sa.TableClause, after: int) -> list[sa.Row[tuple[int, str]]]:
    wanted = sa.select(customers.c.id, customers.c.key).where(customers.c.id > after)
    return list(op.get_bind().execute(wanted.order_by(customers.c.id).limit(_BATCH)))
