"""What callers recorded, through Twilio's REST API."""

from urllib.parse import quote

from twilio.rest import Client

from paging.carriers.protocol import PermanentFailure, Sound
from paging.carriers.twilio.client import LARGEST_SOUND, NOT_FOUND, PROVIDER, ApiClient, answer, meaning

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
        try:
            answer(lambda: self._client.recordings(sid).delete())
        except PermanentFailure as failure:
            if failure.code != NOT_FOUND:
                raise
