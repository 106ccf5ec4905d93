"""The path of a call, top to bottom: what each answer leads to. What is asked is in ivr/questions.py.

`0` leads to the human path and `*` repeats, everywhere. An answer to another question than the current one is a repeat,
out of order or replayed: it changes nothing, and the current question is asked again.
"""

from ivr import callback_number, desk, human, pin_step, problems, recordings, screening
from ivr.exchange import Exchange
from ivr.questions import BLOCKED, HUMAN, LANGUAGE, LOWER, REFUSED, ask, is_awaited
from ivr.twiml import Speech
from models.call import Step
from paging.help_desk import is_staffed_by
from rules.entitlement import Refused
from rules.pins import Peppers
from rules.targets import Priority

ANSWERED = frozenset({"completed", "answered"})
BRIDGED = frozenset({"bridged", "bridging-in-process", "redirected-from-bridged"})
PRIORITIES = {"1": Priority.P1, "2": Priority.P2}
MOST_REPEATS = 20
"""So many questions into a call `*` counts as silence: every call comes to its end."""


def begin(x: Exchange) -> str:
    """The line rings: the help desk in staffed hours, else the language, which a registered number skips."""
    standing = screening.standing(x.connection, x.call.caller)
    x.call.registered = standing.registered
    settings = desk.settings(x.connection)
    x.call.staffed = is_staffed_by(settings["service_hours"], x.line, x.now)
    x.log("call", f"from {x.call.caller or 'an unknown number'}{', registered' if x.call.registered else ''}")
    _note_verdict(x)
    if standing.blocked:
        x.log("blocked", "the number is on the block list")
        x.call.outcome = BLOCKED
        return _end(x, x.prompts.say("caller.blocked", portal=x.line.policy.portal))
    if x.call.staffed and settings["help_desk"].get("phone"):
        x.call.step = Step.DESK
        return ask(x)
    if x.call.registered or x.call.staffed:
        return _to_pin(x, x.prompts.say("caller.greeting"))
    x.call.step = Step.LANGUAGE
    return ask(x, x.prompts.say("caller.greeting"))


def _note_verdict(x: Exchange) -> None:
    """What the carriers say of the number decides which budget pays for wrong PINs, and opens nothing."""
    x.call.stir = x.form.text("StirVerstat", 64) or None
    if x.call.stir:
        x.log("stir", f"the carriers say {x.call.stir}")


def _to_pin(x: Exchange, *said: Speech) -> str:
    pin_step.begin(x)
    return ask(x, *said)


def answer(x: Exchange, peppers: Peppers) -> str:
    """The caller's answer to the current question."""
    if x.keys == "0" and _may_leave(x):
        return to_human(x)
    if x.keys == "*" and x.call.turn < MOST_REPEATS:
        _keep_begun(x)
        x.ask_again()
        return ask(x)
    match x.call.step:
        case Step.DESK:
            return _desk(x)
        case Step.LANGUAGE:
            return _language(x)
        case Step.PIN:
            return _pin(x, peppers)
        case Step.PRIORITY:
            return _priority(x)
        case Step.CALLBACK:
            return callback_number.answer(x)
        case Step.DESCRIPTION:
            return _description(x)
        case Step.HOLD:
            return _hold(x)
        case Step.HUMAN:
            return _human(x)
        case Step.ENDED:
            return ask(x)


def _keep_begun(x: Exchange) -> None:
    """What was recorded before the caller had the prompt repeated."""
    if x.form.recorded and x.call.step is Step.DESCRIPTION:
        problems.keep_description(x, x.form.recorded)
    elif x.form.recorded and x.call.step is Step.HUMAN:
        recordings.keep(x, x.form.recorded)


def _may_leave(x: Exchange) -> bool:
    """Whether `0` leads to the human path from here: not once it has led there."""
    return x.call.step not in (Step.DESK, Step.ENDED) and not (x.call.step is Step.HUMAN and x.call.outcome == HUMAN)


def _desk(x: Exchange) -> str:
    """The help desk's telephone has stopped ringing."""
    status = x.form.text("DialCallStatus", 20)
    x.log("desk", status or "no answer")
    if status in ANSWERED:
        x.call.outcome = "help_desk"
        return _end(x)
    return _to_pin(x, x.prompts.say("caller.desk_busy"))


def _language(x: Exchange) -> str:
    """1 and silence are English; another language is told how to open a web ticket."""
    if x.keys in ("", "1"):
        x.log("language", "English")
        return _to_pin(x)
    tongue = x.prompts.tongues.get(x.keys)
    if tongue is None:
        return _again(x, "language", otherwise=Step.PIN)
    x.log("language", tongue.name)
    return _dismiss(x, f"{LANGUAGE}{x.keys}")


def _pin(x: Exchange, peppers: Peppers) -> str:
    """A PIN names its contract; three wrong ones, or three silences, lead to the human path."""
    if x.keys in ("", "*") or pin_step.is_unusable(x):
        return _again(x, "pin", otherwise=Step.HUMAN)
    found = pin_step.answer(x, peppers)
    if isinstance(found, pin_step.NotProven):
        if found.is_final:
            return to_human(x, *found.said)
        x.ask_again()
        return ask(x, *found.said)
    verdict = screening.entitlement(x.line, found, x.call.caller, x.now, out_of_hours=not x.call.staffed)
    if isinstance(verdict, Refused):
        x.log("pin", f"contract {found.number}, refused: {verdict.reason}")
        return _dismiss(x, f"{REFUSED}{verdict.reason}")
    x.log("pin", f"contract {found.number}")
    x.go_to(Step.PRIORITY)
    return ask(x)


