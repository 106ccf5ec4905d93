"""The workshop keeps its promises: what is installed is pinned, CI cannot skip, an old Python is told so."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in the checkout as a person would, whatever CI has set."""
    outer = ("PLATINUM_", "PYTEST_", "MAKE", "MFLAGS", "COV_")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(outer)}
    words = [str(part) for part in command]
    return subprocess.run(words, cwd=ROOT, env=plain, capture_output=True, text=True, timeout=60)


def locked(name: str) -> dict[str, list[Requirement]]:
    """What a lock pins: usually one version of each package, sometimes one for each kind of Python."""
    pins: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^[a-z0-9].*?(?= \\$)", (ROOT / name).read_text(), re.MULTILINE):
        pin = Requirement(line)
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_is_pinned_by_hash_and_names_no_place(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+ ", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert not re.search(r"https?:|file:|index-url|find-links|@ ", text)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_the_lock_holds_what_the_project_asks_for(name, wanted):
    pins = locked(name)
    for requirement in map(Requirement, wanted):
        versions = [pin.specifier for pin in pins.get(canonicalize_name(requirement.name), [])]
        assert versions, f"{requirement} is not in {name}: make lock"
        for version in versions:
            number = str(version).removeprefix("==")
            assert requirement.specifier.contains(number), f"{requirement}, but {name} has {number}: make lock"


def test_tests_run_on_the_versions_that_serve():
    serving, testing = locked("requirements.txt"), locked("requirements-dev.txt")
    for name, pins in serving.items():
        assert {str(pin.specifier) for pin in pins} == {str(pin.specifier) for pin in testing[name]}, name


def test_run_loads_the_demonstration_and_nothing_else_does():
    assert "app.py serve --demo --port 8080" in run("make", "-n", "run", "ARGS=--port 8080").stdout
    assert (ROOT / "Makefile").read_text().count("--demo") == 1


def test_an_old_python_is_told_which_one_to_name(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    answer = run("make", "run", f"VENV={tmp_path / 'venv'}", f"PYTHON={old}")
    assert answer.returncode != 0
    assert "Python 3.11 or newer is needed" in answer.stdout
    assert "Python 3.9.2" in answer.stdout
    assert not (tmp_path / "venv").exists()


def test_in_ci_a_skip_is_a_failure_and_an_expected_failure_is_not(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_away(): pytest.skip('no browser here')\n"
        "@pytest.mark.xfail\n"
        "def test_known(): assert False\n"
    )
    (tmp_path / "pytest.ini").touch()
    alone = ("-n0", "-p", "no:randomly", f"--rootdir={tmp_path}", "-c", tmp_path / "pytest.ini")
    inner = ("-m", "pytest", "-q", *alone, tmp_path)
    assert run(sys.executable, *inner).returncode == 0
    strict = run(sys.executable, *inner, "-p", "tests.no_skips")
    assert strict.returncode == 1
    assert "1 failed, 1 passed, 1 xfailed" in strict.stdout
    assert "no browser here" in strict.stdout


def test_ci_has_a_script_that_a_shell_can_read():
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert run("bash", "-n", ".ci/run").returncode == 0


def imported(file: Path) -> list[str]:
    """Every module that a file names in an import, and every name that it takes from one."""
    names = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_no_test_imports_the_module_of_another_test():
    """What tests share is in a module without tests: one that is imported is not run again, and can be moved."""
    for file in sorted(path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")):
        taken = [name for name in imported(file) if name.startswith("tests.") and ".test_" in name]
        assert not taken, f"{file.relative_to(ROOT)} imports {taken}"


def test_the_simulator_takes_nothing_from_the_sdk_but_the_signature():
    for file in (ROOT / "simulator").rglob("*.py"):
        taken = [name for name in imported(file) if name.split(".")[0] == "twilio"]
        assert set(taken) <= {"twilio.request_validator.RequestValidator"}, f"{file.relative_to(ROOT)} imports {taken}"
