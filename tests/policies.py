"""The policy with other numbers, for a process that is told POLICY_FILE."""

import re
from pathlib import Path

from config.settings import DEFAULT_POLICY_FILE


def write_policy(path: Path, **numbers: float) -> Path:
    """Write the policy file with some numbers and switches changed, by their names. Raises ValueError for a name."""
    text = DEFAULT_POLICY_FILE.read_text(encoding="utf-8")
    for name, number in numbers.items():
        text, found = re.subn(rf"(?m)^{name} = ([0-9.]+|true|false)", f"{name} = {str(number).lower()}", text)
        if found != 1:
            raise ValueError(f"{name} stands {found} times in the policy")
    path.write_text(text, encoding="utf-8")
    return path
