"""PINs: their form, and the keyed digest that finds a contract without showing the PIN."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

SHORTEST = 8
"""Digits. A PIN whose length is not on record counts as this long: the easiest to guess."""
_FORM = re.compile(r"[0-9]{8,12}")


def is_well_formed(pin: str) -> bool:
    """8 to 12 ASCII digits; leading zeros count."""
    return _FORM.fullmatch(pin) is not None


def new_pin() -> str:
    """A random PIN of 8 digits."""
    return f"{secrets.randbelow(10**8):08d}"


@dataclass(frozen=True, slots=True)
class Peppers:
    """The keys of the PIN digests: new PINs use `current`; `previous` still finds the older ones."""

    current: str
    previous: str | None = None

    def digest(self, pin: str) -> str:
        """HMAC-SHA-256 in hex, with the current pepper."""
        return _digest(self.current, pin)

    def candidates(self, pin: str) -> tuple[str, ...]:
        """Every digest under which the PIN may be stored."""
        peppers = (self.current, self.previous) if self.previous else (self.current,)
        return tuple(_digest(pepper, pin) for pepper in peppers)


def _digest(pepper: str, pin: str) -> str:
    return hmac.new(pepper.encode(), pin.encode(), hashlib.sha256).hexdigest()
