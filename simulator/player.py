"""Playing documents: verb after verb, until one makes the leg wait."""

from collections.abc import Callable
from math import inf

import sqlalchemy as sa

from simulator import bridges, keys, legs, queues
from simulator.exchange import SPEECH_PACE, Exchange
from simulator.tables import ENDED, HeardKind, Leg, LegStatus, Recording, Wait
from simulator.transport import Answer
from simulator.twiml import CONTENT_TYPES, Element, InvalidTwiml, parse, words

APOLOGY = "We are sorry, an application error has occurred. Goodbye."
SOUND_SECONDS = 3.0
HURRY = 200
"""Documents that a leg may ask for without ever waiting: an application that redirects to itself is stopped here."""


def receive(exchange: Exchange, leg: Leg, answer: Answer | None, url: str, purpose: str) -> None:
    """The application answered (None: it did not). A purpose puts the document on top of the current one."""
    if leg.status in ENDED:
        return
    document = _document(exchange, leg, answer, url)
    if document is None:
        return
    _put(leg, url, document, purpose)
    play(exchange, leg)


def start(exchange: Exchange, leg: Leg, twiml: str) -> None:
    """Play a document that came with the order for the call."""
    receive(exchange, leg, Answer(200, "text/xml", twiml), leg.voice_url, "")


def _put(leg: Leg, url: str, document: str, purpose: str) -> None:
    below = leg.frames if purpose else leg.frames[:-1]
    kept = {} if purpose or not leg.frames else leg.frames[-1]
    frame = {"purpose": purpose or kept.get("purpose", ""), "url": url, "document": document, "at": 0}
    if "enqueue" in kept:
        frame["enqueue"] = kept["enqueue"]
    leg.frames = [*below, frame]
    leg.document += 1
    leg.hurry += 1


def _document(exchange: Exchange, leg: Leg, answer: Answer | None, url: str) -> str | None:
    """The document, if it can be played; if not, the person on the line hears that something is wrong."""
    problem = ""
    if answer is None:
        problem = "no answer"
    elif answer.status != 200:
        problem = f"HTTP status {answer.status}"
    elif answer.content_type not in CONTENT_TYPES:
        problem = f"the content type is {answer.content_type or 'missing'}, not text/xml"
    elif leg.hurry > HURRY:
        problem = f"more than {HURRY} documents without a moment to listen"
    else:
        try:
            parse(answer.body, "voice")
            return answer.body
        except InvalidTwiml as error:
            problem = str(error)
    fail(exchange, leg, f"{url}: {problem}")
    return None


def fail(exchange: Exchange, leg: Leg, problem: str) -> None:
    """An application error: an apology, and the call is over."""
    legs.answer(exchange, leg)
    exchange.heard(leg, HeardKind.NOTE, f"Application error at {problem}")
    exchange.heard(leg, HeardKind.SAID, APOLOGY)
    legs.end(exchange, leg, LegStatus.COMPLETED)


def play(exchange: Exchange, leg: Leg) -> None:
    """Play on from where the leg is."""
    while leg.status not in ENDED:
        frame = leg.frames[-1]
        verbs = list(parse(frame["document"], "voice"))
        if frame["at"] >= len(verbs):
            _document_over(exchange, leg, frame["purpose"])
            return
        leg.frames = [*leg.frames[:-1], {**frame, "at": frame["at"] + 1}]
        verb = verbs[frame["at"]]
        if _picks_up(verb):
            legs.answer(exchange, leg)
        act = VERBS.get(verb.tag)
        if act is None:
            fail(exchange, leg, f"{frame['url']}: <{verb.tag}> cannot be played by the simulator")
            return
        if not act(exchange, leg, verb):
            return


def _picks_up(verb: Element) -> bool:
    return verb.tag != "Reject" and not (verb.tag == "Dial" and verb.get("answerOnBridge") == "true")


def _document_over(exchange: Exchange, leg: Leg, purpose: str) -> None:
    if purpose == bridges.WHISPER:
        leg.frames = leg.frames[:-1]
        bridges.whispered(exchange, leg)
    elif purpose == queues.HOLD:
        queues.hold_again(exchange, leg)
    else:
        legs.end(exchange, leg, LegStatus.COMPLETED)


# Each verb answers whether the next one follows at once.


def _speech(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    return not _pass_time(exchange, leg, _utter(exchange, leg, verb))


def _gather(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    leg.hurry = 0
    seconds = sum(_utter(exchange, leg, prompt) for prompt in verb)
    keys.gather(exchange, leg, verb, 0.0 if seconds == inf else seconds)
    return False


def _record(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    leg.hurry = 0
    keys.record(exchange, leg, verb)
    return False


def _dial(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    queue = verb.find("Queue")
    if queue is not None:
        queues.dial(exchange, leg, verb, queue)
    else:
        bridges.dial(exchange, leg, verb)
    return False


def _enqueue(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    queues.enqueue(exchange, leg, verb)
    return False


def _leave(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    in_queue = leg.queued_at is not None
    queues.leave(exchange, leg, "leave")
    return not in_queue


def _redirect(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    exchange.request(leg, words(verb))
    return False


def _hang_up(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    legs.end(exchange, leg, LegStatus.COMPLETED)
    return False


def _reject(exchange: Exchange, leg: Leg, verb: Element) -> bool:
    if leg.status is LegStatus.RINGING:
        legs.end(exchange, leg, LegStatus.BUSY if verb.get("reason") == "busy" else LegStatus.NO_ANSWER)
    else:
        legs.end(exchange, leg, LegStatus.COMPLETED)
    return False


VERBS: dict[str, Callable[[Exchange, Leg, Element], bool]] = {
    "Say": _speech,
    "Play": _speech,
    "Pause": _speech,
    "Gather": _gather,
    "Record": _record,
    "Dial": _dial,
    "Enqueue": _enqueue,
    "Leave": _leave,
    "Redirect": _redirect,
    "Hangup": _hang_up,
    "Reject": _reject,
}


def _pass_time(exchange: Exchange, leg: Leg, seconds: float) -> bool:
    if seconds <= 0:
        return False
    leg.hurry = 0
    exchange.wait(leg, Wait.SPEECH, {}, None if seconds == inf else seconds)
    return True


def _utter(exchange: Exchange, leg: Leg, verb: Element) -> float:
    """Let one Say, Play or Pause be heard; answers how many seconds it takes."""
    if verb.tag == "Pause":
        return float(verb.get("length", "1"))
    times = int(verb.get("loop", "1"))
    if verb.tag == "Play":
        exchange.heard(leg, HeardKind.PLAYED, _sound(exchange, verb))
        seconds = 0.0 if exchange.account.pace is None else SOUND_SECONDS
    else:
        text = words(verb)
        exchange.heard(leg, HeardKind.SAID, text)
        seconds = len(text) / pace if (pace := _pace(exchange, leg)) else 0.0
    return seconds * times if times else inf


def _pace(exchange: Exchange, leg: Leg) -> float | None:
    # Words on hold always take their time: the wait document would begin anew without end at the same instant.
    return SPEECH_PACE if leg.queued_at is not None else exchange.account.pace


def _sound(exchange: Exchange, verb: Element) -> str:
    """What is heard: the words of a recording whose id is in the address."""
    url = words(verb)
    if verb.get("digits"):
        return f"(tones {verb.get('digits')})"
    parts = url.removesuffix(".wav").removesuffix(".mp3").split("/")
    recording = exchange.session.scalars(sa.select(Recording).where(Recording.sid.in_(parts))).first()
    return f"(recording) {recording.words}" if recording else f"(sound {url})"
