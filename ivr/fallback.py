"""When the line is down: a document that another host keeps, and that needs nothing of ours to be played."""

from sqlalchemy.orm import Session

from ivr import twiml
from ivr.prompts import Prompts
from rules.line import Line
from tickets import duty

RING = 20
"""Seconds for each duty manager: most voicemails pick up later."""


class NobodyToDial(Exception):
    """There is no number to connect a caller to; its text says what to do."""


def document(session: Session, line: Line) -> str:
    """TwiML that says the line is out of order and rings the duty managers on file, one after the other.

    Raises NobodyToDial.
    """
    prompts = Prompts(line)
    on_file = [manager.phone for manager in duty.managers(session) if manager.phone]
    numbers = list(dict.fromkeys(number for number in on_file if prompts.may_dial(number)))
    if not numbers:
        raise NobodyToDial(_why_nobody(on_file))
    out_of_order = prompts.say("fallback.out_of_order")
    over = prompts.say("fallback.over", portal=line.policy.portal)
    return twiml.dial_in_turn([out_of_order], numbers, RING, [over])


def _why_nobody(on_file: list[str]) -> str:
    if not on_file:
        return (
            "No duty manager with a telephone is on file. Add one in the console under Settings, Roles, or under "
            "roles: duty_manager in your YAML file, load it, and run this again."
        )
    return (
        f"None of the duty managers' numbers may be dialled ({', '.join(on_file)}): each must be an ordinary number "
        "of a country in the policy's callback_countries. Load another one, and run this again."
    )
