"""Which program calls, and what its token opens."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from flask import abort, g, request

from admin.accounts import token_of
from admin.api.memory import Remembered
from admin.api.problems import problem, refuse
from models.account import Scope
from models.database import Database

KEPT = 1.0
"""Seconds for which a revoked token may still be accepted."""


class Access(StrEnum):
    """What a route needs: OPEN is for everyone, READ sees, WORK changes tickets, EVENTS reports from monitoring.

    EDIT changes schedules, which belong to no contract.
    """

    OPEN = "open"
    READ = "read"
    WORK = "work"
    EVENTS = "events"
    EDIT = "edit"


GRANTED: dict[Scope, frozenset[Access]] = {
    Scope.FULL: frozenset(Access),
    Scope.READ: frozenset({Access.OPEN, Access.READ}),
    Scope.EVENTS: frozenset({Access.OPEN, Access.EVENTS}),
}


@dataclass(frozen=True, slots=True)
class Program:
    """The caller, by its token. `contract_id`: it sees and reports that contract alone."""

    name: str
    scope: Scope
    contract_id: int | None


class Tokens:
    """Checks the token of every request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Remembered[Program] = Remembered(KEPT)

    def check(self, access: Access, of_contract: bool) -> None:
        """Let the request go on, or end it: 401 without a known token, 403 outside its scope.

        `of_contract`: the route itself keeps a narrowed token to its contract. All other routes are closed to it.
        """
        if access is Access.OPEN:
            return
        program = self._program()
        if access not in GRANTED[program.scope]:
            refuse(HTTPStatus.FORBIDDEN, f"this token has the scope {program.scope}, which does not allow this")
        g.program = program
        if not of_contract:
            check_contract(None)

    def _program(self) -> Program:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        secret = secret.strip()
        program = None
        if kind.lower() == "bearer" and secret:
            program = self._known.get(secret, lambda: self._find(secret))
        if program is None:
            answer = problem(HTTPStatus.UNAUTHORIZED, "send a known token: Authorization: Bearer …")
            answer.headers["WWW-Authenticate"] = 'Bearer realm="Platinum Line"'
            abort(answer)
        return program

    def _find(self, secret: str) -> Program | None:
        with self._database.read() as session:
            token = token_of(session, secret)
            return Program(token.name, token.scope, token.contract_id) if token else None


def program() -> Program:
    """The program whose request this is."""
    calling: Program = g.program
    return calling


def actor() -> str:
    """The program, as the audit trail and revisions name it."""
    return f"token {program().name}"[:254]


def check_contract(contract_id: int | None) -> None:
    """End the request of a token that is narrowed to another contract.

    None: what belongs to no contract, and what is not there: a narrowed token must not learn which others exist.
    """
    narrowed = program().contract_id
    if narrowed is not None and narrowed != contract_id:
        refuse(HTTPStatus.FORBIDDEN, "this token is for one contract, and this is not of that contract")
