"""Long texts are read and drawn beside the event loop: while that lasts, everything else goes on."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from markdown_it import MarkdownIt

from adapters.discord import commonmark
from adapters.discord.render import drawn as drawn_on_discord
from adapters.long_texts import LONG, beside
from adapters.slack import from_commonmark
from adapters.slack.posts import drawn as drawn_on_slack
from adapters.telegram import text_out
from adapters.telegram.changes import body_of
from adapters.telegram.delivery import Delivery
from adapters.telegram.target import target_of
from bot.core.content import Content
from bot.core.places import Place

HOSTILE = "**a _b ~~c ||d " * 1000


async def turns_during(work: Coroutine[Any, Any, object]) -> int:
    """How often others had their turn until it was done."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    await task
    return turns


DELIVERY = Delivery(*[cast("Any", None)] * 5)
DRAWERS: dict[str, Callable[[Content], Coroutine[Any, Any, object]]] = {
    "discord": drawn_on_discord,
    "slack": drawn_on_slack,
    "telegram": lambda content: DELIVERY.parts(target_of(Place("telegram", channel="1")), content),
    "telegram, edited": body_of,
}


@pytest.mark.parametrize("draw", DRAWERS.values(), ids=DRAWERS.keys())
async def test_a_long_text_is_drawn_while_everything_else_goes_on(
    draw: Callable[[Content], Coroutine[Any, Any, object]],
) -> None:
    assert await turns_during(draw(Content(f"{HOSTILE}{draw}"))) > 1
    assert await turns_during(draw(Content("short"))) == 1, "there is no other way to it for a short one"


async def test_nobody_waits_for_garbage_collection_while_a_long_text_is_drawn() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    assert not await beside(LONG + 1, gc.isenabled)
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        await beside(LONG + 1, fail)
    assert gc.isenabled()


@pytest.mark.parametrize(
    "parser", [commonmark._MARKDOWN, from_commonmark._PARSER, text_out._PARSER], ids=lambda _one: "parser"
)
def test_the_parsers_have_their_rules_in_order_before_the_first_text(parser: MarkdownIt) -> None:
    """They put them in order when they are first asked, and two threads could ask at once."""
    for ruler in (parser.core.ruler, parser.block.ruler, parser.inline.ruler, parser.inline.ruler2):
        assert ruler.__cache__ is not None
