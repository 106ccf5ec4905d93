"""What the carrier wrote down of a recording, some time after the call. A failure comes without words."""

import structlog
from flask import Blueprint
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from ivr import transaction, webhook
from models.database import Database
from models.recording import Recording, RecordingState
from paging import pager
from rules.line import Line
from tickets import story

log = structlog.get_logger(__name__)

TRANSCRIBED = "/twilio/recordings/transcribed"
LONGEST = 4000


class Transcripts:
    """Answers the transcription callbacks."""

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def add_routes(self, blueprint: Blueprint) -> None:
        """Under the prefix of the provider's webhooks."""
        blueprint.post("/recordings/transcribed", endpoint="transcribed")(self.transcribed)

    def transcribed(self) -> tuple[str, int]:
        """Words for one recording, kept once; without words nothing changes."""
        form = webhook.form()
        call, sid, words = form.sid("CallSid"), form.sid("RecordingSid"), form.text("TranscriptionText", LONGEST)
        if call is None or sid is None or not words:
            log.warning("a recording was not transcribed", recording=sid, status=form.text("TranscriptionStatus", 20))
        else:
            transaction.commit(self._database, lambda session: self._keep(session, call, sid, words))
        return "", 204

    def _keep(self, session: Session, call: str, sid: str, words: str) -> None:
        """The story says that there is a transcript, not its words: they go when the recording goes."""
        theirs = (Recording.call_sid == call, Recording.provider_sid == sid)
        missing = (Recording.transcript.is_(None), Recording.state != RecordingState.DELETED)
        kept = session.execute(update(Recording).where(*theirs, *missing).values(transcript=words))
        assert isinstance(kept, CursorResult)
        ticket = session.execute(select(Recording.ticket_number).where(*theirs)).scalar()
        if kept.rowcount and ticket is not None:
            now = self._database.now(session)
            story.record(session, ticket, now, "transcribed", self._line.wording.say("event.transcribed"))
            pager.send_update(session, self._line, ticket, now, f"{call}:{sid}", words)