def _priority(x: Exchange) -> str:
    """1 and 2 open a ticket at once; 3 is a booked maintenance, 4 anything lower, 5 a ticket that is open."""
    if x.keys in PRIORITIES:
        problems.report(x, PRIORITIES[x.keys])
    elif x.keys == "3" and (window := problems.window_now(x)):
        problems.maintain(x, window)
    elif x.keys == "4":
        x.log("priority", "lower")
        return _dismiss(x, LOWER)
    elif x.keys == "5" and (number := problems.offers(x).ticket):
        problems.join(x, number)
    else:
        return _again(x, "priority", otherwise=Step.HUMAN)
    x.log("priority", f"key {x.keys}, ticket {x.call.ticket_number}")
    x.call.keyed_callback = x.call.told_holder = x.call.awaited_until = None
    x.go_to(Step.CALLBACK)
    return ask(x)


def _description(x: Exchange) -> str:
    """Described, or skipped: the caller adds nothing more."""
    x.log("description", "recorded" if x.form.recorded else "skipped")
    problems.take_description(x, x.form.recorded)
    x.go_to(Step.HOLD)
    return ask(x)


def _hold(x: Exchange) -> str:
    """Hold for the technician, report another problem, or hang up. Silence holds if a technician is on the line."""
    if x.call.outcome == problems.HOLDING:
        return _held(x)
    if x.keys == "1" or (not x.keys and is_awaited(x)):
        x.log("hold", "waits for the technician")
        x.call.outcome = problems.HOLDING
        x.ask_again()
        return ask(x)
    if x.keys == "2":
        x.log("hold", "another problem")
        x.call.problem += 1
        x.go_to(Step.PRIORITY)
        return ask(x)
    if x.keys:
        return _again(x, "hold", otherwise=Step.ENDED)
    return _end(x, x.prompts.say("caller.thanks"))


def _held(x: Exchange) -> str:
    """The waiting is over: connected to the technician, or not."""
    result = x.form.text("QueueResult", 30)
    x.log("hold", f"ended: {result or 'unknown'}")
    x.call.outcome = "connected" if result in BRIDGED else problems.OPENED
    if result in BRIDGED:
        return _end(x, x.prompts.say("caller.hold_bridged"))
    has_number = problems.get(x).callback is not None
    return _end(x, x.prompts.say("caller.hold_over" if has_number else "caller.hold_over_no_number"))


def to_human(x: Exchange, *said: Speech) -> str:
    """The caller wants a person, or cannot go on alone. The ticket stands, and its page leaves if it has not left."""
    if x.call.step is Step.DESCRIPTION:
        problems.take_description(x, x.form.recorded)
    elif x.call.step is Step.CALLBACK:
        problems.leave_off(x)
    x.log("human", f"from {x.call.step}")
    x.call.outcome = HUMAN
    x.go_to(Step.HUMAN)
    return ask(x, *said)


def _human(x: Exchange) -> str:
    """A recorded message goes to the duty manager; after a refusal nothing was recorded, and the call ends."""
    if x.call.outcome != HUMAN:
        return _end(x)
    if x.form.recorded:
        recordings.keep(x, x.form.recorded)
    if human.leave_message(x, recorded=recordings.has(x, Step.HUMAN)):
        return _end(x, x.prompts.say("caller.human_told"))
    minutes = int(x.line.policy.human_path.digest_after.total_seconds() // 60)
    return _end(x, x.prompts.say("caller.human_later", minutes=minutes))


def _dismiss(x: Exchange, outcome: str) -> str:
    """The line cannot help: the reason, the next step, and `0` for a person."""
    x.call.outcome = outcome
    x.go_to(Step.HUMAN)
    return ask(x)


def _again(x: Exchange, kind: str, otherwise: Step) -> str:
    """Silence, or a key that means nothing here: ask again, but not for ever."""
    x.log(kind, "an unknown key" if x.keys else "silence")
    if not x.is_fruitless():
        x.ask_again()
        return ask(x)
    if otherwise is Step.HUMAN:
        return to_human(x, x.prompts.say("caller.no_answer"))
    if otherwise is Step.PIN:
        return _to_pin(x)
    x.go_to(otherwise)
    return ask(x)


def _end(x: Exchange, *said: Speech) -> str:
    """Polite last words. `ended_at` is written when the provider says that the call is over."""
    x.go_to(Step.ENDED)
    return ask(x, *said)


def over(x: Exchange) -> str:
    """The call is over, wherever it was: what was said stands and is sent on, the duty manager is told."""
    step, outcome = x.call.step, x.call.outcome
    x.log("ended", f"at {step}")
    x.call.step, x.call.ended_at = Step.ENDED, x.now
    if outcome == problems.HOLDING:
        problems.stop_holding(x)
    x.call.outcome = problems.OPENED if outcome == problems.HOLDING else outcome or "hung_up"
    if step in (Step.CALLBACK, Step.DESCRIPTION):
        problems.leave_off(x)
    if step is Step.HUMAN and outcome == HUMAN:
        human.leave_message(x, recorded=recordings.has(x, Step.HUMAN))
    return ""


def late_recording(x: Exchange, step: str) -> str:
    """What a caller recorded who hung up meanwhile: the end of the call was reported first."""
    recorded = x.form.recorded
    if recorded and step == Step.DESCRIPTION:
        problems.take_late_description(x, recorded)
    elif recorded and recordings.keep(x, recorded, Step.HUMAN):
        human.leave_message(x, recorded=True, occasion="late")
    return ask(x)
