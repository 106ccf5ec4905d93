"""A transaction that the database breaks off in favour of another one."""

from types import ModuleType

import pytest
from sqlalchemy.exc import OperationalError


def fails_once(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[str]:
    """The first call of a function is a deadlock's victim, the next ones work. The list grows with each call."""
    work, tried = getattr(module, name), []

    def sometimes(*arguments: object) -> object:
        tried.append(name)
        if len(tried) == 1:
            raise OperationalError("deadlock detected", {}, Exception())
        return work(*arguments)

    monkeypatch.setattr(module, name, sometimes)
    return tried
