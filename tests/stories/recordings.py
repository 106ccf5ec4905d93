"""What callers record, in the stories of recordings and of their transcripts."""

from sqlalchemy import select

from models.recording import Recording
from simulator import tables
from tests.world import ADA, PIN, World

WORDS = "The switch in rack four is dead"


def describes(world: World, words: str = WORDS) -> None:
    """Ada reports a critical problem and says what it is."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1").records(words, seconds=12)


def recording(world: World) -> Recording:
    with world.database.read() as session:
        return session.execute(select(Recording).order_by(Recording.id.desc()).limit(1)).scalar_one()


def at_the_provider(world: World) -> list[str]:
    """The recordings that the provider still has."""
    with world.database.read() as session:
        kept = select(tables.Recording.sid).where(tables.Recording.deleted_at.is_(None))
        return list(session.execute(kept).scalars())
