"""The carrier: what it lacks, looked up when a button is pressed, and what it refused of late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import viewer
from admin.carrier_check import Check, NoAnswer, Patience
from admin.connection import Report
from admin.guard import Doors, Permission
from admin.overview import CHANNEL_WORDS
from models.database import Database
from models.delivery import Delivery, DeliveryState
from paging.carriers import codes
from paging.kindness import SPARED
from rules.line import Line

NEWEST = 1000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that the carrier did not take or could not deliver; `advice` is what to do about it, '' for nothing."""

    at: datetime
    what: str
    name: str
    ticket: int | None
    error: str
    code: str
    advice: str
    goes_on: bool


class CarrierPages:
    def __init__(self, database: Database, line: Line, check: Check | None) -> None:
        """`check` None: there is no account, and the simulator stands in for the carrier."""
        self._database = database
        self._line = line
        self._patience = Patience(check) if check else None

    def open(self, doors: Doors) -> None:
        doors.open("/carrier", "carrier", self.page, Permission.ADMINISTER)
        doors.take("/carrier", "carrier_check", self.check, Permission.ADMINISTER)

    def page(self) -> ResponseReturnValue:
        return self._page()

    def check(self) -> ResponseReturnValue:
        """Look now. Nothing is changed, here or at the carrier; no transaction is held meanwhile."""
        if self._patience is None:
            return self._page(trouble="There is no account to check.", status=409)
        try:
            report = self._patience.report(self._database, self._line)
        except NoAnswer as reason:
            return self._page(trouble=str(reason), status=503)
        return self._page(report)

    def _page(self, report: Report | None = None, trouble: str = "", status: int = 200) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            refusals = _refusals(session)
        html = render_template(
            "console/carrier.html",
            has_account=self._patience is not None,
            line=self._line,
            report=report,
            trouble=trouble,
            refusals=refusals,
            newest=NEWEST,
            times=viewer.times(now, self._line.policy.time_zone),
        )
        return make_response(html, status)


def _refusals(session: Session) -> Sequence[Refusal]:
    """The latest among the newest messages; those that a rule of ours spared are none."""
    newest = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(NEWEST))
    refused = [row for row in newest if row.error is not None and row.error_code != SPARED]
    shown = [row for row in refused if row.state is not DeliveryState.CANCELLED][:SHOWN]
    return sorted(map(_refusal, shown), key=lambda one: one.at, reverse=True)


def _refusal(row: Delivery) -> Refusal:
    code = row.error_code or ""
    return Refusal(
        at=row.settled_at or row.attempted_at or row.created_at,
        what=CHANNEL_WORDS[row.channel],
        name=row.name,
        ticket=row.ticket_number,
        error=row.error or "",
        code=code,
        advice=_advice(code),
        goes_on=row.state in (DeliveryState.PENDING, DeliveryState.ATTEMPTING),
    )


def _advice(code: str) -> str:
    if codes.is_configuration(code):
        return "Every message of this kind fails until this is changed at the carrier or in the settings."
    if code == codes.OPTED_OUT:
        return "This telephone has sent STOP: a text with the word START from it takes that back."
    return ""
