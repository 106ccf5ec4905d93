"""What must hold after every step, whatever went wrong in it. Each invariant has the name that a violation bears."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from models.database import Database
from paging.carriers.protocol import Message
from rules.wording import Wording
from tests.simulation.cases import SLACK, Case, case_of
from tests.simulation.messages import PAGING, Messages
from tests.simulation.tables import DeliveryRow, PageRow, StoryLine, Tables
from tests.simulation.timeline import Timeline
from tests.simulation.trace import Trace, Violation
from tests.simulation.weather import Fate, Sky, Weather

TOGETHER = {
    "open": {"armed", "paging"},
    "in_charge": {"acknowledged"},
    "waiting": {"acknowledged"},
    "solved": {"closed"},
    "excluded": {"closed"},
}
"""The states that a page may have, by its ticket's."""
OVERDUE = timedelta(seconds=3)
AT_ONCE = 1.0
"""Seconds in which a P1's first message is with a carrier."""
AFTER_A_STORM = timedelta(seconds=60)
"""So long an engine leaves a carrier alone that was down."""
LOOK_AT_ALL_EVERY = 50


class Watch:
    """`calm_since`: nothing has kept the engines from their work since then (true time). `acting`: whose step it is."""

    def __init__(
        self, database: Database, timeline: Timeline, trace: Trace, weather: Weather, wording: Wording
    ) -> None:
        self.tables = Tables(database)
        self.messages = Messages(self.tables)
        self.calm_since = timeline.now
        self.acting = ""
        self.page_is_over: Callable[[Case], None] = lambda case: None
        self.cases: dict[int, Case] = {}
        self._timeline = timeline
        self._trace = trace
        self._weather = weather
        self._level_words = re.compile(_pattern(wording.sentences["event.level"]))
        self._steps = 0
        self._is_changed = False
        sa.event.listen(database.engine, "commit", self._changes)
        self._story: dict[int, StoryLine] = {}
        self._newest_line = 0
        self._owners: dict[int, str] = {}
        self._reached: defaultdict[int | None, set[str]] = defaultdict(set)

    def disturbed(self, seconds: float = 0) -> None:
        """Something keeps the engines from their work for so long."""
        self.calm_since = max(self.calm_since, self._timeline.now + timedelta(seconds=seconds))

    def look(self) -> None:
        """A step is over: see what it did, if it did anything. Raises Violation."""
        if not self._is_changed:
            return
        self._is_changed = False
        self._steps += 1
        now = self._timeline.now
        self.messages.look(now)
        rows = self.tables.pages()
        for row in rows:
            if row.id not in self.cases:
                self._appears(row)
        self._read_story(now)
        for row in rows:
            self._page(self.cases[row.id], row, now)
        since = max(self.calm_since, self._weather.changed_at)
        if self._weather.sky is Sky.CLOSED:
            self.messages.must_be_tried(now, since)
        if self._weather.is_good:
            self.messages.must_be_handed_over(now, since)
        if self._steps % LOOK_AT_ALL_EVERY == 0:
            self.look_at_all()

    def look_at_all(self) -> None:
        """What never changes has not changed: final states, and lines of the story."""
        self.messages.look_at_all()
        lines = {line.id: line for line in self.tables.story(0)}
        for line in self._story.values():
            if lines.get(line.id) != line:
                raise Violation("story", f"ticket {line.number} lost a line: {line.text}")

    def is_asked(self, message: Message) -> None:
        """A carrier is about to get a message: it names its tickets, and nobody has one of them."""
        self.messages.is_asked(message, self._timeline.now)
        for row in self._says(message.delivery_id):
            case = self.cases[row.page_id or 0]
            case.has_left = True
            if f"{case.page.number}" not in message.body:
                raise Violation("names", f"#{message.delivery_id} does not name the ticket of #{row.id}")
            if case.ended is not None:
                raise Violation("after_ack", f"#{message.delivery_id} goes out, and somebody has {case.page.number}")

    def excuse(self, number: int, fate: Fate) -> None:
        if fate not in (Fate.FINE, Fate.SLOW):
            self.messages.excuse(number, self._timeline.now)

    def is_refused(self, number: int) -> None:
        self.messages.has_looked(number)

    def is_looked_for(self, number: int) -> None:
        self.messages.is_looked_for(number, self._timeline.now)

    def has_looked(self, number: int) -> None:
        self.messages.has_looked(number)

    def is_accepted(self, message: Message) -> None:
        """The carrier has it: whoever is paged by it must hear when the page ends."""
        for row in self.messages.is_accepted(message.delivery_id):
            if row.kind in PAGING and row.channel != "email" and row.page_id and row.technician:
                self._reached[row.page_id].add(row.technician)
                case = self.cases[row.page_id]
                if case.ended is not None:
                    self._require_told(case, row.technician)

    def told_yours(self, number: int, key: str) -> None:
        """Somebody was told that a ticket is theirs."""
        holder = self._owners.setdefault(number, key)
        if holder != key:
            raise Violation("owner", f"{key} was told to have {number}, which {holder} has")

    def _changes(self, _connection: object) -> None:
        self._is_changed = True

    def _says(self, delivery: int) -> list[DeliveryRow]:
        """The messages about pages that a delivery says: itself, or the members of a bundle."""
        rows = self.tables.deliveries(self.tables.bundled(delivery) or [delivery])
        return [row for row in rows if row.kind in PAGING]

    def _appears(self, row: PageRow) -> None:
        policy = self.tables.policy(row.id)
        leaves = self._timeline.true(row.due_at) if row.due_at else self._timeline.now
        case = self.cases[row.id] = case_of(row, policy, leaves, self._timeline.gone_back)
        if row.priority == "P1" and (row.source == "call" or leaves <= self._timeline.now):
            self._timeline.after(AT_ONCE, partial(self._must_have_left, case, self._timeline.now))

    def _must_have_left(self, case: Case, since: datetime) -> None:
        """A P1 waits for nobody: a carrier that is up has been asked by now, if nothing kept the engines from it.

        Texts to one technician keep a distance from each other, so a page that only texts may wait for that.
        """
        if self._only_texts(case):
            return
        good_since = max(self.calm_since, self._weather.changed_at + AFTER_A_STORM)
        if case.ended is None and not case.has_left and self._weather.is_good and good_since <= since:
            raise Violation("at_once", f"the P1 {case.page.number} of {since} has not left")

    def _only_texts(self, case: Case) -> bool:
        numbers = self.messages.by_level[case.page.id, case.page.round, case.page.level]
        return bool(numbers) and {self.messages.rows[number].channel for number in numbers} == {"sms"}

    def _read_story(self, now: datetime) -> None:
        cases = {case.page.number: case for case in self.cases.values()}
        for line in self.tables.story(self._newest_line):
            self._newest_line = line.id
            self._story[line.id] = line
            self._trace.say(f"  {line.number} {line.kind}: {line.text}")
            if line.number in cases:
                self._line(cases[line.number], line, now)

    def _line(self, case: Case, line: StoryLine, now: datetime) -> None:
        if line.kind in ("passed", "taken_back"):
            case.is_passed, case.reopened_true = True, now
        if line.kind == "paged_again":
            case.pages_again(line, now)
        if line.kind == "exhausted":
            case.alarmed.add(case.round)
            if missing := case.fallback - self.messages.alarmed[case.page.id, case.round]:
                raise Violation("fallback", f"ticket {line.number}: {', '.join(sorted(missing))} was not alarmed")
        if line.kind == "level" and (found := self._level_words.match(line.text)):
            self._is_in_time(case, now)
            number, level = int(found["round"]), int(found["level"])
            answerable = self.messages.could_be_answered(case.page.id, case.round, case.level)
            case.begins(number, level, line, answerable, now, self._timeline.gone_back)
            if not self.messages.by_level[case.page.id, number, level]:
                raise Violation("levels", f"ticket {line.number}: nobody is paged in round {number}, level {level}")

    def _page(self, case: Case, row: PageRow, now: datetime) -> None:
        before, case.page = case.page, row
        if row != before:
            self._moved(case, before, row)
        if row.state not in TOGETHER[row.ticket_state]:
            raise Violation("agree", f"ticket {row.number} is {row.ticket_state}, its page {row.state}")
        if row.state in ("armed", "paging"):
            self._must_go_on(case, row, now)
        else:
            self._must_rest(row, now)
        self._has_one_owner(row)

    def _moved(self, case: Case, before: PageRow, row: PageRow) -> None:
        if row.state == "paging" and before.state == "acknowledged":
            case.ended = None
            self._owners.pop(row.number, None)
        if row.state in ("acknowledged", "closed") and case.ended is None:
            case.ended, case.told_after = self._steps, self.messages.newest_before
            case.need_not_be_told = frozenset((row.taken_by or "", self.acting))
            for technician in sorted(self._reached[row.id]):
                self._require_told(case, technician)
            self.page_is_over(case)
        if (row.round, row.level) != case.position and case.round:
            raise Violation("levels", f"ticket {row.number} is at {row.round}, {row.level}: the story does not say so")

    def _must_go_on(self, case: Case, row: PageRow, now: datetime) -> None:
        """Nobody has it: the engine has a time to look at it, does so, and reaches every level in time."""
        if row.due_at is None:
            raise Violation("due", f"ticket {row.number} is {row.state} and its page is due never")
        if now > max(self._timeline.true(row.due_at), self.calm_since) + OVERDUE:
            raise Violation("due", f"ticket {row.number} is overdue since {row.due_at}")
        self._is_in_time(case, now)

    def _is_in_time(self, case: Case, now: datetime) -> None:
        if now > max(case.must_move_by(self._timeline.gone_back), self.calm_since + SLACK):
            raise Violation(
                "late", f"ticket {case.page.number} stays too long in round {case.round}, level {case.level}"
            )

    def _must_rest(self, row: PageRow, now: datetime) -> None:
        """Somebody has it: it is looked at again only to see whether a P1 is being worked on."""
        is_watched = row.ticket_state == "in_charge" and row.priority == "P1"
        if (row.due_at is None) is is_watched:
            raise Violation("due", f"ticket {row.number} is {row.ticket_state}, its page is due at {row.due_at}")
        if row.due_at and now > max(self._timeline.true(row.due_at), self.calm_since) + OVERDUE:
            raise Violation("due", f"ticket {row.number} is overdue since {row.due_at}: nobody asks its owner")

    def _has_one_owner(self, row: PageRow) -> None:
        has_owner = row.ticket_state in ("in_charge", "waiting")
        if has_owner and row.taken_by != row.acknowledged_by:
            raise Violation("owner", f"{row.taken_by} has {row.number}, and {row.acknowledged_by} took its page")
        if has_owner and row.taken_by != self._owners.setdefault(row.number, row.taken_by or ""):
            raise Violation("owner", f"{row.number} went from {self._owners[row.number]} to {row.taken_by}")

    def _require_told(self, case: Case, technician: str) -> None:
        """The page is over, and this technician hears of it, unless they ended it."""
        told = self.messages.stood_down.get((case.page.id, technician), 0)
        if told <= case.told_after and technician not in case.need_not_be_told:
            raise Violation("told", f"{technician} was paged for {case.page.number} and not told that it is over")


def _pattern(sentence: str) -> str:
    """A sentence of the line's words as a regular expression that finds what was filled in."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(sentence)) + "$"
