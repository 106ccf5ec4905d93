"""One webhook of a call: its locked row, what the caller answered, and where the call goes on.

The row is read and written with two plain statements: a call's webhooks are the busiest path of the house.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.prompts import Prompts
from ivr.webhook import Form
from models.call import Call, CallStep, Step
from rules.line import Line

_CALL = Call.__table__
assert isinstance(_CALL, Table)
_LOCK = select(_CALL).where(_CALL.c.sid == bindparam("sid")).with_for_update()
_SAVE = update(_CALL).where(_CALL.c.sid == bindparam("saved_sid"))
_INSERT = {
    name: dialect.insert(_CALL).on_conflict_do_nothing(index_elements=["sid"]).returning(_CALL.c.sid)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_LOG = insert(CallStep)
_MUTABLE = tuple(column.name for column in _CALL.columns if column.name not in ("sid", "caller", "started_at"))

FRUITLESS = 3
"""So many silences, or keys that mean nothing, and a question is not asked again."""


@dataclass(slots=True)
class Exchange:
    """What one webhook works with. `call` is a copy of the locked row; `conduct` writes it back.

    `has_just_opened`: this webhook has opened the call's ticket, so nobody can have it yet.
    """

    session: Session
    line: Line
    prompts: Prompts
    form: Form
    now: datetime
    call: Call
    events: list[tuple[str, str]] = field(default_factory=list)
    has_just_opened: bool = False

    @property
    def connection(self) -> Connection:
        """For plain statements, inside the session's transaction."""
        return self.session.connection()

    @property
    def keys(self) -> str:
        return self.form.digits

    def log(self, kind: str, text: str) -> None:
        """One line of the call's log. Never a PIN."""
        self.events.append((kind, text))

    def action(self) -> str:
        """Where the answer to the current question goes."""
        return self.line.url(f"/twilio/voice/{self.call.step}?turn={self.call.turn}")

    def go_to(self, step: Step) -> None:
        """The next question is that of `step`."""
        self.call.step = step
        self.call.silences = 0
        self.call.turn += 1

    def ask_again(self) -> None:
        """The next question is the same one."""
        self.call.turn += 1

    def is_fruitless(self) -> bool:
        """Count an answer that leads nowhere. True when the question has been asked often enough."""
        self.call.silences += 1
        return self.call.silences >= FRUITLESS


def lock(session: Session, sid: str) -> Call | None:
    """The call, locked until the transaction ends."""
    row = session.connection().execute(_LOCK, {"sid": sid}).one_or_none()
    return Call(**row._mapping) if row else None


def new_call(sid: str, caller: str | None, now: datetime) -> Call:
    """A call that has just come in."""
    return Call(
        sid=sid,
        caller=caller,
        step=Step.LANGUAGE,
        turn=1,
        silences=0,
        wrong_pins=0,
        problem=1,
        registered=False,
        staffed=False,
        started_at=now,
    )


def insert_call(x: Exchange) -> bool:
    """Write a new call. False when another webhook of the same call was faster."""
    values = {"sid": x.call.sid, "caller": x.call.caller, "started_at": x.call.started_at} | _state(x.call)
    statement = _INSERT[x.connection.dialect.name]
    if x.connection.execute(statement, values).first() is None:
        return False
    _write_log(x)
    return True


def conduct(x: Exchange, step: Callable[[Exchange], str]) -> str:
    """Run one step of the call and write down what it did. Answers the document to play."""
    before = _state(x.call)
    document = step(x)
    after = _state(x.call)
    if after != before:
        x.connection.execute(_SAVE, {"saved_sid": x.call.sid} | after)
    _write_log(x)
    return document


def _write_log(x: Exchange) -> None:
    for kind, text in x.events:
        x.connection.execute(_LOG, {"call_sid": x.call.sid, "at": x.now, "kind": kind, "text": text})


def _state(call: Call) -> dict[str, object]:
    return {name: getattr(call, name) for name in _MUTABLE}
