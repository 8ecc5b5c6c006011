"""The house keeps its shape: imports only go down, one file reads the time, no file outgrows us.

Reads the syntax trees, so it needs no plug-in and imports nothing. docs/design.md has the picture.
"""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = 350

# Lower numbers are lower floors; an import goes to a lower floor or stays in its room.
FLOORS = {
    0: [
        "clock",
        "errors",
        "money",
        "settings",
        "telemetry",
        "links",
        "db",
        "reaching",
        "lock",
        "project",
        "crash",
        "i18n",
        "draws",
        "tongue",
    ],
    1: ["reasons", "facts", "message", "sms", "models", "problems"],
    2: ["campaign", "markets", "template", "migrations"],
    3: ["connectors", "meaning"],
    4: ["intake", "planner", "dispatch", "incentives", "measure", "forecast", "preview"],
    5: [
        *("engine", "parts", "programme", "foresight", "examination", "lawful", "mending"),
        "orderlist",
    ],
    6: ["cli", "web", "simulate", "testing", "workers"],
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
# Stairs between neighbours: a merchant's own market rules are read as campaign files are; redeeming
# and issuing coupons; a forecast asks the very rules that act;
# the engine reads its programme; a verb may start the simulator, and the test kit stands on it.
NEIGHBOURS = {
    ("markets", "campaign"),
    ("intake", "incentives"),
    ("dispatch", "incentives"),
    ("forecast", "planner"),
    ("forecast", "dispatch"),
    ("forecast", "incentives"),
    ("forecast", "measure"),
    ("preview", "dispatch"),
    ("preview", "incentives"),
    ("engine", "programme"),
    ("engine", "parts"),
    ("parts", "programme"),
    ("foresight", "engine"),
    ("foresight", "programme"),
    ("foresight", "examination"),
    ("examination", "programme"),
    ("examination", "lawful"),
    ("programme", "lawful"),
    ("cli", "web"),
    ("cli", "simulate"),
    ("cli", "workers"),
    ("simulate", "web"),
    ("testing", "simulate"),
    ("testing", "web"),
}
# Connectors know facts and messages, never what is remembered.
CONNECTORS_MAY = {*FLOORS[0], "reasons", "facts", "message"}
# The grammar knows no database; migrations are the database.
DATABASE = {"sqlalchemy", "sqlmodel", "alembic"}
PURE = (
    "recovery/reasons/",
    "recovery/facts.py",
    "recovery/message.py",
    "recovery/money.py",
    "recovery/links.py",
    "recovery/draws.py",
    "recovery/settings/",
    "recovery/campaign/",
    "recovery/markets/",
    "recovery/template/",
    "recovery/connectors/",
    "recovery/planner/arms.py",
    "recovery/dispatch/policies.py",
    "recovery/incentives/offer.py",
    "recovery/measure/stats/",
    "recovery/measure/analysis.py",
    "recovery/measure/alerts/series.py",
    "recovery/measure/alerts/chance.py",
    "recovery/measure/alerts/judge.py",
)
# Reading a stop watch is not reading the time: it says how long, never when.
TIME_READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "gmtime"),
    ("time", "localtime"),
}

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("recovery", "workers")
    for path in (ROOT / folder).rglob("*.py")
)
EVERYTHING = SOURCES + sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)


@cache
def tree_of(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text("utf-8"), source)


def module_of(source: str) -> str:
    return source.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(source): source for source in SOURCES}


def room_of(module: str) -> str:
    """`dispatch` for recovery.dispatch.claim; `workers` for everything in there."""
    first, _, rest = module.partition(".")
    return first if first == "workers" else rest.partition(".")[0]


def imports(source: str, *, at_import: bool = False) -> Iterator[tuple[str, int]]:
    """Modules that `source` imports, with the line; `at_import`: only those it needs to load."""
    for node in _running(tree_of(source)) if at_import else _typed(tree_of(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}:{node.lineno}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), node.lineno


def _typed(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below `node`, except what only a type checker sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _typed(child)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """As `_typed`, without what waits inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _running(child)


def ours(source: str) -> Iterator[tuple[str, str, int]]:
    """Rooms of ours that `source` imports: room, module, line."""
    for module, line in imports(source):
        if module.startswith(("recovery.", "workers")):
            yield room_of(module), module, line


@pytest.mark.parametrize("source", SOURCES)
def test_imports_only_go_down(source: str) -> None:
    here = room_of(module_of(source))
    if here in ("", "__init__", "__main__"):
        return
    assert here in FLOOR_OF, f"{source} stands on no floor: give its room one in FLOORS"
    for room, module, line in ours(source):
        down = FLOOR_OF[room] < FLOOR_OF[here]
        stairs = (here, room) in NEIGHBOURS or (FLOOR_OF[here] == 0 == FLOOR_OF[room])
        language = FLOOR_OF[here] == 1 == FLOOR_OF[room]
        assert room == here or down or stairs or language, (
            f"{source}:{line}: {here} (floor {FLOOR_OF[here]}) imports {module} "
            f"(floor {FLOOR_OF[room]})"
        )


@pytest.mark.parametrize("source", [one for one in SOURCES if "/connectors/" in one])
def test_connectors_know_facts_and_messages_never_tables_or_each_other(source: str) -> None:
    party = module_of(source).split(".")[2:3]
    for room, module, line in ours(source):
        if room != "connectors":
            assert room in CONNECTORS_MAY, f"{source}:{line}: a connector imports {module}"
        elif party and (ROOT / "recovery/connectors" / party[0]).is_dir():
            other = module.split(".")[2:3]
            shared = other and not (ROOT / "recovery/connectors" / other[0]).is_dir()
            assert other == party or shared, f"{source}:{line}: {party[0]} imports {module}"


@pytest.mark.parametrize("source", [one for one in SOURCES if one.startswith(PURE)])
def test_pure_modules_know_no_database(source: str) -> None:
    for module, line in imports(source):
        assert module.split(".")[0] not in DATABASE, f"{source}:{line}: imports {module}"
        assert room_of(module) != "db", f"{source}:{line}: imports {module}"


@pytest.mark.parametrize("source", [one for one in SOURCES if not one.startswith("workers/")])
def test_only_the_workers_know_dramatiq(source: str) -> None:
    for module, line in imports(source):
        assert module.split(".")[0] != "dramatiq", f"{source}:{line}: imports {module}"


@pytest.mark.parametrize("source", [one for one in SOURCES if one != "recovery/clock.py"])
def test_only_the_clock_reads_the_time(source: str) -> None:
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).split(".")[-1]
            reads = (owner, node.func.attr) in TIME_READERS
            # time.gmtime(seconds) converts, time.gmtime() reads.
            converts = node.func.attr in ("gmtime", "localtime") and node.args
            assert not reads or converts, f"{source}:{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {alias.name for alias in node.names}
            assert not names & {name for owner, name in TIME_READERS if owner == "time"}, source


def test_there_is_no_import_cycle() -> None:
    graph = {
        module_of(source): {
            found for found, _ in imports(source, at_import=True) if found in MODULES
        }
        - {module_of(source)}
        for source in SOURCES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("source", EVERYTHING)
def test_no_file_outgrows_us(source: str) -> None:
    lines = (ROOT / source).read_text("utf-8").count("\n")
    assert lines <= LINES, f"{source} has {lines} lines: find the second room in it"


@pytest.mark.parametrize("source", SOURCES)
def test_every_module_says_what_room_it_is(source: str) -> None:
    tree = tree_of(source)
    assert not tree.body or ast.get_docstring(tree), f"{source} opens without a word"
