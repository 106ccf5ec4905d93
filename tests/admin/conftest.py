"""What tests of the API begin with."""

import pytest

from tests.admin.api_client import Api


@pytest.fixture
def api(sqlite) -> Api:
    return Api(sqlite)
