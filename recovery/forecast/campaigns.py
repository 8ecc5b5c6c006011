"""One campaign of the plan: how its file stands to what is live, and what that does to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recovery.campaign.loader import LoadedCampaign, SharedDefaults, parse_campaign, parse_defaults
from recovery.campaign.schema import Campaign
from recovery.campaign.versions import Reach, changes
from recovery.errors import RecoveryError
from recovery.forecast.admission import Admission
from recovery.forecast.arrivals import Arrivals
from recovery.forecast.entries import Entry
from recovery.forecast.flight import Group, Version
from recovery.forecast.holdouts import Promise
from recovery.forecast.outlook import CampaignPlan, Fate, Flying, LegalNote
from recovery.planner.publish import Published


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of all campaigns, to be sorted by campaign."""

    loaded: Mapping[str, LoadedCampaign]
    kept: frozenset[str]  # those whose file can't be read now: their last good text goes on
    was_live: frozenset[str]  # before this transaction
    published: Mapping[str, Published]
    held: Mapping[str, str]
    unread: frozenset[str]  # bare names of files that give no campaign
    entries: Sequence[Entry]
    admission: Admission
    groups: Sequence[Group]
    texts: Mapping[int, Version]
    promises: Sequence[Promise]
    arrivals: Arrivals = field(default_factory=Arrivals)  # after now
    notes: Mapping[str, Sequence[LegalNote]] = field(default_factory=dict)


def campaign_plans(book: Book) -> list[CampaignPlan]:
    """Campaigns with a file or with somebody in them; who takes most stands first."""
    flying = {group.campaign for group in book.groups}
    names = [*book.loaded, *sorted(flying - book.loaded.keys())]
    plans = [_plan(name, book) for name in names]
    return sorted(plans, key=lambda one: (-one.entering, names.index(one.name)))


def _plan(name: str, book: Book) -> CampaignPlan:
    file, state = book.loaded.get(name), _state(name, book)
    held = book.held.get(name) or (state if state in ("broken", "gone") else None)
    published = book.published.get(name)
    return CampaignPlan(
        name=name,
        file=file.file if file else None,
        state=state,
        held=held,
        changes=published.changes if published else (),
        entries=[one for one in book.entries if one.campaign == name],
        later=sum(count for (_, campaign), count in book.arrivals.items() if campaign == name),
        reasons=book.admission.campaigns.get(name, {}),
        flying=[_flying(one, file, held, book) for one in book.groups if one.campaign == name],
        promises=[one for one in book.promises if one.campaign == name],
        notes=book.notes.get(name, ()),
        owner=file.campaign.owner if file else None,
        decision=file.campaign.decision if file else None,
    )


def _state(name: str, book: Book) -> str:
    if name not in book.loaded:
        return "broken" if _unread(name, book) else "gone"
    if name in book.kept:
        return "kept"
    if name not in book.was_live:
        return "new"
    return "changed" if name in book.published else "unchanged"


def _unread(name: str, book: Book) -> bool:
    """Broken defaults stop every campaign."""
    files = {book.texts[one.version].file for one in book.groups if one.campaign == name}
    return bool(files & book.unread) or any(one.startswith("defaults.") for one in book.unread)


def _flying(group: Group, file: LoadedCampaign | None, held: str | None, book: Book) -> Flying:
    if group.step is None:
        return Flying(group, Fate.NOTHING, None)
    if held not in (None, "ended", "gone"):  # ended and gone let those finish who are in it
        return Flying(group, Fate.HELD, held)
    entered = book.texts[group.version]
    if file is None:
        return Flying(group, Fate.STAYS, None)
    if entered.digest == file.digest:
        return Flying(group, Fate.AS_PLANNED, None)
    return Flying(group, _fate(group, _read(entered), file.campaign), None)


def _read(version: Version) -> Campaign | None:
    """None for a text that can't be read any more: nothing is claimed about it."""
    try:
        shared = parse_defaults(version.defaults) if version.defaults else SharedDefaults()
        return parse_campaign(version.source, version.file, shared).campaign
    except RecoveryError:
        return None


def _fate(group: Group, entered: Campaign | None, live: Campaign) -> Fate:
    """What the file says of this step now, against what they entered with."""
    if entered is None:
        return Fate.STAYS
    road = f"sequences.{group.sequence}.{group.step}"
    mine = [one for one in changes(entered, live) if f"{one.road}.".startswith(f"{road}.")]
    if any(one.reach is Reach.EVERYBODY for one in mine):
        return Fate.FOLLOWS
    return Fate.STAYS if mine else Fate.AS_PLANNED
