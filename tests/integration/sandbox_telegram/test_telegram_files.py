"""Files both ways, albums, and what is too big."""

import struct
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from sandbox.surface import SurfaceError, Upload
from sandbox.telegram import TelegramServer
from sandbox.telegram.story import DANA, FANS
from tests.integration.sandbox_telegram.telegram_clients import Plain, Reader

HOME = str(DANA.id)
MEGABYTE = 1024 * 1024


def png(width: int = 3, height: int = 2) -> bytes:
    """A real picture, black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(autouse=True)
async def _started(server: TelegramServer, reader: Reader) -> None:
    await server.say(HOME, HOME, "hi")
    await reader.updates()


async def test_document_of_a_person_can_be_fetched_by_the_bot(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    log = Upload("log.txt", "text/plain", b"it broke\n")
    await server.say(HOME, HOME, "**see** this", files=(log,))
    message = (await reader.one()).message
    assert message is not None
    assert message.document is not None
    assert (message.document.file_name, message.document.file_size) == ("log.txt", 9)
    assert (message.caption, message.caption_entities[0].type) == ("see this", "bold")
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"it broke\n"


async def test_document_of_the_bot_is_shown_to_the_person(server: TelegramServer, bot: Bot) -> None:
    await bot.send_document(
        DANA.id, b"%PDF-1.7", filename="räkning 1.pdf", caption="<i>Your</i> bill", parse_mode="HTML"
    )
    shown = server.messages(HOME, HOME)[-1]
    assert (shown.text, shown.native["caption_entities"][0]["type"]) == ("Your bill", "italic")
    (file,) = shown.files
    assert (file.name, file.size) == ("räkning 1.pdf", 8)
    async with aiohttp.ClientSession() as session, session.get(file.url) as answer:
        assert await answer.read() == b"%PDF-1.7"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert bot.token not in file.url


async def test_several_files_are_one_album(server: TelegramServer, reader: Reader) -> None:
    pictures = tuple(Upload(f"{width}.png", "image/png", png(width)) for width in (3, 4))
    papers = tuple(Upload(f"{name}.txt", "text/plain", name.encode()) for name in ("a", "b"))
    await server.say(HOME, HOME, "all of it", files=(*pictures, *papers))
    messages = [update.message for update in await reader.updates()]
    albums = [message.media_group_id for message in messages if message]
    assert albums[0] == albums[1]
    assert albums[2] == albums[3]
    assert albums[0] != albums[2]
    assert [message.caption for message in messages if message] == ["all of it", None, None, None]
    assert [message.photo[-1].width for message in messages[:2] if message] == [3, 4]


async def test_bot_sends_an_album(server: TelegramServer, bot: Bot) -> None:
    sent = await bot.send_media_group(
        DANA.id, [InputMediaPhoto(png(), caption="first"), InputMediaVideo(b"video"), InputMediaPhoto(png(5))]
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["first", None, None]
    assert [len(message.files) for message in server.messages(HOME, HOME)[-3:]] == [1, 1, 1]
    copied = await bot.copy_messages(DANA.id, DANA.id, [message.message_id for message in sent])
    natives = [message.native for message in server.messages(HOME, HOME)[-3:]]
    assert [native["message_id"] for native in natives] == [copy.message_id for copy in copied]
    assert len({native["media_group_id"] for native in natives} | {sent[0].media_group_id}) == 2


async def test_album_of_papers_takes_no_pictures(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Document can't be mixed with other media types"):
        await bot.send_media_group(DANA.id, [InputMediaDocument(b"a"), InputMediaPhoto(png())])


async def test_file_can_be_sent_again_by_its_id_but_not_by_its_unique_id(bot: Bot, plain: Plain) -> None:
    sent = await bot.send_document(DANA.id, b"once", filename="once.txt")
    assert sent.document is not None
    again = await bot.send_document(FANS, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    refusal = await plain.refusal("sendDocument", chat_id=DANA.id, document=sent.document.file_unique_id[1:])
    assert refusal == "400 Bad Request: wrong file identifier/HTTP URL specified"


@pytest.mark.parametrize(
    ("method", "field", "kind"),
    [
        ("sendVideo", "video", "video"),
        ("sendAudio", "audio", "audio"),
        ("sendVoice", "voice", "voice"),
        ("sendAnimation", "animation", "animation"),
        ("sendSticker", "sticker", "sticker"),
        ("sendVideoNote", "video_note", "video_note"),
    ],
)
async def test_each_kind_of_file_is_shown_as_what_it_is(
    server: TelegramServer, plain: Plain, method: str, field: str, kind: str
) -> None:
    _, body = await plain.upload(method, field, b"content", chat_id=HOME)
    assert body["ok"], body
    assert kind in body["result"]
    assert len(server.messages(HOME, HOME)[-1].files) == 1


async def test_photo_must_be_a_picture(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(DANA.id, b"no picture")
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await bot.send_photo(DANA.id, png(900, 2))
    sent = await bot.send_photo(DANA.id, png(30, 20))
    assert (sent.photo[-1].width, sent.photo[-1].height) == (30, 20)


async def test_bot_cannot_fetch_what_is_too_big_or_send_what_is_much_too_big(
    server: TelegramServer, bot: Bot, reader: Reader, plain: Plain
) -> None:
    big = Upload("big.bin", "application/octet-stream", b"x" * (20 * MEGABYTE + 1))
    await server.say(HOME, HOME, "", files=(big,))
    message = (await reader.one()).message
    assert message is not None
    assert message.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await message.document.get_file()
    status, body = await plain.upload("sendDocument", "document", b"x" * (50 * MEGABYTE + 1), chat_id=HOME)
    assert (status, body["description"]) == (413, "Request Entity Too Large")


async def test_edit_replaces_a_caption_and_a_file(server: TelegramServer, bot: Bot) -> None:
    sent = await bot.send_document(DANA.id, b"one", filename="one.txt", caption="one")
    await bot.edit_message_caption(DANA.id, sent.message_id, caption="*two*", parse_mode="MarkdownV2")
    assert server.messages(HOME, HOME)[-1].text == "two"
    await bot.edit_message_media(InputMediaPhoto(png(), caption="three"), DANA.id, sent.message_id)
    shown = server.messages(HOME, HOME)[-1]
    assert (shown.text, "photo" in shown.native, "document" in shown.native) == ("three", True, False)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("four", DANA.id, sent.message_id)


async def test_person_cannot_send_an_empty_file(server: TelegramServer) -> None:
    with pytest.raises(SurfaceError, match="empty"):
        await server.say(HOME, HOME, "", files=(Upload("nothing.txt", "text/plain", b""),))


@pytest.fixture
async def shelf() -> AsyncIterator[str]:
    """A web server with one picture."""

    async def picture(_request: web.Request) -> web.Response:
        return web.Response(body=png(7, 8), content_type="image/png")

    application = web.Application()
    application.router.add_get("/lamp.png", picture)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_picture_behind_an_address_is_fetched(bot: Bot, shelf: str) -> None:
    sent = await bot.send_photo(DANA.id, f"{shelf}/lamp.png")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (7, 8)
    with pytest.raises(BadRequest, match="Failed to get http url content"):
        await bot.send_photo(DANA.id, f"{shelf}/nothing.png")


async def test_file_of_another_kind_and_unknown_files_are_refused(plain: Plain, bot: Bot) -> None:
    sent = await bot.send_document(DANA.id, b"text", filename="a.txt")
    assert sent.document is not None
    refusal = await plain.refusal("sendPhoto", chat_id=DANA.id, photo=sent.document.file_id)
    assert refusal == "400 Bad Request: can't use file of type Document as Photo"
    assert await plain.refusal("getFile", file_id="nothing") == "400 Bad Request: invalid file_id"
    assert await plain.refusal("getFile") == "400 Bad Request: file_id not specified"


async def test_odd_file_names_can_be_fetched(server: TelegramServer, bot: Bot, reader: Reader) -> None:
    name = "../../\udcff räkning?.a#b c"
    await server.say(HOME, HOME, "", files=(Upload(name, "application/pdf", b"paper"),))
    message = (await reader.one()).message
    assert message is not None
    assert message.document is not None
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"paper"
