"""Files arrive as what they are, or are named when they cannot be passed on."""

import gc

import pytest

from adapters.telegram import TelegramAdapter
from bot.core.content import Button, FileKind, FileRef, Loss
from bot.core.outgoing import SendError
from bot.core.places import Place
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    Stage,
    direct,
    document,
    picture,
)


async def test_files_go_as_what_they_are_with_the_text_as_caption(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(
        adapter, dana, "see _this_", files=(picture(stage),), buttons=(Button("Ok", "ok"),)
    )
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert len(receipt.messages) == 1
    assert "photo" in shown.native
    assert (shown.native["caption"], len(shown.buttons)) == ("see this", 1)


async def test_several_pictures_are_one_album_and_a_document_comes_behind(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    files = (picture(stage, "a.png"), picture(stage, "b.png"), document(stage))
    receipt = await stage.say(adapter, dana, "all three", files=files)
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert [bool(message.native.get("media_group_id")) for message in shown] == [True, True, False]
    assert [message.native.get("caption", "") for message in shown] == ["all three", "", ""]
    assert shown[2].files[0].name == "a.txt"


async def test_a_long_caption_is_a_message_of_its_own(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "word " * 300, files=(picture(stage),))
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert [("text" in message.native, "photo" in message.native) for message in shown] == [
        (True, False),
        (False, True),
    ]


async def test_a_large_file_is_streamed_from_disk(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    content = bytes(range(256)) * 20_000
    receipt = await stage.say(adapter, dana, "", files=(document(stage, "größe.bin", content),))
    (file,) = stage.shown(DANA, DANA, receipt.messages[0]).files
    assert (file.name, file.size) == ("größe.bin", len(content))


async def test_what_telegram_will_not_take_as_a_picture_goes_as_a_document(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.files["x"] = b"no picture at all"
    broken = FileRef("slack", "x", "x.png", FileKind.PICTURE, "image/png")
    receipt = await stage.say(adapter, dana, "look", files=(broken,))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert (shown.files[0].name, shown.native["caption"]) == ("x.png", "look")
    assert "document" in shown.native


async def test_an_album_that_telegram_refuses_goes_one_by_one(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.files["x"] = b"no picture at all"
    broken = FileRef("slack", "x", "x.png", FileKind.PICTURE, "image/png")
    receipt = await stage.say(adapter, dana, "look", files=(picture(stage), broken))
    natives = [stage.shown(DANA, DANA, message).native for message in receipt.messages]
    assert ["photo" in native for native in natives] == [True, False]
    assert [native.get("caption", "") for native in natives] == ["look", ""]


async def test_a_file_that_lies_on_telegram_is_sent_by_its_id(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "", files=(picture(stage),))
    photo = stage.shown(DANA, DANA, receipt.messages[0]).native["photo"][-1]
    stage.files.clear()
    again = FileRef("telegram", photo["file_id"], "photo.jpg", FileKind.PICTURE, "image/jpeg")
    receipt = await stage.say(adapter, dana, "again", files=(again,))
    assert "photo" in stage.shown(DANA, DANA, receipt.messages[0]).native


@pytest.mark.parametrize(
    ("file", "loss"),
    [
        pytest.param(FileRef("slack", "gone", "plan.pdf"), Loss.UNAVAILABLE, id="gone"),
        pytest.param(FileRef("telegram", "wrong", "plan.pdf"), Loss.UNAVAILABLE, id="an id Telegram lost"),
        pytest.param(
            FileRef("slack", "huge", "plan.pdf", size_bytes=60 * 1024 * 1024),
            Loss.TOO_LARGE,
            id="too large",
        ),
    ],
)
async def test_a_file_that_cannot_be_passed_on_is_named(
    stage: Stage, adapter: TelegramAdapter, dana: Place, file: FileRef, loss: Loss
) -> None:
    receipt = await stage.say(adapter, dana, "here", files=(file,))
    assert [(one.name, one.loss) for one in receipt.lost] == [("plan.pdf", loss)]
    told = [stage.shown(DANA, DANA, message).text for message in receipt.messages]
    assert "\n\n".join(told).startswith("here\n\n📎 plan.pdf")


async def test_a_file_that_grows_beyond_the_limit_is_too_large(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(
        adapter, dana, "", files=(document(stage, "big.bin", b"x" * (51 * 1024 * 1024)),)
    )
    assert [one.loss for one in receipt.lost] == [Loss.TOO_LARGE]


async def test_an_empty_file_is_named_instead(stage: Stage, adapter: TelegramAdapter, dana: Place) -> None:
    receipt = await stage.say(adapter, dana, "", files=(document(stage, "empty.txt", b""),))
    assert [one.loss for one in receipt.lost] == [Loss.EMPTY]


async def test_who_comes_after_the_end_opens_nothing(stage: Stage) -> None:
    """A message may be on its way to an adapter that is just being closed."""
    adapter = stage.adapter()
    await adapter.close()
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "", files=(picture(stage),))
    assert not caught.value.is_uncertain
    # A session that was left open says so.
    del adapter, caught
    gc.collect()
