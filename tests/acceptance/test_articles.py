"""An article written, reviewed and published on each platform by its own means, and found by a customer on another."""

from pathlib import Path

import pytest

from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town

TITLE, BODY = "How much is the winter sale?", "Everything in the *winter sale* costs half."


async def write(town: Town, agent: Dweller) -> None:
    """In the platform's own form, or where there is none in one reply."""
    if agent.platform == "telegram":
        await agent.fills_in(f"{TITLE}\n\n{BODY}")
        return
    form = await town.until(lambda: agent.server.form(agent.id), "a form")
    wanted = {"Title": TITLE, "Text (Markdown)": BODY}
    values = {one.id: wanted.get(one.label, one.value) for one in form.fields}
    await agent.server.submit(agent.id, form.id, values)


async def test_discord_offers_the_articles_while_a_key_is_typed(sqlite_url: str, articles: Path) -> None:
    async with open_town(sqlite_url, articles, staff_platform="discord") as town:
        agent, _ = town.agents()
        await agent.gives("articles")
        await agent.is_told("4 articles are published")
        offered = await agent.server.complete(agent.id, agent.room, "article", "what", "parcel")
        assert offered == [("delivery", "delivery: When does my parcel arrive?")]
        stranger = town.newcomer("discord")
        assert await stranger.server.complete(stranger.id, stranger.room, "article", "what", "") == []


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_an_article_is_written_and_published_where_the_team_works(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        agent, editor = town.agents()
        await town.close_house()
        await town.open_house(editors=f"{staff}:{editor.id}")
        await agent.gives("article", "new")
        await write(town, agent)
        await agent.is_told("Saved as a draft", "costs half")
        await agent.presses("Submit for review")
        announced = await town.announced("has an article to be reviewed", TITLE)
        looking = Dweller(town, staff, editor.id, announced.room)
        await looking.presses("Look at it")
        await editor.gives("article", "how-much-is-the-winter-sale publish")
        await editor.is_told("It is published")
        house = town.house
        assert house is not None
        # The search learns of it beside the answer to the editor, a moment sooner or later.
        await town.until(
            lambda: any(one.title == TITLE for one in house.librarian.published), "it is searched"
        )
        customer = town.newcomer("telegram" if staff != "telegram" else "slack")
        await customer.says(TITLE)
        await customer.sees("Everything in the winter sale costs half", "Source:")
