"""Phoning the line from a terminal, against a server that runs; the technicians answer here too."""

import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

import requests

EVERY_SECONDS = 0.4
TIMEOUT_SECONDS = 5
HELP = """\
  digits, * and #        press keys: 1, or 48201937#
  record WORDS           say something into a recording and end it with #
  silence                say and press nothing until the line stops waiting
  hangup                 put the telephone down
  call                   phone the line (again)
  NAME: WORDS            text the line as a technician: anna: ACK 100001
  NAME answer | decline  take or decline a page call; then NAME 1 presses a key
  NAME hangup            put a technician's telephone down
  quit                   leave (this hangs up)"""


class Unreachable(Exception):
    """There is no simulator to talk to; the text says what to do."""


class Server:
    """The desk of a running server, over its JSON interface."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._token = ""

    def look(self, number: str) -> dict[str, Any]:
        """The desk, with the telephone `number` on it. Raises Unreachable."""
        answer = self._send("GET", "/simulator/phone/state", params={"number": number})
        if answer.status_code == 404:
            raise Unreachable(f"{self._url} has no simulator for you: it runs with a real account, or needs a sign-in.")
        state: dict[str, Any] = answer.json()
        self._token = str(state["token"])
        return state

    def act(self, act: str, **fields: str) -> dict[str, Any]:
        """Do something at a telephone; what cannot be done comes back as 'error'. Raises Unreachable."""
        headers = {"X-CSRFToken": self._token, "Referer": f"{self._url}/simulator"}
        answer = self._send("POST", f"/simulator/phone/{act}", json=fields, headers=headers)
        done: dict[str, Any] = answer.json()
        return done

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self._url}{path}", timeout=TIMEOUT_SECONDS, **more)
        except requests.RequestException as error:
            message = f"No server answers at {self._url}. Start one with 'make run', or name another with --url."
            raise Unreachable(message) from error


class Terminal:
    """What is typed becomes acts; what happens on the desk is written as it happens."""

    def __init__(self, server: Server, caller: str, write: Callable[[str], None]) -> None:
        self._server = server
        self._write = write
        self._shown: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._desk = server.look(caller)
        self._caller = caller or self._first_contact()
        self._lock = threading.Lock()
        self.show(quietly=True)

    def start(self) -> None:
        """Phone the line."""
        self._write(f"Phoning {self._desk['line']} from {self._caller}. Type 'help' for what you can do.")
        self._do("dial", caller=self._caller)

    def obey(self, line: str) -> bool:
        """Do what a typed line says; False when it says to leave."""
        word, _, rest = line.strip().partition(" ")
        technician = self._technician(word.rstrip(":"))
        if word in ("quit", "exit"):
            self._do("hang-up", leg=self._leg(self._caller))
            return False
        if technician:
            self._as_technician(technician, rest.strip(), is_text=word.endswith(":"))
        elif word:
            self._as_caller(word, rest.strip())
        return True

    def show(self, *, quietly: bool = False) -> None:
        """Write what is new on every telephone."""
        with self._lock:
            self._desk = self._server.look(self._caller)
            names = {one["number"]: one["name"].split()[0] for one in self._desk["technicians"]}
            for number, handset in self._desk["handsets"].items():
                for text in self._news(number, handset):
                    if not quietly:
                        self._write(text if number == self._caller else f"  [{names[number]}] {text}")

    def _news(self, number: str, handset: dict[str, Any]) -> list[str]:
        news = []
        for text in handset["texts"]:
            if self._is_new(f"{number} {text['at']} {text['body']}", 1) and not text["mine"]:
                news.append(f"Text: {text['body']}")
        call = handset["call"]
        if call is None:
            return news
        lines = call["lines"]
        for line in lines[self._seen(call["sid"], len(lines)) :]:
            if line["kind"] != "pressed":
                news.append(f"{'-' if line['kind'] == 'said' else ' '} {line['text']}")
        if self._states.get(number) != f"{call['sid']} {call['state']}":
            self._states[number] = f"{call['sid']} {call['state']}"
            if not call["live"] or call["ringing"] or call["listens"] or call["records"]:
                news.append(f"  {call['state']}.")
        return news

    def _is_new(self, key: str, count: int) -> bool:
        return self._seen(key, count) < count

    def _seen(self, key: str, count: int) -> int:
        """How many of these were shown before."""
        before = self._shown.get(key, 0)
        self._shown[key] = max(before, count)
        return before

    def _as_caller(self, word: str, rest: str) -> None:
        leg = self._leg(self._caller)
        if word == "call":
            self._do("dial", caller=self._caller)
        elif word == "hangup":
            self._do("hang-up", leg=leg)
        elif word == "silence":
            self._do("silence", leg=leg)
        elif word == "answer":
            self._do("pick-up", leg=leg)
        elif word == "record":
            self._do("say", leg=leg, words=rest, finish="1")
        elif set(word) <= set("0123456789*#"):
            self._do("press", leg=leg, keys=word)
        else:
            self._write(HELP)

    def _as_technician(self, technician: dict[str, str], rest: str, *, is_text: bool) -> None:
        number = technician["number"]
        acts = {"answer": "pick-up", "decline": "hang-up", "hangup": "hang-up", "silence": "silence"}
        if is_text:
            self._do("text", number=number, body=rest)
        elif rest in acts:
            self._do(acts[rest], leg=self._leg(number))
        elif rest and set(rest) <= set("0123456789*#"):
            self._do("press", leg=self._leg(number), keys=rest)
        else:
            self._write(HELP)

    def _do(self, act: str, **fields: str) -> None:
        done = self._server.act(act, **fields)
        if "error" in done:
            self._write(str(done["error"]))

    def _leg(self, number: str) -> str:
        call = self._desk["handsets"].get(number, {}).get("call")
        return str(call["sid"]) if call and call["live"] else ""

    def _technician(self, word: str) -> dict[str, str] | None:
        for one in self._desk["technicians"]:
            if word.lower() in (one["key"].lower(), one["name"].split()[0].lower()):
                return {"number": one["number"]}
        return None

    def _first_contact(self) -> str:
        contacts = self._desk["contacts"]
        return str(contacts[0]["number"]) if contacts else "anonymous"


def terminal(url: str, caller: str | None = None, source: TextIO = sys.stdin) -> None:
    """Phone the line of the server at `url` from `caller` (a contact of a customer when left out).

    Reads what to do from `source`, a line at a time. Exits with a message when no server answers.
    """
    try:
        phone = Terminal(Server(url), caller or "", print)
        phone.start()
        over = threading.Event()
        threading.Thread(target=_keep_showing, args=(phone, over), daemon=True).start()
        for line in source:
            if over.is_set() or not phone.obey(line):
                break
        over.set()
    except Unreachable as unreachable:
        raise SystemExit(str(unreachable)) from None
    except KeyboardInterrupt:
        print()


def _keep_showing(phone: Terminal, over: threading.Event) -> None:
    while not over.wait(EVERY_SECONDS):
        try:
            phone.show()
        except Unreachable as unreachable:
            print(unreachable)
            over.set()
