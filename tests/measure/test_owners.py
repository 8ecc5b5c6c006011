"""Totals by owner: counts and money by currency, and nothing that compares different people."""

import pytest
from sqlalchemy import Engine, insert, update

from recovery.db import reading, table, writing
from recovery.errors import UsageError
from recovery.measure.costs import Costs
from recovery.measure.owners import only, owners
from recovery.measure.report import Report, report
from recovery.models import CampaignVersion
from tests.support.ledger import Ledger

TEXT = """
campaign: {name}
status: active
owner: {owner}
trigger: {{on: payment_failed, after: 30m}}
goal: {{paid_within: 7d}}
segments:
  - {{segment: everyone, sequence: plain}}
sequences:
  plain:
    - {{step: reminder, after: 0m, email: payment-failed}}
"""


@pytest.fixture
def told(database: Engine) -> Report:
    """Two campaigns of one team in two currencies, and one that names nobody."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        versions = table(CampaignVersion)
        ledger.enrolment(ledger.order(paid=5))
        ledger.enrolment(ledger.order(paid=5), holdout=True)
        ours = TEXT.format(name="card-declined", owner="growth")
        connection.execute(update(versions).values(source=ours))
        for name, currency, owner in (("unpaid", "EUR", "growth"), ("vip", "JPY", None)):
            text = TEXT.format(name=name, owner=owner) if owner else ""
            row = {"digest": name, "file": name, "first_used_at": ledger.at(0), "source": text}
            version = connection.execute(insert(versions).values(campaign=name, **row))
            for paid in (5, None):
                ledger.enrolment(
                    ledger.order(paid=paid, currency=currency),
                    campaign=name,
                    version_id=version.inserted_primary_key[0],
                )
    with reading(database) as connection:
        return report(connection, Ledger.at(500), Costs())


def test_counts_and_money_are_added_by_owner_and_currency(told: Report) -> None:
    growth, nobody = owners(told)
    assert (growth.owner, growth.campaigns, growth.enrolled) == ("growth", 2, 3)
    assert (growth.mature, growth.recovered, growth.held_out) == (3, 2, 1)
    assert [str(one.net) for one in growth.money] == ["200.00"]
    assert (nobody.owner, nobody.recovered) == (None, 1)
    assert [one.net.currency for one in nobody.money] == ["JPY"]
    assert sum(growth.verdicts.values()) == 2


def test_an_owner_is_told_what_is_hers_alone(told: Report) -> None:
    hers = only(told, "growth")
    assert {row.arm.campaign for row in hers.rows} == {"card-declined", "unpaid"}
    assert (hers.everything, hers.offers) == (None, None)
    with pytest.raises(UsageError, match="there are: growth"):
        only(told, "nobody")
