"""What the preview of an edit tells, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from admin.chips import Chips
from admin.times import DAY, HOUR, Times
from models.technician import Technician
from paging import rotations
from paging.previews import Preview, Unreachable
from paging.revisions import Saved
from paging.rotations import Draft, Editing
from rules.comparison import Change
from rules.differences import differences
from rules.on_call import Revision, Schedule, on_call

UNREACHABLE = {
    Unreachable.NO_PHONE: "has no telephone: a page neither texts nor calls",
    Unreachable.OPTED_OUT: "has opted out of texts: a page can only call",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that can be made. `meanwhile`: what others saved since the revision that was edited."""

    editing: Editing
    draft: Draft
    preview: Preview
    technicians: Mapping[str, Technician]
    meanwhile: Sequence[Saved]

    @property
    def changes_nothing(self) -> bool:
        held = self.editing.history.in_force
        return not self.editing.is_new and all(
            held(revision.effective_at)[0] == revision.schedule for revision in self.draft.revisions
        )

    @property
    def has_warnings(self) -> bool:
        seen = self.preview
        return bool(seen.gaps or seen.double_booked or seen.unreachable or seen.overridden)

    @property
    def left_as_planned(self) -> list[Revision]:
        """What takes effect later and does not have this change."""
        changed = {revision.effective_at for revision in self.draft.revisions}
        return [
            revision
            for revision in rotations.planned(self.editing)
            if revision.effective_at > self.draft.first.effective_at and revision.effective_at not in changed
        ]


@dataclass(frozen=True, slots=True)
class Part:
    """What changes from `effective_at` on; None: from now on. `again`: the same as in the first part."""

    effective_at: datetime | None
    sentences: Sequence[str]
    again: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How long one technician, or nobody, is on call more and less than without the edit."""

    technician: str | None
    gained: timedelta
    lost: timedelta


def in_words(proposal: Proposal) -> dict[str, Any]:
    """What the template of the preview needs."""
    editing, preview = proposal.editing, proposal.preview
    chips = Chips(proposal.technicians)
    return {
        "editing": editing,
        "preview": preview,
        "parts": _parts(proposal, chips.names),
        "holder": on_call(proposal.draft.history(editing), proposal.draft.first.effective_at),
        "shares": shares(preview.changes),
        "meanwhile": [(one, told(one, chips.names)) for one in proposal.meanwhile],
        "left_as_planned": proposal.left_as_planned,
        "unreachable": [(technician, UNREACHABLE[why]) for technician, why in preview.unreachable],
        "chips": chips,
        "hours": hours,
        "times": Times(editing.now, editing.schedule.time_zone),
    }


def told(saved: Saved, names: Mapping[str, str]) -> list[str]:
    """What a revision changed; of the first one, all that it has."""
    after = saved.schedule
    return differences(saved.before or Schedule(after.key, after.time_zone, ()), after, names)


def _parts(proposal: Proposal, names: Mapping[str, str]) -> list[Part]:
    editing = proposal.editing
    parts: list[Part] = []
    for revision in proposal.draft.revisions:
        at = revision.effective_at
        sentences = differences(editing.history.in_force(at)[0], revision.schedule, names)
        if sentences:
            again = bool(parts) and parts[0].sentences == sentences
            parts.append(Part(at if at > editing.now else None, sentences, again))
    return parts


def shares(changes: Iterable[Change]) -> list[Share]:
    """Who gains and loses how much, the most changed first."""
    found: dict[str | None, Share] = {}
    for change in changes:
        length = change.end - change.start
        for technician, gained, lost in ((change.after, length, timedelta(0)), (change.before, timedelta(0), length)):
            so_far = found.get(technician, Share(technician, timedelta(0), timedelta(0)))
            found[technician] = Share(technician, so_far.gained + gained, so_far.lost + lost)
    return sorted(found.values(), key=lambda share: share.gained + share.lost, reverse=True)


def hours(length: timedelta) -> str:
    """'168 h', '8.5 h': to the hour where they are many."""
    return f"{round(length / HOUR, 1 if length < DAY else 0):g} h"
