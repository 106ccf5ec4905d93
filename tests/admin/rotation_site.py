"""What tests of rotations in the console ask of the database."""

from datetime import timedelta

import sqlalchemy as sa

from models.audit import Audit
from models.database import Database
from models.schedule import ScheduleRevision
from paging import roster
from rules.on_call import Schedule
from tests.admin.console_site import Site, open_site


def site_of_a_week_each(database: Database) -> Site:
    """Anna and Bruno take turns of a week; Carla takes none."""
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri", "Carla Verdi")
    site.rotation("anna", "bruno")
    return site


def schedule(site: Site, *, days: float = 0, key: str = "platinum") -> Schedule:
    """The schedule as it holds after so many days from now."""
    with site.database.read() as session:
        return roster.current_schedule(session, key, site.clock.now() + timedelta(days=days))


def on_call(site: Site, *, days: float = 0, key: str = "platinum") -> str | None:
    with site.database.read() as session:
        return roster.on_call_now(session, key, site.clock.now() + timedelta(days=days)).technician


def revisions(site: Site) -> int:
    with site.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(ScheduleRevision)).scalar_one()


def audited(site: Site) -> list[str]:
    """What was done, in order."""
    with site.database.read() as session:
        return list(session.execute(sa.select(Audit.action).order_by(Audit.id)).scalars())


def override(visitor, **typed):
    values = {"technician": "carla", "starts": "2026-11-12T18:00", "ends": "2026-11-13T09:00"} | typed
    return visitor.get("/rotations/platinum").send("/rotations/platinum/overrides", **values)
