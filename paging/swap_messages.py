"""What technicians are told of the swaps that they ask of each other: by e-mail, and by text where it is urgent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.delivery import DeliveryKind
from models.schedule import SwapRequest
from models.technician import Technician
from paging import roster, technicians
from paging.handoff_messages import LONGEST_NAME, LONGEST_SCHEDULE, in_one_segment, usable
from rules import timezones
from rules.escalation import Channel
from rules.gsm7 import fit
from rules.line import Line
from rules.swaps import Piece, first_start
from rules.wall_words import dated
from rules.wording import listed
from tickets.outbox import Reference, post

TEXTED_WITHIN = timedelta(days=3)
"""What begins later can wait until somebody reads an e-mail."""


def tell(
    session: Session,
    line: Line,
    request: SwapRequest,
    pieces: Sequence[Piece],
    occasion: str,
    to: str,
    about: str,
    now: datetime,
) -> None:
    """Tell the technician `to` what became of a request; `about` is the one that it names."""
    found = technicians.named(session, {to, about, *(piece.taker for piece in pieces if piece.taker)})
    if (technician := found.get(to)) is None:
        return
    names = {key: each.name for key, each in found.items()}
    words = _words(line, request, pieces, technician, names, about)
    for channel in _channels(technician, first_start(pieces) - now):
        is_mail = channel is Channel.EMAIL
        post(
            session,
            key=f"{DeliveryKind.SWAP}:{request.id}:{occasion}:{to}:{channel}",
            kind=DeliveryKind.SWAP,
            channel=channel,
            name=technician.name,
            address=roster.person_of(technician).address(channel),
            subject=line.wording.say(f"swap.{occasion}_subject", **words) if is_mail else None,
            body=line.wording.say(f"swap.{occasion}_mail", **words) if is_mail else _text(line, occasion, words),
            now=now,
            about=Reference(technician_key=to),
        )


def _channels(technician: Technician, ahead: timedelta) -> Sequence[Channel]:
    """An e-mail at once; a text too where it begins soon, and where there is no e-mail address."""
    if ahead > TEXTED_WITHIN and technician.email:
        return [Channel.EMAIL]
    return usable(technician, [Channel.SMS, Channel.EMAIL])


def _text(line: Line, occasion: str, words: dict[str, str]) -> str:
    """In one segment: with the address of the page where there is room for it."""
    short = words | {
        "who": fit(words["who"], LONGEST_NAME).rstrip(),
        "schedule": fit(words["schedule"], LONGEST_SCHEDULE).rstrip(),
    }
    ends = [line.wording.say("swap.at", url=words["url"]), ""]
    return in_one_segment(lambda end: line.wording.say(f"swap.{occasion}_sms", **short, end=end), ends)


def _words(
    line: Line,
    request: SwapRequest,
    pieces: Sequence[Piece],
    technician: Technician,
    names: dict[str, str],
    about: str,
) -> dict[str, str]:
    def taken(piece: Piece) -> str:
        key = "swap.you_take" if piece.taker == technician.key else "swap.takes"
        start, end = (dated(timezones.to_wall(at, technician.time_zone)) for at in (piece.start, piece.end))
        return line.wording.say(key, who=names.get(piece.taker, piece.taker), start=start, end=end)

    said = line.wording.say("swap.said", words=request.words) if request.words else ""
    return {
        "name": technician.name,
        "who": names.get(about, about),
        "schedule": request.schedule_key,
        "changes": listed(taken(piece) for piece in pieces),
        "said": said,
        "zone": technician.time_zone,
        "url": line.url("/swaps"),
    }
