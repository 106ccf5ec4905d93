"""Texts and calls through Twilio's REST API, or whatever speaks it at another address."""

from datetime import datetime

from twilio.rest import Client

from paging.carriers.protocol import AmbiguousFailure, Message, PermanentFailure, Status
from paging.carriers.twilio.client import ApiClient, answer
from rules.escalation import Channel

RING = 25  # seconds; most voicemails pick up later
VALIDITY = 300  # seconds; a text that comes later is of no use
ALREADY_ANSWERED = "21220"


class TwilioCarrier:
    """Sends SMS from `text_number` and rings from `number` (E.164)."""

    channels = frozenset({Channel.SMS, Channel.VOICE, Channel.SECOND_PHONE})

    def __init__(
        self, account_sid: str, auth_token: str, number: str, text_number: str, http_client: ApiClient
    ) -> None:
        self._client = Client(account_sid, auth_token, http_client=http_client)
        self._number = number
        self._text_number = text_number

    def send(self, message: Message) -> str:
        hand_over = self._text if message.channel is Channel.SMS else self._ring
        return answer(lambda: hand_over(message), message.to)

    def find(self, message: Message, since: datetime) -> list[str]:
        look = self._find_texts if message.channel is Channel.SMS else self._find_calls
        return answer(lambda: look(message, since), message.to)

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        if channel is Channel.SMS:
            text = answer(lambda: self._client.messages(sid).fetch())
            return Status(str(text.status), str(text.error_code or ""))
        return Status(str(answer(lambda: self._client.calls(sid).fetch()).status))

    def end_call(self, sid: str) -> None:
        try:
            answer(lambda: self._client.calls(sid).update(status="canceled"))
        except PermanentFailure as failure:
            if failure.code != ALREADY_ANSWERED:
                raise

    def _text(self, message: Message) -> str:
        created = self._client.messages.create(
            to=message.to,
            from_=self._text_number,
            body=message.body,
            status_callback=message.status_url,
            validity_period=VALIDITY,
        )
        return _sid_of(created.sid)

    def _ring(self, message: Message) -> str:
        created = self._client.calls.create(
            to=message.to,
            from_=self._number,
            url=message.voice_url,
            status_callback=message.status_url,
            status_callback_event=["initiated", "completed"],
            timeout=RING,
        )
        return _sid_of(created.sid)

    def _find_texts(self, message: Message, since: datetime) -> list[str]:
        recent = self._client.messages.list(to=message.to, from_=self._text_number, limit=50)
        return [str(m.sid) for m in recent if m.body == message.body and _is_since(m.date_created, since)]

    def _find_calls(self, message: Message, since: datetime) -> list[str]:
        recent = self._client.calls.list(to=message.to, from_=self._number, limit=50)
        return [str(c.sid) for c in recent if _is_since(c.date_created, since)]


def _sid_of(sid: object) -> str:
    """The id in an answer. Raises AmbiguousFailure where it has none: the carrier may have taken the message or not."""
    if isinstance(sid, str) and sid:
        return sid
    raise AmbiguousFailure("the carrier's answer has no id")


def _is_since(created: datetime | None, since: datetime) -> bool:
    return created is None or created >= since
