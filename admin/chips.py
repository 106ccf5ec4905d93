"""Each technician's colour and initials, the same on every page."""

import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass

from models.technician import Technician

COLOURS = 9
"""As many as `line.css` has: beyond that, colours come twice and initials tell people apart."""


@dataclass(frozen=True, slots=True)
class Chip:
    """`look` is a class of the style sheet."""

    name: str
    initials: str
    look: str

    @property
    def is_nobody(self) -> bool:
        return self == NOBODY


NOBODY = Chip("Nobody", "-", "tech-none")


class Chips:
    """Colours for all technicians. Each keeps its own as long as nobody before it in the alphabet wants the same."""

    def __init__(self, technicians: Mapping[str, Technician]) -> None:
        self._names = {key: technician.name for key, technician in technicians.items()}
        self._colours: dict[str, int] = {}
        taken: set[int] = set()
        for key in sorted(technicians):
            colour = self._colours[key] = _free(zlib.crc32(key.encode()) % COLOURS, taken)
            taken.add(colour)

    def of(self, holder: str | None) -> Chip:
        """The chip of a technician's key, of somebody else's name, or of nobody."""
        if not holder:
            return NOBODY
        name = self._names.get(holder, holder)
        colour = self._colours.get(holder)
        return Chip(name, initials(name), "tech-none" if colour is None else f"tech-{colour}")

    @property
    def names(self) -> Mapping[str, str]:
        return self._names


def _free(wanted: int, taken: Container[int]) -> int:
    """The colour that is wanted, else the next one that nobody has; where all are taken, the one that is wanted."""
    return next((c for step in range(COLOURS) if (c := (wanted + step) % COLOURS) not in taken), wanted)


def initials(name: str) -> str:
    """'AR' for Anna Rossi; of a single word, its first two letters."""
    words = name.split("@")[0].replace(".", " ").split() or ["?"]
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()


def looks(technicians: Mapping[str, Technician]) -> dict[str, tuple[str, str]]:
    """Initials and look by key, for pages that know nothing of chips."""
    chips = Chips(technicians)
    return {key: ((chip := chips.of(key)).initials, chip.look) for key in technicians}
