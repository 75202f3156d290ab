"""Who is offered an article, and until when: by the product's own clock and the place where they ask."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.article import ArticleText, Audience
from bot.core.places import Place
from bot.runtime import librarian
from storage import UnitOfWork, make_engine, write
from tests.stage import Person, Stage, open_stage
from tests.stage.stage import NOON

SALE = "Everything in the winter sale costs half."
ASKED = "How much is the winter sale?"


STAGE = {"has_real_search": True}


async def sale(stage: Stage, **about: Any) -> None:
    await stage.publishes("sale", "How much is the winter sale?", SALE, **about)


async def test_what_is_published_in_the_chat_is_offered_without_a_restart(stage: Stage, dana: Person) -> None:
    await dana.says(ASKED)
    assert "Shall I ask a person?" in dana.sees[-1]
    await sale(stage)
    await stage.person("telegram", "Eve").says(ASKED)
    await dana.says(ASKED)
    assert SALE in dana.sees[-1]


async def test_an_article_is_offered_until_it_expires_and_not_a_minute_longer(
    stage: Stage, dana: Person
) -> None:
    await sale(stage, valid_until=NOON + timedelta(hours=1))
    await stage.later(minutes=59)
    await dana.says(ASKED)
    assert SALE in dana.sees[-1]
    await stage.later(minutes=1)
    eve = stage.person("telegram", "Eve")
    await eve.says(ASKED)
    assert SALE not in str(eve.sees)


async def test_an_article_is_offered_from_its_day_on(stage: Stage, dana: Person) -> None:
    await sale(stage, valid_from=NOON + timedelta(hours=1))
    await dana.says(ASKED)
    assert SALE not in str(dana.sees)
    await stage.later(hours=1)
    await dana.says(ASKED)
    assert SALE in dana.sees[-1]


async def test_what_is_for_staff_is_never_offered_to_a_customer(stage: Stage, dana: Person) -> None:
    await sale(stage, audience=Audience.STAFF)
    await dana.says(ASKED)
    assert SALE not in str(dana.sees)


async def test_what_is_for_customers_is_not_shown_where_others_read_along(stage: Stage, dana: Person) -> None:
    await sale(stage, audience=Audience.CUSTOMERS)
    dan, room = stage.person("discord", "Dan"), Place("discord", channel="HELP", thread="T77")
    await dan.says(ASKED, at=room, is_to_bot=True, is_opening=True)
    assert SALE not in str([one.content for one in stage.platform("discord").in_place(room)])
    await dana.says(ASKED)
    assert SALE in dana.sees[-1]


async def test_what_expires_between_the_search_and_its_answer_is_not_offered(
    stage: Stage, dana: Person
) -> None:
    def soon(work: Any) -> None:
        assert work.library.is_visible("sale", "en", Audience.PUBLIC)
        assert work.library.withdraw("sale", "en", None)
        assert not work.library.is_visible("sale", "en", Audience.PUBLIC)

    await sale(stage)
    # The index still knows it: it has not looked since.
    await stage.ask(soon)
    await dana.says(ASKED)
    assert SALE not in str(dana.sees)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("audience: staff", False, id="for staff"),
        pytest.param("audience: Stuff", False, id="mistyped, so for nobody"),
        pytest.param("audience: customers", True, id="for customers"),
        pytest.param("valid_until: 2026-03-01", False, id="until yesterday"),
        pytest.param("valid_until: 2026-03-02", True, id="until the end of today"),
        pytest.param("valid_until: 2026-03-02 11:00", False, id="until an hour ago"),
        pytest.param("valid_from: 2026-03-02 13:00", False, id="from an hour on"),
    ],
)
async def test_a_file_says_for_whom_and_until_when(
    sqlite_url: str, articles: Path, written: str, shown: bool
) -> None:
    (articles / "sale.md").write_text(f"---\ntitle: How much is the winter sale?\n{written}\n---\n{SALE}\n")
    async with open_stage(sqlite_url, articles, has_real_search=True) as stage:
        dana = stage.person("telegram", "Dana")
        await dana.says(ASKED)
        assert (SALE in str(dana.sees)) is shown


async def test_every_change_of_the_folder_leaves_a_version(sqlite_url: str, articles: Path) -> None:
    async with open_stage(sqlite_url, articles) as stage:
        first = await stage.ask(lambda work: work.versions.of("returns", "en"))
    (articles / "returns.md").write_text("---\ntitle: How do I return something?\n---\nWithin 60 days.\n")
    (articles / "api.md").unlink()
    async with open_stage(sqlite_url, articles) as stage:
        second = await stage.ask(lambda work: work.versions.of("returns", "en"))
        gone = await stage.ask(lambda work: work.versions.newest("api", "en"))
        assert await stage.ask(lambda work: work.library.get("api", "en")) is None
    assert [(one.number, one.state.value) for one in first] == [(1, "published")]
    assert [(one.number, one.state.value) for one in second] == [(2, "published"), (1, "archived")]
    assert gone is not None
    assert gone.state.value == "archived"


@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "an empty one"])
async def test_a_folder_without_articles_removes_none(
    sqlite_url: str, articles: Path, is_there: bool
) -> None:
    """It was not mounted, or its name has a mistake in it."""
    async with open_stage(sqlite_url, articles) as stage:
        before = await stage.ask(lambda work: work.library.all())
    empty = articles.parent / "empty"
    if is_there:
        empty.mkdir()
    with capture_logs() as said:
        async with open_stage(sqlite_url, empty) as stage:
            assert await stage.ask(lambda work: work.library.all()) == before
            assert len(stage.house.librarian.published) == len(before) > 0
    assert [one["articles"] for one in said if one["event"] == "knowledge.kept"] == [len(before)]
    (articles / "api.md").unlink()
    async with open_stage(sqlite_url, articles) as stage:
        assert await stage.ask(lambda work: work.library.get("api", "en")) is None


async def test_what_another_process_publishes_is_found_here(
    database_url: str, stage: Stage, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(work: UnitOfWork) -> None:
        version = work.versions.write("sale", "en", ArticleText("How much is the winter sale?", SALE), None)
        assert work.library.publish(version, None)

    monkeypatch.setattr(librarian, "WATCH_SECONDS", 0.01)
    await stage.house.librarian.refresh()
    watching = asyncio.create_task(stage.house.librarian._watch())
    await asyncio.to_thread(write, make_engine(database_url), stage.clock.now(), publish)
    await stage.until(lambda: any(one.key == "sale" for one in stage.house.librarian.published))
    watching.cancel()
    await dana.says(ASKED)
    assert SALE in dana.sees[-1]
