"""Simulated weeks, a seed each: python -m tests.simulation --weeks 200. A seed that fails is printed, and replays."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from tests.databases import PostgresServer, fast_folder, sqlite_copy, sqlite_template
from tests.simulation.run import Failure, simulate

TELL_EVERY = 20


@dataclass(frozen=True, slots=True)
class Week:
    """What came of one seed. `failure` is '' where every invariant held."""

    seed: int
    trace: Sequence[str]
    failure: str


def live(template: Path, seed: int) -> Week:
    """One week on SQLite."""
    with fast_folder() as folder:
        return _live(sqlite_copy(template, folder), seed)


def _live(url: str, seed: int) -> Week:
    try:
        return Week(seed, simulate(url, seed).lines, "")
    except Failure as failure:
        return Week(seed, failure.trace.lines, str(failure))


@contextmanager
def _on_sqlite(seeds: Sequence[int]) -> Iterator[Iterator[Week]]:
    """As many at once as there are cores."""
    with fast_folder() as folder:
        template = sqlite_template(folder)
        with Pool(min(len(seeds), os.cpu_count() or 1)) as pool:
            yield pool.imap(partial(live, template), seeds)


@contextmanager
def _on_postgresql(seeds: Sequence[int]) -> Iterator[Iterator[Week]]:
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="platinum-pg-")))

    def weeks() -> Iterator[Week]:
        for seed in seeds:
            with server.copy() as url:
                yield _live(url, seed)

    try:
        yield weeks()
    finally:
        server.stop()


def main(argv: Sequence[str]) -> int:
    """Run it as the arguments say. Answers 1 if a seed fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--weeks", type=int, default=10, help="how many, each of a seed of its own")
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    arguments = parser.parse_args(argv)
    seeds = range(arguments.seed, arguments.seed + arguments.weeks)
    failed = []
    with (_on_postgresql if arguments.postgresql else _on_sqlite)(seeds) as weeks:
        for lived, week in enumerate(weeks, 1):
            if arguments.trace:
                print("\n".join(week.trace), flush=True)
            if week.failure:
                failed.append(week.seed)
                print(week.failure, flush=True)
            if lived % TELL_EVERY == 0:
                print(f"{lived} weeks of {len(seeds)}", flush=True)
    print(f"{len(seeds)} weeks, seeds {seeds[0]} to {seeds[-1]}: {len(failed)} failed {failed or ''}".rstrip())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
