"""Swaps that technicians ask of each other: asked, accepted, declined, withdrawn, or lapsed.

What is accepted becomes overrides, as a swap by a manager does. A request is settled once: who comes second is told
what has become of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models.audit import Audit
from models.database import Database, known
from models.schedule import SwapRequest, SwapState
from paging import previews, rotations, swap_messages
from paging.chores import first_due
from paging.rotations import Draft, Editing
from rules import edits, swaps
from rules.line import Line
from rules.swaps import Piece

MOST_OPEN = 20
"""Requests by one technician that nobody has answered yet: each is an e-mail to somebody."""
ENGINE = "the engine"

_DUE = (
    select(SwapRequest)
    .where(SwapRequest.due_at.is_not(None), known(SwapRequest.state))
    .order_by(SwapRequest.due_at, SwapRequest.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


class SwapRefused(Exception):
    """It cannot be, in words for the person."""


class Answer(StrEnum):
    """What accepting a request came to."""

    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    SETTLED_BEFORE = "settled before"
    SILENCES = "silences"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a technician wants: `pieces` name who has what, and who is to have it."""

    asked_by: str
    asked_of: str
    pieces: tuple[Piece, ...]
    words: str | None = None

    def piece_of(self, holder: str) -> Piece | None:
        return next((piece for piece in self.pieces if piece.holder == holder), None)


def pieces_of(request: SwapRequest) -> list[Piece]:
    """What changes hands, the asker's shift first."""
    given = (request.asked_by, request.asked_of, request.given_from, request.given_until)
    taken = (request.asked_of, request.asked_by, request.taken_from, request.taken_until)
    return [Piece(holder, taker, start, end) for holder, taker, start, end in (given, taken) if start and end]


def ask(session: Session, line: Line, editing: Editing, wish: Wish, author: str) -> SwapRequest:
    """Ask. Raises SwapRefused where it could not be accepted now, or is asked already."""
    if not swaps.can_be(editing.history, wish.pieces, editing.now):
        raise SwapRefused("One of these shifts has begun, or is somebody else's by now. Choose again.")
    given, taken = wish.piece_of(wish.asked_by), wish.piece_of(wish.asked_of)
    request = SwapRequest(
        schedule_key=editing.key,
        asked_by=wish.asked_by,
        asked_of=wish.asked_of,
        given_from=given.start if given else None,
        given_until=given.end if given else None,
        taken_from=taken.start if taken else None,
        taken_until=taken.end if taken else None,
        words=wish.words,
        state=SwapState.ASKED,
        created_at=editing.now,
        due_at=swaps.first_start(wish.pieces),
    )
    _refuse_again(session, request, wish)
    session.add(request)
    session.flush()
    _audit(session, request, author, editing.now, None)
    swap_messages.tell(session, line, request, wish.pieces, "asked", wish.asked_of, wish.asked_by, editing.now)
    return request


def _refuse_again(session: Session, request: SwapRequest, wish: Wish) -> None:
    """Whoever presses twice asks once. The schedule is locked: nobody asks meanwhile."""
    mine = select(SwapRequest).where(SwapRequest.asked_by == wish.asked_by, SwapRequest.state == SwapState.ASKED)
    for other in session.execute(mine.where(SwapRequest.asked_of == wish.asked_of)).scalars():
        if other.schedule_key == request.schedule_key and pieces_of(other) == list(wish.pieces):
            raise SwapRefused("You have asked this already, and have no answer yet.")
    count = select(func.count()).select_from(mine.subquery())
    if session.execute(count).scalar_one() >= MOST_OPEN:
        raise SwapRefused(f"{MOST_OPEN} requests of yours have no answer yet. Withdraw one first.")


def accept(database: Database, session: Session, line: Line, request: SwapRequest, authors: Sequence[str]) -> Answer:
    """Let the swap hold from now on, if it still can be. `authors`: who accepts, then who asked.

    It is looked at while nobody else edits the schedule.
    """
    editing = rotations.begin(database, session, request.schedule_key)
    session.refresh(request)
    if request.state is not SwapState.ASKED:
        return Answer.SETTLED_BEFORE
    pieces = pieces_of(request)
    if not swaps.can_be(editing.history, pieces, editing.now):
        return Answer.LAPSED if _lapse(session, line, request, editing.now) else Answer.SETTLED_BEFORE
    swapped = drafted(editing, pieces)
    if previews.preview(session, editing, swapped).silenced:
        return Answer.SILENCES
    if not _settle(session, request, SwapState.ACCEPTED, authors[0], editing.now):
        return Answer.SETTLED_BEFORE
    rotations.save(session, editing, swapped, " and ".join(authors)[:254], "swap.accepted")
    swap_messages.tell(session, line, request, pieces, "accepted", request.asked_by, request.asked_of, editing.now)
    _lapse_others(session, line, editing, swapped)
    return Answer.ACCEPTED


def drafted(editing: Editing, pieces: Sequence[Piece]) -> Draft:
    """The revisions that a swap makes."""
    return rotations.everywhere(
        editing, lambda schedule: edits.with_swap(schedule, [piece.override for piece in pieces])
    )


