"""A caller whose number nobody knows, as the provider relays the call: one signed webhook for every step."""

import base64
import hashlib
import hmac
import html
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.wire import Wire

AUTH_TOKEN = "an-auth-token-of-the-benchmarks"
NUMBER = "+390584000001"
ACTION = re.compile(r'action="([^"]+)"')
DESCRIPTION = {"RecordingUrl": "https://api.twilio.com/recordings/RE1", "RecordingDuration": "9", "Digits": "#"}
PLACES = ("City", "Country", "State", "Zip")
WEBHOOKS = 7
"""Of a whole call: it rings, language, PIN, priority, callback, description, and that it is over."""


@dataclass
class Telephone:
    """One call to the line at `url`. `seconds` has how long each webhook took."""

    wire: Wire
    url: str
    sid: str
    pin: str
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._caller = f"+3906{int(hashlib.sha256(self.sid.encode()).hexdigest(), 16) % 10**8:08}"
        self._document = ""

    def steps(self) -> list[tuple[str, Mapping[str, str]]]:
        """What is posted in a whole call, in order: a path, or '' for the current question's action."""
        return [
            ("/twilio/voice", {}),
            ("", {"Digits": "1"}),
            ("", {"Digits": self.pin}),
            ("", {"Digits": "1"}),
            ("", {"Digits": "1"}),
            ("", DESCRIPTION),
            ("/twilio/voice/status", {"CallStatus": "completed", "CallDuration": "61"}),
        ]

    def calls(self) -> None:
        """A whole call."""
        for path, answer in self.steps():
            self.posts(path, answer)

    def reaches_priority(self) -> None:
        """A call up to the question for the priority."""
        for path, answer in self.steps()[:3]:
            self.posts(path, answer)

    def chooses_priority(self) -> None:
        """The ticket is open from now on, and its page leaves."""
        self.posts(*self.steps()[3])

    def posts(self, path: str, answer: Mapping[str, str]) -> None:
        """One webhook. Raises AssertionError where it is not answered as it should be."""
        url = f"{self.url}{path}" if path else self._action()
        form = self._form() | dict(answer)
        start = time.perf_counter()
        signature = sign(url, form)
        reply = self.wire.post(url.removeprefix(self.url), urlencode(form).encode(), {"X-Twilio-Signature": signature})
        self.seconds.append(time.perf_counter() - start)
        assert reply.status in (200, 204), f"{path}: {reply}"
        self._document = reply.body.decode()

    def _action(self) -> str:
        found = ACTION.search(self._document)
        assert found, f"nothing is asked: {self._document}"
        return html.unescape(found[1])

    def _form(self) -> dict[str, str]:
        """The fields that the provider sends with every webhook of a call."""
        places = {f"{who}{place}": "" for who in ("From", "To", "Caller", "Called") for place in PLACES}
        return places | {
            "AccountSid": f"AC{1:032x}",
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": "in-progress",
            "Called": NUMBER,
            "Caller": self._caller,
            "Direction": "inbound",
            "From": self._caller,
            "To": NUMBER,
        }


def sign(url: str, form: Mapping[str, str]) -> str:
    """The provider's signature of one POST, at a fraction of what its SDK takes."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
