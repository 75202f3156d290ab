"""Everything that people send besides words, from every platform to every platform, both ways."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core.fidelity import FILES
from sandbox.surface import File, Message, Upload
from sandbox.telegram import TelegramServer
from scripts.fidelity import TABLES
from tests.acceptance.dwellers import FAILED, NOTE, Dweller
from tests.acceptance.files import content_of, document, picture
from tests.acceptance.parcels import SHOWN_AS, UNTOLD_TO_BOT, Parcel, parcels_of
from tests.acceptance.town import PLATFORMS, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

Line = tuple[Dweller, Dweller]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    """A conversation that a person answers: the customer on one platform, the staff on another or the same."""
    customer = shared_town.newcomer(request.param)
    yield customer, await shared_town.claimed(customer, f"Please help {customer.name}")


def both_ways(line: Line) -> tuple[Line, Line]:
    customer, agent = line
    return (customer, agent), (agent, customer)


def files_since(reader: Dweller, seen: int) -> list[tuple[Message, File]]:
    return [(one, file) for one in reader.heard()[seen:] for file in one.files]


async def gets(reader: Dweller, seen: int, sizes: list[int]) -> list[tuple[Message, File]]:
    """The files that arrived since, as soon as they have these sizes."""

    def have_they() -> bool:
        return [file.size for _, file in files_since(reader, seen)] == sizes

    await reader.town.until(have_they, reader.transcript)
    return files_since(reader, seen)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_all_that_the_page_says_can_be_sent_is_sent_here(platform: str) -> None:
    table = TABLES[platform.capitalize()]
    assert parcels_of(platform).keys() == {kind.name for kind in FILES.kinds if table[kind.name].is_said}
    shown = {kind for place, kind in SHOWN_AS if place == platform}
    assert shown <= {kind.name for kind in FILES.kinds}


async def test_every_kind_arrives_whole_or_is_told_in_words(line: Line) -> None:
    for writer, reader in both_ways(line):
        for kind, parcel in parcels_of(writer.platform).items():
            if (writer.platform, kind) in UNTOLD_TO_BOT and writer is not line[0]:
                continue
            seen = len(reader.heard())
            if parcel.content:
                await writer.server.send(writer.id, writer.room, dict(parcel.content))
            else:
                await writer.says("", files=parcel.files)
            await arrives(writer, reader, kind, parcel, seen)


async def arrives(writer: Dweller, reader: Dweller, kind: str, parcel: Parcel, seen: int) -> None:
    told = f"{kind} from {writer.platform} to {reader.platform}"

    def is_there() -> bool:
        new = reader.heard()[seen:]
        said = "\n".join(one.text + str(one.native) for one in new)
        files = files_since(reader, seen)
        count = len(parcel.files) if not parcel.words else 0
        return bool(new) and len(files) >= count and all(word in said for word in parcel.words)

    await reader.town.until(is_there, lambda: f"{told}\n{reader.transcript()}")
    found = files_since(reader, seen)
    if kind != "moving_sticker" and not parcel.words:
        contents = [await content_of(file) for _, file in found]
        assert contents == [one.content for one in parcel.files], told
    is_native = SHOWN_AS.get((reader.platform, kind))
    if is_native is not None:
        assert all(is_native(message) for message, _ in found), f"{told}: {found[0][0].native}"


async def test_an_album_arrives_as_one_message_and_a_reply_to_any_of_it_finds_it(line: Line) -> None:
    for writer, reader in both_ways(line):
        uploads = tuple(Upload(f"a{n}.png", "image/png", picture(n, 2).content) for n in (11, 12, 13))
        seen = len(reader.heard())
        await writer.says(f"An album by {writer.name}", files=uploads)

        found = await gets(reader, seen, [len(one.content) for one in uploads])
        albums = {message.native.get("media_group_id") or message.id for message, _ in found}
        assert len(albums) == 1, f"{writer.platform} to {reader.platform}: {albums}"
        said = [one for one in reader.heard()[seen:] if f"An album by {writer.name}" in one.text]
        assert len(said) == 1, "the words are said once"
        if reader.platform == "slack" and ":" in reader.room:
            continue  # a thread in a channel has no replies of its own
        own = [one for one in writer.messages() if one.files and not one.author.is_bot][-3:]
        await reader.says(f"The last one, {writer.name}?", reply_to=found[-1][0].id)
        answered = await writer.hears(f"The last one, {writer.name}?")
        if writer.platform != "slack":
            assert answered.reply_to in {one.id for one in own}


async def test_files_of_a_note_stay_inside(line: Line) -> None:
    customer, agent = line
    before = len(customer.heard())
    for uploads in ((document("secret.pdf"),), (picture(3, 9), picture(9, 3))):
        await agent.says("// look at this", files=uploads)
        note = agent.town.command_name(agent.platform, "note")
        await agent.says(f"/{note} look at this too", files=uploads)
    await agent.says("And now the answer")
    await customer.sees("And now the answer")
    new = customer.heard()[before:]
    assert [one.files for one in new] == [()]
    # What commands noted is shown in the thread as well; the next test looks at what is new there.
    await agent.town.settle()


async def test_a_file_of_a_note_stays_inside_when_it_is_forwarded(line: Line) -> None:
    customer, agent = line
    before = len(customer.heard())
    note = agent.town.command_name(agent.platform, "note")
    await agent.says(f"/{note} for us alone", files=(document("wages.pdf"),))
    noted = await agent.sees_one(lambda one: one.author.is_bot and bool(one.files), "the file of the note")
    source = {"room": agent.room, "message": noted.id}
    forwarded = await agent.server.send(agent.id, agent.room, {"forward": source})
    await agent.sees_reaction(forwarded, NOTE)
    await agent.says("And the answer to that")
    await customer.sees("And the answer to that")
    assert [one.files for one in customer.heard()[before:]] == [()]


async def test_what_is_too_large_is_told_to_both_and_the_words_arrive(line: Line) -> None:
    for writer, reader in both_ways(line):
        large = Upload("plan.bin", "application/octet-stream", bytes(21 * 1024 * 1024))
        if writer.platform == "discord" or (writer.platform, reader.platform) == ("slack", "slack"):
            continue  # nobody can send so much on Discord; Slack takes it
        if writer.platform == reader.platform == "telegram":
            continue  # what lies on Telegram is sent without being fetched
        if (writer.platform, reader.platform) == ("slack", "telegram"):
            large = Upload("plan.bin", "application/octet-stream", bytes(51 * 1024 * 1024))
        await writer.says(f"The plan of {writer.name}", files=(large,))
        copy = await reader.hears(f"The plan of {writer.name}")
        told = await reader.hears("plan.bin", "is not here: it is too large")
        assert "MB" in told.text
        assert reader.count(f"The plan of {writer.name}") == 1
        assert not copy.files
        await writer.hears("plan.bin", "did not arrive: it is too large")
        assert writer.count("plan.bin", "did not arrive") == 1


async def test_a_name_that_lies_is_put_right(line: Line) -> None:
    for writer, reader in both_ways(line):
        seen = len(reader.heard())
        program = Upload("invoice.pdf", "application/pdf", b"MZ\x90\0\3\0" + bytes(64), "document")
        await writer.says(f"My invoice, {writer.name}", files=(program,))

        ((_, file),) = await gets(reader, seen, [len(program.content)])
        # Within Telegram a file is sent by its id and keeps what its sender made of it.
        is_same = writer.platform == reader.platform == "telegram"
        assert file.name == ("invoice.pdf" if is_same else "invoice.pdf.exe")


async def test_files_that_are_taken_away_or_replaced_follow(line: Line) -> None:
    for writer, reader in both_ways(line):
        seen = len(reader.heard())
        words = f"With a file by {writer.name}"
        message = await writer.says(words, files=(picture(21, 5),))
        await reader.hears(words)

        await gets(reader, seen, [len(picture(21, 5).content)])
        shown = next(one for one in writer.messages() if one.id == message)
        if writer.platform == "telegram":
            other = picture(22, 6)
            await writer.server.change_files(
                writer.id, writer.room, message, add=(other,), remove=(shown.files[0].id,)
            )
            expected = [len(other.content)]
        else:
            await writer.server.change_files(writer.id, writer.room, message, remove=(shown.files[0].id,))
            expected = list[int]()
        await gets(reader, seen, expected)
        assert reader.count(words) == 1


async def test_a_message_with_files_is_taken_back_with_them(line: Line) -> None:
    for writer, reader in both_ways(line):
        if writer.platform == "telegram" or reader is not line[0]:
            continue  # Telegram tells no bot of deletions, and staff keep reading what was taken back
        seen = len(reader.heard())
        message = await writer.says(f"Not for you, {writer.name}", files=(document("other.pdf"),))
        ((_, file),) = await gets(reader, seen, [len(document("other.pdf").content)])
        await writer.deletes(message)
        await reader.sees_gone(f"Not for you, {writer.name}")
        await gets(reader, seen, [])
        if reader.platform != "telegram":  # where a file has no address of its own
            with pytest.raises(AssertionError):
                await content_of(file)


async def test_staff_keep_the_files_of_what_the_customer_took_back(line: Line) -> None:
    customer, agent = line
    if customer.platform == "telegram":
        return  # Telegram tells no bot of deletions
    seen = len(agent.heard())
    message = await customer.says(f"Oops, {customer.name}", files=(document("oops.pdf"),))
    await gets(agent, seen, [len(document("oops.pdf").content)])
    await customer.deletes(message)
    await agent.hears(f"Oops, {customer.name}", "deleted by its author")
    await agent.town.settle()
    await gets(agent, seen, [len(document("oops.pdf").content)])


async def test_a_place_that_moves_is_followed_to_its_end(line: Line) -> None:
    for writer, reader in both_ways(line):
        server = writer.server
        if not isinstance(server, TelegramServer):
            continue
        place = {"latitude": 50.0, "longitude": 10.0, "live_period": 600}
        message = await server.send(writer.id, writer.room, {"location": place})
        copy = await reader.hears("50.00000, 10.00000", "live location")
        for step in range(1, 6):
            await server.move(writer.id, writer.room, message, 50.0 + step, 10.0)
        await writer.town.settle()
        await writer.town.later(seconds=31)
        moved = await reader.hears("55.00000, 10.00000", "live location")
        assert moved.id == copy.id
        await server.move(writer.id, writer.room, message, 56.0, 10.0)
        await server.stop_moving(writer.id, writer.room, message)
        stopped = await reader.hears("56.00000, 10.00000")
        assert stopped.id == copy.id
        assert "live location" not in stopped.text


async def test_nothing_failed_on_the_way(line: Line) -> None:
    customer, agent = line
    marked = [one for one in agent.messages() if any(mark.emoji in FAILED for mark in one.reactions)]
    assert marked == []
    assert customer.count("could not be handled") == 0
