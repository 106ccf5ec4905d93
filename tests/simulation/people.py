"""Technicians as they are: they answer, sleep, pass, lose reception, answer late, and answer what is not theirs."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from paging.pager import Outcome, Responder
from tests.simulation.acts import YOURS, Acts
from tests.simulation.telephones import Call
from tests.simulation.timeline import Timeline

NUMBER = re.compile(r"\b[1-9][0-9]{5}\b")
PLANS = ("note", "wait resume", "wait", "lower", "raise note", "pass", "note exclude", "again", "")
CHATTER = ("STATUS", "WHO", "what?", "ACK", "PASS", "DONE", "ACK ALL", "ack 999999", "", "\N{GRINNING FACE}" * 40)


@dataclass(slots=True)
class Habits:
    """How likely it is that a text or a call is answered, and how; the same for everybody until all are good."""

    hears: float = 0.75
    hears_asleep: float = 0.15
    passes: float = 0.12
    late: float = 0.15
    meddles: float = 0.06
    works: float = 0.8
    lazy: float = 0.15


GOOD = Habits(hears=1, hears_asleep=1, passes=0, late=0, meddles=0, works=1, lazy=0)
"""Everybody is awake and does what they should."""


class Person:
    """A technician with a telephone or two."""

    def __init__(
        self, key: str, name: str, acts: Acts, timeline: Timeline, chance: random.Random,
        open_tickets: Callable[[], Sequence[int]],
    ) -> None:  # fmt: skip
        self.habits = Habits()
        self.has_reception = True
        self.is_asleep = False
        self._by = Responder(key, name)
        self._key = key
        self._acts = acts
        self._timeline = timeline
        self._chance = chance
        self._open_tickets = open_tickets

    def lives(self) -> None:
        """Sleep and reception come and go."""
        if self.habits is not GOOD:
            self.is_asleep = self._chance.random() < 0.4
            self.has_reception = self._chance.random() < 0.8
            self._timeline.after(self._chance.expovariate(1 / 3600), self.lives)

    def receives(self, text: str) -> None:
        """A page's text asks for an answer; every other text asks for nothing."""
        numbers = NUMBER.findall(text)
        if "ACK" not in text or not numbers or not self._hears():
            return
        for number in numbers:
            self._timeline.after(self._delay(30), partial(self._says, self._answer(number)))
        if self._chance.random() < self.habits.meddles:
            self._timeline.after(self._delay(60), self._meddles)

    def rings(self, call: Call) -> None:
        """The telephone rings: it is picked up or not, and then a key is pressed or not."""
        if self._hears():
            self._timeline.after(self._chance.uniform(2, 28), partial(self._picks_up, call))
        elif self._chance.random() < 0.3:
            self._timeline.after(self._chance.uniform(10, 24), partial(self._voicemail, call))

    def _hears(self) -> bool:
        return self._chance.random() < (self.habits.hears_asleep if self.is_asleep else self.habits.hears)

    def _delay(self, mean: float) -> float:
        if self._chance.random() < self.habits.late:
            return self._chance.uniform(300, 3000)
        return self._chance.expovariate(1 / mean)

    def _answer(self, number: str) -> str:
        if self._chance.random() < self.habits.passes:
            return f"PASS {number}"
        return f"ack {number}" if self._chance.random() < 0.9 or self.habits is GOOD else "ACK"

    def _says(self, body: str) -> None:
        """Send a text. Who gets no answer sends it again."""
        answer = self._acts.text(self._key, body)
        if answer is None:
            self._timeline.after(self._chance.uniform(20, 60), partial(self._says, body))
            return
        for number in YOURS.findall(answer):
            self._has(int(number))

    def _meddles(self) -> None:
        others = self._open_tickets()
        if others and self._chance.random() < 0.5:
            self._says(f"{self._chance.choice(('ACK', 'PASS', 'DONE'))} {self._chance.choice(others)}")
        else:
            self._says(self._chance.choice(CHATTER))

    def _picks_up(self, call: Call) -> None:
        if call.is_picked_up():
            self._timeline.after(self._chance.uniform(4, 15), partial(self._presses, call))

    def _voicemail(self, call: Call) -> None:
        if call.is_picked_up():
            self._timeline.after(self._chance.uniform(5, 30), call.ends)

    def _presses(self, call: Call) -> None:
        """A key, or a hang-up; pressing it twice must do no harm."""
        if call.is_over:
            return
        if self._chance.random() < 0.85 or self.habits is GOOD:
            digit = "2" if self._chance.random() < self.habits.passes else "1"
            for _ in range(self._chance.choice((1, 1, 1, 2))):
                self._press(call, digit)
        self._timeline.after(self._chance.uniform(1, 5), call.ends)

    def _press(self, call: Call, digit: str) -> None:
        outcome = self._acts.key(call.accepted.message.delivery_id, digit)
        if digit == "1" and outcome is Outcome.WON:
            self._has(self._acts.number_of(call.accepted.message.delivery_id))

    def _has(self, number: int) -> None:
        """The ticket is theirs: now they work on it, more or less."""
        if self._chance.random() < self.habits.lazy:
            return
        at = self._chance.uniform(60, 1500)
        for move in self._plan():
            self._timeline.after(at, partial(self._acts.at_the_console, number, move, self._by))
            at += self._chance.uniform(60, 5000)
        if self._chance.random() < self.habits.works:
            self._timeline.after(at, partial(self._says, f"DONE {number} restarted it"))

    def _plan(self) -> list[str]:
        if self.habits is GOOD:
            return ["note"]
        return self._chance.choice(PLANS).split()
