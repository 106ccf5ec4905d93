"""Weeks in which everything goes wrong, and no page is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.run import simulate

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
REPLAYED = 2
SEEDS = range(1, 11)
FEW = range(1, 4)
"""Without `--thorough`."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS if metafunc.config.getoption("thorough") else FEW)


def test_a_week_in_which_everything_goes_wrong_loses_no_page(sqlite_url: str, seed: int) -> None:
    assert simulate(sqlite_url, seed).lines


def test_a_seed_replays_line_by_line_in_another_process(sqlite_url: str) -> None:
    """Nothing depends on the order of a set, the time of day, or what ran before."""
    command = [sys.executable, "-m", "tests.simulation", "--seed", f"{REPLAYED}", "--weeks", "1", "--trace"]
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    *lines, last = printed.splitlines()
    assert lines == simulate(sqlite_url, REPLAYED).lines
    assert last == f"1 weeks, seeds {REPLAYED} to {REPLAYED}: 0 failed"
