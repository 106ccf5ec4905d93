"""What the carrier's answers to a request mean."""

from typing import Any

import pytest
from twilio.http import HttpClient
from twilio.http.response import Response

from paging.carriers.protocol import AmbiguousFailure, Message
from paging.carriers.twilio import Download, TwilioCarrier
from rules.escalation import Channel


class Answering(HttpClient):
    """The carrier's API, which gives every request the same answer."""

    def __init__(self, status: int, body: str) -> None:
        self._answer = Response(status, body)

    def request(self, *_arguments: Any, **_options: Any) -> Response:
        return self._answer

    def download(self, url: str, auth: tuple[str, str]) -> Download:
        raise NotImplementedError


def message(channel: Channel) -> Message:
    return Message(7, 1, channel, "+393331110001", "", "P1 100001", "https://x.example/v", "https://x.example/s")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE, Channel.SECOND_PHONE])
@pytest.mark.parametrize("body", ["{}", '{"sid": null}', '{"sid": ""}', '{"sid": 7}', "<html>"])
def test_an_answer_without_an_id_leaves_in_doubt_whether_it_was_sent(channel: Channel, body: str) -> None:
    carrier = TwilioCarrier("AC1", "token", "+390500000001", "+390500000002", Answering(201, body))
    with pytest.raises(AmbiguousFailure):
        carrier.send(message(channel))


def test_an_answer_with_an_id_has_been_sent() -> None:
    carrier = TwilioCarrier("AC1", "token", "+390500000001", "+390500000002", Answering(201, '{"sid": "SM1"}'))
    assert carrier.send(message(Channel.SMS)) == "SM1"
