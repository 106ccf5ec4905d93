"""Forms of what somebody else may change meanwhile: a form tells what it was filled in with."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from admin.fields import SeenField
from admin.kept import KeptForm


class SeenForm(KeptForm):
    """`seen` stands for what was on file when the form was filled in."""

    seen = SeenField()

    def is_stale(self, on_file: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
        """Whether what is on file was changed since; then the form says so, and to send it again is to mean it."""
        fingerprint = stamp(on_file)
        if self.seen.data == fingerprint or on_file == typed:
            return False
        self.seen.data = fingerprint
        differing = [f"{self._label(name)}: {_told(value)}" for name, value in on_file.items() if value != typed[name]]
        self.form_errors.append(
            "Nothing was saved: somebody changed this since you opened it. "
            f"On file now, where it differs from what you typed: {'; '.join(differing)}. "
            "Look it over; to save again puts what you typed in its place."
        )
        return True

    def _label(self, name: str) -> str:
        return str(self[name].label.text)


def stamp(on_file: Mapping[str, Any]) -> str:
    """What `seen` holds for a form that is filled in with this."""
    text = json.dumps(on_file, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(" ".join(filter(None, person.values())) for person in value) or "nobody"
    return str(value) if value else "nothing"
