"""Texts and calls through Twilio's REST API, or whatever speaks it at another address.

Error codes: https://www.twilio.com/docs/api/errors
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from paging.carriers.protocol import AmbiguousFailure, Message, PermanentFailure, SendFailure, TemporaryFailure
from rules.escalation import Channel

PROVIDER = "https://api.twilio.com"
TIMEOUT = 10.0  # seconds; less than a delivery's lease
RING = 25  # seconds; most voicemails pick up later
VALIDITY = 300  # seconds; a text that comes later is of no use
CONFIGURATION = {
    "20003": "the account's SID or auth token is wrong",
    "21215": "the account may not call this country",
    "21408": "the account may not text this country",
    "21606": "the number that texts cannot send to this number",
    "21608": "a trial account reaches verified numbers only",
    "21612": "the number that texts cannot reach this number",
    "30002": "the account is suspended",
    "30004": "the message was blocked",
    "30007": "the message was filtered as unwanted",
    "30032": "the toll-free number is not verified",
    "30034": "the number is not registered for texting in the United States",
}
Answer = TypeVar("Answer")
TEMPORARY = frozenset({"20429", "30001", "30003", "30008"})


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


class TwilioCarrier:
    """Sends SMS from `text_number` and rings from `number` (E.164)."""

    channels = frozenset({Channel.SMS, Channel.VOICE, Channel.SECOND_PHONE})

    def __init__(
        self, account_sid: str, auth_token: str, number: str, text_number: str, http_client: HttpClient
    ) -> None:
        self._client = Client(account_sid, auth_token, http_client=http_client)
        self._number = number
        self._text_number = text_number

    def send(self, message: Message) -> str:
        return _answer(lambda: self._text(message) if message.channel is Channel.SMS else self._ring(message))

    def find(self, message: Message, since: datetime) -> list[str]:
        look = self._find_texts if message.channel is Channel.SMS else self._find_calls
        return _answer(lambda: look(message, since))

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


def _answer(call: Callable[[], Answer]) -> Answer:
    """The call's answer, or the failure that it means."""
    try:
        return call()
    except (TwilioRestException, TwilioServiceException) as error:
        raise _meaning(error.status, str(error.code or ""), _text_of(error)) from error
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


def _meaning(status: int, code: str, text: str) -> SendFailure:
    if code in CONFIGURATION or status in (401, 403):
        return PermanentFailure(CONFIGURATION.get(code, "the carrier refuses the account"), code)
    if code in TEMPORARY or status == 429 or status >= 500:
        return TemporaryFailure(f"the carrier cannot take it now: {text}", code)
    return PermanentFailure(f"the carrier refuses it: {text}", code)


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
