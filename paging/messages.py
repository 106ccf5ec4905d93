"""What a page says, and to whom it is posted."""

from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page
from models.ticket import Ticket, TicketSource
from paging.roster import Person
from rules.escalation import Channel
from rules.gsm7 import SINGLE, fit, septets, to_gsm7
from rules.line import Line
from rules.wording import lasting
from tickets.outbox import LONGEST_SUBJECT, Reference, post

OF_A_DRILL = {
    "page.text": "page.drill_text",
    "page.alarm_text": "page.drill_alarm_text",
    "reply.accepted": "reply.drill_over",
}
MOST_OF_A_SUMMARY = 50
"""Septets of a text that a ticket's summary may take: number, callback and what to reply must fit beside it."""


def text_of(line: Line, ticket: Ticket, key: str = "page.text") -> str:
    """Priority, number, customer, callback and what to reply, in one GSM-7 segment: a long name is cut.

    A drill says that it is one, and once it is over how long that took; a booked maintenance names its reference.
    """
    return one_segment(
        line,
        _of_its_kind(ticket, key),
        "customer",
        customer=ticket.contract.customer.name,
        priority=str(ticket.priority),
        number=str(ticket.number),
        callback=ticket.callback or ticket.caller or line.wording.say("page.no_callback"),
        summary=fit(ticket.summary or "", MOST_OF_A_SUMMARY).rstrip(),
        length=lasting((ticket.taken_in_charge_at or ticket.opened_at) - ticket.opened_at),
    )


def _of_its_kind(ticket: Ticket, key: str) -> str:
    if ticket.source is TicketSource.DRILL:
        return OF_A_DRILL.get(key, key)
    is_booked = ticket.source is TicketSource.MAINTENANCE and key == "page.text"
    return "page.maintenance_text" if is_booked else key


def one_segment(line: Line, key: str, cut: str, **words: str) -> str:
    """A sentence in one GSM-7 segment: of the word named `cut` as much as there is room for."""
    room = SINGLE - septets(line.wording.say(key, **{**words, cut: ""}))
    return line.wording.say(key, **{**words, cut: fit(words[cut], room).rstrip()})


def page(
    session: Session, line: Line, ticket: Ticket, page: Page, person: Person, channel: Channel, now: datetime
) -> None:
    """Post one message of the page's current level, once."""
    _post(session, line, ticket, page, person, channel, DeliveryKind.PAGE, text_of(line, ticket), now)


def rewrite_waiting(session: Session, line: Line, ticket: Ticket, page: Page) -> None:
    """Let the messages of a page that have not left yet say what is known now. The page is locked."""
    for kind, key in ((DeliveryKind.PAGE, "page.text"), (DeliveryKind.ALARM, "page.alarm_text")):
        text = text_of(line, ticket, key)
        waiting = update(Delivery).where(
            Delivery.page_id == page.id, Delivery.kind == kind, Delivery.state == DeliveryState.PENDING
        )
        is_text, is_mail = Delivery.channel == Channel.SMS, Delivery.channel == Channel.EMAIL
        body = case((is_text, to_gsm7(text)), else_=text)
        session.execute(waiting.values(body=body, subject=case((is_mail, text[:LONGEST_SUBJECT]))))


def alarm(
    session: Session, line: Line, ticket: Ticket, page: Page, person: Person, channel: Channel, now: datetime
) -> None:
    """Post one message to a fallback contact: all rounds are done and nobody answered."""
    text = text_of(line, ticket, "page.alarm_text")
    _post(session, line, ticket, page, person, channel, DeliveryKind.ALARM, text, now)


def follow_up(
    session: Session, line: Line, ticket: Ticket, page: Page, person: Person, channel: Channel, now: datetime
) -> None:
    """Post one reminder to the owner, who has given no sign of work."""
    _post(
        session, line, ticket, page, person, channel, DeliveryKind.FOLLOW_UP,
        text_of(line, ticket, "page.follow_up"), now, occasion=f":{now:%Y%m%d%H%M%S}",
    )  # fmt: skip


def again(
    session: Session,
    line: Line,
    ticket: Ticket,
    page: Page,
    person: Person,
    kind: DeliveryKind,
    channel: Channel,
    number: int,
    at: datetime,
    now: datetime,
) -> None:
    """Post one more try of a page that has reached nobody, due `at`. It is tried until it leaves."""
    text = text_of(line, ticket, "page.text" if kind is DeliveryKind.PAGE else "page.alarm_text")
    body = text
    if channel is Channel.EMAIL:
        body = line.wording.say("page.unreached_mail", text=text, url=line.url(f"/tickets/{ticket.number}"))
    _post(
        session, line, ticket, page, person, channel, kind, body, now, occasion=f":again:{number}",
        subject=text if channel is Channel.EMAIL else None, due_at=at, persistent=True,
    )  # fmt: skip


def _post(
    session: Session,
    line: Line,
    ticket: Ticket,
    page: Page,
    person: Person,
    channel: Channel,
    kind: DeliveryKind,
    body: str,
    now: datetime,
    occasion: str = "",
    subject: str | None = None,
    due_at: datetime | None = None,
    persistent: bool = False,
) -> None:
    post(
        session,
        key=f"{kind}:{page.id}:{page.round}:{page.level}:{person.key}:{channel}{occasion}",
        kind=kind,
        channel=channel,
        name=person.name,
        address=person.address(channel),
        subject=subject or (body if channel is Channel.EMAIL else None),
        body=body,
        now=now,
        about=Reference(ticket.number, page.id, page.round, page.level, person.key),
        due_at=due_at,
        persistent=persistent,
    )
