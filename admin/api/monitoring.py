"""What monitoring systems report."""

from http import HTTPStatus

from flask import Response, json

from admin.api.alert_batches import AlertBatches, NotYours, Unusable
from admin.api.bodies import body_as
from admin.api.documents import EventReport
from admin.api.problems import refuse, refuse_field
from admin.api.tokens import program
from models.database import Database
from models.ticket import Ticket
from paging.events import Reported, lock_contract, receive
from rules.line import Line


class Monitoring:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._alerts = AlertBatches(database, self._take)

    def event(self) -> Response:
        """Report that a condition fires or is resolved."""
        try:
            new, ticket = self._take(body_as(EventReport))
        except Unusable as error:
            refuse_field(error.field, str(error))
        except NotYours:
            refuse(HTTPStatus.FORBIDDEN, "this token reports events of another contract")
        body = {"number": str(ticket.number) if ticket else None, "state": ticket.state if ticket else None}
        return Response(json.dumps(body), 201 if new else 200, mimetype="application/json")

    def alertmanager(self) -> Response:
        """Take the webhook of Prometheus Alertmanager: labels `contract`, and `event` or else `alertname`."""
        accepted, rejected = self._alerts.take()
        return Response(json.dumps({"accepted": accepted, "rejected": rejected}), mimetype="application/json")

    def _take(self, report: EventReport) -> tuple[bool, Ticket | None]:
        narrowed = program().contract_id
        with self._database.write() as session:
            contract = lock_contract(session, report.contract)
            if narrowed is not None and (contract is None or contract.id != narrowed):
                raise NotYours
            if contract is None:
                raise Unusable("contract", f"there is no contract {report.contract!r}")
            if report.event not in self._line.policy.events:
                known = ", ".join(self._line.policy.events)
                raise Unusable("event", f"unknown event {report.event!r}; there are {known}")
            reported = Reported(report.event, report.key, report.status == "resolved", report.source, report.summary)
            return receive(session, self._line, contract, reported, self._database.now(session))
