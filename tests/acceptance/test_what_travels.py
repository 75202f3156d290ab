"""What travels between two platforms: formatting, files, replies, edits, deletions, reactions; for every pair."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.surface import Upload
from sandbox.telegram import TelegramServer
from sandbox.telegram.model import Entity
from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.files import content_of, document, picture
from tests.acceptance.seen_markup import styled
from tests.acceptance.town import PLATFORMS, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

Line = tuple[Dweller, Dweller]
"""A customer, and the agent who helps them in the ticket's thread."""

TYPED = {
    "slack": "*boldly* _slanted_ ~gone~ `mono` https://example.org/docs :tada:\n> quoted\n- first\n- second\n"
    "```print(1)```",
    "discord": "**boldly** *slanted* ~~gone~~ `mono` [the docs](https://example.org/docs) 🎉\n> quoted\n"
    "- first\n- second\n```py\nprint(1)\n```",
    "telegram": "**boldly** __slanted__ ~~gone~~ `mono` [the docs](https://example.org/docs) 🎉\n"
    "- first\n- second\n```py\nprint(1)```",
}
THUMB = {"slack": "thumbsup", "discord": "👍", "telegram": "👍"}
THUMBS = ("+1", "thumbsup", "👍")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    """A conversation that a person answers: the customer on one platform, the staff on another or the same."""
    customer = shared_town.newcomer(request.param)
    yield customer, await shared_town.claimed(customer, f"Please help {customer.name}")


def both_ways(line: Line) -> tuple[tuple[Dweller, Dweller], tuple[Dweller, Dweller]]:
    customer, agent = line
    return (customer, agent), (agent, customer)


async def test_formatting_stays_what_it_was(line: Line) -> None:
    for writer, reader in both_ways(line):
        await writer.says(TYPED[writer.platform])
        seen = styled(reader.platform, await reader.hears("boldly", "slanted"))
        shown = "the docs" if writer.platform != "slack" else "https://example.org/docs"
        expected = {
            ("bold", "boldly"),
            ("italic", "slanted"),
            ("strike", "gone"),
            ("code", "mono"),
            ("pre", "print(1)"),
            ("link", f"{shown} https://example.org/docs"),
            ("emoji", "🎉"),
            ("item", "first"),
            ("item", "second"),
        }
        if writer.platform != "telegram":
            expected.add(("quote", "quoted"))
        assert expected - seen == set(), f"{writer.platform} to {reader.platform}: {sorted(seen)}"


async def test_a_quote_and_a_spoiler_from_telegram_stay_what_they_were(line: Line) -> None:
    for writer, reader in both_ways(line):
        if not isinstance(writer.server, TelegramServer):
            continue
        entities = (Entity("blockquote", 0, 10), Entity("spoiler", 11, 6))
        await writer.says("your words secret", entities=entities)
        seen = styled(reader.platform, await reader.hears("your words"))
        assert ("quote", "your words") in seen
        # Slack knows no spoilers: they are shown as they are written elsewhere.
        assert ("spoiler", "secret") in seen or reader.platform == "slack"


async def test_a_picture_and_a_document_arrive_as_they_were_sent(line: Line) -> None:
    for writer, reader in both_ways(line):
        for upload in (picture(), document()):
            words = f"Look at {upload.name} of {writer.name}"
            await writer.says(words, files=(upload,))
            await reader.hears(words)
            await arrives(reader, upload)


async def arrives(reader: Dweller, upload: Upload) -> None:
    """The newest file that the bot brought is this one."""
    await stand_last(reader, [len(upload.content)])
    file = [file for one in reader.heard() for file in one.files][-1]
    assert await content_of(file) == upload.content
    # Telegram keeps neither the name nor the kind of a picture.
    assert file.name == upload.name or upload.mime == "image/png"
    assert file.mime.partition("/")[0] == upload.mime.partition("/")[0]


async def test_several_pictures_arrive_together(line: Line) -> None:
    for writer, reader in both_ways(line):
        pictures = tuple(Upload(f"p{n}.png", "image/png", picture(n, n).content) for n in (5, 6, 7))
        await writer.says(f"Three pictures by {writer.name}", files=pictures)
        await reader.hears(f"Three pictures by {writer.name}")
        await stand_last(reader, [len(one.content) for one in pictures])


async def stand_last(reader: Dweller, sizes: list[int]) -> None:
    """The newest files that the bot brought have these sizes, in this order."""

    def do_they() -> bool:
        return [file.size for one in reader.heard() for file in one.files][-len(sizes) :] == sizes

    await reader.town.until(do_they, lambda: f"{reader} gets {len(sizes)} files\n{reader.transcript()}")


async def test_a_reply_points_at_the_message_it_answers(line: Line) -> None:
    for writer, reader in both_ways(line):
        asked = await reader.says(f"First question to {writer.name}")
        copy = await writer.hears(f"First question to {writer.name}")
        await reader.says(f"Second question to {writer.name}")
        await writer.hears(f"Second question to {writer.name}")
        if writer.platform == "slack" and ":" in writer.room:
            continue  # a thread in a channel has no replies of its own
        await writer.says(f"About the first: {writer.name}", reply_to=copy.id)
        answered = await reader.hears(f"About the first: {writer.name}")
        if reader.platform == "slack":
            assert asked.replace(".", "") in str(answered.native), "a link to the message"
        else:
            assert answered.reply_to == asked


async def test_an_edit_follows(line: Line) -> None:
    for writer, reader in both_ways(line):
        message = await writer.says(f"The tabel of {writer.name}")
        copy = await reader.hears(f"The tabel of {writer.name}")
        await writer.edits(message, f"The table of {writer.name}")
        edited = await reader.hears(f"The table of {writer.name}")
        assert edited.id == copy.id, f"the copy itself has changed\n{reader.transcript()}"
        await reader.sees_gone(f"The tabel of {writer.name}")


async def test_a_deletion_follows_where_it_is_reported(line: Line) -> None:
    for writer, reader in both_ways(line):
        if writer.platform == "telegram":
            continue  # Telegram tells no bot of deletions
        message = await writer.says(f"Oops {writer.name}")
        await reader.hears(f"Oops {writer.name}")
        await writer.deletes(message)
        customer, _ = line
        if reader is customer:
            await reader.sees_gone(f"Oops {writer.name}")
        else:
            await reader.hears(f"Oops {writer.name}", "deleted by its author")


async def test_a_reaction_follows_and_goes_again(line: Line) -> None:
    for writer, reader in both_ways(line):
        message = await reader.says(f"Is that right, {writer.name}?")
        copy = await writer.hears(f"Is that right, {writer.name}?")
        if reader is line[1]:
            await reader.sees_reaction(message, SENT)
        await writer.reacts(copy.id, THUMB[writer.platform])
        await reader.sees_reaction(message, THUMBS)
        await writer.reacts(copy.id, THUMB[writer.platform], is_on=False)
        await reader.sees_reaction(message, THUMBS, is_on=False)


async def test_a_note_that_was_edited_stays_inside(line: Line) -> None:
    customer, agent = line
    noted = await agent.says("// between us")
    await agent.edits(noted, "// between the two of us")
    await agent.edits(noted, "between everybody")
    await agent.town.settle()
    assert not any("between" in one.text for one in customer.messages())


async def test_a_message_that_becomes_a_note_is_taken_back(line: Line) -> None:
    customer, agent = line
    said = await agent.says("They owe us money")
    await customer.sees("They owe us money")
    await agent.edits(said, "// They owe us money")
    await customer.sees_gone("They owe us money")
