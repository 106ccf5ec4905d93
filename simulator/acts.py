"""Everything that can be done on the desk, by name, with its fields as text."""

import re
from collections.abc import Callable, Mapping
from math import ceil

from simulator import desk, faults
from simulator.company import Company
from simulator.exchange import SPEECH_PACE
from simulator.faults import FaultKind
from simulator.keys import KEYS
from simulator.tables import HandsetMode

LONGEST = 1600
MOST_KEYS = 40

Fields = Mapping[str, str]
Done = dict[str, str]


class Refusal(Exception):
    """Why it cannot be done, in words for whoever tried."""


def do(company: Company, act: str, fields: Fields) -> Done | None:
    """Do it; None when there is no such act. Raises Refusal."""
    doing = ACTS.get(act)
    return None if doing is None else doing(company, fields)


def dialled_from(typed: str) -> str:
    """The number to call from as it was typed: spaces and the like are no part of it; a name hides the number."""
    plain = re.sub(r"[\s().-]", "", typed)
    return plain if re.fullmatch(r"\+?[0-9]+", plain) else typed.strip()[:60]


def _dial(company: Company, fields: Fields) -> Done:
    number = dialled_from(fields.get("caller", ""))
    if not number:
        raise Refusal("Type the number to call from, or 'anonymous'.")
    if number.isdigit():
        raise Refusal("Type the number with its country: it begins with +.")
    return {"leg": desk.dial(company, number)}


def _press(company: Company, fields: Fields) -> Done:
    keys = fields.get("keys", "")
    if not keys or len(keys) > MOST_KEYS or not KEYS.issuperset(keys):
        raise Refusal("The keys are 0 to 9, * and #.")
    for key in keys:
        desk.press(company, fields.get("leg", ""), key)
    return {}


def _say(company: Company, fields: Fields) -> Done:
    """All the words so far; a recording is as long as it takes to speak them."""
    words = fields.get("words", "").strip()[:LONGEST]
    desk.speak(company, fields.get("leg", ""), words, ceil(len(words) / SPEECH_PACE))
    if fields.get("finish"):
        desk.press(company, fields.get("leg", ""), "#")
    return {}


def _silence(company: Company, fields: Fields) -> Done:
    desk.let_time_pass(company, fields.get("leg", ""))
    return {}


def _hang_up(company: Company, fields: Fields) -> Done:
    desk.hang_up(company, fields.get("leg", ""))
    return {}


def _pick_up(company: Company, fields: Fields) -> Done:
    desk.pick_up(company, fields.get("leg", ""))
    return {}


def _text(company: Company, fields: Fields) -> Done:
    body = fields.get("body", "").strip()[:LONGEST]
    number = fields.get("number", "")
    if not body or not number:
        raise Refusal("Type something to send.")
    return {"text": desk.send_text(company, number, body)}


def _mode(company: Company, fields: Fields) -> Done:
    number, mode = fields.get("number", ""), fields.get("mode", "")
    if not number or mode not in list(HandsetMode):
        raise Refusal("A telephone is on, busy, off or has voicemail.")
    desk.set_mode(company, number, HandsetMode(mode))
    return {}


def _fault(company: Company, fields: Fields) -> Done:
    kind = fields.get("kind", "")
    if kind not in list(FaultKind):
        raise Refusal("Choose what goes wrong.")
    times, amount = _whole(fields, "times", "How many times", 1), _whole(fields, "amount", "The code or the seconds", 0)
    number = fields.get("number", "")
    company.add_fault(FaultKind(kind), number, times=times, code=amount, seconds=float(amount))
    return {}


def _whole(fields: Fields, name: str, what: str, usual: int) -> int:
    value = fields.get(name) or str(usual)
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise Refusal(f"{what}: a whole number.")
    return int(value)


def _clear(company: Company, fields: Fields) -> Done:
    with company.exchange() as exchange:
        faults.clear(exchange.session)
    return {}


ACTS: dict[str, Callable[[Company, Fields], Done]] = {
    "dial": _dial,
    "press": _press,
    "say": _say,
    "silence": _silence,
    "hang-up": _hang_up,
    "pick-up": _pick_up,
    "text": _text,
    "mode": _mode,
    "fault": _fault,
    "clear": _clear,
}
