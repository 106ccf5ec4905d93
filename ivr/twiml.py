"""The documents that the provider plays, from sentences and addresses. Every address is absolute, every answer is XML.

A question repeats itself at its own address when nobody answers: `Gather` and `Record` fall through to a `Redirect`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

from flask import Response
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

SECONDS_TO_ANSWER = 8
SECONDS_OF_SILENCE = 5
SECONDS_BETWEEN_TRIES = 2
END_OF_MESSAGE = "#*0"
_ACTION = "action-of-this-question"


@dataclass(frozen=True, slots=True)
class Speech:
    """One sentence in one voice."""

    text: str
    locale: str
    voice: str | None


Script = Sequence[Speech]


def _say(verb: VoiceResponse | Gather, script: Script) -> None:
    for speech in script:
        verb.say(speech.text, voice=speech.voice, language=speech.locale)


def ask_key(script: Script, action: str, seconds: int = SECONDS_TO_ANSWER, sounds: Sequence[str] = ()) -> str:
    """One key, which interrupts; silence goes to `action` without a key. `sounds` are addresses that play first."""
    document = _question_of_keys(tuple(script), seconds, tuple(sounds), "", 1)
    return document.replace(_ACTION, escape(action))


def ask_number(script: Script, action: str) -> str:
    """Digits that end with #."""
    document = _question_of_keys(tuple(script), SECONDS_TO_ANSWER, (), "#", None)
    return document.replace(_ACTION, escape(action))


@lru_cache(maxsize=256)
def _question_of_keys(
    script: tuple[Speech, ...], seconds: int, sounds: tuple[str, ...], finish_on_key: str, digits: int | None
) -> str:
    """The document but for its address: most questions are the same for every caller."""
    document = VoiceResponse()
    question = Gather(
        input="dtmf", action=_ACTION, method="POST", timeout=seconds, finish_on_key=finish_on_key, num_digits=digits
    )
    for sound in sounds:
        question.play(sound)
    _say(question, script)
    document.append(question)
    document.redirect(_ACTION, method="POST")
    return str(document)


def ask_recording(script: Script, action: str, seconds: int, transcript_url: str | None = None) -> str:
    """A message of at most `seconds`, after a beep; it ends with #, 0 or *, or with silence.

    `transcript_url` is told later what was said; None: nobody writes it down.
    """
    return _question_of_recording(tuple(script), seconds, transcript_url).replace(_ACTION, escape(action))


@lru_cache(maxsize=256)
def _question_of_recording(script: tuple[Speech, ...], seconds: int, transcript_url: str | None) -> str:
    document = VoiceResponse()
    _say(document, script)
    document.record(
        action=_ACTION,
        method="POST",
        play_beep=True,
        finish_on_key=END_OF_MESSAGE,
        max_length=seconds,
        timeout=SECONDS_OF_SILENCE,
        transcribe=True if transcript_url else None,
        transcribe_callback=transcript_url,
    )
    document.redirect(_ACTION, method="POST")
    return str(document)


def end(script: Script) -> str:
    """The last words of a call."""
    document = VoiceResponse()
    _say(document, script)
    document.hangup()
    return str(document)


def go_on(script: Script, url: str) -> str:
    """Say something, then continue elsewhere."""
    document = VoiceResponse()
    _say(document, script)
    document.redirect(url, method="POST")
    return str(document)


def try_again(script: Script, url: str) -> str:
    """Say something, wait a moment, then continue elsewhere."""
    document = VoiceResponse()
    _say(document, script)
    document.pause(length=SECONDS_BETWEEN_TRIES)
    document.redirect(url, method="POST")
    return str(document)


def dial(script: Script, number: str, action: str, seconds: int, caller_id: str | None = None) -> str:
    """Connect to a number; `action` learns what came of it."""
    document = VoiceResponse()
    _say(document, script)
    call = Dial(action=action, method="POST", timeout=seconds, caller_id=caller_id)
    call.number(number)
    document.append(call)
    return str(document)


def dial_in_turn(script: Script, numbers: Sequence[str], seconds: int, last_words: Script) -> str:
    """Ring one number after the other, each for so long; who answers ends the search. Asks nothing of anybody."""
    document = VoiceResponse()
    _say(document, script)
    call = Dial(sequential=True, timeout=seconds)
    for number in numbers:
        call.number(number)
    document.append(call)
    _say(document, last_words)
    document.hangup()
    return str(document)


def dial_queue(script: Script, queue: str, action: str, seconds: int) -> str:
    """Connect to whoever waits in a queue, or comes to it in so many seconds."""
    document = VoiceResponse()
    _say(document, script)
    call = Dial(action=action, method="POST", timeout=seconds)
    call.queue(queue)
    document.append(call)
    return str(document)


def enqueue(script: Script, queue: str, wait_url: str, action: str) -> str:
    """Let the caller wait in a queue; `wait_url` is played meanwhile, `action` when the waiting ends."""
    document = VoiceResponse()
    _say(document, script)
    document.enqueue(queue, wait_url=wait_url, wait_url_method="POST", action=action, method="POST")
    return str(document)


def leave() -> str:
    """Leave the queue: its `action` goes on."""
    document = VoiceResponse()
    document.leave()
    return str(document)


def message(text: str | None) -> str:
    """The answer to a text; None answers nothing."""
    document = MessagingResponse()
    if text:
        document.message(text)
    return str(document)


def answer(document: str) -> Response:
    """`text/html` would not be played."""
    return Response(document, content_type="text/xml; charset=utf-8")
