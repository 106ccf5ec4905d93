"""Callers who press anything at all, hang up anywhere, and a provider that repeats itself: the call never gets lost."""

import random

import pytest

from tests.ivr.telephone import ACME_PIN, Telephone
from tests.ivr.world import ADA, STRANGER, World

KEYS = ["0", "1", "1", "1", "2", "3", "4", "5", "9", "*", "", ACME_PIN, ACME_PIN, "11111111", "0233445566", "112"]
MOST_PROMPTS = 25


class Walk:
    """One caller who knows nothing and tries everything."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.chance = chance
        self.call = world.phone(chance.choice([ADA, STRANGER, "anonymous"]))
        self.prompts = 1
        self.problems = 0
        self.old: list[tuple[str, dict[str, str]]] = []

    def step(self) -> None:
        """Answer, or let the provider repeat itself."""
        if self.old and self.chance.random() < 0.2:
            url, form = self.chance.choice(self.old)
            self.call.post(url, **form)
            return
        before = self.call.step
        answer(self.call, self.chance)
        self.old.append(self.call.last)
        self.prompts += 1
        self.problems += before == "priority" and self.call.step == "callback"


def answer(call: Telephone, chance: random.Random) -> None:
    tag = call.question.tag
    if tag == "Enqueue":
        call.post(call.action, QueueResult=chance.choice(["bridged", "leave", "error"]))
    elif tag == "Record":
        digits = chance.choice(["#", "*", "0", "hangup"])
        call.record(**{"Digits": digits, "RecordingDuration": chance.choice(["0", "7"])})
    elif keys := chance.choice(KEYS):
        call.press(keys)
    else:
        call.wait()


@pytest.mark.parametrize("seed", range(8))
def test_any_keys_come_to_a_polite_end_and_lose_and_double_nothing(acme: World, seed: int) -> None:
    chance = random.Random(seed)
    acme.window(acme.customer("Beta Srl", "12345678"))
    for _ in range(10):
        before = len(acme.tickets())
        walk = Walk(acme, chance)
        while not walk.call.is_over and walk.prompts <= MOST_PROMPTS * (walk.problems + 1):
            walk.step()
        assert walk.call.is_over, walk.call.said_in_all
        assert "Goodbye" in walk.call.said
        assert len(acme.tickets()) - before <= walk.problems
        walk.call.hang_up()
    assert all(page.due_at is not None for page in acme.pages())
