"""The PIN, and before it the digits of the contract's number while no budget can pay for a wrong PIN without them."""

import re
from dataclasses import dataclass

from ivr import pins_in_use, screening, throttling
from ivr.exchange import Exchange
from ivr.questions import KEYING
from ivr.screening import Proven
from ivr.twiml import Speech
from models.call import Step
from rules.pins import Peppers

_DIGITS = re.compile(r"[0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class NotProven:
    """No contract is proved: the current question follows after `said`, or the human path where it is final."""

    said: tuple[Speech, ...] = ()
    is_final: bool = False


def begin(x: Exchange) -> None:
    """Go to the PIN; to the contract's number first, where no budget can pay for a wrong PIN without it."""
    x.call.keyed_contract = None if throttling.admit(x, lock=False) else KEYING
    x.go_to(Step.PIN)


def is_unusable(x: Exchange) -> bool:
    """Whether the keys cannot be the digits of a contract's number, while these are asked for."""
    return x.call.keyed_contract == KEYING and not _DIGITS.fullmatch(x.keys)


def answer(x: Exchange, peppers: Peppers) -> Proven | NotProven:
    """Return the contract that was proved, which the call is about from now on."""
    if x.call.keyed_contract == KEYING:
        x.log("pin", "a contract number was entered")
        x.call.keyed_contract = throttling.keep_contracts(pins_in_use.contracts_named(x.connection, x.keys))
        return NotProven()
    guess = throttling.admit(x)
    if guess is None:
        return _not_looked_at(x)
    proven = screening.prove(x.connection, peppers, x.keys, guess.contracts)
    if proven is None:
        return _wrong(x, guess)
    x.call.contract_id, x.call.pin_id = proven.contract_id, proven.pin_id
    return proven


def _not_looked_at(x: Exchange) -> NotProven:
    """The budget was spent while the caller was keying in. With the contract's number another one may pay."""
    x.log("throttled", "no PIN is looked at")
    if x.call.keyed_contract is not None:
        return NotProven((x.prompts.say("caller.throttled"),), is_final=True)
    x.call.keyed_contract = KEYING
    return NotProven()


def _wrong(x: Exchange, guess: throttling.Guess) -> NotProven:
    """The contract's number is asked for again where it was, and from now on where the budget is spent."""
    x.call.wrong_pins += 1
    throttling.count_failure(x, guess)
    x.log("pin", f"wrong, {x.call.wrong_pins} of {x.line.policy.pin.tries}")
    if x.call.wrong_pins >= x.line.policy.pin.tries:
        return NotProven((x.prompts.say("caller.pin_failed"),), is_final=True)
    said = x.prompts.say("caller.contract_wrong" if x.call.keyed_contract else "caller.pin_wrong")
    if x.call.keyed_contract or throttling.admit(x, lock=False) is None:
        x.call.keyed_contract = KEYING
    return NotProven((said,))
