"""Which campaigns draw a hold-out, as far as the texts they were run with can say."""

from datetime import datetime

from sqlalchemy import Connection, select

from recovery.campaign.loader import SharedDefaults, parse_campaign, parse_defaults
from recovery.db import table
from recovery.errors import RecoveryError
from recovery.models import CampaignVersion

versions = table(CampaignVersion)


def drawing(connection: Connection, now: datetime) -> frozenset[str]:
    """Names of the campaigns whose newest version at `now` holds out a share of its orders."""
    rows = connection.execute(
        select(versions).where(versions.c.first_used_at <= now).order_by(versions.c.first_used_at)
    )
    newest = {row.campaign: row for row in rows}
    return frozenset(
        name for name, row in newest.items() if _holds_out(row.source, row.file, row.defaults)
    )


def _holds_out(source: str, file: str, defaults: str) -> bool:
    """False for a text that can't be read any more: nothing is claimed about it."""
    try:
        shared = parse_defaults(defaults) if defaults else SharedDefaults()
        return parse_campaign(source, file, shared).campaign.holdout > 0
    except RecoveryError:
        return False
