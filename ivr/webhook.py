"""What the provider posts: whether it signed it, and its fields as values that can be trusted to be text."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, urlsplit

from flask import Response, g, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from rules.phone_numbers import caller_number

PREFIX = "/twilio/"
LARGEST = 2 * 1024 * 1024
"""Bytes of a body that is read to check its signature; the provider sends a few thousand."""

Fields = Mapping[str, str]
"""A doubled field makes it a MultiDict, whose `get` answers the first and which the SDK signs whole."""

_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL = re.compile(r"https?://[!-~]{1,490}")
_TURN = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{1,6}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Gate:
    """Lets pass only what was signed with one of the account's tokens, as the provider signs.

    The signed address is made from `public_url`: what the request says of its own host proves nothing.
    """

    def __init__(self, public_url: str, auth_tokens: Sequence[str]) -> None:
        self._public_url = public_url
        self._validators = [RequestValidator(token) for token in auth_tokens]

    def check(self) -> Response | None:
        """Run before every request: 403 for an unsigned one under our prefix, whatever else is wrong with it."""
        if not f"{request.path}/".startswith(PREFIX) or self._is_signed():
            return None
        return Response("The signature is missing or wrong.\n", status=403, content_type="text/plain")

    def _is_signed(self) -> bool:
        signature = request.headers.get("X-Twilio-Signature", "")
        fields = _read_fields() if signature else None
        if fields is None:
            return False
        query = request.query_string.decode("latin-1")
        url = f"{self._public_url}{quote(request.path)}{'?' if query else ''}{query}"
        g.form = Form(fields)
        return any(_signed_by(validator, url, fields, signature) for validator in self._validators)


def _read_fields() -> Fields | None:
    """Every field, blanks included, nothing trimmed. None for a body that is too large to be the provider's."""
    request.max_content_length = LARGEST
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        return None
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else MultiDict(pairs)


def _signed_by(validator: RequestValidator, url: str, fields: Fields, signature: str) -> bool:
    """The exact address first, since it is the common case; then as the SDK does, with and without its port."""
    expected = validator.compute_signature(url, fields)
    if hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        return True
    return bool(validator.validate(url, fields, signature))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording at the provider: its id there, its address, its length (None: not said)."""

    sid: str
    url: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one webhook: a missing or malformed one reads as empty, of a doubled one the first counts."""

    fields: Fields

    def text(self, name: str, longest: int) -> str:
        """A field as printable text of at most `longest` characters."""
        return _UNPRINTABLE.sub("", self.fields.get(name, "")[: longest * 2])[:longest].strip()

    def sid(self, name: str) -> str | None:
        """An id of the provider's."""
        text = self.fields.get(name, "")
        return text if _SID.fullmatch(text) else None

    @property
    def sender(self) -> str | None:
        """The number calling or texting, E.164; None for 'anonymous' and other texts."""
        return caller_number(self.fields.get("From", "")[:64])

    @property
    def digits(self) -> str:
        """The keys pressed, as far as anybody would press them on purpose."""
        return self.text("Digits", 40)

    @property
    def recorded(self) -> Recorded | None:
        """What the caller recorded; None when there is nothing or nobody spoke.

        Of its address only the last part counts: where it is fetched is not for a webhook to say.
        """
        url, seconds = self.fields.get("RecordingUrl", ""), self.text("RecordingDuration", 10)
        if not _URL.fullmatch(url) or seconds == "0":
            return None
        named = PurePosixPath(urlsplit(url).path).name.removesuffix(".wav").removesuffix(".mp3")
        sid = self.sid("RecordingSid") or (named if _SID.fullmatch(named) else None)
        return Recorded(sid, url, int(seconds) if _SECONDS.fullmatch(seconds) else None) if sid else None


def form() -> Form:
    """The form of the request that the gate let pass."""
    found: Form = g.form
    return found


def turn() -> int | None:
    """The question that is answered. None where the address does not say; a malformed one is never the current one."""
    text = request.args.get("turn")
    if text is None:
        return None
    return int(text) if _TURN.fullmatch(text) else -1
