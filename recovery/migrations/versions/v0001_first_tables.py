"""Version 0001: the first tables, written out so that later models can't change the past."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table, referenced ones first."""
    _campaign_versions()
    _customers()
    _decisions()
    _offer_budgets()
    _runs()
    _suppressions()
    _orders()
    _enrolments()
    _touches()
    _clicks()
    _coupons()
    _tasks()


def _campaign_versions() -> None:
    op.create_table(
        "campaign_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("defaults", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("first_used_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign", "digest", name="one_row_per_version"),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("email_consent", sa.String(), nullable=False),
        sa.Column("sms_consent", sa.String(), nullable=False),
        sa.Column("consent_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("enrolment_id", _ROW_ID, nullable=False),
        sa.Column("touch_id", _ROW_ID, nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("decisions_by_enrolment", "decisions", ["enrolment_id"])


def _offer_budgets() -> None:
    op.create_table(
        "offer_budgets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reserved_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign", "offer", "period", name="one_budget_per_offer_and_period"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("last_decision_id", _ROW_ID, nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "address", name="one_row_per_address"),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("placed_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("unpaid_since", _INSTANT, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("timezone_source", sa.String(), nullable=False),
        sa.Column("customer_type", sa.String(), nullable=False),
        sa.Column("customer_type_given", sa.Boolean(), nullable=False),
        sa.Column("payment_method", sa.String(), nullable=True),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_source", sa.String(), nullable=True),
        sa.Column("failure_reason", sa.String(), nullable=True),
        sa.Column("payment_url", sa.String(), nullable=True),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.Column("email_consent", sa.String(), nullable=False),
        sa.Column("sms_consent", sa.String(), nullable=False),
        sa.Column("discount_code", sa.String(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("paid_at", _INSTANT, nullable=True),
        sa.Column("refunded_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "external_id", name="one_row_per_order"),
    )
    op.create_index("orders_by_customer", "orders", ["customer_id", "placed_at"])
    _partial_index(
        "orders_unpaid",
        "orders",
        ["status", "unpaid_since"],
        "status IN ('awaiting', 'cart', 'failed', 'pending')",
    )


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("sequence", sa.String(), nullable=False),
        sa.Column("holdout", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("enrolled_at", _INSTANT, nullable=False),
        sa.Column("window_ends_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("recovered_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["campaign_versions.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "campaign", name="one_enrolment_per_campaign_and_order"),
    )
    op.create_index("enrolments_by_customer", "enrolments", ["customer_id"])
    _partial_index("enrolments_open", "enrolments", ["window_ends_at"], "state = 'active'")
    _partial_index(
        "one_live_enrolment_per_customer_and_campaign",
        "enrolments",
        ["customer_id", "campaign"],
        "state = 'active'",
        unique=True,
    )
    _partial_index(
        "one_live_enrolment_per_order", "enrolments", ["order_id"], "state = 'active'", unique=True
    )


def _touches() -> None:
    op.create_table(
        "touches",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("enrolment_id", _ROW_ID, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("planned_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "step", name="one_touch_per_enrolment_and_step"),
    )
    _partial_index("touches_due", "touches", ["due_at", "id"], "state = 'planned'")
    _partial_index("touches_leased", "touches", ["lease_until"], "state IN ('claimed', 'sending')")


def _clicks() -> None:
    op.create_table(
        "clicks",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("touch_id", _ROW_ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["touch_id"],
            ["touches.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_clicks_touch_id"), "clicks", ["touch_id"])


def _coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("touch_id", _ROW_ID, nullable=False),
        sa.Column("enrolment_id", _ROW_ID, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("budget_id", sa.Integer(), nullable=True),
        sa.Column("worth_minor", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_at", _INSTANT, nullable=True),
        sa.Column("redeemed_order_id", sa.Integer(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["offer_budgets.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["redeemed_order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["touch_id"],
            ["touches.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("touch_id"),
    )
    op.create_index("coupons_by_customer", "coupons", ["customer_id"])
    _partial_index("coupons_running", "coupons", ["expires_at"], "state IN ('reserved', 'issued')")
    op.create_index(op.f("ix_coupons_enrolment_id"), "coupons", ["enrolment_id"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("touch_id", _ROW_ID, nullable=False),
        sa.Column("enrolment_id", _ROW_ID, nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_at", _INSTANT, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["touch_id"],
            ["touches.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("touch_id"),
    )
    op.create_index(op.f("ix_tasks_enrolment_id"), "tasks", ["enrolment_id"])
    _partial_index("tasks_open", "tasks", ["due_at"], "state <> 'closed'")


def _partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)
