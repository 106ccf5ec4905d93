"""The question of each step, in the order of a call: what the caller hears, and where the answer goes.

A ticket's number is said after every other number, with a word after it.
"""

from collections.abc import Callable, Sequence

from ivr import desk, problems, twiml
from ivr.exchange import Exchange
from ivr.transcripts import TRANSCRIBED
from ivr.twiml import Speech
from models.call import Step
from rules.phone_numbers import last_four
from rules.wording import spoken

KEYING = ""
"""`keyed_callback` and `keyed_contract` while a number is asked for; None before, what it means once it is keyed in."""
LANGUAGE = "language:"
REFUSED = "refused:"
LOWER = "lower"
HUMAN = "human"
BLOCKED = "blocked"
ABOUT_A_TICKET = frozenset({Step.CALLBACK, Step.DESCRIPTION, Step.HOLD, Step.HUMAN})


def ask(x: Exchange, *said: Speech) -> str:
    """The current question of the call, after what is to be said first."""
    if x.call.step in ABOUT_A_TICKET and not x.has_just_opened:
        said = (*said, *_handling(x))
    return _QUESTIONS[x.call.step](x, said)


def _handling(x: Exchange) -> list[Speech]:
    """Who has acknowledged the ticket: said once, at the first question after that, and when this question is repeated
    because the provider asks for it again.
    """
    taken_by = problems.get(x).taken_by if x.call.ticket_number is not None else None
    if taken_by is None or (taken_by == x.call.told_holder and x.call.turn != x.call.told_turn):
        return []
    x.call.told_holder, x.call.told_turn = taken_by, x.call.turn
    return [x.prompts.say("caller.handling", name=problems.holder(x, taken_by))]


def _desk(x: Exchange, said: tuple[Speech, ...]) -> str:
    phone = desk.phone(x.connection)
    if phone is None:
        return twiml.go_on(said, x.action())
    seconds = int(x.line.policy.help_desk_dial.total_seconds())
    return twiml.dial([*said, x.prompts.say("caller.desk")], phone, x.action(), seconds)


def _language(x: Exchange, said: tuple[Speech, ...]) -> str:
    offers = [x.prompts.offer(key, tongue) for key, tongue in x.prompts.tongues.items()]
    return twiml.ask_key([*said, x.prompts.say("caller.language"), *offers], x.action())


def _pin(x: Exchange, said: tuple[Speech, ...]) -> str:
    if x.call.keyed_contract == KEYING:
        return twiml.ask_number([*said, x.prompts.say("caller.contract_number")], x.action())
    is_known = x.call.silences or x.call.wrong_pins or x.call.keyed_contract
    key = "caller.pin_again" if is_known else "caller.pin"
    return twiml.ask_number([*said, x.prompts.say(key)], x.action())


def _priority(x: Exchange, said: tuple[Speech, ...]) -> str:
    offers = problems.offers(x)
    options = ["caller.critical", "caller.high"]
    if offers.window:
        options.append("caller.maintenance")
    options.append("caller.lower_option")
    if offers.ticket:
        options.append("caller.add_to_ticket")
    return twiml.ask_key([*said, *(x.prompts.say(option) for option in options)], x.action())


def _callback(x: Exchange, said: tuple[Speech, ...]) -> str:
    if x.call.keyed_callback:
        number = spoken(x.call.keyed_callback.removeprefix("+"))
        return twiml.ask_key([*said, x.prompts.say("caller.callback_confirm", number=number)], x.action())
    ticket = _ticket_sentence(x)
    if x.call.keyed_callback == KEYING or not x.prompts.may_dial(x.call.caller):
        return twiml.ask_number([*said, x.prompts.say("caller.callback_key_in"), *ticket], x.action())
    last = spoken(last_four(x.call.caller or ""))
    return twiml.ask_key([*said, x.prompts.say("caller.callback", last=last), *ticket], x.action())


def _ticket_sentence(x: Exchange) -> list[Speech]:
    """The ticket's number; not again to who pressed a key that means nothing, and wants to hear the keys."""
    if x.call.ticket_number is None or x.call.silences:
        return []
    key = "caller.ticket_joined" if x.call.outcome == problems.JOINED else "caller.ticket_open"
    return [x.prompts.with_ticket(key, x.call.ticket_number)]


def _description(x: Exchange, said: tuple[Speech, ...]) -> str:
    sentence = x.prompts.say("caller.description", days=x.line.policy.recordings.retention.days)
    return _recording(x, [*said, sentence])


