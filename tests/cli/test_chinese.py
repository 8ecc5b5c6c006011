"""Nothing but Chinese reaches a Chinese terminal: help, usage errors, answers of every command."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from recovery.cli.main import VERBS, unlocalised
from tests.support.cli import recovery

CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
AT = ("--at", "2026-11-22T09:00:00Z")
# What stays as it is in every language: names, codes, commands, addresses, quoted values, versions.
_NAMES = re.compile(
    r"`[^`]*`|\"[^\"]*\"|'[^']*'|https?://\S+|\S*/\S*|--?[\w-]+|\[[^\]]*\]|\S*[_=.:@#]\S*|\b[A-Z]\w*"
)
_ENGLISH = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}")
# Commands are shown as they are typed.
_TYPED = re.compile(r"^\s*(?:cd|env|python3?) .*$|\b(?:main|recovery)(?: [a-z-]+){1,2}", re.M)


def english(text: str) -> list[str]:
    """Runs of three English words or more that are no names."""
    return _ENGLISH.findall(_NAMES.sub(" § ", _TYPED.sub("", text)))


def commands() -> Iterator[tuple[str, ...]]:
    """Every command, and every command of a group."""
    yield ()
    for name in VERBS:
        yield (name,)
        found = unlocalised(name)
        for below in found.commands if isinstance(found, click.Group) else ():
            yield name, below


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_is_chinese(words: Sequence[str]) -> None:
    told = recovery(*words, "--help", **CHINESE).output
    assert "用法：" in told
    assert english(told) == []
    assert "Show this message" not in told


@pytest.mark.parametrize("words", [words for words in commands() if words], ids=" ".join)
def test_usage_errors_are_chinese(words: Sequence[str]) -> None:
    result = recovery(*words, "--no-such-thing", **CHINESE)
    assert result.exit_code == 2
    assert "没有选项" in result.stderr
    assert english(result.output) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["touchs"], "没有命令 'touchs'"),
        (["touches", "--limit", "many"], "无效"),
        (["touches", "--state", "gone"], "不是"),
        (["touches", "--lang"], "需要 1 个值"),
        (["import"], "缺少参数"),
        (["tasks", "close", "1"], "缺少选项"),
        (["run", "--at", "soon"], "不是时刻"),
        (["run", "--at", "2026-11-22"], "没有写与 UTC 的时差"),
        (["report", "too", "many"], "多出的参数"),
        (["pause", "--lang", "fr"], "zh-CN"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_chinese(words: list[str], told: str) -> None:
    result = recovery(*words, **CHINESE)
    assert result.exit_code == 2
    assert told in result.stderr
    assert english(result.output) == []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with orders in it, some of them refused; one run has been."""
    folder = tmp_path_factory.mktemp("zh") / "shop"
    assert recovery("init", folder, **CHINESE).exit_code == 0
    orders = folder / "orders.csv"
    orders.write_text(
        "order_id,status,placed_at,amount,currency,country,email,email_consent\n"
        "A1,pending,2026-11-21T09:00:00Z,120.00,EUR,DE,anna@example.com,marketing\n"
        "A2,paid,2026-11-21T09:00:00Z,120.00,EUR,DE,ben@example.com,marketing\n",
        "utf-8",
    )
    (folder / "wrong.csv").write_text("a,b\n1,2\n", "utf-8")
    (folder / "rows.csv").write_text(
        "order_id,status,placed_at,amount,currency,country,email,email_consent,phone\n"
        'A3,pending,yesterday,"1,5",EURO,Germany,anna,marketing,12\n'
        "A4,lost,2026-11-21T09:00:00,-1,EUR,DE,,maybe,\n"
        "A5,pending\n",
        "utf-8",
    )
    recovery("import", orders, "--project", folder, *AT, **CHINESE)
    recovery("run", "--project", folder, *AT, **CHINESE)
    return folder


