"""Texts and calls through Twilio's REST API, or whatever speaks it at another address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from paging.carriers import codes
from paging.carriers.protocol import (
    AmbiguousFailure,
    ConfigurationFailure,
    Message,
    PermanentFailure,
    SendFailure,
    Sound,
    Status,
    TemporaryFailure,
)
from rules.escalation import Channel

PROVIDER = "https://api.twilio.com"
TIMEOUT = 10.0  # seconds; less than a delivery's lease
RING = 25  # seconds; most voicemails pick up later
VALIDITY = 300  # seconds; a text that comes later is of no use
Answer = TypeVar("Answer")
ALREADY_ANSWERED = "21220"
NOT_FOUND = "20404"
SOUNDS = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
LARGEST_SOUND = 16 * 1024 * 1024  # bytes; two minutes are two millions
CHUNK = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Download:
    """What came for a file: HTTP status, media type without its parameters, the bytes, cut where they are too many."""

    status: int
    media_type: str
    content: bytes


class RedirectingClient(TwilioHttpClient):
    """Twilio's own client, with the API's host replaced."""

    def __init__(self, api_url: str | None) -> None:
        super().__init__(timeout=TIMEOUT)
        self.api_url = (api_url or PROVIDER).rstrip("/")
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=32)
        assert self.session is not None
        self.session.mount(f"{urlsplit(self.api_url).scheme}://", adapter)

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:  # type: ignore[override]
        return super().request(method, url.replace(PROVIDER, self.api_url, 1), *args, **kwargs)  # type: ignore[arg-type]

    def download(self, url: str, auth: tuple[str, str]) -> Download:
        """A file, cut where it is too large."""
        assert self.session is not None
        address = url.replace(PROVIDER, self.api_url, 1)
        with self.session.get(address, auth=auth, timeout=TIMEOUT, stream=True) as answer:
            content = bytearray()
            for chunk in answer.iter_content(CHUNK):
                content += chunk
                if len(content) > LARGEST_SOUND:
                    break
            media_type = answer.headers.get("Content-Type", "").partition(";")[0]
            return Download(answer.status_code, media_type, bytes(content))


class ApiClient(Protocol):
    """The SDK's way to the provider, and a plain one for files, which the SDK would take for text."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response: ...

    def download(self, url: str, auth: tuple[str, str]) -> Download: ...


class TwilioRecordings:
    """What callers recorded, at the account's own address: an address that a webhook names gets no credentials."""

    def __init__(self, account_sid: str, auth_token: str, http_client: ApiClient) -> None:
        self._client = Client(account_sid, auth_token, http_client=http_client)
        self._auth = (account_sid, auth_token)
        self._download = http_client.download

    def fetch(self, sid: str) -> Sound:
        url = f"{PROVIDER}/2010-04-01/Accounts/{self._auth[0]}/Recordings/{quote(sid, safe='')}.wav"
        found = _answer(lambda: self._download(url, self._auth))
        if found.status != 200:
            raise _meaning(found.status, "", f"HTTP status {found.status}", "")
        if found.media_type not in SOUNDS or len(found.content) > LARGEST_SOUND:
            raise PermanentFailure(f"the carrier's file is no sound of at most {LARGEST_SOUND} bytes")
        return Sound(found.content, found.media_type)

    def delete(self, sid: str) -> None:
        """Transcripts are resources of their own, found by their recording: they go first.

        It is looked for before: a list of what is not there fails without the code that says so.
        """
        recording = self._client.recordings(sid)
        if _unless_gone(recording.fetch) is None:
            return
        for transcript in _answer(recording.transcriptions.list):
            _unless_gone(self._client.transcriptions(str(transcript.sid)).delete)
        _unless_gone(recording.delete)


def _unless_gone(call: Callable[[], Answer]) -> Answer | None:
    """The call's answer; None where what it is about is not there any more."""
    try:
        return _answer(call)
    except PermanentFailure as failure:
        if failure.code != NOT_FOUND:
            raise
        return None


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
        return _answer(lambda: hand_over(message), message.to)

    def find(self, message: Message, since: datetime) -> list[str]:
        look = self._find_texts if message.channel is Channel.SMS else self._find_calls
        return _answer(lambda: look(message, since), message.to)

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        if channel is Channel.SMS:
            text = _answer(lambda: self._client.messages(sid).fetch())
            return Status(str(text.status), str(text.error_code or ""))
        return Status(str(_answer(lambda: self._client.calls(sid).fetch()).status))

    def end_call(self, sid: str) -> None:
        try:
            _answer(lambda: self._client.calls(sid).update(status="canceled"))
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
        return str(created.sid)

    def _ring(self, message: Message) -> str:
        created = self._client.calls.create(
            to=message.to,
            from_=self._number,
            url=message.voice_url,
            status_callback=message.status_url,
            status_callback_event=["initiated", "completed"],
            timeout=RING,
        )
        return str(created.sid)

    def _find_texts(self, message: Message, since: datetime) -> list[str]:
        recent = self._client.messages.list(to=message.to, from_=self._text_number, limit=50)
        return [str(m.sid) for m in recent if m.body == message.body and _is_since(m.date_created, since)]

    def _find_calls(self, message: Message, since: datetime) -> list[str]:
        recent = self._client.calls.list(to=message.to, from_=self._number, limit=50)
        return [str(c.sid) for c in recent if _is_since(c.date_created, since)]


def _is_since(created: datetime | None, since: datetime) -> bool:
    return created is None or created >= since


def _answer(call: Callable[[], Answer], number: str = "") -> Answer:
    """The call's answer, or the failure that it means for what was to go to `number`."""
    try:
        return call()
    except (TwilioRestException, TwilioServiceException) as error:
        raise _meaning(error.status, str(error.code or ""), _text_of(error), number) from error
    except requests.ConnectTimeout as error:
        raise TemporaryFailure("the carrier does not answer") from error
    except requests.ConnectionError as error:
        if _never_connected(error):
            raise TemporaryFailure("the carrier cannot be reached") from error
        raise AmbiguousFailure("the connection broke before the carrier answered") from error
    except requests.RequestException as error:
        raise AmbiguousFailure("the carrier did not answer in time") from error
    except (TwilioException, ValueError) as error:
        raise AmbiguousFailure("the carrier's answer could not be read") from error


def _text_of(error: TwilioRestException | TwilioServiceException) -> str:
    return str(error.msg if isinstance(error, TwilioRestException) else error.title)


def _meaning(status: int, code: str, text: str, number: str) -> SendFailure:
    if codes.is_configuration(code):
        return ConfigurationFailure(codes.in_words(code, number), code)
    if status in (401, 403):
        return ConfigurationFailure("the carrier refuses the account", code)
    if code in codes.TEMPORARY or status == 429 or status >= 500:
        return TemporaryFailure(f"the carrier cannot take it now: {text}", code, code not in codes.OF_THE_NUMBER)
    return PermanentFailure(f"the carrier refuses it: {text}", code)


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
