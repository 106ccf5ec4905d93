"""What people do at the telephones on the desk. Each act is one transaction; what follows from it happens later."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from simulator import keys, legs, texts
from simulator.exchange import Kind
from simulator.tables import ENDED, HandsetMode, TextMessage, TextStatus, Wait

if TYPE_CHECKING:
    from simulator.company import Company

Act = Callable[["Company", str], None]


def dial(company: "Company", caller: str) -> str:
    """Phone the line; answers the leg's sid."""
    with company.exchange() as exchange:
        sid = legs.call_in(exchange, caller).sid
    company.changed()
    return sid


def press(company: "Company", sid: str, key: str) -> None:
    """Press one of 0 to 9, * and #."""
    if key not in keys.KEYS:
        raise ValueError(f"there is no key '{key}'")
    with company.exchange() as exchange:
        leg = exchange.leg(sid)
        if leg is not None and leg.status not in ENDED:
            keys.press(exchange, leg, key)
    company.changed()


def speak(company: "Company", sid: str, words: str, seconds: int) -> None:
    """All that has been said so far into the recording that runs."""
    with company.exchange() as exchange:
        leg = exchange.leg(sid)
        if leg is not None:
            keys.speak(exchange, leg, words, seconds)
    company.changed()


def let_time_pass(company: "Company", sid: str) -> None:
    """Bring the end of the current wait forward to now."""
    with company.exchange() as exchange:
        leg = exchange.leg(sid)
        if leg is not None and leg.wait in (Wait.RING, Wait.SPEECH, Wait.GATHER, Wait.RECORD):
            exchange.later(Kind.WAIT_OVER, leg.sid, turn=leg.turn)
    company.changed()


def pick_up(company: "Company", sid: str) -> None:
    """Answer a telephone that rings."""
    with company.exchange() as exchange:
        leg = exchange.leg(sid)
        if leg is not None and leg.wait is Wait.RING:
            legs.answer(exchange, leg)
    company.changed()


def hang_up(company: "Company", sid: str) -> None:
    """Put the telephone down, or decline what rings."""
    with company.exchange() as exchange:
        leg = exchange.leg(sid)
        if leg is not None:
            legs.hang_up(exchange, leg)
    company.changed()


def send_text(company: "Company", sender: str, body: str) -> str:
    """Text the line; answers the text's sid."""
    with company.exchange() as exchange:
        sid = texts.come_in(exchange, sender, body).sid
    company.changed()
    return sid


def set_mode(company: "Company", number: str, mode: HandsetMode) -> None:
    """How a telephone behaves from now on. Texts that waited for it arrive when it can be reached again."""
    with company.exchange() as exchange:
        exchange.handset(number).mode = mode
        if mode is not HandsetMode.OFF:
            waiting = sa.select(TextMessage).where(
                TextMessage.recipient == number, TextMessage.status == TextStatus.SENT
            )
            for text in exchange.session.scalars(waiting.order_by(TextMessage.created_at)):
                exchange.later(Kind.DELIVER, text.sid)
    company.changed()
