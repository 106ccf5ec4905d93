"""Phoning from a terminal, against the real application."""

import socket
from typing import Any

import pytest
import requests

from models.clock import VirtualClock
from simulator.terminal import Server, Terminal, Unreachable, terminal
from tests.world import ADA, LINE, PIN, World


class InProcess(Server):
    """A server in the same process, in which everything happens before it answers."""

    def __init__(self, line: World) -> None:
        super().__init__("http://127.0.0.1:8000")
        self._line = line
        self._client = line.app.test_client()

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = self._client.open(
            path, method=method, query_string=more.get("params"), json=more.get("json"), headers=more.get("headers")
        )
        self._line.settles()
        response = requests.Response()
        response.status_code = answer.status_code
        response._content = answer.data
        return response


class Screen:
    """A terminal whose lines are kept."""

    def __init__(self, line: World, caller: str = ADA) -> None:
        self.lines: list[str] = []
        self._terminal = Terminal(InProcess(line), caller, self.lines.append)
        self._terminal.start()
        self._terminal.show()

    def types(self, line: str) -> bool:
        goes_on = self._terminal.obey(line)
        self._terminal.show()
        return goes_on

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def line(sqlite_url: str, clock: VirtualClock) -> World:
    return World(sqlite_url, clock).loads(LINE.read_text(encoding="utf-8"))


@pytest.fixture
def screen(line: World) -> Screen:
    return Screen(line)


def test_a_whole_call_with_its_acknowledgement(line: World, screen: Screen):
    screen.types(f"{PIN}#")
    screen.types("1")
    screen.types("1")
    screen.types("record The disk is full")
    assert "1 0 0 0 0 1" in screen.text
    assert screen.types("hangup")
    assert "[Anna] Text: P1 100001" in screen.text
    screen.types("anna: ACK 100001")
    assert line.ticket("100001")["taken_by"] == "anna"
    line.passes(seconds=2)  # the number texts once a second
    screen.types("help")
    assert "Text: Anna Rossi has your ticket 100001" in screen.text


def test_a_page_call_is_answered_with_keys(line: World, screen: Screen):
    for typed in (f"{PIN}#", "1", "hangup", "anna answer"):
        screen.types(typed)
    assert "[Anna] - To accept, press 1." in screen.text
    screen.types("anna 1")
    assert line.ticket("100001")["taken_by"] == "anna"


def test_what_was_shown_is_not_shown_again(screen: Screen):
    shown = screen.text
    screen.types("")
    assert screen.text == shown


def test_silence_and_calling_again(screen: Screen):
    before = screen.text.count("PIN")
    screen.types("silence")
    assert screen.text.count("PIN") > before
    screen.types("hangup")
    assert "The call is over" in screen.text
    screen.types("call")
    screen.types("hangup")
    assert screen.text.count("The call is over") == 2


def test_help_is_shown_for_what_is_not_understood(screen: Screen):
    screen.types("shout")
    screen.types("anna jumps")
    assert screen.text.count("press keys") == 2


def test_leaving_hangs_up(line: World, screen: Screen):
    assert not screen.types("quit")
    assert "The call is over" in screen.text


def test_without_a_number_a_contact_calls(line: World):
    assert f"from {ADA}" in Screen(line, "").text


def test_a_refusal_is_said(line: World):
    assert "country" in Screen(line, "0584111").text


def test_no_server_is_said_in_words(unused_port: int):
    with pytest.raises(SystemExit) as stopped:
        terminal(f"http://127.0.0.1:{unused_port}")
    assert "make run" in str(stopped.value)


def test_a_server_with_a_real_account_is_said_in_words(line: World):
    server = InProcess(line)
    line.app.view_functions["simulator.state"] = lambda: ("", 404)
    with pytest.raises(Unreachable, match="real account"):
        server.look("")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
