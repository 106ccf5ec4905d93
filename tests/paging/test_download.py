"""A recording fetched over a real connection: whom the account's password reaches, and a carrier that falls silent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
import requests

from paging.carriers.protocol import ConfigurationFailure, PermanentFailure, SendFailure
from paging.carriers.twilio import RedirectingClient, TwilioRecordings
from paging.carriers.twilio.download import LARGEST_SOUND, download

ACCOUNT, TOKEN = "AC" + "1" * 32, "the token"
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def carrier(answer: Answer) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A server on loopback that answers so; its address, and the (path, Authorization) that it was asked with."""
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization")))
            answer(self)

        def log_message(self, format: str, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def answering(status: int, content: bytes = b"", length: int | None = None, **headers: str) -> Answer:
    """An answer whose Content-Length is its content's, or `length`; `Content_Type` is a header's name."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def store(url: str) -> TwilioRecordings:
    return TwilioRecordings(ACCOUNT, TOKEN, RedirectingClient(url))


def test_a_recording_comes_from_the_account_s_own_address() -> None:
    with carrier(answering(200, b"RIFF words", Content_Type="audio/x-wav; charset=binary")) as (url, asked):
        sound = store(url).fetch("RE1")
    assert (sound.content, sound.media_type) == (b"RIFF words", "audio/x-wav")
    [(path, authorization)] = asked
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.wav"
    assert authorization


def test_an_id_cannot_lead_out_of_the_account() -> None:
    with carrier(answering(404)) as (url, asked), pytest.raises(PermanentFailure):
        store(url).fetch("../../AC2/Recordings/RE1")
    assert asked[0][0].startswith(f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/..%2F")


def test_a_redirect_to_another_host_takes_no_password_along() -> None:
    with carrier(answering(200, b"RIFF", Content_Type="audio/x-wav")) as (elsewhere, asked):
        elsewhere = elsewhere.replace("127.0.0.1", "localhost")
        with carrier(answering(302, Location=f"{elsewhere}/RE1.wav")) as (url, _):
            assert store(url).fetch("RE1").content == b"RIFF"
    assert asked == [("/RE1.wav", None)]


def test_a_connection_that_breaks_in_the_middle_is_a_failure() -> None:
    broken = answering(200, b"RIFF", length=4000, Content_Type="audio/x-wav")
    with carrier(broken) as (url, _), pytest.raises(SendFailure):
        store(url).fetch("RE1")


@pytest.mark.parametrize("media_type", ["text/html", "application/json", ""])
def test_what_is_no_sound_is_not_kept(media_type: str) -> None:
    with carrier(answering(200, b"<html>", Content_Type=media_type)) as (url, _), pytest.raises(PermanentFailure):
        store(url).fetch("RE1")


def test_a_sound_that_is_too_large_is_not_kept() -> None:
    large = answering(200, bytes(LARGEST_SOUND + 1), Content_Type="audio/x-wav")
    with carrier(large) as (url, _), pytest.raises(PermanentFailure):
        store(url).fetch("RE1")


def test_an_account_that_is_refused_is_for_admins() -> None:
    with carrier(answering(401)) as (url, _), pytest.raises(ConfigurationFailure):
        store(url).fetch("RE1")


def dribbling(*, headers: bool) -> Answer:
    """A byte now and then, never so late that one read would give up: in the headers, or in the sound."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/x-wav")
        if not headers:
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
        handler.flush_headers()
        with suppress(OSError):
            while not Event().wait(0.02):
                handler.wfile.write(b"x")

    return answer


@pytest.mark.parametrize("headers", [True, False])
def test_a_carrier_that_sends_a_byte_now_and_then_does_not_keep_the_thread(headers: bool) -> None:
    with carrier(dribbling(headers=headers)) as (url, _), pytest.raises(requests.ReadTimeout):
        download(requests.Session(), f"{url}/RE1.wav", (ACCOUNT, TOKEN), seconds=0.3)
