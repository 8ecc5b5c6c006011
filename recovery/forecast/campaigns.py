"""One campaign of the plan: how its file stands to what is live, and what that does to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recovery.campaign.loader import LoadedCampaign, SharedDefaults, parse_campaign, parse_defaults
from recovery.campaign.schema import Campaign
from recovery.errors import RecoveryError
from recovery.forecast.admission import Admission
from recovery.forecast.changes import Change, Reach, changes
from recovery.forecast.entries import Entry
from recovery.forecast.flight import Group, Version
from recovery.forecast.holdouts import Promise
from recovery.forecast.outlook import CampaignPlan, Fate, Flying, LegalNote


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of all campaigns, to be sorted by campaign."""

    loaded: Mapping[str, LoadedCampaign]
    live: Mapping[str, Version]
    held: Mapping[str, str]
    broken_files: Sequence[str]
    entries: Sequence[Entry]
    admission: Admission
    groups: Sequence[Group]
    texts: Mapping[int, Version]
    promises: Sequence[Promise]
    notes: Mapping[str, Sequence[LegalNote]]


def campaign_plans(book: Book) -> list[CampaignPlan]:
    """Campaigns with a file or with somebody in them; who takes most stands first."""
    flying = {group.campaign for group in book.groups}
    broken = {name for name, one in book.live.items() if _is_broken(one.file, book)}
    names = [*book.loaded, *sorted((flying | broken) - book.loaded.keys())]
    plans = [_plan(name, book) for name in names]
    return sorted(plans, key=lambda one: (-one.entering, names.index(one.name)))


def _plan(name: str, book: Book) -> CampaignPlan:
    file, live = book.loaded.get(name), book.live.get(name)
    state, held = _state(file, live, book), book.held.get(name)
    differs = _differences(file, live)
    if file is None:
        held = "broken" if state == "broken" else "gone"
    return CampaignPlan(
        name=name,
        file=file.file if file else live.file if live and state == "broken" else None,
        state=state,
        held=held,
        changes=differs,
        entries=[one for one in book.entries if one.campaign == name],
        reasons=book.admission.campaigns.get(name, {}),
        flying=[_flying(one, file, held, book) for one in book.groups if one.campaign == name],
        promises=[one for one in book.promises if one.campaign == name],
        notes=book.notes.get(name, ()),
    )


def _state(file: LoadedCampaign | None, live: Version | None, book: Book) -> str:
    if file is None:
        return "broken" if live and _is_broken(live.file, book) else "gone"
    if live is None:
        return "new"
    return "unchanged" if live.digest == file.digest else "changed"


def _is_broken(file: str, book: Book) -> bool:
    """Broken defaults stop every campaign."""
    names = {Path(one).name for one in book.broken_files}
    return file in names or any(name.startswith("defaults.") for name in names)


def _differences(file: LoadedCampaign | None, live: Version | None) -> list[Change]:
    before = _read(live)
    return changes(before, file.campaign) if before and file else []


def _read(version: Version | None) -> Campaign | None:
    """None for a text that can't be read any more: nothing is claimed about it."""
    if version is None:
        return None
    try:
        shared = parse_defaults(version.defaults) if version.defaults else SharedDefaults()
        return parse_campaign(version.source, version.file, shared).campaign
    except RecoveryError:
        return None


def _flying(group: Group, file: LoadedCampaign | None, held: str | None, book: Book) -> Flying:
    if group.step is None:
        return Flying(group, Fate.NOTHING, None)
    if held not in (None, "ended", "gone"):  # ended and gone let those finish who are in it
        return Flying(group, Fate.HELD, held)
    entered = book.texts[group.version]
    if file is None or entered.digest == file.digest:
        return Flying(group, Fate.AS_PLANNED if file else Fate.STAYS, None)
    return Flying(group, _fate(group, _differences(file, entered)), None)


def _fate(group: Group, differs: Sequence[Change]) -> Fate:
    road = f"sequences.{group.sequence}"
    mine = [
        one
        for one in differs
        if one.road == road or f"{one.road}.".startswith(f"{road}.{group.step}.")
    ]
    if any(one.reach is Reach.ENTRANTS for one in mine):
        return Fate.STAYS
    return Fate.FOLLOWS if mine else Fate.AS_PLANNED
