"""Defects that the simulation must find, each by the invariant that it breaks."""

from pathlib import Path

import pytest

from models.delivery import DeliveryState
from paging import due, escalation, outcomes, page_moves, pager, recipients
from paging.delivery import Courier
from rules import escalation as rule
from tests.databases import fast_folder, sqlite_copy
from tests.simulation.mutation import Defect
from tests.simulation.run import Failure, simulate
from tickets import lifecycle

SEEDS = range(1, 9)
DAYS = 2.0
TICKETS_A_DAY = 10.0
DEFECTS: dict[str, tuple[str, tuple[Defect, ...]]] = {
    "pages go on after the acknowledgement": (
        "after_ack",
        (
            Defect(recipients.cancel_pending, "DeliveryState.PENDING", "DeliveryState.CANCELLED"),
            Defect(due.may_leave, "return state is PageState.PAGING", "return True"),
        ),
    ),
    "a message is written down as sent before it was": (
        "sent",
        (Defect(Courier._failed, "DeliveryState.ATTEMPTING", "DeliveryState.SENT"),),
    ),
    "a lost answer is not looked up before the message is sent again": (
        "looked_up",
        (Defect(Courier._hand_over, "claim.lost_since is not None and", "claim.lost_since is claim and"),),
    ),
    "a page that waits forgets when it is due": (
        "due",
        (Defect(escalation._Advance.run, "due_at = move.until", "due_at = None"),),
    ),
    "a P1 waits for what its caller adds": (
        "at_once",
        (Defect(rule.leaves_at, "Priority.P1", "Priority.P4"),),
    ),
    "a level is skipped": (
        "levels",
        (Defect(rule._after_level, "position.level + 1", "len(policy.levels)"),),
    ),
    "a level ends too late": (
        "late",
        (
            Defect(
                rule.next_move, "position.level_started_at + level.wait", "position.level_started_at + 2 * level.wait"
            ),
        ),
    ),
    "a level ends while it can still be answered": (
        "levels",
        (Defect(rule._is_answerable, "attempt.outcome not in LOST", "attempt.outcome is Outcome.OPEN"),),
    ),
    "a late report makes a message leave its final state": (
        "terminal",
        (Defect(outcomes.report, "state not in DELIVERY_MOVES[delivery.state]", "state is delivery.state"),),
    ),
    "two technicians take the same ticket": (
        "owner",
        (
            Defect(pager.acknowledge, "ticket.state is not TicketState.OPEN", "ticket.state is TicketState.WAITING"),
            Defect(page_moves.move, "to not in PAGE_MOVES[page.state]", "to is PageState.ARMED"),
            Defect(lifecycle._require, "not in from_states", "not in {*from_states, TicketState.IN_CHARGE}"),
        ),
    ),
    "the fallback is never alarmed": (
        "fallback",
        (Defect(rule._after_level, "position.round >= policy.repeat", "position.round < 0"),),
    ),
    "telephones ring on after the acknowledgement": (
        "silence",
        (Defect(recipients.end_calls, "DeliveryState.SENT", "DeliveryState.PENDING"),),
    ),
    "nobody is told that somebody has it": (
        "told",
        (Defect(recipients.stand_down, "person.key != holder", "person.key == holder"),),
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_simulation_finds(migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, defect: str) -> None:
    invariant, changes = DEFECTS[defect]
    for change in changes:
        change.put_in(monkeypatch)
    assert first_violation(migrated_sqlite) == invariant


def test_the_simulation_finds_an_undelivered_text_that_is_taken_for_sent(
    migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(outcomes.TEXT_OUTCOMES, "undelivered", DeliveryState.SENT)
    assert first_violation(migrated_sqlite) == "truth"


def first_violation(template: Path) -> str:
    """Which invariant the first seed breaks that breaks one; '' where none does."""
    for seed in SEEDS:
        with fast_folder() as folder:
            try:
                simulate(sqlite_copy(template, folder), seed, DAYS, TICKETS_A_DAY)
            except Failure as failure:
                return failure.invariant
    return ""
