"""Towns for whole modules, whose tests bring customers of their own so that they can share one; and a browser."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from sandbox.sandbox import Ports, Sandbox
from tests.acceptance.browsing import FLAGS, NAMES
from tests.acceptance.town import Town, open_town
from tests.conftest import ARTICLES


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the articles, for a module's own town."""
    folder = tmp_path_factory.mktemp("town")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["slack", "discord", "telegram"])
async def shared_town(
    request: pytest.FixtureRequest, module_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """One town for each platform that the staff space can be on."""
    # A town that is built anew, as it is when tests are put in another order, remembers nobody.
    url = f"sqlite:///{tmp_path_factory.mktemp('house')}/{request.param}.db"
    async with open_town(url, module_folder / "articles", staff_platform=request.param) as town:
        yield town


@pytest_asyncio.fixture
async def town(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    """A town of its own for one test, with the staff on Slack."""
    async with open_town(sqlite_url, articles) as town:
        yield town


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        names = (playwright.chromium.executable_path, *NAMES)
        found = next(filter(None, map(shutil.which, names)), None)
        if found is None:
            pytest.skip("No Chromium is found: install one, or run `playwright install chromium`.")
        browser = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The platforms without a bot."""
    made = Sandbox(ports=Ports.free())
    await made.start()
    yield made
    await made.stop()
