"""The diary: what a trainee does while the story goes on, and when. A YAML file of dated actions:

    - {at: 6d 09:00, pause: card-declined}

Every mistake is told with its place and cure. Files that an entry names lie in the diary's folder;
they are read here, so that a diary needs nothing but itself to be played.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import yaml

from recovery.campaign.durations import parse_duration
from recovery.campaign.loader import CampaignError, read_defaults, read_file
from recovery.campaign.text import read_source
from recovery.campaign.vocabulary import guess
from recovery.errors import Exit, RecoveryError
from recovery.i18n import Text, say
from recovery.intake.pauses import Scope
from recovery.markets.countries import countries
from recovery.markets.own import own_problems
from recovery.markets.rules import OF_ALL_OTHERS
from recovery.message import Channel
from recovery.problems import Problem, Severity

DAY = timedelta(days=1)
AT, ALL = "at", "all"
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_WIDE = "\N{FULLWIDTH COLON}"


class Verb(StrEnum):
    """What can be done."""

    PAUSE = "pause"  # everything, a channel or a campaign
    RESUME = "resume"
    PUBLISH = "publish"  # a changed campaign file, or a new one
    MARKET = "market"  # a rule file of one's own
    WITHDRAW = "withdraw_offer"  # the shop takes its codes no more


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """`diary.yaml:4:3`."""
        return f"{self.file}:{self.line}:{self.column}"


class DiaryError(RecoveryError):
    """Raised when a diary is wrong; it tells every mistake, top to bottom, with its cure."""

    exit_code = Exit.DATA

    def __init__(self, mistakes: Sequence[tuple[Place, Text]]) -> None:
        lines = [f"{{p{number}}}: {{m{number}}}" for number in range(len(mistakes))]
        values: dict[str, object] = {}
        for number, (place, message) in enumerate(mistakes):
            values |= {f"p{number}": str(place), f"m{number}": message}
        super().__init__(Text("\n".join(lines), values))
        self.mistakes = list(mistakes)


@dataclass(frozen=True, slots=True)
class Action:
    """One entry. `at` counts from the beginning of the story; `what` is as it was written."""

    at: timedelta
    verb: Verb
    what: str
    place: Place
    brake: tuple[Scope, str] | None = None  # pause, resume
    text: str = ""  # of the file: publish, market
    campaign: str | None = None  # that the file of a `publish` is about; None for defaults.yaml


@dataclass(frozen=True, slots=True)
class Diary:
    """All entries, in order of time; of one instant, as they stand in the file."""

    actions: tuple[Action, ...] = ()


def read_diary(file: Path) -> Diary:
    """The diary in `file`. Raises DiaryError; CampaignError when a file that it names is wrong."""
    text, _ = read_source(file)
    return _Reader(file).read(text)


def clock(text: str) -> timedelta:
    """How far into the story `6d 09:00`, `6d` or `1d12h` is; ValueError says what is wrong."""
    plain = unicodedata.normalize("NFKC", text).strip()
    days, _, hours = plain.partition(" ")
    if not hours:
        return parse_duration(plain)
    found, since = _CLOCK.fullmatch(hours.strip()), parse_duration(days)
    if found is None or since % DAY:
        raise ValueError(text)
    return since + timedelta(hours=int(found[1]), minutes=int(found[2]))


def when(since: timedelta) -> str:
    """`6d 09:00`: an instant as a diary writes it."""
    minutes = since % DAY // timedelta(minutes=1)
    return f"{since.days}d {minutes // 60:02}:{minutes % 60:02}"


class _Wrong(Exception):
    """One mistake; the rest of its entry says nothing."""

    def __init__(self, node: yaml.Node, message: Text) -> None:
        super().__init__(str(message))
        self.node, self.message = node, message


class _Reader:
    def __init__(self, file: Path) -> None:
        self._file, self._folder = file, file.parent

    def read(self, text: str) -> Diary:
        mistakes: list[tuple[Place, Text]] = []
        theirs: list[Problem] = []  # of the files that it names
        actions = []
        for node in self._entries(text):
            try:
                actions.append(self._action(node))
            except _Wrong as wrong:
                mistakes.append((self._place(wrong.node), wrong.message))
            except CampaignError as error:
                theirs += error.problems
        if mistakes:
            raise DiaryError(mistakes)
        if theirs:
            raise CampaignError(theirs)
        return Diary(tuple(sorted(actions, key=lambda one: one.at)))

    def _entries(self, text: str) -> list[yaml.Node]:
        try:
            root = yaml.compose(text, yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            why = say("this is no YAML: {problem}", problem=error.problem or "")
            raise DiaryError([(Place(self._file.name, line, column), why)]) from None
        if root is None:
            return []
        if isinstance(root, yaml.SequenceNode):
            return list(root.value)
        raise DiaryError([(self._place(root), _shape(root))])

    def _action(self, node: yaml.Node) -> Action:
        if not isinstance(node, yaml.MappingNode):
            raise _Wrong(node, _shape(node))
        found = dict(self._pairs(node))
        if AT not in found:
            raise _Wrong(node, say("'at' is missing: write such as at: 6d 09:00"))
        verbs = [verb for verb in Verb if verb in found]
        if len(verbs) != 1:
            known = ", ".join(Verb)
            raise _Wrong(node, say("an entry does one thing: write one of {known}", known=known))
        at, (verb,) = self._at(found[AT]), verbs
        return self._meant(at, verb, found[verb])

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
        known, seen = [AT, *Verb], set()
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                cure = guess(name, known)
                raise _Wrong(key, say("'{key}' means nothing here; {guess}", key=name, guess=cure))
            if name in seen:
                raise _Wrong(key, say("'{key}' stands here twice: keep one", key=name))
            seen.add(name)
            yield name, value

    def _at(self, node: yaml.Node) -> timedelta:
        given = _scalar(node)
        try:
            return clock(given)
        except ValueError:
            cure = say("'{given}' is no instant: write such as 6d, 6d 09:00 or 1d12h", given=given)
            raise _Wrong(node, cure) from None

    def _meant(self, at: timedelta, verb: Verb, node: yaml.Node) -> Action:
        place = self._place(node)
        if verb in (Verb.PAUSE, Verb.RESUME):
            scope, name = _brake(node)
            return Action(at, verb, name or ALL, place, brake=(scope, name))
        what = _scalar(node)
        if verb is Verb.WITHDRAW:
            return Action(at, verb, what, place)
        file = self._inside(node, what)
        if verb is Verb.MARKET:
            return Action(at, verb, what, place, text=_rules(node, file))
        text, campaign = _campaign(file)
        return Action(at, verb, what, place, text=text, campaign=campaign)

    def _inside(self, node: yaml.Node, name: str) -> Path:
        """A file in the diary's folder, or below it."""
        file, folder = (self._folder / name).resolve(), self._folder.resolve()
        if not file.is_relative_to(folder):
            raise _Wrong(node, say("'{name}' is not in the diary's folder", name=name))
        if file.suffix not in (".yaml", ".yml") or not file.is_file():
            raise _Wrong(
                node, say("there is no YAML file {name} beside the diary", name=f"'{name}'")
            )
        return file

    def _place(self, node: yaml.Node) -> Place:
        return Place(self._file.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _shape(node: yaml.Node) -> Text:
    if isinstance(node, yaml.ScalarNode) and _WIDE in node.value:
        return say("'{given}' is a full-width colon; write ': ', a colon and a space", given=_WIDE)
    return say("an entry looks like this: - {example}", example="{at: 6d 09:00, pause: unpaid}")


def _scalar(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise _Wrong(node, say("one value belongs here"))
    return str(node.value).strip()


def _brake(node: yaml.Node) -> tuple[Scope, str]:
    """`all`, a channel, a campaign; or, in so many words, {channel: email}, {campaign: unpaid}."""
    if isinstance(node, yaml.MappingNode):
        return _named(node)
    name = _scalar(node)
    if name == ALL:
        return Scope.ALL, ""
    return (Scope.CHANNEL if name in list(Channel) else Scope.CAMPAIGN), name


def _named(node: yaml.MappingNode) -> tuple[Scope, str]:
    known = (Scope.CHANNEL.value, Scope.CAMPAIGN.value)
    if len(node.value) != 1 or node.value[0][0].value not in known:
        raise _Wrong(
            node,
            say(
                "write all, a channel or a campaign; or such as {example}",
                example="{channel: email}",
            ),
        )
    ((key, value),) = node.value
    scope, name = Scope(key.value), _scalar(value)
    if scope is Scope.CHANNEL and name not in list(Channel):
        known_ones = [one.value for one in Channel]
        cure = guess(name, known_ones)
        raise _Wrong(value, say("no channel is called {name}; {guess}", name=name, guess=cure))
    return scope, name


def _rules(node: yaml.Node, file: Path) -> str:
    if file.stem not in {*countries(), OF_ALL_OTHERS}:
        raise _Wrong(node, say("call a file of rules after its country, such as BR.yaml"))
    text, _ = read_source(file)
    wrong = [one for one in own_problems(text, file.name) if one.severity is Severity.ERROR]
    if wrong:
        raise CampaignError(wrong)
    return text


def _campaign(file: Path) -> tuple[str, str | None]:
    """The text of a campaign file, and the campaign's name."""
    text, _ = read_source(file)
    shared = file.stem == "defaults"
    reading = read_defaults(file) if shared else read_file(file)
    if reading.errors or (reading.loaded is None and not shared):
        raise CampaignError(reading.problems)
    return text, None if reading.loaded is None else reading.loaded.campaign.campaign
