"""What the provider reports of our messages and calls. It does not repeat a callback that failed: we do."""

import structlog
from flask import Blueprint
from sqlalchemy.orm import Session

from ivr import transaction, webhook
from models.database import Database
from paging import outcomes
from rules.line import Line

log = structlog.get_logger(__name__)


class DeliveryCallbacks:
    """Answers the status callbacks of texts and of calls to technicians."""

    def __init__(self, database: Database, line: Line, account_sid: str) -> None:
        self._database = database
        self._line = line
        self._account_sid = account_sid

    def add_routes(self, blueprint: Blueprint) -> None:
        """Under the prefix of the provider's webhooks."""
        blueprint.post("/delivery/<int(max=2147483647):delivery_id>/status", endpoint="delivery_status")(self.status)

    def status(self, delivery_id: int) -> tuple[str, int]:
        """What became of one delivery; one that we do not know changes nothing."""
        form = webhook.form()
        sid = form.sid("MessageSid") or form.sid("CallSid")
        status = form.text("MessageStatus", 20) or form.text("CallStatus", 20)
        code = form.text("ErrorCode", 16)

        def report(session: Session) -> None:
            now = self._database.now(session)
            outcomes.report(session, self._line, delivery_id, sid or "", status, code, now)

        if sid is None or not self._is_ours(form):
            log.warning("a callback that says nothing of ours", delivery=delivery_id, sid=sid, status=status)
        else:
            transaction.commit(self._database, report)
        return "", 204

    def _is_ours(self, form: webhook.Form) -> bool:
        """A token may sign for several accounts of one owner; only this one's messages are ours."""
        return form.text("AccountSid", 64) in ("", self._account_sid)
