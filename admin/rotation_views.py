"""A schedule as a page finds it."""

from flask import abort
from sqlalchemy.orm import Session

from models.database import Database
from paging import rotations
from paging.roster import UnknownSchedule
from paging.rotations import Editing


def viewed(database: Database, session: Session, key: str) -> Editing:
    """The schedule now. Ends the request with 404 where there is none."""
    try:
        return rotations.view(session, key, database.now(session))
    except UnknownSchedule:
        abort(404)
