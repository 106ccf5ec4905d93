"""Measure, and print one table: `python -m benchmarks [PROGRAM …] [--small] [--on KIND]`; no program means all."""

import argparse
import signal
import sys

from benchmarks import (
    burst,
    calls,
    console,
    databases,
    due_work,
    hours,
    idle,
    latency,
    machine,
    on_call,
    recovery,
    slow_clients,
    start,
)
from benchmarks.results import table

PROGRAMS = {
    "latency": latency,
    "burst": burst,
    "due_work": due_work,
    "recovery": recovery,
    "idle": idle,
    "calls": calls,
    "on_call": on_call,
    "console": console,
    "hours": hours,
    "slow_clients": slow_clients,
    "start": start,
}
KINDS = (databases.SQLITE, databases.POSTGRESQL)


def main(argv: list[str]) -> None:
    """Run the programs that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the line beside its targets.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"{', '.join(PROGRAMS)} (default: all)")
    parser.add_argument("--on", choices=KINDS, help="only on this kind of database")
    parser.add_argument("--small", action="store_true", help="tiny sizes: to see that it runs, not to measure")
    arguments = parser.parse_args(argv)
    if unknown := [name for name in arguments.programs if name not in PROGRAMS]:
        parser.error(f"no such program: {', '.join(unknown)}")
    # Ended from outside, it still ends the processes that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    rows = []
    print(machine.facts(), flush=True)
    with databases.both() as kinds:
        wanted = {kind: kinds[kind] for kind in KINDS if arguments.on in (None, kind)}
        for name in arguments.programs or PROGRAMS:
            program = PROGRAMS[name]
            print(f"{name} (before it: {machine.load()})", flush=True)
            rows += program.run(wanted, program.SMALL if arguments.small else program.NORMAL)
    print(f"({machine.load()})", "", table(rows), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
