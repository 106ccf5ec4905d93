"""The commands of `app.py` with the CPU time of every function kept: `python -m benchmarks.profiled FILE worker`.

Each thread has a profiler of its own, by its own CPU time: what waits costs nothing. The profiler itself takes more
than half of the time, so read the shares and not the seconds. The end writes what `pstats` reads to FILE.
"""

import cProfile
import pstats
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import app
from benchmarks.processes import ROOT

PROFILES: list[cProfile.Profile] = []


def profile_thread(_frame: FrameType, _event: str, _argument: Any) -> None:
    """Called once at the start of a thread: from then on a profiler has its place."""
    profile = cProfile.Profile(time.thread_time)
    PROFILES.append(profile)
    profile.enable()


def shares(file: Path, parts: Mapping[str, tuple[str, str]]) -> dict[str, float]:
    """What each part takes of all CPU time, and the rest; a part is a function, by its file's and its own name."""
    profile: Any = pstats.Stats(str(file))
    spent = {
        (Path(path).name, name): cumulative
        for (path, _, name), (_, _, _, cumulative, _) in profile.stats.items()
        if Path(path).is_relative_to(ROOT)
    }
    found = {what: spent[function] / profile.total_tt for what, function in parts.items()}
    return found | {"the rest": 1 - sum(found.values())}


def main(file: str, command: list[str]) -> int:
    """Run the command; answers what it answers."""
    threading.setprofile(profile_thread)
    code = app.main(command)
    threading.setprofile(None)
    together: pstats.Stats | None = None
    for profile in PROFILES:
        profile.create_stats()
        if together is None:
            together = pstats.Stats(profile)
        else:
            together.add(profile)
    if together is not None:
        together.dump_stats(file)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
