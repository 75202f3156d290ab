"""What editors see: how every article does, what deserves a look, and on a page for whoever knows the token."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.core.article import Audience
from bot.core.policies.reviewing import STALE_AFTER, Remark, Shelved, Tally, overview
from bot.setting_values import Secret
from tests.scenarios.test_security import REFUSED
from tests.stage import Person, Stage
from tests.stage.stage import NOON

TOKEN = "a-token-of-ours"


STAGE = {"metrics_token": Secret(TOKEN)}


async def page(stage: Stage, **headers: str) -> tuple[int, str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{stage.house.port}/articles", headers=headers) as answer,
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
    assert ana.was_told == REFUSED
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
    assert "When does my parcel arrive? (delivery)" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


def shelved(key: str, language: str = "en", body: str = "Within 30 days.", **about: Any) -> Shelved:
    facts = {"title": f"About {key}", "audience": Audience.PUBLIC, "valid_until": None, "updated_at": NOON}
    return Shelved(key=key, language=language, body=body, **{**facts, "reviewed_at": None, **about})


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
        pytest.param([shelved("a"), shelved("a", "de"), shelved("a", "hr", "Unutar 60 dana.")], {},
                     {("a", "hr"): {Remark.FIGURES}}, id="other numbers in one language"),
        pytest.param([shelved("a", body="1,000 items"), shelved("a", "hr", "1.000 komada")], {}, {},
                     id="the same number written in two ways"),
        pytest.param([shelved("a"), shelved("a", "hr", updated_at=NOON - timedelta(days=3))], {},
                     {("a", "hr"): {Remark.OUTDATED}}, id="a translation older than its original"),
        pytest.param([shelved("a", title="Returning an item"), shelved("b", title="Returning items", body="60 days.")],
                     {}, {("a", "en"): {Remark.ALIKE}, ("b", "en"): {Remark.ALIKE}}, id="two that may contradict"),
    ],
)  # fmt: skip
def test_what_deserves_a_look(
    shelf: list[Shelved], tallies: dict[tuple[str, str], Tally], found: dict[tuple[str, str], set[Remark]]
) -> None:
    told = overview(shelf, tallies, NOON)
    assert {
        (one.article.key, one.article.language): set(one.remarks) for one in told.articles if one.remarks
    } == found


def test_coverage_counts_topics_by_language() -> None:
    found = overview([shelved("a"), shelved("a", "hr"), shelved("b")], {}, NOON)
    assert (found.topics, found.coverage) == (2, {"en": 2, "hr": 1})
