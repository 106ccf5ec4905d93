"""The tokens of programs that call the API: the list, create, revoke."""

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import SelectField

from admin import accounts, fields, parts, search, trail, viewer
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.search import Edge, Part
from models.account import Scope, Token
from models.customer import Contract
from models.database import Database

SCOPES = {
    Scope.FULL: "Full: reads and works tickets, reports events",
    Scope.READ: "Read: reads alone",
    Scope.EVENTS: "Events: reports events of monitoring alone",
}


class TokenForm(KeptForm):
    name = fields.words("Name", "Type what uses it.", accounts.LONGEST_NAME)
    scope = SelectField("Scope", choices=[fields.choice(scope.value, words) for scope, words in SCOPES.items()])
    contract = fields.text("Contract", longest=64)


class TokenPages:
    def __init__(self, database: Database, zone: str) -> None:
        """`zone`: whose clocks the pages show where the reader's are unknown."""
        self._database = database
        self._zone = zone

    def open(self, doors: Doors) -> None:
        doors.open("/tokens", "tokens", self.listing, Permission.ADMINISTER, post=True)
        doors.take("/tokens/<int:number>/revoke", "token_revoke", self.revoke, Permission.ADMINISTER)

    def listing(self) -> ResponseReturnValue:
        """The tokens, the ones in force first, `before` or `after` one's id; and the form of a new one."""
        with self._database.read() as session:
            now = self._database.now(session)
            part = _listed(session, search.edge())
        form = TokenForm()
        if form.validate_on_submit() and (secret := self._create(form)):
            return _show(fields.value(form.name), secret)
        times = viewer.times(now, self._zone)
        html = render_template("console/tokens.html", address=search.address, form=form, part=part, times=times)
        return make_response(html, 422 if form.errors else 200)

    def revoke(self, number: int) -> ResponseReturnValue:
        """From now on the token opens nothing."""
        with self._database.write() as session:
            token = session.get(Token, number, with_for_update=True) or abort(404)
            if token.revoked_at is None:
                now = token.revoked_at = self._database.now(session)
                trail.record(session, now, "token.revoked", f"token:{token.name}", {"scope": token.scope}, None)
        flash(f"The token of {token.name} is revoked: it opens nothing any more.", "green")
        return redirect("/tokens", 303)

    def _create(self, form: TokenForm) -> str | None:
        """The secret of the new token; None, with the reason at the field, where there can be none."""
        name, scope, contract = fields.value(form.name), Scope(fields.value(form.scope)), form.contract.data or None
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                secret = accounts.create_token(session, name, scope, contract, now)
                after = {"scope": scope, "contract": contract}
                trail.record(session, now, "token.created", f"token:{name}", None, after)
        except accounts.UnknownContract:
            fields.complain(form.contract, "No contract has this number. Find it under Customers.")
            return None
        except accounts.AccountError as error:
            fields.complain(form.name, str(error))
            return None
        return secret


def _listed(session: Session, edge: Edge | None) -> Part[tuple[Token, str | None]]:
    """Each token with its contract's number."""
    statement = select(Token, Contract.number).outerjoin(Contract, Contract.id == Token.contract_id)
    order = (Token.revoked_at.is_(None), Token.created_at, Token.id)
    return parts.listed(session, statement, order, edge, falling=True)


def _show(name: str, secret: str) -> ResponseReturnValue:
    """The only time that a token's secret is seen: it is not kept, here or in the browser."""
    response = make_response(render_template("console/token.html", name=name, secret=secret))
    response.headers["Cache-Control"] = "no-store"
    return response
