"""What editors see: how every article does, what deserves a look, and on a page for whoever knows the token."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.core.article import ArticleText, Audience
from bot.core.knowledge import Contradiction, Remark
from bot.core.policies.reviewing import (
    STALE_AFTER,
    Differences,
    Figured,
    Shelved,
    Tally,
    contradicting,
    differences_in,
    figures_in,
    overview,
)
from bot.setting_values import Secret
from storage import UnitOfWork
from tests.scenarios.test_security import FOR_EDITORS
from tests.stage import Person, Stage
from tests.stage.stage import NOON

TOKEN = "a-token-of-ours"


STAGE = {"metrics_token": Secret(TOKEN)}


async def page(stage: Stage, query: str = "", **headers: str) -> tuple[int, str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{stage.house.port}/articles{query}", headers=headers) as answer,
    ):
        return answer.status, await answer.text(), answer.headers


async def test_an_articles_card_tells_what_came_of_it(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("That solved it")
    eve = stage.person("telegram", "Eve")
    await eve.says("Where is my parcel?")
    await eve.presses("Not what I meant")
    await ana.gives("article", "delivery")
    assert "en: offered 2, solved 1, rejected 1" in ana.was_told
    assert "Last read: [2026-03-02 12:00 UTC]" in ana.was_told


async def test_what_nobody_has_read_for_long_deserves_a_look_until_an_editor_has_read_it(
    stage: Stage, ana: Person
) -> None:
    eda = stage.agent("Eda")
    await ana.gives("articles", "delivery")
    assert "half a year" not in ana.was_told
    await stage.later(days=181)
    await ana.gives("articles", "delivery")
    assert "nobody has read it for half a year" in ana.was_told
    await ana.gives("article", "delivery reviewed")
    assert ana.was_told == FOR_EDITORS
    await eda.gives("article", "delivery reviewed")
    assert "Noted: it was read today." in eda.was_told
    await ana.gives("articles", "delivery")
    assert "half a year" not in ana.was_told


async def test_the_page_is_for_whoever_knows_the_token(stage: Stage) -> None:
    await stage.publishes("evil", "<script>alert(1)</script>", "Text.", audience=Audience.STAFF)
    for wrong in ({}, {"Authorization": "Bearer no"}, {"Authorization": TOKEN}):
        status, text, _ = await page(stage, **wrong)
        assert (status, text) == (401, "")
    status, text, headers = await page(stage, Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert "When does my parcel arrive?<small>delivery</small>" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


async def test_a_browser_gives_the_token_as_a_password(stage: Stage) -> None:
    status, _, headers = await page(stage)
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="Allhands", Bearer')
    for given, expected in ((f"editor:{TOKEN}", 200), (TOKEN, 401), (f"{TOKEN}:", 401), ("editor:no", 401)):
        status, _, _ = await page(stage, Authorization=f"Basic {b64encode(given.encode()).decode()}")
        assert status == expected, given
    status, _, _ = await page(stage, Authorization="Basic é!")
    assert status == 401


async def in_greek_too(stage: Stage) -> None:
    """The article of the parcels is there in Greek and Croatian as well."""
    translations = {"el": "Πού είναι το δέμα μου;", "hr": "Gdje je moj paket?"}

    def publish(work: UnitOfWork) -> None:
        for language, title in translations.items():
            version = work.versions.write("delivery", language, ArticleText(title, "2-4"), None)
            work.library.publish(version, None)

    await stage.ask(publish)
    await stage.house.librarian.refresh()


async def test_an_article_is_named_in_the_readers_language_then_the_teams(stage: Stage, ana: Person) -> None:
    await in_greek_too(stage)
    await ana.gives("articles", "delivery")
    assert "`delivery` When does my parcel arrive? (el, en, hr)" in ana.was_told
    hana = stage.person("slack", "Hana", is_in_staff_space=True, language="hr-HR")
    await hana.gives("articles", "delivery")
    assert "`delivery` Gdje je moj paket? (el, en, hr)" in hana.was_told
    lina = stage.person("slack", "Lina", is_in_staff_space=True, language="lv")
    await lina.gives("articles", "δέμα")
    assert "`delivery` When does my parcel arrive? (el, en, hr)" in lina.was_told


async def test_the_page_names_an_article_in_the_browsers_language_then_the_teams(stage: Stage) -> None:
    await in_greek_too(stage)
    known = {"Authorization": f"Bearer {TOKEN}"}
    _, text, _ = await page(stage, **known)
    assert ">When does my parcel arrive?<small>delivery</small>" in text
    _, text, _ = await page(stage, **known, **{"Accept-Language": "hr,en;q=0.5"})
    assert ">Gdje je moj paket?<small>delivery</small>" in text
    assert '<html lang="hr">' in text


async def test_the_page_shows_what_is_looked_for(stage: Stage) -> None:
    await in_greek_too(stage)
    known = {"Authorization": f"Bearer {TOKEN}"}
    _, text, _ = await page(stage, "?word=PAKET", **known)
    assert ("delivery</small>" in text, "invoice</small>" in text) == (True, False)
    _, text, _ = await page(stage, "?look=1", **known)
    assert "delivery</small>" in text, "its numbers differ between languages"
    assert "invoice</small>" not in text
    _, text, _ = await page(stage, "?word=%22%3E%3Cscript%3E", **known)
    assert 'value="&quot;&gt;<script&gt;"' in text, "nothing ends the value of the field"


async def test_the_page_says_what_is_missing_in_which_language(stage: Stage) -> None:
    await in_greek_too(stage)
    _, text, _ = await page(stage, Authorization=f"Bearer {TOKEN}")
    topics = text.partition("<dl>")[2].partition("</dl>")[0]
    assert "<dt>el</dt><dd>1/" in topics
    assert "<small>Not in: el, hr</small>" in text


async def test_completing_an_articles_key_names_it_in_the_readers_language(stage: Stage) -> None:
    await in_greek_too(stage)
    hana = stage.person("slack", "Hana", is_in_staff_space=True)
    await hana.gives("language", "hr")
    await hana.gives("articles")
    offered = await stage.platform("slack").context.intake.complete("articles", hana.identity, "paket")
    assert offered == [("delivery", "delivery: Gdje je moj paket?")]
    lina = stage.person("slack", "Lina", is_in_staff_space=True, language="lv")
    await lina.gives("articles")
    offered = await stage.platform("slack").context.intake.complete("articles", lina.identity, "paket")
    assert offered == [("delivery", "delivery: When does my parcel arrive?")]


@pytest.mark.parametrize("command", ["articles", "gaps"])
async def test_customers_are_served_while_the_whole_shelf_is_looked_over(
    stage: Stage, dana: Person, ana: Person, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_on, ask = asyncio.Event(), stage.house.librarian._ask

    async def slowly(question: Any) -> Any:
        await looks_on.wait()
        return await ask(question)

    monkeypatch.setattr(stage.house.librarian._stocktaking, "_ask", slowly)
    await stage.accept("slack", ana.command(command))
    await stage.accept("telegram", dana.command("human"))
    await stage.until(lambda: bool(dana.sees))
    assert not ana.answers
    looks_on.set()
    await stage.settle()
    assert ana.answers


def shelved(key: str, language: str = "en", **about: Any) -> Shelved:
    facts = {"title": f"About {key}", "tags": (), "audience": Audience.PUBLIC, "valid_until": None}
    return Shelved(key=key, language=language, **{**facts, "updated_at": NOON, "reviewed_at": None, **about})


@pytest.mark.parametrize(
    ("shelf", "tallies", "found"),
    [
        pytest.param([shelved("a")], {}, {}, id="a fresh one"),
        pytest.param([shelved("a", updated_at=NOON - STALE_AFTER - timedelta(days=1))], {},
                     {("a", "en"): {Remark.STALE}}, id="an old one"),
        pytest.param([shelved("a", valid_until=NOON)], {}, {("a", "en"): {Remark.EXPIRED}}, id="over"),
        pytest.param([shelved("a")], {("a", "en"): Tally(9, 2, 3)}, {("a", "en"): {Remark.REJECTED}},
                     id="rejected more often than it helps"),
        pytest.param([shelved("a")], {("a", "en"): Tally(9, 0, 3)}, {}, id="too few have said anything"),
        pytest.param([shelved("a"), shelved("a", "hr", updated_at=NOON - timedelta(days=3))], {},
                     {("a", "hr"): {Remark.OUTDATED}}, id="a translation older than its original"),
    ],
)  # fmt: skip
def test_what_deserves_a_look(
    shelf: list[Shelved], tallies: dict[tuple[str, str], Tally], found: dict[tuple[str, str], set[Remark]]
) -> None:
    told = overview(shelf, tallies, Differences(), NOON)
    assert {
        (one.article.key, one.article.language): set(one.remarks) for one in told.articles if one.remarks
    } == found


def figured(key: str, language: str = "en", body: str = "Within 30 days.") -> Figured:
    return Figured(key, language, figures_in(body))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param([figured("a"), figured("a", "de"), figured("a", "hr", "Unutar 60 dana.")],
                     {("a", "hr"): (Remark.FIGURES,)}, id="other numbers in one language"),
        pytest.param([figured("a", body="1,000 items"), figured("a", "hr", "1.000 komada")], {},
                     id="the same number written in two ways"),
        pytest.param([figured("a", body="8:00 to 18:00"), figured("a", "hr", "između 8 i 18 sati")], {},
                     id="the same hour written in two ways"),
        pytest.param([figured("a", body="8:00 to 18:30"), figured("a", "hr", "između 8 i 18 sati")],
                     {("a", "hr"): (Remark.FIGURES,)}, id="another minute"),
    ],
)  # fmt: skip
def test_what_may_contradict(texts: list[Figured], found: dict[tuple[str, str], tuple[Remark, ...]]) -> None:
    assert differences_in(texts, []).places == found


def test_two_articles_that_say_the_same_with_other_numbers_are_both_named() -> None:
    told = differences_in([figured("a"), figured("b")], [Contradiction("en", "a", "30 days", "b", "60 days")])
    assert told.places == {("a", "en"): (Remark.CONTRADICTED,), ("b", "en"): (Remark.CONTRADICTED,)}


@pytest.mark.parametrize(
    ("passage", "other", "shown"),
    [
        pytest.param("Return it within 30 days.", "You have 60 days to return it.",
                     ("Return it within 30 days.", "You have 60 days to return it."), id="other days"),
        pytest.param("Within 30 days.", "Within 30 days, paid back in 5.", None, id="one says more"),
        pytest.param("It costs 1,000.", "It costs 1.000.", None, id="the same number"),
        pytest.param("Soon.", "Within 30 days.", None, id="no number"),
        pytest.param("word " * 40 + "30 days " + "word " * 40, "60 days",
                     ("…" + "word " * 18 + "30 days " + "word " * 16 + "wo…", "60 days"), id="only what is around it"),
    ],
)  # fmt: skip
def test_a_contradiction_shows_the_words_around_the_numbers(
    passage: str, other: str, shown: tuple[str, str] | None
) -> None:
    assert contradicting(passage, other) == shown


def test_coverage_counts_topics_by_language() -> None:
    found = overview([shelved("a"), shelved("a", "hr"), shelved("b")], {}, Differences(), NOON)
    assert (found.topics, found.coverage) == (2, {"en": 2, "hr": 1})
