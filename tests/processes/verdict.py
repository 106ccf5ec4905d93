"""What became of the tickets, by the tables of the line and of the phone company."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket, TicketState
from rules.escalation import Channel
from simulator.tables import Direction, Leg, TextMessage
from tests.processes.havoc import Blow
from tests.processes.people import ANSWER, NUMBER

MOST_DUPLICATES = 0.02
"""Of all texts; a single one is never too many."""
PAGING = (DeliveryKind.PAGE, DeliveryKind.ALARM)
HANDED_OVER = (DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True)
class Outcome:
    """`problems` is empty when all is well. Times are in seconds."""

    problems: list[str]
    tickets: int
    texts: int
    duplicates: int
    calls: int
    duplicate_calls: int
    twice: list[str]
    late: list[float]
    recovery: dict[str, list[float]]

    @property
    def report(self) -> list[str]:
        """A few lines to read."""
        lines = [
            f"{self.tickets} tickets; {self.texts} texts of pages, {self.duplicates} of them twice "
            f"({self.duplicates / max(self.texts, 1):.1%}); {self.calls} calls, {self.duplicate_calls} of them twice",
            f"page due -> its first text at the provider: {_spread(self.late)}",
        ]
        lines += [f"{what} -> the next message handed over: {_spread(times)}" for what, times in self.recovery.items()]
        lines += self.twice
        return lines + [f"WRONG: {problem}" for problem in self.problems]


def judge(database: Database, blows: Sequence[Blow], wanted: int) -> Outcome:
    """After everything has come to rest. `wanted` tickets at least must be there."""
    with database.read() as session:
        tickets = session.execute(select(Ticket.number, Ticket.state, Page.state, Page.raised_at).join(Page)).all()
        first = _first_texts(session)
        copies = _copies(session)
        called = _calls(session)
        handed_over = _handed_over(session)
    problems = [*_unanswered(tickets, first), *_unsent(copies)]
    texts = sum(len(each.at) for each in copies)
    duplicates = sum(max(len(each.at) - 1, 0) for each in copies)
    if len(tickets) < wanted:
        problems.append(f"only {len(tickets)} of {wanted} tickets are there")
    if duplicates > max(1, MOST_DUPLICATES * texts):
        problems.append(f"{duplicates} of {texts} texts went out twice")
    return Outcome(
        problems,
        len(tickets),
        texts,
        duplicates,
        called.total(),
        called.total() - len(called),
        [each.story for each in copies if len(each.at) > 1],
        sorted((first[number] - raised).total_seconds() for number, _, _, raised in tickets if number in first),
        _recovery(blows, handed_over),
    )


def _first_texts(session: Session) -> dict[int, datetime]:
    """When the provider took on the first text that names a ticket, alone or with others."""
    first: dict[int, datetime] = {}
    texts = select(TextMessage.body, TextMessage.created_at).where(
        TextMessage.direction == Direction.OUTBOUND_API, TextMessage.body.contains(ANSWER)
    )
    for body, at in session.execute(texts.order_by(TextMessage.created_at)):
        for number in NUMBER.findall(body):
            first.setdefault(int(number), at)
    return first


@dataclass(frozen=True, slots=True)
class Copies:
    """When the provider took on what one row of the outbox says, alone or in a bundle: once is right."""

    delivery: int
    state: DeliveryState
    attempts: int
    at: list[datetime]

    @property
    def story(self) -> str:
        times = ", ".join(f"{at:%H:%M:%S.%f}"[:-3] for at in sorted(self.at))
        return f"delivery {self.delivery} ({self.attempts} attempts) was texted at {times}"


def _copies(session: Session) -> list[Copies]:
    taken_on = defaultdict(list)
    texts = select(TextMessage.status_url, TextMessage.created_at)
    for url, at in session.execute(texts.where(TextMessage.status_url.contains("/twilio/delivery/"))):
        taken_on[int(url.split("/")[-2])].append(at)
    rows = select(Delivery.id, Delivery.state, Delivery.attempts, Delivery.bundled_into).where(
        Delivery.kind.in_(PAGING), Delivery.channel == Channel.SMS
    )
    return [
        Copies(number, state, attempts, taken_on[number] + (taken_on[bundle] if bundle else []))
        for number, state, attempts, bundle in session.execute(rows)
    ]


def _calls(session: Session) -> Counter[str]:
    """How often each call of a page was made."""
    made = select(Leg.voice_url).where(Leg.direction == Direction.OUTBOUND_API)
    return Counter(session.scalars(made))


def _handed_over(session: Session) -> list[datetime]:
    texts = select(TextMessage.created_at).where(TextMessage.direction == Direction.OUTBOUND_API)
    calls = select(Leg.created_at).where(Leg.direction == Direction.OUTBOUND_API)
    return sorted([*session.scalars(texts), *session.scalars(calls)])


def _unanswered(
    tickets: Iterable[tuple[int, TicketState, PageState, datetime]], first: dict[int, datetime]
) -> list[str]:
    problems = []
    for number, state, page, _ in tickets:
        if (state, page) != (TicketState.IN_CHARGE, PageState.ACKNOWLEDGED):
            problems.append(f"ticket {number} is {state}, its page {page}")
        if number not in first:
            problems.append(f"no text of ticket {number} reached the provider")
    return problems


def _unsent(copies: Sequence[Copies]) -> list[str]:
    """What the line believes to have sent and the provider has not seen."""
    return [
        f"delivery {each.delivery} is {each.state}, and the provider has no such text"
        for each in copies
        if each.state in HANDED_OVER and not each.at
    ]


def _recovery(blows: Sequence[Blow], handed_over: list[datetime]) -> dict[str, list[float]]:
    """From each blow to the next message: from the kill, but from when the database was back."""
    found: dict[str, list[float]] = {}
    for blow in blows:
        since = blow.over if blow.what == "postgresql" else blow.at
        if after := [at for at in handed_over if at > since]:
            found.setdefault(f"{blow.what}: {blow.how}", []).append((after[0] - since).total_seconds())
    return dict(sorted(found.items()))


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    if not ordered:
        return "never"
    p99 = ordered[max(-(-len(ordered) * 99 // 100), 1) - 1]
    median = ordered[len(ordered) // 2]
    return f"median {median:.2f} s, p99 {p99:.2f} s, most {ordered[-1]:.2f} s (of {len(ordered)})"
