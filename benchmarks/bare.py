"""A bare Flask route on the server that the product uses: what the machine, Flask and Waitress leave to be had.

`python -m benchmarks.bare PORT`
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from flask import Flask, Response

import admin.server
from benchmarks import processes
from benchmarks.callers import Server

TWIML = """<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="{url}/twilio/voice/priority?turn=3" \
finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="8"><Say language="en-GB" voice="Polly.Amy-Neural">\
For a critical problem, with services largely lost, press 1.</Say><Say language="en-GB" voice="Polly.Amy-Neural">\
For a high priority problem, press 2.</Say><Say language="en-GB" voice="Polly.Amy-Neural">For anything lower, press 4.\
</Say></Gather><Redirect method="POST">{url}/twilio/voice/priority?turn=3</Redirect></Response>"""
JSON = """{"at":"2026-11-24T02:00:00Z","because":"layer","layer":"weekly","schedule":"platinum",\
"sentence":"Anna Rossi: weekly layer, until Mon 09:00, then Bruno Rossi","since":"2026-11-23T08:00:00Z",\
"technician":"anna","until":"2026-11-30T08:00:00Z"}"""
JSON_PATH = "/on-call"


@contextmanager
def serving() -> Iterator[tuple[Server, psutil.Process]]:
    """The bare routes at work in a process of their own."""
    port = processes.free_port()

    def is_ready(_said: bytes) -> bool:
        return processes.answers(port, JSON_PATH)

    with processes.running(["-m", "benchmarks.bare", str(port)], {"PATH": os.environ["PATH"]}, is_ready) as process:
        yield Server(port, f"http://127.0.0.1:{port}"), process


def routes(url: str) -> Flask:
    """The same TwiML for every webhook, the same JSON for every question who is on call."""
    bare = Flask("bare")
    document = TWIML.format(url=url)

    @bare.post("/twilio/voice")
    @bare.post("/twilio/voice/<step>")
    def webhook(step: str = "") -> Response:
        return Response(document, content_type="text/xml; charset=utf-8")

    @bare.get(JSON_PATH)
    def on_call() -> Response:
        return Response(JSON, content_type="application/json")

    return bare


if __name__ == "__main__":
    port = int(sys.argv[1])
    admin.server.Server("127.0.0.1", port, lambda: routes(f"http://127.0.0.1:{port}"), lambda: ()).run()