def _lapse_others(session: Session, line: Line, editing: Editing, swapped: Draft) -> None:
    """Whatever else is asked about these shifts cannot be any more."""
    after = swapped.history(editing)
    asked = SwapRequest.schedule_key == editing.key, SwapRequest.state == SwapState.ASKED
    for other in session.execute(select(SwapRequest).where(*asked).order_by(SwapRequest.id)).scalars():
        if not swaps.can_be(after, pieces_of(other), editing.now):
            _lapse(session, line, other, editing.now)


def decline(session: Session, line: Line, request: SwapRequest, author: str, now: datetime) -> bool:
    """Say no. False where it is settled already."""
    if not _settle(session, request, SwapState.DECLINED, author, now):
        return False
    pieces = pieces_of(request)
    swap_messages.tell(session, line, request, pieces, "declined", request.asked_by, request.asked_of, now)
    return True


def withdraw(session: Session, line: Line, request: SwapRequest, author: str, now: datetime, by_asker: bool) -> bool:
    """Take it back, as the asker or, `by_asker` False, as a manager. False where it is settled already."""
    if not _settle(session, request, SwapState.WITHDRAWN, author, now):
        return False
    pieces = pieces_of(request)
    swap_messages.tell(session, line, request, pieces, "withdrawn", request.asked_of, request.asked_by, now)
    if not by_asker:
        swap_messages.tell(session, line, request, pieces, "taken_back", request.asked_by, request.asked_of, now)
    return True


def _lapse(session: Session, line: Line, request: SwapRequest, now: datetime) -> bool:
    if not _settle(session, request, SwapState.LAPSED, ENGINE, now):
        return False
    pieces = pieces_of(request)
    for to, about in ((request.asked_by, request.asked_of), (request.asked_of, request.asked_by)):
        swap_messages.tell(session, line, request, pieces, "lapsed", to, about, now)
    return True


def _settle(session: Session, request: SwapRequest, state: SwapState, author: str, now: datetime) -> bool:
    """A compare-and-set that can lose: the first answer counts."""
    asked = update(SwapRequest).where(SwapRequest.id == request.id, SwapRequest.state == SwapState.ASKED)
    won = asked.values(state=state, settled_at=now, due_at=None).returning(SwapRequest.id)
    if session.execute(won).first() is None:
        return False
    session.refresh(request)
    _audit(session, request, author, now, {"state": SwapState.ASKED})
    return True


def _audit(session: Session, request: SwapRequest, author: str, now: datetime, before: dict[str, str] | None) -> None:
    after: dict[str, object] = {"state": request.state}
    if before is None:
        pieces = [
            {
                "from": piece.start.isoformat(),
                "until": piece.end.isoformat(),
                "was": piece.holder,
                "becomes": piece.taker,
            }
            for piece in pieces_of(request)
        ]
        after |= {"asked_by": request.asked_by, "asked_of": request.asked_of, "shifts": pieces, "words": request.words}
    action = f"swap.{request.state}" if request.state is not SwapState.ACCEPTED else "swap.answered"
    subject = f"swap:{request.id}"
    session.add(Audit(at=now, actor=author, action=action, subject=subject, before=before, after=after))


def open_requests(session: Session, technician: str | None = None) -> list[SwapRequest]:
    """Those without an answer, of one technician or of all; what begins first comes first."""
    asked = select(SwapRequest).where(SwapRequest.due_at.is_not(None), SwapRequest.state == SwapState.ASKED)
    if technician is not None:
        asked = asked.where(or_(SwapRequest.asked_by == technician, SwapRequest.asked_of == technician))
    found = session.execute(asked.order_by(SwapRequest.due_at)).scalars()
    return sorted(found, key=lambda request: (request.due_at, request.id))


def count_asked_of(session: Session, technician: str) -> int:
    """How many wait for this technician's answer."""
    asked = select(func.count()).where(SwapRequest.asked_of == technician, SwapRequest.state == SwapState.ASKED)
    return session.execute(asked).scalar_one()


def settled(session: Session, technician: str | None, most: int) -> list[SwapRequest]:
    """The newest of those that are settled, of one technician or of all."""
    done = select(SwapRequest).where(SwapRequest.settled_at.is_not(None), SwapRequest.state != SwapState.ASKED)
    if technician is not None:
        done = done.where(or_(SwapRequest.asked_by == technician, SwapRequest.asked_of == technician))
    newest = done.order_by(SwapRequest.settled_at.desc(), SwapRequest.id.desc()).limit(most)
    return list(session.execute(newest).scalars())


class SwapLapses:
    """A chore: a request lapses when the first of its shifts begins."""

    first_due = first_due(SwapRequest.due_at, known(SwapRequest.state))

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        with self._database.write() as session:
            now = self._database.now(session)
            request = session.execute(_DUE).scalars().first()
            if request is None or request.due_at is None or request.due_at > now:
                return False
            return _lapse(session, self._line, request, now)
