"""The webhooks of inbound calls: each one is a transaction over the locked call."""

import re
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ivr import caller, exchange, twiml, webhook
from ivr.exchange import Exchange
from ivr.problems import HOLDING
from ivr.prompts import Prompts
from ivr.questions import ask, news
from ivr.webhook import Form
from models.call import Call, Step
from models.database import Database
from rules.line import Line
from rules.pins import Peppers

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
RECORDED = frozenset({Step.DESCRIPTION, Step.HUMAN})
NOTHING = ("", 204)
_SECONDS = re.compile(r"[0-9]{1,12}")


class Calls:
    """Answers what the provider asks while a call goes on, and hears when it is over."""

    def __init__(self, database: Database, line: Line, peppers: Peppers) -> None:
        self._database = database
        self._line = line
        self._peppers = peppers
        self._prompts = Prompts(line)

    def add_routes(self, blueprint: Blueprint) -> None:
        """Under the prefix of the provider's webhooks."""
        blueprint.post("/voice", endpoint="incoming")(self.incoming)
        blueprint.post("/voice/status", endpoint="call_status")(self.status)
        blueprint.post("/voice/wait", endpoint="wait")(self.wait)
        blueprint.post("/voice/<step>", endpoint="answer")(self.answer)

    def incoming(self) -> Response:
        """The line rings; a call that is known hears its current question."""
        return self._conduct(ask)

    def answer(self, step: str) -> Response:
        """An answer to the question of `step`."""
        turn = webhook.turn()

        def known(x: Exchange) -> str:
            if x.call.step is Step.ENDED and step in RECORDED and turn == x.call.turn:
                return caller.late_recording(x, step)
            is_current = step == x.call.step and turn in (None, x.call.turn)
            return caller.answer(x, self._peppers) if is_current else ask(x)

        return self._conduct(known)

    def wait(self) -> Response:
        """What a holding caller hears. Whoever presses `0`, or has held for too long, leaves the queue."""
        since = int(text) if _SECONDS.fullmatch(text := request.args.get("since", "")) else 0

        def known(x: Exchange) -> str:
            if x.call.outcome != HOLDING or x.now.timestamp() - since > self._line.policy.hold_limit.total_seconds():
                return twiml.leave()
            if x.keys == "0":
                caller.to_human(x)
                return twiml.leave()
            return news(x, since)

        return self._conduct(known)

    def status(self) -> tuple[str, int]:
        """The call is over; nothing else that is reported of it changes anything."""
        form = webhook.form()
        sid = form.sid("CallSid")
        if sid is None or form.text("CallStatus", 20) not in OVER:
            return NOTHING
        with self._database.write() as session:
            call = exchange.lock(session, sid)
            if call is not None and call.ended_at is None:
                x = self._exchange(session, form, call, self._database.now(session))
                exchange.conduct(x, caller.over)
        return NOTHING

    def _conduct(self, known: Callable[[Exchange], str]) -> Response:
        """One transaction: a call that is known goes on with `known`, another begins."""
        form = webhook.form()
        sid = form.sid("CallSid")
        if sid is None:
            return twiml.answer(twiml.end([self._prompts.say("caller.no_call")]))
        with self._database.write() as session:
            now = self._database.now(session)
            call = exchange.lock(session, sid)
            if call is None:
                x = self._exchange(session, form, exchange.new_call(sid, form.sender, now), now)
                document = caller.begin(x)
                if exchange.insert_call(x):
                    return twiml.answer(document)
                call, known = exchange.lock(session, sid), ask
            assert call is not None
            return twiml.answer(exchange.conduct(self._exchange(session, form, call, now), known))

    def _exchange(self, session: Session, form: Form, call: Call, now: datetime) -> Exchange:
        return Exchange(session, self._line, self._prompts, form, now, call)
