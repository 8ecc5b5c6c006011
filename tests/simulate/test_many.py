"""Many at once: the same answer in any number of processes, whatever their hash seeds are."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

from recovery.simulate.many import Task, theatre
from tests.support.cli import ROOT
from tests.support.plays import ask, campaign_file, scenario_file, settings


def test_two_processes_say_what_one_says(tmp_path):
    first, file = ask(tmp_path, orders=60), campaign_file(tmp_path)
    tasks = [Task(settings(), (file,), replace(first, seed=seed)) for seed in (1, 2, 3)]
    told: list[int] = []
    with theatre(1, told.append) as play:
        alone = play(tasks)
    with theatre(2, told.append) as play:
        together = play(tasks)
    assert alone == together
    assert [gist.place.seed for gist in together] == [1, 2, 3]
    assert alone[0].payload != alone[1].payload
    assert told == [1] * 6


def test_no_process_outlives_one_that_is_killed(tmp_path):
    """All of them hold its pipe, which ends with the last."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = ["simulate", campaign_file(tmp_path), "--scenario", scenario_file(tmp_path)]
    much = ["--orders", "4000", "--days", "9", "--seeds", "1-4", "--jobs", "2"]
    command = [sys.executable, "-m", "recovery", *map(str, words), *much, "--project", str(ROOT)]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ) as process:
        while not any(temporary.iterdir()):
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    campaign, scenario = campaign_file(tmp_path), scenario_file(tmp_path)
    words = ["simulate", campaign, "--scenario", scenario, "--orders", "60", "--days", "2"]
    command = [sys.executable, "-m", "recovery", *map(str, words), "--json", "--project", str(ROOT)]
    told = []
    for seed in ("0", "1"):
        environ = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"}
        done = subprocess.run(command, capture_output=True, env=environ, check=True)
        told.append(done.stdout)
    assert told[0] == told[1]
    assert json.loads(told[0])["unpaid"] > 0
