"""docs/fidelity.md is true: every kind of text, said on each platform where it can be, seen on each of the three."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.core.fidelity import NATIVE, SECTIONS, TEXT, Kind
from sandbox.surface import Message
from scripts.fidelity import PAGE, TABLES, page
from tests.acceptance.dwellers import Dweller
from tests.acceptance.sayings import SECONDS, Saying, saying
from tests.acceptance.seen_markup import pings, styled, words_of
from tests.acceptance.town import PLATFORMS, Town

Line = tuple[Dweller, Dweller]
"""A customer who writes, and the agent who reads."""

module_loop = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Seen:
    kind: str
    platform: str
    saying: Saying
    messages: list[Message]

    @property
    def message(self) -> Message:
        return self.messages[-1]

    @property
    def styles(self) -> set[tuple[str, str]]:
        return styled(self.platform, self.message)

    @property
    def words(self) -> str:
        # The sign between an @ and a name that keeps Telegram from calling anybody is not seen.
        return words_of(self.platform, self.message).replace("\u2060", "")

    def has(self, *wanted: tuple[str, str]) -> bool:
        return set(wanted) <= self.styles

    def is_plain(self) -> bool:
        """What was said stands there without a style; the speaker's name, which is bold, is not part of it.

        Telegram finds hashtags and commands in any words, and Discord @everyone: who is called is asked elsewhere.
        """
        return self.saying.shown in self.words and not any(
            self.saying.shown in words
            for style, words in self.styles
            if style not in ("paragraph", "mention")
        )


NATIVE_FORMS: dict[str, Callable[[Seen], bool]] = {
    **{
        kind: lambda seen, kind=kind: seen.has((kind, "lamp"))  # type: ignore[misc] # the kind of this turn
        for kind in ("bold", "italic", "underline", "strike", "spoiler", "code", "heading")
    },
    "code_block": lambda seen: seen.has(("pre", "lamp = 1\n\n  sofa")),
    "code_language": lambda seen: seen.has(("pre", "lamp = 1"), ("language", "python")),
    "quote": lambda seen: seen.has(("quote", "lamp one\nsofa two")),
    "bullets": lambda seen: seen.has(("item", "lamp"), ("item", "sofa")),
    "nested_list": lambda seen: seen.has(("item", "lamp"), ("nested", "sofa"), ("item", "end")),
    "numbers": lambda seen: seen.has(("number", "3 lamp"), ("number", "4 sofa")),
    "link": lambda seen: seen.has(("link", "lamp https://example.org/a_b")),
    "address": lambda seen: seen.has(("link", "https://example.org/docs https://example.org/docs")),
    "emoji": lambda seen: "🎉 👋🏽" in seen.words,
    "moment": lambda seen: seen.has(("time", str(SECONDS))),
    "right_to_left": lambda seen: seen.saying.text in seen.words,
    "combining": lambda seen: seen.saying.text in seen.words,
}
IN_SIGNS = {
    "bullets": "• lamp\n• sofa",
    "nested_list": "• lamp\n   • sofa\n• end",
    "numbers": "3. lamp\n4. sofa",
}
FORMS: dict[str, Callable[[Seen], bool]] = {
    NATIVE: lambda seen: NATIVE_FORMS[seen.kind](seen),
    "as a quote": lambda seen: seen.has(("quote", "lamp one\nsofa two")),
    "as bold text": lambda seen: seen.has(("bold", "lamp")),
    "as code in columns": lambda seen: seen.has(("pre", "lamp  price\n────  ─────\nsofa  € 300")),
    "as one empty line": lambda seen: "lamp\n\nsofa" in seen.message.text,
    "as plain text": Seen.is_plain,
    "as they were typed": lambda seen: seen.saying.shown in seen.words,
    "between its bars": Seen.is_plain,
    "by ☐ and ☑": lambda seen: "☐ lamp" in seen.words and "☑ sofa" in seen.words,
    "by • and numbers": lambda seen: IN_SIGNS[seen.kind] in seen.words,
    "by name": Seen.is_plain,
    "by its name, or as the character it stands for": lambda seen: seen.saying.shown in seen.words,
    "in several messages": lambda seen: (
        re.findall(r"lamp\d+", " ".join(one.text for one in seen.messages)) == seen.saying.text.split()
    ),
}


def test_the_page_is_up_to_the_tables() -> None:
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("platform", TABLES)
def test_every_platform_says_of_every_kind_what_becomes_of_it(platform: str) -> None:
    assert list(TABLES[platform]) == [kind.name for section in SECTIONS for kind in section.kinds]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    writer = shared_town.newcomer(request.param)
    yield writer, await shared_town.claimed(writer, f"Please help {writer.name}")


@module_loop
@pytest.mark.parametrize("kind", TEXT.kinds, ids=lambda kind: kind.name)
async def test_a_kind_of_text_is_shown_as_the_page_says(line: Line, kind: Kind) -> None:
    writer, reader = line
    tables = {name.lower(): table for name, table in TABLES.items()}
    if not tables[writer.platform][kind.name].is_said:
        return  # nobody can say it there
    said = saying(kind.name, writer)
    before = {one.id for one in reader.heard()}
    await said.by(writer)
    end = f"That was {kind.name}."
    await writer.says(end)
    await reader.hears(end)
    new = [one for one in reader.heard() if one.id not in before and end not in one.text]
    seen = Seen(kind.name, reader.platform, said, new)
    shown = tables[reader.platform][kind.name].shown
    assert FORMS[shown](seen), f"{shown}: {seen.words!r} {sorted(seen.styles)}"
    assert [call for one in new for call in pings(reader.platform, one)] == []
