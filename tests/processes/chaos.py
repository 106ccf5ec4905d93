"""Kill real processes at random and see that every page reaches somebody: `python -m tests.processes.chaos`.

A PostgreSQL of its own, durable, that crashes once; a web process and three workers that are killed and frozen; tickets
all the while; technicians who answer. Ends with 1, and says what is wrong, if a page was lost.
"""

import argparse
import logging
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app import put_together
from models.delivery import Delivery, DeliveryState
from models.ticket import Ticket, TicketState
from tests.databases import PostgresServer
from tests.policies import write_policy
from tests.processes import town, verdict
from tests.processes.havoc import Havoc, Place
from tests.processes.machines import Site, free_port
from tests.processes.people import Crew, Trouble
from tests.processes.verdict import Outcome

COMMANDS = ("web", "worker", "worker", "worker")
UNSENT = (DeliveryState.PENDING, DeliveryState.ATTEMPTING)
TICKETS_COME_FOR = 0.9
"""Of the time for which processes die: the last tickets meet a blow too."""


@dataclass(frozen=True)
class Plan:
    """`grace` is how many seconds all must come to rest in, after the last blow."""

    seconds: float = 120
    tickets: int = 200
    technicians: int = 120
    seed: int = 0
    grace: float = 120
    logs: Path | None = None


def run(server: PostgresServer, plan: Plan, folder: Path) -> Outcome:
    """Havoc on a fresh database, then the verdict."""
    with server.copy() as url:
        # What limits a burst of pages is measured elsewhere; here every page is to be sent at once.
        policy = write_policy(folder / "policy.toml", texts_a_second=0)
        site = Site(url, free_port(), POLICY_FILE=str(policy))
        (folder / "town.yaml").write_text(town.document(plan.technicians), encoding="utf-8")
        site.runs("load", str(folder / "town.yaml"))
        try:
            return _rage(site, server, plan)
        finally:
            site.closes()
            if plan.logs:
                _keep_logs(site, plan.logs)


def _rage(site: Site, server: PostgresServer, plan: Plan) -> Outcome:
    chance = random.Random(plan.seed)
    line = put_together(site.settings).line
    trouble = Trouble(site, line, plan.technicians, random.Random(chance.random()))
    places = [Place(site, command) for command in COMMANDS]
    havoc = Havoc(places, server, plan.seconds, random.Random(chance.random()))
    tickets = threading.Thread(target=trouble.happens, args=(plan.tickets, plan.seconds * TICKETS_COME_FOR))
    with Crew(site, random.Random(chance.random())):
        tickets.start()
        havoc.rages()
        tickets.join(plan.grace)
        rested = _comes_to_rest(site, plan.grace)
    outcome = verdict.judge(site.database, havoc.blows, plan.tickets)
    if not rested:
        outcome.problems.append(f"it has not come to rest within {plan.grace:.0f} s")
    codes = [place.machine.is_stopped() for place in places]
    if any(codes):
        outcome.problems.append(f"after SIGTERM the processes ended with {codes}")
    return outcome


def _keep_logs(site: Site, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, machine in enumerate(site.machines):
        (folder / f"{number:03}-{machine.command}.log").write_text("".join(machine.printed), encoding="utf-8")


def _comes_to_rest(site: Site, seconds: float) -> bool:
    """Whether every ticket is somebody's and nothing is left to send, within `seconds`."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with site.database.read() as session:
            untaken = session.scalar(select(func.count()).where(Ticket.state == TicketState.OPEN))
            unsent = session.scalar(select(func.count()).where(Delivery.state.in_(UNSENT)))
        if not untaken and not unsent:
            return True
        pause.wait(0.5)
    return False


def main(argv: Sequence[str]) -> int:
    """Run it as the arguments say. Answers 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.processes.chaos", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="for how long processes are killed")
    parser.add_argument("--tickets", type=int, default=Plan.tickets)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="what is struck by chance")
    parser.add_argument("--logs", type=Path, help="a folder for what each process printed")
    arguments = parser.parse_args(argv)
    # That an answer did not come from a web process that was just killed is no news here.
    logging.getLogger("simulator").setLevel(logging.ERROR)
    plan = Plan(seconds=arguments.seconds, tickets=arguments.tickets, seed=arguments.seed, logs=arguments.logs)
    print(f"Killing for {plan.seconds:.0f} s, {plan.tickets} tickets, seed {plan.seed}", flush=True)
    # Not under one folder: the database server's own user may not look there.
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="platinum-pg-")), durable=True)
    try:
        with tempfile.TemporaryDirectory(prefix="platinum-chaos-") as folder:
            outcome = run(server, plan, Path(folder))
    finally:
        server.stop()
    print("\n".join(outcome.report))
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
