"""What every carrier offers, whatever company or machine is behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rules.escalation import Channel


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery as a carrier needs it.

    `attempt` counts from 1 and marks each try. `status_url` gets the outcome; `voice_url` is what a technician's call
    plays. `subject` is an e-mail's.
    """

    delivery_id: int
    attempt: int
    channel: Channel
    to: str
    subject: str
    body: str
    voice_url: str
    status_url: str


class SendFailure(Exception):
    """Nothing was sent. `code` is the provider's error code, '' where there is none."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class PermanentFailure(SendFailure):
    """Trying again cannot help: this address will not do."""


class ConfigurationFailure(PermanentFailure):
    """Nothing of this kind can be sent until an admin changes something; the message says what is wrong."""


class AccountRefused(ConfigurationFailure):
    """The carrier refuses the account: nothing can be sent at all. Once that is put right, what waits can go."""


class TemporaryFailure(SendFailure):
    """Trying again can help. `of_carrier`: it is the carrier's trouble, and not that of the telephone called."""

    def __init__(self, message: str, code: str = "", of_carrier: bool = True) -> None:
        super().__init__(message, code)
        self.of_carrier = of_carrier


class AmbiguousFailure(SendFailure):
    """It may have been sent: look it up before trying again."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the provider says of a message: a word of its own, and an error code ('' where there is none)."""

    word: str
    code: str = ""


class Carrier(Protocol):
    channels: frozenset[Channel]

    def send(self, message: Message) -> str:
        """Hand the message over; answers the provider's id. Raises a SendFailure."""
        ...

    def find(self, message: Message, since: datetime) -> list[str]:
        """The provider's ids of what may be this message, from an earlier try at or after `since`.

        Raises a SendFailure.
        """
        ...

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        """What became of a message; None where the provider does not keep that. Raises a SendFailure."""
        ...

    def end_call(self, sid: str) -> None:
        """Stop a telephone from ringing; a call that somebody answered goes on. Raises a SendFailure."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """What a caller recorded, as a file."""

    content: bytes
    media_type: str


class RecordingStore(Protocol):
    """Where the provider keeps what callers record."""

    def fetch(self, sid: str) -> Sound:
        """The recording with the provider's id. Raises a SendFailure: it may not be ready yet."""
        ...

    def delete(self, sid: str) -> None:
        """Delete it there with its transcripts; what is gone already is no failure. Raises a SendFailure."""
        ...
