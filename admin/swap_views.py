"""A swap that is asked, as a page shows it: what each technician takes, and what speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from admin import viewer
from admin.chips import Chip, Chips
from admin.edit_preview import UNREACHABLE
from admin.times import Times
from models.schedule import SwapRequest, SwapState
from models.technician import Technician
from paging import previews, rotations, swaps
from paging.rotations import Editing
from rules import swaps as rules_of_swaps
from rules.swaps import Piece

LOOKS = {
    SwapState.ASKED: ("blue", "hourglass-split", "no answer yet"),
    SwapState.ACCEPTED: ("green", "check-circle", "accepted"),
    SwapState.DECLINED: ("", "x-circle", "declined"),
    SwapState.WITHDRAWN: ("", "slash-circle", "withdrawn"),
    SwapState.LAPSED: ("amber", "slash-circle", "lapsed"),
}


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes `[start, end)` from whom, in words."""

    taker: Chip
    holder: Chip
    words: str
    beside: str
    """The same on the reader's clock; '' where that shows the same."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`warnings` speak against accepting it; `cannot_be`: it waits, and one of its shifts is no longer as it was."""

    request: SwapRequest
    asker: Chip
    asked: Chip
    takings: Sequence[Taking]
    look: str
    picture: str
    state: str
    times: Times
    warnings: Sequence[str] = ()
    cannot_be: bool = False


class SwapViews:
    """Shows requests; each schedule is read once."""

    def __init__(self, session: Session, technicians: Mapping[str, Technician], now: datetime) -> None:
        self._session = session
        self._now = now
        self._chips = Chips(technicians)
        self._editings: dict[str, Editing] = {}

    def show(self, request: SwapRequest) -> Shown:
        """What it is, and what became of it."""
        pieces, editing = swaps.pieces_of(request), self._editing(request.schedule_key)
        times = Times(self._now, editing.schedule.time_zone)
        look, picture, state = LOOKS[request.state]
        waits = request.state is SwapState.ASKED
        return Shown(
            request=request,
            asker=self._chips.of(request.asked_by),
            asked=self._chips.of(request.asked_of),
            takings=[self._taking(piece, times) for piece in pieces],
            look=look,
            picture=picture,
            state=state,
            times=times,
            cannot_be=waits and not rules_of_swaps.can_be(editing.history, pieces, self._now),
        )

    def to_answer(self, request: SwapRequest) -> Shown:
        """The same, with what speaks against accepting it."""
        shown = self.show(request)
        if shown.cannot_be:
            return shown
        editing, pieces = self._editing(request.schedule_key), swaps.pieces_of(request)
        return replace(shown, warnings=self._warnings(editing, pieces, shown.times))

    def _editing(self, key: str) -> Editing:
        if key not in self._editings:
            self._editings[key] = rotations.view(self._session, key, self._now)
        return self._editings[key]

    def _taking(self, piece: Piece, times: Times) -> Taking:
        words = f"{times.full(piece.start)} until {times.full(piece.end)}"
        beside = viewer.span_beside(times, piece.start, piece.end)
        return Taking(self._chips.of(piece.taker), self._chips.of(piece.holder), words, beside)

    def _warnings(self, editing: Editing, pieces: Sequence[Piece], times: Times) -> list[str]:
        seen = previews.preview(self._session, editing, swaps.drafted(editing, pieces))
        absent = [
            f"{self._name(one.technician)} is absent {times.full(one.starts)} until {times.full(one.ends)}, "
            "and would be on call all the same."
            for one in editing.schedule.absences
            if any(_falls_into(one.technician, one.starts, one.ends, piece) for piece in pieces)
        ]
        twice = [
            f"{self._name(one.technician)} is on call for {one.schedule} too, "
            f"{times.full(one.start)} until {times.full(one.end)}."
            for one in seen.double_booked
        ]
        return absent + twice + [f"{technician.name} {UNREACHABLE[why]}." for technician, why in seen.unreachable]

    def _name(self, key: str) -> str:
        return self._chips.of(key).name


def _falls_into(technician: str, starts: datetime, ends: datetime, piece: Piece) -> bool:
    return technician == piece.taker and starts < piece.end and piece.start < ends
