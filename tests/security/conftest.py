from collections.abc import AsyncIterator

import pytest

from tests.security.door import Door, open_door


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door() as door:
        yield door
