"""A customer without end, on the real platforms' clients: somebody else's line is not kept waiting by it."""

import pytest

from tests.acceptance.town import PLATFORMS, Town

MANY = 150


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_line_at_the_desk_passes_anothers_flood(town: Town, platform: str) -> None:
    eve, dana = town.newcomer(platform), town.newcomer(platform)
    flooded = await town.ticket(eve, "flood")
    calm = await town.ticket(dana, "a real matter")
    town.faults("slack").slow_seconds = 0.2
    for number in range(MANY):
        await eve.says(f"and another {number}")
    await dana.says("I smell smoke")
    await calm.sees("I smell smoke")
    assert flooded.count("and another") < MANY, "the flood was over, so nothing was shown"
    town.faults("slack").slow_seconds = 0
    await town.until(lambda: flooded.count("and another") == MANY, "the flood has arrived as well")
