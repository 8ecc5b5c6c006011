"""Migrations: they lead to what the models say, keep data, and may be asked for twice at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, inspect, select, text
from sqlmodel import SQLModel

from recovery import migrations
from recovery.db import bulk_load, reading, table, writing
from recovery.draws import NO_INCENTIVE, slots
from recovery.errors import UsageError
from recovery.models import Customer

# SQLAlchemy can't read an index over lower(email) back from SQLite, and says so.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression"),
]

CUSTOMER = {
    "key": "shop:1",
    "source": "shop",
    "email_consent": "none",
    "sms_consent": "none",
    "email_consent_at": datetime(2026, 11, 22, 9, tzinfo=UTC),
}


def test_the_migrated_database_is_the_one_the_models_describe(database: Engine) -> None:
    with reading(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_partial_indexes_cover_the_same_rows_as_the_models_say(database: Engine) -> None:
    """Alembic does not compare the WHERE of an index, and the planner lives by it."""
    dialect = database.dialect.name
    said = {
        index.name: str(index.dialect_options[dialect]["where"])
        for one in SQLModel.metadata.tables.values()
        for index in one.indexes
        if index.dialect_options[dialect]["where"] is not None
    }
    inspector = inspect(database)
    found = {
        index["name"]: str(index["dialect_options"][f"{dialect}_where"])
        for name in inspector.get_table_names()
        for index in inspector.get_indexes(name)
        if f"{dialect}_where" in index.get("dialect_options", {})
    }
    assert found.keys() == said.keys()
    for name, where in said.items():
        words = {word.strip("'(),") for word in where.split()} - {"IN", "=", "<>"}
        assert all(word in found[name] for word in words), (name, where, found[name])


def test_head_is_the_newest_version_there_is() -> None:
    folder = str(migrations.__path__[0])
    assert ScriptDirectory(folder).get_current_head() == migrations.HEAD


def test_upgrading_says_which_version_it_reached(bare_database: Engine) -> None:
    assert migrations.current(bare_database) is None
    migrations.upgrade(bare_database)
    assert migrations.current(bare_database) == migrations.HEAD


def test_upgrading_again_keeps_data(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(table(Customer).insert(), CUSTOMER)
    migrations.upgrade(database)
    with reading(database) as connection:
        assert connection.scalars(select(table(Customer).c.key)).all() == ["shop:1"]


def test_consents_keep_the_time_they_had_for_both_channels(bare_database: Engine) -> None:
    with writing(bare_database) as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.__path__[0]))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO customers (key, source, email_consent, sms_consent, consent_at) "
                "VALUES ('shop:1', 'shop', 'none', 'marketing', '2026-11-22 09:00:00+00:00')"
            )
        )
    migrations.upgrade(bare_database)
    with reading(bare_database) as connection:
        row = connection.execute(select(table(Customer))).one()
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (row.email_consent_at, row.sms_consent_at) == (at, at)
    assert (row.email_consent, row.sms_consent) == ("none", "marketing")


def test_customers_who_are_known_are_drawn_as_new_ones_are(bare_database: Engine) -> None:
    keys = [f"shop:{n}" for n in range(20_001)]  # one more than a batch
    with writing(bare_database) as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations.__path__[0]))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        columns = ("key", "source", "email_consent", "sms_consent")
        bulk_load(connection, "customers", columns, ((key, "shop", "none", "none") for key in keys))
    migrations.upgrade(bare_database)
    customers = table(Customer)
    with reading(bare_database) as connection:
        rows = connection.execute(select(customers.c.key, customers.c.slot)).all()
    drawn = dict(zip(keys, slots(NO_INCENTIVE, keys), strict=True))
    assert {row.key: row.slot for row in rows} == drawn


def test_two_upgrades_at_once_both_find_the_work_done(bare_database: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, [bare_database] * 4))
    assert migrations.current(bare_database) == migrations.HEAD


def test_an_upgrade_that_fails_leaves_nothing_behind(bare_database: Engine) -> None:
    with writing(bare_database) as connection:
        connection.execute(text("CREATE TABLE tasks (id INTEGER)"))  # somebody else's
    with pytest.raises(Exception, match="tasks"):
        migrations.upgrade(bare_database)
    assert inspect(bare_database).get_table_names() == ["tasks"]


def test_a_newer_database_is_left_alone(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="update the program"):
        migrations.prepare(database)


def test_an_empty_database_is_prepared_without_being_asked(bare_database: Engine) -> None:
    migrations.prepare(bare_database)
    assert inspect(bare_database).has_table("orders")


def test_only_an_embedded_database_is_changed_without_being_asked(database: Engine) -> None:
    with writing(database) as connection:  # older than anything we can upgrade: trying shows
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    if database.dialect.name == "postgresql":
        with pytest.raises(UsageError, match="recovery db upgrade"):
            migrations.prepare(database)
    else:
        with pytest.raises(CommandError, match="0000"):
            migrations.prepare(database)
