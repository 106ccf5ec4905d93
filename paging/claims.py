"""What an engine takes from the outbox: messages to send, outcomes to ask for, telephones that shall stop ringing.

Other engines skip what is taken until its lease ends. What need not, or may not, go out now is settled here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from models.delivery import DELIVERY_MOVES, PAGING_KINDS, Delivery, DeliveryKind, DeliveryState
from paging import contact_proofs, kindness, outcomes, sender_rate
from paging.breaker import Breakers
from paging.carriers.protocol import Message
from paging.due import Due, due_now, may_leave
from paging.kindness import SPARED, Texted
from rules.escalation import Channel
from rules.gsm7 import segments
from rules.line import Line
from rules.targets import Priority
from tickets.outbox import URGENCY

MOST_ASKED = 10
"""So often the provider is asked what became of a message; then its page's waits decide."""
UNTIL_IT_RINGS = timedelta(seconds=1)


class Task(StrEnum):
    SEND = "send"
    ASK = "ask"
    END_CALL = "end_call"


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until its lease ends.

    `lost_since`: an earlier attempt may have reached the carrier. `sid`: the provider's id of what to ask or end.
    `is_late`: it waited for a sender so long that the lease must be made anew. `persistent`: a refusal does not end it.
    `is_unreached`: no message of its page had left.
    """

    id: int
    attempt: int
    task: Task
    kind: DeliveryKind
    channel: Channel
    message: Message
    lost_since: datetime | None = None
    sid: str = ""
    is_late: bool = False
    persistent: bool = False
    is_unreached: bool = False


class Claims:
    """One pass over the outbox, in one transaction. `moved` are the pages that must be looked at after it."""

    def __init__(self, session: Session, line: Line, breakers: Breakers, now: datetime) -> None:
        self.moved: set[int] = set()
        self._session = session
        self._line = line
        self._limits = line.policy.limits
        self._breakers = breakers
        self._now = now
        self._budget = sender_rate.Budget(session, line, now)
        self._readers: Collection[str] = ()
        self._is_unreached = False

    def take(self, limit: int) -> list[Claim]:
        """Up to `limit` due rows, the most urgent first."""
        found = due_now(self._session, self._line, limit, self._now)
        readers = {due.delivery.technician_key or "" for due in found if _is_first_text(due.delivery)}
        self._readers = kindness.readers_of_many(self._session, self._limits, readers, self._now) if readers else ()
        return [claim for due in found if (claim := self._consider(due))]

    def _consider(self, due: Due) -> Claim | None:
        """What to do with it now: a claim, or nothing, as it was settled, put off, or is bundled by another one."""
        delivery = due.delivery
        self._is_unreached = due.unreached_since is not None
        if delivery.due_at is None:
            return None
        if delivery.state is DeliveryState.SENT:
            return self._ask(delivery)
        if delivery.kind is DeliveryKind.HANG_UP:
            return self._end_call(delivery)
        if delivery.kind is DeliveryKind.BUNDLE and not self._holds_together(delivery):
            return None
        if delivery.state is DeliveryState.PENDING and not self._is_wanted(due):
            self._cancel(delivery)
            return None
        if self._must_not_ring(due):
            return None
        if delivery.channel is Channel.SMS:
            return self._text(delivery)
        return self._take(delivery)

    def _ask(self, delivery: Delivery) -> Claim:
        delivery.asked += 1
        delivery.due_at = self._now + outcomes.ASK_AFTER if delivery.asked < MOST_ASKED else None
        return self._claim(delivery, Task.ASK, sid=delivery.provider_sid or "")

    def _end_call(self, delivery: Delivery) -> Claim | None:
        call = self._session.get_one(Delivery, delivery.ends_id)
        if not DELIVERY_MOVES[call.state]:
            self._cancel(delivery)
            return None
        if call.provider_sid is None:
            delivery.due_at = self._now + UNTIL_IT_RINGS
            return None
        return self._take(delivery, Task.END_CALL, sid=call.provider_sid)

    def _holds_together(self, bundle: Delivery) -> bool:
        """Whether all that the text names is still wanted; else its members go their own ways again."""
        if kindness.holds_together(self._session, bundle.id):
            return True
        for member in outcomes.members(self._session, bundle):
            if member.state is DeliveryState.ATTEMPTING:
                member.state, member.due_at, member.bundled_into = DeliveryState.PENDING, self._now, None
                member.attempted_at = None
        self._cancel(bundle)
        return False

    def _is_wanted(self, due: Due) -> bool:
        """Not a page that somebody took, what a later message says too, a reminder of what is done, a code that lapsed.

        This is asked of what waits: what may have gone out already is looked up first, so that a call can be ended.
        """
        kind = due.delivery.kind
        if kind is DeliveryKind.CODE:
            return self._now < due.delivery.created_at + contact_proofs.VALID_FOR
        if kind not in PAGING_KINDS | {DeliveryKind.FOLLOW_UP}:
            return True
        if due.page_state is None or not may_leave(kind, due.page_state, due.followed_up_at):
            return False
        if kind in PAGING_KINDS and (due.delivery.round, due.delivery.level) == (due.round, due.level):
            return True
        return not kindness.is_superseded(self._session, due.delivery)

    def _must_not_ring(self, due: Due) -> bool:
        """A technician is not rung again and again, but for a P1."""
        delivery = due.delivery
        if delivery.kind is not DeliveryKind.PAGE or delivery.channel not in kindness.CALLS:
            return False
        if due.priority is Priority.P1 or delivery.state is not DeliveryState.PENDING:
            return False  # what is in doubt may be ringing: it is looked up, so that it can be ended
        if not kindness.has_been_called_enough(self._session, self._limits, delivery, self._now):
            return False
        minutes = int(self._limits.calls_within.total_seconds() // 60)
        delivery.error = self._line.wording.say("event.too_many_calls", calls=self._limits.calls, minutes=minutes)
        delivery.error_code = SPARED
        outcomes.become(delivery, DeliveryState.FAILED, self._now)
        outcomes.settled(self._session, self._line, delivery, (), self._now)
        self._look_again(delivery)
        return True

    def _text(self, delivery: Delivery) -> Claim | None:
        """A text, if the number may send one now; a page's, together with the others that wait for its reader."""
        if _is_first_text(delivery) and delivery.technician_key in self._readers:
            again_at = kindness.text_again_at(self._session, self._limits, delivery, self._now)
            if again_at is not None and again_at > self._now:
                delivery.due_at = again_at
                return None
            others = kindness.companions(self._session, delivery)
            lately = kindness.texted_lately(self._session, delivery, self._now)
            if others or len(lately) + 1 >= kindness.MANY:
                return self._bundle(kindness.own(self._session, delivery), others, lately)
        if not self._budget.allows(segments(delivery.body)):
            return None
        return self._take(delivery)

    def _bundle(self, own: Texted, others: list[Texted], lately: list[Texted]) -> Claim | None:
        """One text that names them all, and stands for the messages of those that were not texted yet."""
        waiting = sorted([own, *others], key=lambda each: each.number)
        named = {each.number: each for each in [*lately, *waiting]}
        body = kindness.bundle_text(self._line, list(named.values())[-kindness.MOST_IN_ONE :])
        if not self._budget.allows(segments(body)):
            return None
        bundle = self._new_bundle(own.delivery, body)
        for each in waiting:
            each.delivery.state, each.delivery.due_at = DeliveryState.ATTEMPTING, None
            each.delivery.attempted_at, each.delivery.bundled_into = self._now, bundle.id
        return self._take(bundle)

    def _new_bundle(self, first: Delivery, body: str) -> Delivery:
        bundle = Delivery(
            key=f"bundle:{first.id}:{self._now:%Y%m%d%H%M%S%f}",
            kind=DeliveryKind.BUNDLE,
            channel=Channel.SMS,
            urgency=URGENCY[DeliveryKind.BUNDLE],
            technician_key=first.technician_key,
            name=first.name,
            address=first.address,
            body=body,
            state=DeliveryState.PENDING,
            attempts=0,
            due_at=self._now,
            created_at=self._now,
        )
        self._session.add(bundle)
        self._session.flush()
        return bundle

    def _take(self, delivery: Delivery, task: Task = Task.SEND, sid: str = "") -> Claim | None:
        """It is ours for a lease, unless its carrier is down."""
        if not self._breakers.admits(delivery.channel, self._now):
            self._stall(delivery)
            return None
        lost_since = delivery.attempted_at if delivery.state is DeliveryState.ATTEMPTING else None
        delivery.state, delivery.stalled = DeliveryState.ATTEMPTING, False
        delivery.attempts += 1
        delivery.due_at = self._now + self._line.policy.lease
        delivery.attempted_at = lost_since or self._now
        return self._claim(delivery, task, lost_since, sid)

    def _stall(self, delivery: Delivery) -> None:
        """It waits for its carrier, and its page for nothing."""
        delivery.due_at = self._breakers.rests_until(delivery.channel) or self._now
        if not delivery.stalled:
            delivery.stalled = True
            for member in outcomes.members(self._session, delivery):
                member.stalled = True
                self._look_again(member)
            self._look_again(delivery)

    def _look_again(self, delivery: Delivery) -> None:
        if delivery.page_id is not None:
            self.moved.add(delivery.page_id)

    def _cancel(self, delivery: Delivery) -> None:
        outcomes.become(delivery, DeliveryState.CANCELLED, self._now)

    def _claim(self, delivery: Delivery, task: Task, lost_since: datetime | None = None, sid: str = "") -> Claim:
        message = Message(
            delivery_id=delivery.id,
            attempt=delivery.attempts,
            channel=delivery.channel,
            to=delivery.address,
            subject=delivery.subject or "",
            body=delivery.body,
            voice_url=self._line.url(f"/twilio/page/{delivery.id}"),
            status_url=self._line.url(f"/twilio/delivery/{delivery.id}/status"),
        )
        return Claim(
            delivery.id, delivery.attempts, task, delivery.kind, delivery.channel, message, lost_since, sid,
            persistent=delivery.persistent, is_unreached=self._is_unreached,
        )  # fmt: skip


def _is_first_text(delivery: Delivery) -> bool:
    is_first = delivery.attempts == 0 and not delivery.persistent
    return delivery.kind is DeliveryKind.PAGE and delivery.channel is Channel.SMS and is_first
