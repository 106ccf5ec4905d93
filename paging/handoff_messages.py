"""What technicians are told of their turns: a text of one segment and an e-mail, in their own local time."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.technician import Technician
from models.ticket import Ticket
from paging import outcomes, roster
from rules import timezones
from rules.escalation import Channel, channels_for
from rules.gsm7 import fit, segments
from rules.line import Line
from rules.targets import Priority
from rules.wall_words import dated
from rules.wording import listed
from tickets.outbox import Reference, post

LONGEST_SCHEDULE = 30
LONGEST_NAME = 40
"""Septets that these may take of a text: what else it says must fit beside them."""
MOST_IN_A_TEXT = 12
MOST_IN_A_MAIL = 50


@dataclass(frozen=True, slots=True)
class Words:
    """One message as a text, and as an e-mail."""

    text: str
    subject: str
    mail: str


class Speaker:
    """Speaks to one technician about one schedule."""

    def __init__(self, line: Line, schedule: str, technician: Technician) -> None:
        self._line = line
        self._zone = technician.time_zone
        self._common = {
            "name": technician.name,
            "schedule": schedule,
            "zone": technician.time_zone,
            "url": line.url(f"/rotations/{schedule}"),
            "text_number": line.text_number,
        }

    def ahead(self, starts: datetime, ends: datetime | None) -> Words:
        """Their turn will begin."""
        return self._words("ahead", time=self._time(starts), until=self._until(ends))

    def withdrawn(self, starts: datetime, holder: str | None) -> Words:
        """Their turn, of which they were told, is somebody else's; `holder` is that one's name."""
        return self._words("withdrawn", time=self._time(starts), who=self._who("then", holder))

    def begun(
        self, ends: datetime | None, nobodys: Sequence[Ticket], owned: Sequence[Ticket], owner: str | None
    ) -> Words:
        """Their turn has begun: with the tickets that nobody has, and those of `owner`, who was on call before."""
        lists = [self._list("nobodys", nobodys)] if nobodys else []
        lists += [self._list("owned", owned, owner=owner or "")] if owned else []
        told = "\n\n".join(lists) or self._say("none_open")
        return self._words("begun", [*nobodys, *owned], until=self._until(ends), lists=told)

    def released(self, holder: str | None, kept: Sequence[Ticket]) -> Words:
        """Their turn is over; `holder` is the name of who is on call now, `kept` are the tickets that they have."""
        lists = self._list("kept", kept) if kept else self._say("none_kept")
        return self._words("released", kept, who=self._who("now", holder), lists=lists)

    def _words(self, occasion: str, tickets: Sequence[Ticket] = (), **words: str) -> Words:
        def text(numbers: str) -> str:
            return self._say(f"{occasion}_sms", **self._short(words), numbers=numbers)

        return Words(
            text=in_one_segment(text, self._numbers(occasion, tickets)),
            subject=self._say(f"{occasion}_subject", **words),
            mail=self._say(f"{occasion}_mail", **words),
        )

    def _short(self, words: dict[str, str]) -> dict[str, str]:
        return words | {"schedule": fit(self._common["schedule"], LONGEST_SCHEDULE)}

    def _numbers(self, occasion: str, tickets: Sequence[Ticket]) -> list[str]:
        """The end of a text, with all the numbers, with fewer and fewer, and with none."""
        if not tickets:
            return [""]
        most = min(len(tickets), MOST_IN_A_TEXT)
        named = [_some([str(ticket.number) for ticket in tickets], shown) for shown in range(most, 0, -1)]
        return [*(self._say(f"{occasion}_numbers", numbers=numbers) for numbers in named), ""]

    def _list(self, which: str, tickets: Sequence[Ticket], **words: str) -> str:
        lines = [self._ticket(ticket) for ticket in tickets[:MOST_IN_A_MAIL]]
        if more := len(tickets) - len(lines):
            lines.append(self._say("more", count=more))
        return self._say(which, tickets="\n".join(lines), **words)

    def _ticket(self, ticket: Ticket) -> str:
        state = self._say(f"state_{ticket.state}")
        customer = ticket.contract.customer.name
        return self._say("ticket", priority=ticket.priority, number=ticket.number, customer=customer, state=state)

    def _who(self, when: str, holder: str | None) -> str:
        return self._say(when, who=fit(holder, LONGEST_NAME)) if holder else self._say(f"{when}_nobody")

    def _until(self, ends: datetime | None) -> str:
        return self._say("until", time=self._time(ends)) if ends else self._say("no_end")

    def _time(self, at: datetime) -> str:
        return dated(timezones.to_wall(at, self._zone))

    def _say(self, key: str, **words: object) -> str:
        return self._line.wording.say(f"handoff.{key}", **{**self._common, **words})


def _some(numbers: Sequence[str], shown: int) -> str:
    more = len(numbers) - shown
    return listed([*numbers[:shown], f"{more} more"] if more else numbers)


def in_one_segment(text: Callable[[str], str], ends: Sequence[str]) -> str:
    """The text with the first of these ends that leaves it in one segment, else with the last."""
    said = [text(end).rstrip() for end in ends]
    return next((one for one in said if segments(one) == 1), said[-1])


def send(
    session: Session, technician: Technician, channels: Sequence[Channel], words: Words, notice: int, now: datetime
) -> None:
    """To one technician by the channels at which they can be reached; by one at least, so that a failure shows."""
    for channel in usable(technician, channels):
        post(
            session,
            key=f"{DeliveryKind.HANDOFF}:{notice}:{now:%Y%m%d%H%M%S%f}:{channel}",
            kind=DeliveryKind.HANDOFF,
            channel=channel,
            name=technician.name,
            address=roster.person_of(technician).address(channel),
            subject=words.subject if channel is Channel.EMAIL else None,
            body=words.mail if channel is Channel.EMAIL else words.text,
            now=now,
            about=Reference(technician_key=technician.key),
        )


def drop_unsent(session: Session, technician_key: str, notices: Collection[int], now: datetime) -> None:
    """What was not handed over, for a carrier was away, is not said any more: it is not so any more."""
    waiting = select(Delivery).where(
        Delivery.technician_key == technician_key,
        Delivery.kind == DeliveryKind.HANDOFF,
        Delivery.state == DeliveryState.PENDING,
        Delivery.due_at.is_not(None),
    )
    for delivery in session.execute(waiting.with_for_update(skip_locked=True, key_share=True)).scalars():
        if int(delivery.key.split(":")[1]) in notices:
            outcomes.become(delivery, DeliveryState.CANCELLED, now)


def usable(technician: Technician, channels: Sequence[Channel]) -> Sequence[Channel]:
    """As they wish it for less than a P1. Who has asked the carrier for no more texts gets e-mails alone."""
    person = roster.person_of(technician)
    wished = channels_for(channels, person.wishes, Priority.P2)
    for wanted in (wished, channels):
        usable = [channel for channel in wanted if person.address(channel)]
        if technician.opted_out_at:
            usable = [channel for channel in usable if channel is not Channel.SMS]
        if usable:
            return usable
    return wished[:1]
