"""What a caller hears while the database cannot be used: an apology, another try, and at last a duty manager.

A database that is full, locked or frozen must not end in silence: the provider waits for 15 seconds, then hangs up.
"""

from contextlib import ExitStack
from http import HTTPStatus
from time import monotonic

import structlog
from flask import Blueprint, Response, g, request
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from ivr import fallback, twiml
from ivr.prompts import Prompts
from models.database import Database
from models.patience import answers_by
from rules.line import Line

log = structlog.get_logger(__name__)

OF_THE_DATABASE = (OperationalError, InterfaceError, TimeoutError)
ANSWERED_WITHIN = 3.5
"""Seconds that a webhook may wait for PostgreSQL in all."""
TO_LOOK_UP = 1.0
"""Seconds for the duty managers' numbers."""
REMEMBERED = 600.0
"""Seconds for which the duty managers' numbers need not be looked up again."""
TRIES = 3
CALLS_OF_TECHNICIANS = frozenset({"page_answered", "page_key", "page_connected"})
CALLS = CALLS_OF_TECHNICIANS | {"incoming", "answer", "wait"}


class Trouble:
    """Answers the webhooks of a blueprint in the place of a database that does not."""

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._prompts = Prompts(line)
        self._rings_duty_manager: str | None = None
        self._known_since: float | None = None

    def watch(self, blueprint: Blueprint) -> None:
        blueprint.before_request(_limit_the_wait)
        blueprint.after_request(self._remember)
        blueprint.teardown_request(_end_the_limit)
        for error in OF_THE_DATABASE:
            blueprint.register_error_handler(error, self.answer)

    def answer(self, error: Exception) -> Response:
        """What the provider does instead of hanging up; 503 for what nobody listens to."""
        endpoint = (request.endpoint or "").rpartition(".")[2]
        log.error("the database could not be used", endpoint=endpoint, error=str(error))
        if endpoint == "text":
            return twiml.answer(twiml.message(self._line.wording.say("reply.trouble")))
        if endpoint not in CALLS:
            return Response("The database cannot be used.\n", 503, content_type="text/plain")
        tries = request.args.get("tries", 0, type=int)
        if endpoint == "wait":
            return twiml.answer(twiml.try_again(self._say("trouble.moment"), self._line.url(request.full_path)))
        if tries < TRIES - 1:
            return twiml.answer(twiml.try_again(self._say("trouble.moment"), self._again(endpoint, tries + 1)))
        if endpoint in CALLS_OF_TECHNICIANS:
            return twiml.answer(twiml.end(self._say("trouble.technician")))
        return twiml.answer(self._last_resort())

    def _say(self, key: str) -> list[twiml.Speech]:
        return [self._prompts.say(key)]

    def _again(self, endpoint: str, tries: int) -> str:
        """Where the call's current question is asked: what was pressed meanwhile is asked for once more."""
        path = "/twilio/voice"
        if endpoint in CALLS_OF_TECHNICIANS:
            path = f"/twilio/page/{(request.view_args or {})['delivery_id']}"
        return self._line.url(f"{path}?tries={tries}")

    def _last_resort(self) -> str:
        """Ring the duty managers: their numbers can often be read when nothing can be written, or were read before."""
        with answers_by(TO_LOOK_UP):
            self._look_up()
        over = self._prompts.say("fallback.over", portal=self._line.policy.portal)
        return self._rings_duty_manager or twiml.end([*self._say("trouble.sorry"), over])

    def _remember(self, response: Response) -> Response:
        """Look the duty managers up now and then, for a time when they cannot be looked up."""
        is_call = request.endpoint == "twilio.incoming" and response.status_code == HTTPStatus.OK
        if is_call and "tries" not in request.args and self._is_old():
            self._look_up()
        return response

    def _is_old(self) -> bool:
        return self._known_since is None or monotonic() - self._known_since > REMEMBERED

    def _look_up(self) -> None:
        try:
            with self._database.read() as session:
                self._rings_duty_manager = fallback.document(session, self._line)
        except fallback.NobodyToDial:
            self._rings_duty_manager = None
        except OF_THE_DATABASE:
            log.warning("the duty managers' numbers cannot be read: those that were read before are called")
            return
        self._known_since = monotonic()


def _limit_the_wait() -> None:
    g.patience = ExitStack()
    g.patience.enter_context(answers_by(ANSWERED_WITHIN))


def _end_the_limit(_error: BaseException | None) -> None:
    if "patience" in g:
        g.pop("patience").close()
