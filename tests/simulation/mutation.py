"""A defect put into the product on purpose: one line of a function is replaced, wherever the function is known."""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Defect:
    """In `function`, `says` becomes `shall_say`. It must be there exactly once."""

    function: Callable[..., Any]
    says: str
    shall_say: str

    def put_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        source = textwrap.dedent(inspect.getsource(self.function))
        assert source.count(self.says) == 1, f"'{self.says}' is not once in {self.function.__qualname__}"
        changed = compile(source.replace(self.says, self.shall_say), "a defect", "exec")
        known: dict[str, Any] = {}
        exec(changed, self.function.__globals__, known)
        # The code and not the function: whoever imported the function has the defect too.
        monkeypatch.setattr(self.function, "__code__", known[self.function.__name__].__code__)
