"""Processes that are started, waited for and ended."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.wire import Wire

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
"""Seconds within which a process must start, and end."""
LOOK_AGAIN = 0.005


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run Python to its end; answers what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str], is_ready: Callable[[bytes], bool]
) -> Iterator[psutil.Process]:
    """Python at work, from when `is_ready` (given what it has printed) until the block ends."""
    with tempfile.TemporaryFile() as output:

        def said() -> bytes:
            # Not by seeking: the process shares the file's position.
            return os.pread(output.fileno(), 1_000_000, 0)

        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not is_ready(said()):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError(f"{' '.join(arguments)} did not start: {said().decode()}")
                time.sleep(LOOK_AGAIN)
            yield psutil.Process(process.pid)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and its children: a server that forks is all of them."""
    return [process, *process.children(recursive=True)]


def cpu_seconds(process: psutil.Process) -> float:
    """What a process and its children have spent so far."""
    return sum(times.user + times.system for times in (one.cpu_times() for one in family(process)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with Wire(port) as wire:
            return wire.get(path).status == 200
    except OSError:
        return False
