"""Public holidays, from the `holidays` package; imported when first asked, it takes a while."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


def is_holiday(place: str, day: date) -> bool:
    """Whether `day` is a public holiday in a country (`DE`: what all of it keeps) or region
    (`DE-BY`). A country that the package does not know has none."""
    calendar = _calendar(place)
    return calendar is not None and day in calendar


@cache
def _calendar(place: str) -> "HolidayBase | None":
    from holidays import country_holidays

    country, _, region = place.partition("-")
    for subdivision in (region or None, None):
        try:
            return country_holidays(country, subdiv=subdivision)
        except NotImplementedError:
            continue
    return None
