"""The machine that measures: without it, a number says nothing."""

import os
import platform
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.results import percentile

WRITES = 100


def facts() -> str:
    """Cores, Python, and how long the disk takes to make 4 KiB last."""
    synced = [seconds * 1000 for seconds in _fsyncs()]
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; "
        f"fsync of 4 KiB: median {median(synced):.1f} ms, p99 {percentile(synced, 99):.1f} ms"
    )


def load() -> str:
    """What else the machine does."""
    return "load average " + " ".join(f"{each:.1f}" for each in os.getloadavg())


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _fsyncs() -> list[float]:
    """Seconds of each of some writes where the databases are."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(WRITES):
            start = time.perf_counter()
            os.write(file.fileno(), bytes(4096))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    return taken
