"""A swap that one technician asks of another: what each of them takes, and whether it can still be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.on_call import History, Override, shifts


@dataclass(frozen=True, slots=True)
class Piece:
    """`[start, end)`, in which `holder` is on call, and which `taker` is to have."""

    holder: str
    taker: str
    start: datetime
    end: datetime

    @property
    def override(self) -> Override:
        return Override(self.taker, self.start, self.end)


def first_start(pieces: Sequence[Piece]) -> datetime:
    """When the first of them begins: from then on nobody can agree to it any more."""
    return min(piece.start for piece in pieces)


def can_be(history: History, pieces: Sequence[Piece], now: datetime) -> bool:
    """Whether none of them has begun, and each still belongs as a whole to its holder."""
    return first_start(pieces) > now and all(_is_theirs(history, piece) for piece in pieces)


def _is_theirs(history: History, piece: Piece) -> bool:
    held, gaps = shifts(history, piece.start, piece.end)
    return not gaps and all(span.technician == piece.holder for span in held)