_OUTCOMES = [
    ["import", "{project}/orders.csv", *AT],
    ["import", "{project}/wrong.csv"],
    ["import", "{project}/rows.csv", *AT],
    ["import", "{project}/orders.csv", "--source", "a b"],
    ["check"],
    ["fmt", "--check"],
    ["codes"],
    ["codes", "CR030"],
    ["codes", "CR999"],
    ["plan", *AT],
    ["run", "--dry-run", *AT],
    ["history"],
    ["history", "--show", "x"],
    ["history", "nothing"],
    ["report", *AT],
    ["coupons"],
    ["coupons", "--state", "all"],
    ["tasks", "list", *AT],
    ["tasks", "show", "7"],
    ["tasks", "claim", "7", "--as", "Kim"],
    ["answers", "list"],
    ["answers", "close", "7", "--by", "Kim"],
    ["explain", "A1", *AT],
    ["explain", "A2", *AT],
    ["explain", "A9"],
    ["markets"],
    ["markets", "DE"],
    ["markets", "UK"],
    ["failures"],
    ["failures", "reread"],
    ["pause", "--campaign", "nothing"],
    ["pause", "--campaign", "unpaid", "--channel", "sms"],
    ["pause", "--campaign", "unpaid"],
    ["resume", "--campaign", "unpaid"],
    ["touches"],
    ["touches", "resolve", "--as", "sent"],
    ["touches", "resolve", "7", "--as", "sent"],
    ["inbox", "list"],
    ["inbox", "show", "7"],
    ["inbox", "retry"],
    ["inbox", "retry", "--all"],
    ["suppress", "list"],
    ["suppress", "add", "anna@example.com", "nobody", *AT],
    ["suppress", "list", *AT],
    ["suppress", "remove", "anna@example.com"],
    ["suppress", "remove", "anna@example.com", "--note", "4711", *AT],
    ["suppress", "remove", "zoe@example.com", "--note", "4711", *AT],
    ["customers", "export", "zoe@example.com"],
    ["customers", "export", "ben@example.com", *AT],
    ["customers", "erase", "ben@example.com"],
    ["customers", "erase", "ben@example.com", "--yes", *AT],
    ["worker"],
    ["doctor"],
    ["db", "upgrade"],
    ["send-test", "unpaid", "first", "--to", "nobody"],
    ["init", "{project}"],
]


@pytest.mark.parametrize("words", _OUTCOMES, ids=lambda words: " ".join(words[:4]))
def test_answers_are_chinese(project: Path, words: list[str]) -> None:
    given = [word.replace("{project}", str(project)) for word in words]
    result = recovery(*given, "--project", project, **CHINESE)
    assert result.exit_code != 70, result.output
    assert english(result.output) == []


def test_the_next_command_speaks_english_again() -> None:
    assert "没有选项" in recovery("touches", "--no", **CHINESE).stderr
    assert "No such option" in recovery("touches", "--no", LANG="C", LC_ALL="").stderr
    assert "Show this message and exit." in recovery("touches", "--help", LANG="C").output


def test_a_chinese_screen_can_be_asked_for() -> None:
    told = recovery("--lang", "zh-CN", "--help", LANG="C").output
    assert "命令：" in told or "命令:" in told
    assert "en 或 zh-CN" in recovery("touches", "--lang=zh-CN", "--help", LANG="C").output


@pytest.mark.parametrize("command", ["check", "plan", "codes", "fmt", "markets", "tasks"])
def test_the_language_may_be_asked_for_before_the_command(command: str, project: str) -> None:
    words = [command, *(["list"] if command == "tasks" else [])]
    words += ["--project", project] if command != "codes" else []
    behind = recovery(*words, "--lang", "zh-CN", LANG="C").stdout
    before = recovery("--lang", "zh-CN", *words, LANG="C").stdout
    assert before.split("\n")[0] == behind.split("\n")[0] != recovery(*words, LANG="C").stdout
