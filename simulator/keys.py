"""Listening to a telephone: keys for a Gather, words for a Record."""

from typing import Any

from simulator.exchange import Exchange, Kind, new_sid
from simulator.tables import HeardKind, Leg, Recording, Wait
from simulator.twiml import Element

KEYS = frozenset("0123456789*#")
ANY_KEY = "1234567890*#"
TRANSCRIBED_SECONDS = range(2, 121)
"""Only recordings of such a length are transcribed: twilio.com/docs/voice/twiml/record, 'transcribe'."""
TRANSCRIBING_TAKES = 10.0  # seconds


def gather(exchange: Exchange, leg: Leg, verb: Element, prompt_seconds: float) -> None:
    """Listen for keys; the prompts inside, already heard, take `prompt_seconds`."""
    waiting: dict[str, Any] = {
        "action": exchange.absolute(leg, verb.get("action", "")),
        "keys": "",
        "most": int(verb.get("numDigits", "0")),
        "finish": verb.get("finishOnKey", "#"),
        "timeout": int(verb.get("timeout", "5")),
        "even_empty": verb.get("actionOnEmptyResult") == "true",
    }
    exchange.wait(leg, Wait.GATHER, waiting, prompt_seconds + waiting["timeout"])


def record(exchange: Exchange, leg: Leg, verb: Element) -> None:
    """Listen for words."""
    if verb.get("playBeep", "true") == "true":
        exchange.heard(leg, HeardKind.PLAYED, "(beep)")
    waiting: dict[str, Any] = {
        "action": exchange.absolute(leg, verb.get("action", "")),
        "finish": verb.get("finishOnKey", ANY_KEY),
        "timeout": int(verb.get("timeout", "5")),
        "longest": int(verb.get("maxLength", "3600")),
        "words": "",
        "seconds": 0,
        "status_url": exchange.link(leg, verb, "recordingStatusCallback"),
        "transcript_url": exchange.link(leg, verb, "transcribeCallback") if verb.get("transcribe") == "true" else "",
    }
    exchange.wait(leg, Wait.RECORD, waiting, waiting["timeout"] + exchange.account.typing_seconds)


def press(exchange: Exchange, leg: Leg, key: str) -> None:
    """One key. Where nobody listens it is only heard."""
    exchange.heard(leg, HeardKind.PRESSED, key)
    if leg.wait is Wait.GATHER:
        _gathered(exchange, leg, key)
    elif leg.wait is Wait.RECORD and key in leg.waiting["finish"]:
        _recorded(exchange, leg, leg.waiting, key)
    elif leg.wait in (Wait.DIAL, Wait.BRIDGE) and key == "*" and leg.waiting.get("hangup_on_star"):
        exchange.later(Kind.WAIT_OVER, leg.sid, turn=leg.turn)


def speak(exchange: Exchange, leg: Leg, words: str, seconds: int) -> None:
    """All that has been said so far into a recording, `seconds` long; the wait for silence begins anew."""
    if leg.wait is not Wait.RECORD:
        return
    waiting = {**leg.waiting, "words": words, "seconds": min(seconds, leg.waiting["longest"])}
    if seconds >= leg.waiting["longest"]:
        _recorded(exchange, leg, waiting, "")
    else:
        exchange.wait(leg, Wait.RECORD, waiting, waiting["timeout"] + exchange.account.typing_seconds)


def gather_over(exchange: Exchange, leg: Leg) -> None:
    """Silence for as long as the Gather waits."""
    _finish_gather(exchange, leg, leg.waiting, "")


def record_over(exchange: Exchange, leg: Leg) -> None:
    """Silence for as long as the Record waits: with nothing said before, it goes on with the next verb."""
    if leg.waiting["words"]:
        _recorded(exchange, leg, leg.waiting, "")
    else:
        exchange.go_on(leg)


def hung_up_in_record(exchange: Exchange, leg: Leg, waiting: dict[str, Any]) -> None:
    """The provider posts what was recorded, although nothing can be played any more."""
    fields = _keep(exchange, leg, waiting, "hangup")
    exchange.tell(leg, waiting["action"], exchange.call_form(leg) | fields)


def _gathered(exchange: Exchange, leg: Leg, key: str) -> None:
    waiting = leg.waiting
    if key in waiting["finish"]:
        _finish_gather(exchange, leg, waiting, key)
        return
    waiting = {**waiting, "keys": waiting["keys"] + key}
    if len(waiting["keys"]) == waiting["most"]:
        _finish_gather(exchange, leg, waiting, "")
    else:
        exchange.wait(leg, Wait.GATHER, waiting, waiting["timeout"])


def _finish_gather(exchange: Exchange, leg: Leg, waiting: dict[str, Any], finish: str) -> None:
    if not waiting["keys"] and not waiting["even_empty"]:
        exchange.go_on(leg)
        return
    fields = {"Digits": waiting["keys"], "FinishedOnKey": finish, "msg": "Gather End"}
    exchange.request(leg, waiting["action"], fields)


def _recorded(exchange: Exchange, leg: Leg, waiting: dict[str, Any], key: str) -> None:
    # An empty recording is not posted: twilio.com/docs/voice/twiml/record, 'action'.
    if not waiting["words"]:
        exchange.go_on(leg)
        return
    exchange.request(leg, waiting["action"], _keep(exchange, leg, waiting, key))


def _keep(exchange: Exchange, leg: Leg, waiting: dict[str, Any], key: str) -> dict[str, str]:
    """Store the recording; answers the fields that tell of it."""
    recording = Recording(
        sid=new_sid("RE"),
        leg_sid=leg.sid,
        seconds=waiting["seconds"],
        words=waiting["words"],
        created_at=exchange.now,
        deleted_at=None,
        transcript_sid=new_sid("TR") if waiting["transcript_url"] else None,
    )
    exchange.session.add(recording)
    if waiting["words"]:
        exchange.heard(leg, HeardKind.SPOKE, waiting["words"])
    fields = {
        "RecordingSid": recording.sid,
        "RecordingUrl": exchange.account.recording_url(recording.sid),
        "RecordingDuration": str(recording.seconds),
        "Digits": key,
    }
    about = {"RecordingStatus": "completed", "RecordingChannels": "1", "RecordingSource": "RecordVerb"}
    exchange.tell(leg, waiting["status_url"], exchange.call_form(leg) | fields | about)
    _transcribe(exchange, leg, waiting["transcript_url"], recording)
    return fields


def _transcribe(exchange: Exchange, leg: Leg, url: str, recording: Recording) -> None:
    """Later, what was said; of a recording that is too short or too long, that it failed."""
    is_done = recording.seconds in TRANSCRIBED_SECONDS
    fields = {
        "TranscriptionSid": recording.transcript_sid or "",
        "TranscriptionText": recording.words if is_done else "",
        "TranscriptionStatus": "completed" if is_done else "failed",
        "TranscriptionType": "fast",
        "RecordingSid": recording.sid,
        "RecordingUrl": exchange.account.recording_url(recording.sid),
    }
    exchange.tell(leg, url, exchange.call_form(leg) | fields, seconds=TRANSCRIBING_TAKES)
