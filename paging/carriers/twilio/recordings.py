"""What callers recorded, through Twilio's REST API."""

from collections.abc import Callable
from urllib.parse import quote

from twilio.rest import Client

from paging.carriers.protocol import PermanentFailure, Sound
from paging.carriers.twilio.client import NOT_FOUND, PROVIDER, Answer, ApiClient, answer, meaning
from paging.carriers.twilio.download import LARGEST_SOUND

SOUNDS = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})


class TwilioRecordings:
    """What callers recorded, at the account's own address: an address that a webhook names gets no credentials."""

    def __init__(self, account_sid: str, auth_token: str, http_client: ApiClient) -> None:
        self._client = Client(account_sid, auth_token, http_client=http_client)
        self._auth = (account_sid, auth_token)
        self._download = http_client.download

    def fetch(self, sid: str) -> Sound:
        url = f"{PROVIDER}/2010-04-01/Accounts/{self._auth[0]}/Recordings/{quote(sid, safe='')}.wav"
        found = answer(lambda: self._download(url, self._auth))
        if found.status != 200:
            raise meaning(found.status, "", f"HTTP status {found.status}", "")
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
        for transcript in answer(recording.transcriptions.list):
            _unless_gone(self._client.transcriptions(str(transcript.sid)).delete)
        _unless_gone(recording.delete)


def _unless_gone(call: Callable[[], Answer]) -> Answer | None:
    """The call's answer; None where what it is about is not there any more."""
    try:
        return answer(call)
    except PermanentFailure as failure:
        if failure.code != NOT_FOUND:
            raise
        return None
