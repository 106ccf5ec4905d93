"""A caller's or a technician's telephone: it plays documents as the provider does, and its user answers them."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from tests.twiml_check import check

NUMBER = "+390584000001"
ACME_PIN = "48201937"

Webhook = Callable[[str, dict[str, str]], TestResponse]


class Telephone:
    """One call: the document that it plays now, and what its user does with it."""

    def __init__(self, webhook: Webhook, number: str, sid: str) -> None:
        self.webhook = webhook
        self.number = number
        self.sid = sid
        self.prompts = 0
        self.said_in_all: list[str] = []

    def call(self, **more: str) -> "Telephone":
        return self.post("/twilio/voice", **more)

    def post(self, url: str, **form: str) -> "Telephone":
        """Ask for a document and play it."""
        fields = {"CallSid": self.sid, "From": self.number, "To": NUMBER, "CallStatus": "in-progress", "CallerName": ""}
        answer = self.webhook(url, fields | form)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type.startswith("text/xml")
        self.last = (url, form)
        self.document = answer.get_data(as_text=True)
        self.root = check(self.document)
        self.prompts += 1
        self.said_in_all.append(self.said)
        assert self._goes_on(), f"a dead end: {self.document}"
        return self

    def _goes_on(self) -> bool:
        return self.root[-1].tag in ("Hangup", "Redirect", "Dial", "Enqueue", "Leave")

    @property
    def said(self) -> str:
        return " ".join(element.text or "" for element in self.root.iter("Say"))

    @property
    def question(self) -> ElementTree.Element:
        found = next((e for e in self.root.iter() if e.tag in ("Gather", "Record", "Dial", "Enqueue")), None)
        assert found is not None, f"nothing is asked: {self.document}"
        return found

    @property
    def action(self) -> str:
        return self.question.attrib["action"]

    @property
    def step(self) -> str:
        """The step that the current question belongs to; 'over' after the last words."""
        return "over" if self.is_over else urlsplit(self.action).path.rpartition("/")[2]

    @property
    def is_over(self) -> bool:
        return self.root[-1].tag == "Hangup"

    @property
    def spoken_ticket(self) -> int:
        """The last number of six or seven digits that is said one by one, as a caller notes it."""
        numbers = re.findall(r"(?<!\d )\b(\d(?: \d){5,6})\b(?! \d)", self.said)
        return int(numbers[-1].replace(" ", ""))

    def press(self, keys: str) -> "Telephone":
        assert self.question.tag == "Gather", self.document
        return self.post(self.action, Digits=keys)

    def wait(self) -> "Telephone":
        """Say and press nothing."""
        assert self.root[-1].tag == "Redirect", self.document
        return self.post(self.root[-1].text or "")

    def record(self, name: str = "RE1", **more: str) -> "Telephone":
        assert self.question.tag == "Record", self.document
        url = f"https://api.twilio.com/recordings/{name}"
        return self.post(self.action, **{"RecordingUrl": url, "RecordingDuration": "9", "Digits": "#"} | more)

    def skip(self) -> "Telephone":
        return self.post(self.action, RecordingUrl="https://x.example/RE0", RecordingDuration="0", Digits="#")

    def again(self) -> "Telephone":
        """The provider delivers the last webhook once more."""
        url, form = self.last
        return self.post(url, **form)

    def hang_up(self) -> None:
        form = {"CallSid": self.sid, "From": self.number, "To": NUMBER, "CallStatus": "completed"}
        assert self.webhook("/twilio/voice/status", form).status_code == 204

    # A call up to one of its questions, for those who begin there.

    def to_priority(self, pin: str = ACME_PIN) -> "Telephone":
        if self.step == "language":
            self.press("1")
        return self.press(pin)

    def to_callback(self, priority: str = "1", pin: str = ACME_PIN) -> "Telephone":
        return self.to_priority(pin).press(priority)

    def to_description(self, priority: str = "1") -> "Telephone":
        return self.to_callback(priority).press("1")

    def to_closing(self, priority: str = "1") -> "Telephone":
        return self.to_description(priority).record()
