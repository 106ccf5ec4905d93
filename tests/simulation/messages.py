"""The outbox as it must be: final states stay, what is said to be sent was sent, and what is in doubt is looked up."""

from collections import defaultdict
from datetime import datetime, timedelta

from paging.carriers.protocol import Message
from tests.simulation.tables import DeliveryRow, Tables
from tests.simulation.trace import Violation

FINAL = frozenset({"delivered", "answered", "unanswered", "failed", "cancelled"})
WAITS = frozenset({"pending", "attempting"})
REACHED_THE_CARRIER = frozenset({"sent", "delivered", "answered", "unanswered"})
LOST = frozenset({"unanswered", "failed", "cancelled"})
PAGING = frozenset({"page", "alarm"})
MEANING = {
    "sms": {"delivered": "delivered", "undelivered": "failed", "failed": "failed"},
    "voice": dict.fromkeys(("completed", "canceled", "no-answer"), "unanswered") | {"failed": "failed"},
}
"""What each final report must make of a message."""
TRIED_EVERY = timedelta(seconds=65)
"""A minute, and an engine that polls."""
LATE = timedelta(seconds=120)
"""A page's message is handed over so soon, unless the carrier is in the way: two long pauses between two tries."""


class Messages:
    """Every row of the outbox as it was last seen, and what the carriers know of it."""

    def __init__(self, tables: Tables) -> None:
        self.rows: dict[int, DeliveryRow] = {}
        self.by_level: defaultdict[tuple[int | None, int | None, int | None], list[int]] = defaultdict(list)
        self.alarmed: defaultdict[tuple[int | None, int | None], set[str]] = defaultdict(set)
        self.stood_down: dict[tuple[int | None, str | None], int] = {}
        self.accepted: set[int] = set()
        self._tables = tables
        self._open: set[int] = set()
        self.newest = self.newest_before = 0
        self._excused: dict[int, datetime] = {}
        self._created: dict[int, datetime] = {}
        self._in_doubt: set[int] = set()
        self._tried: dict[str, datetime] = {}

    def look(self, now: datetime) -> None:
        """What has changed, and whether it may."""
        self.newest_before = self.newest
        for row in self._tables.deliveries(self._open):
            self._changed(row)
        for row in self._tables.new_deliveries(self.newest):
            self._appears(row, now)

    def look_at_all(self) -> None:
        """The same for every row, the final ones too."""
        for row in self._tables.all_deliveries():
            if row.id in self.rows:
                self._changed(row)

    def must_be_handed_over(self, now: datetime, since: datetime) -> None:
        """No page's message waits for longer than it should, where nothing was in the way after `since`."""
        for number in self._open:
            row = self.rows[number]
            begins = max(self._created[number], since, self._excused.get(number, since))
            if row.kind in PAGING and row.state in WAITS and now > begins + LATE:
                raise Violation("late", f"message #{number} ({row.key}) is {row.state} since {begins}")

    def must_be_tried(self, now: datetime, since: datetime) -> None:
        """While a page's message waits, its channel is tried at least once a minute."""
        for number in self._open:
            row = self.rows[number]
            waits_since = max(self._created[number], since, self._tried.get(row.channel, since))
            if row.kind in PAGING and row.state in WAITS and now > waits_since + TRIED_EVERY:
                raise Violation("tried", f"nothing was tried by {row.channel} since {waits_since}: {row.key} waits")

    def is_excused(self, number: int) -> bool:
        """Whether the carrier ever did wrong by this message."""
        return number in self._excused

    def excuse(self, number: int, now: datetime) -> None:
        """The carrier did wrong by this message: it may take longer."""
        for each in (number, *self._tables.bundled(number)):
            self._excused[each] = now

    def is_asked(self, message: Message, now: datetime) -> None:
        """The carrier is about to get it. An answer may be lost from now on."""
        self._tried[message.channel] = now
        if message.delivery_id in self._in_doubt:
            raise Violation("looked_up", f"#{message.delivery_id} is sent again, and nobody looked whether it was sent")
        self._in_doubt.add(message.delivery_id)

    def is_looked_for(self, number: int, now: datetime) -> None:
        """The carrier is asked whether it has a message of which the answer was lost: it would be sent otherwise."""
        self._tried[self.rows[number].channel] = now

    def has_looked(self, number: int) -> None:
        self._in_doubt.discard(number)

    def is_accepted(self, number: int) -> list[DeliveryRow]:
        """The carrier has it; answers the messages that it says."""
        self.accepted.update([number, *self._tables.bundled(number)])
        return self._tables.deliveries(self._tables.bundled(number) or [number])

    def could_be_answered(self, page: int, number: int, level: int) -> bool:
        """Whether any message of a page's level is neither lost nor an e-mail that was handed over.

        Tries beside the escalation policy are not waited for.
        """
        rows = [self.rows[each] for each in self.by_level[page, number, level]]
        rows = [row for row in rows if not (row.persistent and row.state in WAITS)]
        return any(row.state not in LOST and (row.channel, row.state) != ("email", "delivered") for row in rows)

    def is_reported(self, before: DeliveryRow, sid: str, status: str) -> None:
        """A report of a message was taken: a final one is believed, unless another came first."""
        meaning = MEANING["sms" if before.channel == "sms" else "voice"].get(status)
        known = before.provider_sid in (None, sid) or meaning == "delivered"
        (after,) = self._tables.deliveries([before.id])
        if meaning and known and before.state not in FINAL | {"pending"} and after.state != meaning:
            raise Violation("truth", f"#{before.id} is {after.state}, and the carrier reported {status}")

    def _appears(self, row: DeliveryRow, now: datetime) -> None:
        self.newest = row.id
        self._created[row.id] = now
        if row.kind == "page":
            self.by_level[row.page_id, row.round, row.level].append(row.id)
        if row.kind == "alarm":
            self.alarmed[row.page_id, row.round].add(row.technician or "")
        if row.kind == "stand_down":
            self.stood_down[row.page_id, row.technician] = row.id
        self._open.add(row.id)
        self._note(row)

    def _changed(self, row: DeliveryRow) -> None:
        before = self.rows[row.id]
        if before == row:
            return
        if before.state in FINAL and row.state != before.state:
            raise Violation("terminal", f"#{row.id} was {before.state} and became {row.state}")
        if before.state == "sent" and row.state in WAITS:
            raise Violation("terminal", f"#{row.id} was sent and became {row.state} again")
        self._note(row)

    def _was_accepted(self, number: int) -> bool:
        return number in self.accepted or not self.accepted.isdisjoint(self._tables.alike(number))

    def _note(self, row: DeliveryRow) -> None:
        self.rows[row.id] = row
        if row.state in REACHED_THE_CARRIER and row.kind != "hang_up" and not self._was_accepted(row.id):
            raise Violation("sent", f"#{row.id} is {row.state}, and no carrier ever had it")
        waits = row.state in WAITS
        if waits and row.due_at is None and row.bundled_into is None:
            raise Violation("due", f"message #{row.id} is {row.state} and due never")
        if row.state in FINAL:
            self._open.discard(row.id)
