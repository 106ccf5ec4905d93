"""What callers recorded, for the provider to play: it signs no such request, so the address itself is the key."""

import io

from flask import Blueprint, Response, abort, send_file
from sqlalchemy import select
from sqlalchemy.orm import undefer

from models.database import Database
from models.recording import Recording


def create_sounds(database: Database) -> Blueprint:
    """The blueprint at /play."""
    blueprint = Blueprint("sounds", __name__, url_prefix="/play")

    @blueprint.get("/<sid>/<key>.wav")
    def sound(sid: str, key: str) -> Response:
        with database.read() as session:
            statement = select(Recording).where(Recording.key == key, Recording.provider_sid == sid)
            found = session.execute(statement.options(undefer(Recording.sound))).scalar_one_or_none()
        if found is None or found.sound is None:
            abort(404)
        answer = send_file(io.BytesIO(found.sound), mimetype=found.media_type)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    return blueprint