def _recording(x: Exchange, said: Sequence[Speech]) -> str:
    rules = x.line.policy.recordings
    transcript_url = x.line.url(TRANSCRIBED) if rules.transcribe else None
    return twiml.ask_recording(said, x.action(), int(rules.longest.total_seconds()), transcript_url)


def _hold(x: Exchange, said: tuple[Speech, ...]) -> str:
    if x.call.outcome == problems.HOLDING:
        queue = f"ticket-{x.call.ticket_number}"
        wait_url = x.line.url(f"/twilio/voice/wait?since={int(x.now.timestamp())}")
        return twiml.enqueue([*said, x.prompts.say("caller.hold")], queue, wait_url, x.action())
    if x.call.silences:
        return twiml.ask_key([*said, x.prompts.say("caller.closing_keys"), _number_stands(x)], x.action())
    return twiml.ask_key([*said, *_closing(x)], x.action())


def news(x: Exchange, since: int) -> str:
    """What a holding caller hears, again and again: who has the case, or that technicians are being paged."""
    ticket = problems.get(x)
    holder = problems.holder(x, ticket.taken_by)
    said = [x.prompts.say("caller.wait_holder", name=holder) if holder else x.prompts.say("caller.wait_paging")]
    if holder and ticket.callback:
        said.append(x.prompts.say("caller.wait_hang_up"))
    url = x.line.url(f"/twilio/voice/wait?since={since}")
    return twiml.ask_key([*said, x.prompts.say("caller.person")], url, int(x.line.policy.hold_news.total_seconds()))


def _closing(x: Exchange) -> list[Speech]:
    """What happens now, what to do if cut off, the two keys, and the number once more."""
    ticket = problems.get(x)
    holder = problems.holder(x, ticket.taken_by)
    if holder and is_awaited(x):
        return [x.prompts.say("caller.closing_awaited", name=holder), _number_stands(x)]
    when = x.prompts.by_when(ticket.opened_at, ticket.target_at)
    if holder:
        key = "caller.closing_handled" if ticket.callback else "caller.closing_handled_no_number"
        told = x.prompts.say(key, name=holder)
    elif ticket.callback:
        told = x.prompts.say("caller.closing_called", when=when)
    else:
        told = x.prompts.say("caller.closing_no_number", when=when)
    rest = [x.prompts.say("caller.closing_cut_off"), x.prompts.say("caller.closing_keys")]
    return [told, *rest, _number_stands(x)]


def is_awaited(x: Exchange) -> bool:
    """Whether a technician waits in the ticket's queue for this caller."""
    return x.call.awaited_until is not None and x.now < x.call.awaited_until


def _number_stands(x: Exchange) -> Speech:
    assert x.call.ticket_number is not None
    return x.prompts.with_ticket("caller.closing_number", x.call.ticket_number)


def _human(x: Exchange, said: tuple[Speech, ...]) -> str:
    outcome = x.call.outcome or ""
    if outcome == HUMAN:
        stands = []
        if x.call.ticket_number is not None:
            key = "caller.human_ticket" if problems.get(x).taken_by is None else "caller.human_ticket_handled"
            stands = [x.prompts.with_ticket(key, x.call.ticket_number)]
        sentence = x.prompts.say("caller.human", days=x.line.policy.recordings.retention.days)
        return _recording(x, [*said, *stands, sentence])
    return twiml.ask_key([*said, _dismissal(x, outcome), x.prompts.say("caller.person")], x.action())


def _dismissal(x: Exchange, outcome: str) -> Speech:
    """Why the line cannot help, and what to do next."""
    if outcome.startswith(LANGUAGE):
        return x.prompts.redirect(x.prompts.tongues[outcome.removeprefix(LANGUAGE)])
    if outcome.startswith(REFUSED):
        return x.prompts.say(f"refused.{outcome.removeprefix(REFUSED)}", portal=x.line.policy.portal)
    return x.prompts.say("caller.lower", portal=x.line.policy.portal)


def _ended(x: Exchange, said: tuple[Speech, ...]) -> str:
    return twiml.end([*said, x.prompts.say("caller.goodbye")])


_QUESTIONS: dict[Step, Callable[[Exchange, tuple[Speech, ...]], str]] = {
    Step.DESK: _desk,
    Step.LANGUAGE: _language,
    Step.PIN: _pin,
    Step.PRIORITY: _priority,
    Step.CALLBACK: _callback,
    Step.DESCRIPTION: _description,
    Step.HOLD: _hold,
    Step.HUMAN: _human,
    Step.ENDED: _ended,
}
