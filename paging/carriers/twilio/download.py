"""A file from the provider, with limits for the whole of it: in time and in size."""

import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

import requests
from urllib3.exceptions import HTTPError

LARGEST_SOUND = 16 * 1024 * 1024  # bytes; two minutes are two millions
LONGEST = 20.0  # seconds; less than the lease of a recording
EACH_READ = 10.0  # seconds
CHUNK = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Download:
    """What came for a file: HTTP status, media type without its parameters, the bytes, cut where they are too many."""

    status: int
    media_type: str
    content: bytes


def download(session: requests.Session, url: str, auth: tuple[str, str], seconds: float = LONGEST) -> Download:
    """Fetch a file. Raises requests.RequestException, at the latest after `seconds`.

    The time-out that a request can have holds for each read alone, and a server that sends a byte now and then never
    reaches it. So a thread does the reading, and is left alone when the time is over: it ends with its next read.
    """
    until = time.monotonic() + seconds
    came: SimpleQueue[Download | Exception] = SimpleQueue()

    def work() -> None:
        try:
            came.put(_read(session, url, auth, until))
        except Exception as error:
            came.put(error)

    Thread(target=work, name="download", daemon=True).start()
    try:
        found = came.get(timeout=seconds)
    except Empty:
        raise requests.ReadTimeout(f"the file did not come within {seconds:.0f} s") from None
    if isinstance(found, Exception):
        raise found
    return found


def _read(session: requests.Session, url: str, auth: tuple[str, str], until: float) -> Download:
    with session.get(url, auth=auth, timeout=EACH_READ, stream=True) as answer:
        content = bytearray()
        try:
            while chunk := answer.raw.read1(CHUNK, decode_content=True):
                content += chunk
                if len(content) > LARGEST_SOUND:
                    break
                if time.monotonic() > until:
                    raise requests.ReadTimeout("the file did not come in time")
        except HTTPError as error:
            raise requests.ConnectionError(error) from error
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        return Download(answer.status_code, media_type, bytes(content))
