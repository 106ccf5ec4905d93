"""What tests of the API and the console begin with."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from admin import accounts
from tests.admin.api_client import Api


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """A hash that takes long protects real passwords; it names its own strength, so that any is checked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def api(sqlite) -> Api:
    return Api(sqlite)
